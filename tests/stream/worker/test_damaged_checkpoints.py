"""A damaged checkpoint costs its machine a rebuild, and nothing else: on a real Kafka, with kills in between."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient, TopicPartition

from models.fold import STATE_VERSION, dump_state, initial_state
from stream.delivery.checkpoints import POSITION_KEY
from stream.messages.topics import CHECKPOINTS, HEALTH, OBSERVATIONS
from tests.services.damaging import damage as hurt_on_disk
from tests.services.damaging import flip
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.topics import read_topic
from tests.services.workers import start_worker
from tests.stream.worker.observations import (
    assert_as_folded_afresh,
    checkpoint_log,
    environment_of,
    judged,
    observations,
    publish_observations,
    wait_until_folded,
    write_checkpoints,
)

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]

HURT = ["flipped-head", "flipped-state", "cut", "tombstone", "ahead", "another", "wrong-key"]
MACHINES = ["泵-1", "fan", *HURT]


def run_until_folded(kafka: Kafka, folder: Path, environment: dict[str, str]) -> str:
    """Run a worker until everything is folded and saved; gives its log."""
    worker = start_worker(folder, environment)
    try:
        wait_until_folded(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    return worker.text()


def newest(kafka: Kafka) -> dict[bytes, bytes]:
    return {key: value for key, value in checkpoint_log(kafka.bootstrap) if value}


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 0x10]) + value[at + 1 :]


def damage(kind: str, value: bytes) -> tuple[bytes, bytes | None]:
    """Give the record that takes the place of a machine's newest one."""
    key = kind.encode()
    another = msgspec.msgpack.encode([STATE_VERSION, 899, kind, dump_state(initial_state("fan"))])
    return {
        "flipped-head": (key, flipped(value, 5)),
        "flipped-state": (key, flipped(value, len(value) // 2)),
        "cut": (key, value[: len(value) // 3]),
        "tombstone": (key, None),
        "ahead": (key, msgspec.msgpack.encode([STATE_VERSION, 10**9, kind, dump_state(initial_state(kind))])),
        "another": (key, another),
        "wrong-key": (b"nobody", value),
    }[kind]


def test_damage_of_every_kind_costs_these_machines_a_rebuild_and_no_other(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(MACHINES, 0, 900))
    run_until_folded(kafka, tmp_path, environment)
    records = newest(kafka)
    write_checkpoints(kafka.bootstrap, [damage(kind, records[kind.encode()]) for kind in HURT])
    publish_observations(kafka.bootstrap, observations(MACHINES, 900, 300))
    text = run_until_folded(kafka, tmp_path, environment)
    for kind in HURT:
        assert f"{kind} is folded again from observations" in text
    for sound in ("泵-1", "fan"):
        assert f"{sound} is folded again" not in text
    assert_as_folded_afresh(kafka.bootstrap)
    assert "folded again" not in run_until_folded(kafka, tmp_path, environment), "it is mended for good"


def test_a_damaged_position_costs_nothing_but_reading(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(MACHINES, 0, 300))
    run_until_folded(kafka, tmp_path, environment)
    log = checkpoint_log(kafka.bootstrap)
    said = judged(kafka.bootstrap)
    positions = [(key, flipped(value, 12)) for key, value in log if key == POSITION_KEY and value]
    machines = [(key, value) for key, value in newest(kafka).items() if key != POSITION_KEY]
    make_anew(kafka, CHECKPOINTS)
    environment = environment_of(kafka.bootstrap)
    write_checkpoints(kafka.bootstrap, [*machines, *positions])
    publish_observations(kafka.bootstrap, observations(MACHINES, 300, 50))
    text = run_until_folded(kafka, tmp_path, environment)
    assert "the position: its record" in text
    assert "is folded again" not in text
    assert_as_folded_afresh(kafka.bootstrap)
    assert sum(map(len, judged(kafka.bootstrap).values())) == sum(map(len, said.values())) + 50


def test_a_position_beyond_the_end_is_no_reason_to_stop(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(MACHINES, 0, 100))
    run_until_folded(kafka, tmp_path, environment)
    write_checkpoints(kafka.bootstrap, [(POSITION_KEY, msgspec.msgpack.encode([STATE_VERSION, 10**9, "", b""]))])
    publish_observations(kafka.bootstrap, observations(MACHINES, 100, 100))
    text = run_until_folded(kafka, tmp_path, environment)
    assert "the position: it is beyond 200, the end of observations" in text
    assert_as_folded_afresh(kafka.bootstrap)


@pytest.mark.parametrize(("held", "why"), [(40, "it ends at 40"), (700, "another observation stands before it")])
def test_observations_made_anew_beneath_their_checkpoints_are_folded_from_their_beginning(
    kafka: Kafka, tmp_path: Path, held: int, why: str
):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(MACHINES, 0, 300))
    run_until_folded(kafka, tmp_path, environment)
    make_anew(kafka, OBSERVATIONS, HEALTH)
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(MACHINES[:5], 5000, held))
    text = run_until_folded(kafka, tmp_path, environment)
    assert f"observations is not what the checkpoints up to 300 were made of ({why})" in text
    publish_observations(kafka.bootstrap, observations(MACHINES, 6000, 500))
    text = run_until_folded(kafka, tmp_path, environment)
    assert "made anew" not in text
    assert_as_folded_afresh(kafka.bootstrap)


def make_anew(kafka: Kafka, *topics: str) -> None:
    """Delete topics; the next to need them makes them."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        admin.delete_topics(list(topics))
        wait_until(lambda: not set(topics) & set(admin.list_topics()), "the topics are gone")
    finally:
        admin.close()


def test_a_batch_of_checkpoints_that_the_disk_has_damaged_costs_those_whose_records_are_older(
    kafka: Kafka, tmp_path: Path
):
    environment = environment_of(kafka.bootstrap)
    for first in (0, 200):
        publish_observations(kafka.bootstrap, observations(MACHINES[:4], first, 200))
        run_until_folded(kafka, tmp_path, environment)
    last = read_topic(kafka.bootstrap, CHECKPOINTS)[0][-1].offset
    kafka.stop()
    hurt_on_disk(kafka.data, CHECKPOINTS, 0, last, flip)
    kafka.start()
    publish_observations(kafka.bootstrap, observations(MACHINES[:4], 400, 40))
    text = run_until_folded(kafka, tmp_path, environment)
    assert "all machines whose record is older" in text
    assert "泵-1 is folded again from observations: a newer record of it may have been lost" in text
    assert_as_folded_afresh(kafka.bootstrap)
    assert "is folded again" not in run_until_folded(kafka, tmp_path, environment)


def test_kills_during_the_rebuild_lose_and_double_nothing(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    machines = ["泵-1", "fan", "heavy"]
    publish_observations(kafka.bootstrap, observations(machines[:2], 0, 1000, values=8))
    publish_observations(kafka.bootstrap, observations(["heavy"], 1000, 8000, values=48))
    run_until_folded(kafka, tmp_path, environment)
    record = newest(kafka)[b"heavy"]
    write_checkpoints(kafka.bootstrap, [(b"heavy", flipped(record, 60))])
    published = 9000
    for pause_s in (0.3, 0.9, 1.8):
        publish_observations(kafka.bootstrap, observations(machines, published, 300, values=8))
        published += 300
        worker = start_worker(tmp_path, environment)
        try:
            worker.linger(pause_s)  # the moment of the kill is the point
            assert "rebuilt in" not in worker.text()
        finally:
            worker.kill()
    publish_observations(kafka.bootstrap, observations(machines, published, 300, values=8))
    run_until_folded(kafka, tmp_path, environment)
    assert_as_folded_afresh(kafka.bootstrap)


def test_records_that_retention_or_people_took_are_missed_and_rebuilt(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(["泵-1", "quiet"], 0, 60))
    run_until_folded(kafka, tmp_path, environment)
    last_quiet = max(at for at, (key, _) in enumerate(checkpoint_log(kafka.bootstrap)) if key == b"quiet")
    publish_observations(kafka.bootstrap, observations(["泵-1"], 60, 60))
    run_until_folded(kafka, tmp_path, environment)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    # Only a topic that may delete lets records be deleted.
    alter_policy(admin, "compact,delete")
    admin.delete_records({TopicPartition(CHECKPOINTS, 0): last_quiet + 1})
    alter_policy(admin, "compact")
    admin.close()
    publish_observations(kafka.bootstrap, observations(["泵-1", "quiet"], 120, 10))
    text = run_until_folded(kafka, tmp_path, environment)
    assert "it should hold 2 machines, so some (1 or more) are missing" in text
    assert_as_folded_afresh(kafka.bootstrap)


def alter_policy(admin: KafkaAdminClient, policy: str) -> None:
    from kafka.admin import ConfigResource, ConfigResourceType

    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, CHECKPOINTS, {"cleanup.policy": policy})])


def test_a_machine_whose_observations_are_gone_is_rebuilt_once_and_begins_anew(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(["gone"], 0, 30))
    publish_observations(kafka.bootstrap, observations(["泵-1"], 30, 30))
    run_until_folded(kafka, tmp_path, environment)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_records({TopicPartition(OBSERVATIONS, 0): 30})
    admin.close()
    write_checkpoints(kafka.bootstrap, [(b"gone", b"?")])
    assert "nothing is left of what was to be rebuilt" in run_until_folded(kafka, tmp_path, environment)
    assert "folded again" not in run_until_folded(kafka, tmp_path, environment)


@pytest.mark.timeout(580)
def test_siblings_are_judged_within_half_a_minute_however_long_the_rebuild_takes(
    kafka: Kafka, tmp_path: Path, figure: Callable[[str], None]
):
    environment = environment_of(kafka.bootstrap)
    publish_observations(kafka.bootstrap, observations(["sound"], 0, 50))
    publish_observations(kafka.bootstrap, observations(["heavy"], 50, 8_000, values=48))
    run_until_folded(kafka, tmp_path, environment)
    record = newest(kafka)[b"heavy"]
    write_checkpoints(kafka.bootstrap, [(b"heavy", flipped(record, 60))])
    said = len(judged(kafka.bootstrap)["sound"])
    begun = time.monotonic()
    worker = start_worker(tmp_path, environment)
    try:
        publish_observations(kafka.bootstrap, observations(["sound"], 20_000, 50))
        worker.ready(
            lambda: len(judged(kafka.bootstrap)["sound"]) >= said + 50, "the sibling is judged", deadline_s=30
        )
        judged_s = time.monotonic() - begun
        assert "rebuilt in" not in worker.text(), "the rebuild was too quick to prove anything"
        wait_until_folded(kafka.bootstrap, deadline_s=300)
        rebuilt_s = time.monotonic() - begun
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    figure(f"siblings judged {judged_s:.1f} s after the start, the damaged machine rebuilt after {rebuilt_s:.1f} s")
    assert judged_s < min(30, rebuilt_s)
    assert_as_folded_afresh(kafka.bootstrap)
