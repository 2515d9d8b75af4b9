"""Each partition is hurt in its own way, while workers join, freeze, wake up and are killed: all ends exact."""

import signal
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient, TopicPartition

from models.fold import STATE_VERSION
from stream.delivery.checkpoints import POSITION_KEY
from stream.messages.topics import OBSERVATIONS
from tests.services.kafka import Kafka
from tests.services.workers import start_worker
from tests.stream.worker.observations import (
    assert_as_folded_afresh,
    checkpoint_log,
    environment_of,
    observations,
    publish_observations,
    wait_until_folded,
    write_checkpoints,
)

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(590)]

PARTITIONS = 8
LONG = 0
"""The partition whose rebuild takes long enough to be cut off."""
SHORTENED = 7
"""The partition of which retention has taken the first half."""
HALF = 60


def machines(partition: int) -> list[str]:
    return [f"{kind}-{partition}" for kind in ("泵", "fan", "mill")]


def flipped(value: bytes) -> bytes:
    return value[:40] + bytes([value[40] ^ 0x04]) + value[41:]


def damages(partition: int, newest: dict[bytes, bytes]) -> list[tuple[bytes, bytes | None]]:
    """What is written behind the checkpoints of a partition."""
    pump, fan, mill = (name.encode() for name in machines(partition))
    wrong_position = (POSITION_KEY, msgspec.msgpack.encode([STATE_VERSION, 10**7, "", b""]))
    return [
        [(pump, flipped(newest[pump])), (fan, b"")],
        [(name, flipped(newest[name])) for name in (pump, fan, mill)],
        [wrong_position, (pump, flipped(newest[pump]))],
        [(pump, None), (POSITION_KEY, None)],
        [(fan, newest[mill]), (b"test", b"hello"), (b"\xff\xfe", b"\xff")],
        [(mill, msgspec.msgpack.encode([STATE_VERSION, 10**7, mill.decode(), b""]))],
        [(pump, b"\xc0"), (POSITION_KEY, newest[POSITION_KEY][:-3])],
        [(fan, newest[fan][:-9])],
    ][partition]


def test_all_partitions_are_mended_through_joins_freezes_and_kills(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap, PARTITIONS)
    counts = {number: 4000 if number == LONG else 2 * HALF for number in range(PARTITIONS)}
    for number, count in counts.items():
        them = observations(machines(number), 0, count, values=8 if number == LONG else 1)
        publish_observations(kafka.bootstrap, them, partition=number)
    worker = start_worker(tmp_path / "before", environment)
    try:
        for number in range(PARTITIONS):
            wait_until_folded(kafka.bootstrap, number)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    for number in range(PARTITIONS):
        newest = {key: value for key, value in checkpoint_log(kafka.bootstrap, number) if value}
        write_checkpoints(kafka.bootstrap, damages(number, newest), partition=number)
        them = observations(machines(number), counts[number], 30)
        publish_observations(kafka.bootstrap, them, partition=number)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_records({TopicPartition(OBSERVATIONS, SHORTENED): HALF})
    admin.close()

    first = start_worker(tmp_path / "first", environment)
    second = third = None
    try:
        second = start_worker(tmp_path / "second", environment)  # joins while the first one rebuilds
        first.signal(signal.SIGSTOP)
        for number in range(PARTITIONS):
            publish_observations(kafka.bootstrap, observations(machines(number), 5000, 30), partition=number)
        second.ready(lambda: second.text().count(" ready: ") >= 2, "the second one has taken over")
        first.signal(signal.SIGCONT)
        first.ready(lambda: first.text().count(" ready: ") >= 2, "the first one is back")
        second.kill()
        third = start_worker(tmp_path / "third", environment)
        for number in range(PARTITIONS):
            wait_until_folded(kafka.bootstrap, number)
        assert first.stop() == 0, first.text()[-2000:]
        assert third.stop() == 0, third.text()[-2000:]
    finally:
        for each in (first, second, third):
            if each is not None:
                each.kill()
    for number in range(PARTITIONS):
        if number != SHORTENED:
            assert_as_folded_afresh(kafka.bootstrap, number)
