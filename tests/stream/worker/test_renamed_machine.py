"""A machine is renamed and its motor swapped under workers that are killed: its history stays one, bit for bit.

The messages of its new id stand in another partition than those of its first one.
"""

import asyncio
import json
import random
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from models.fold import MachineState, dump_state
from models.outputs import Action, Health, Row
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.delivery.outbox import partition_of
from stream.messages.actions import Rename
from stream.messages.measurements import Message, Vibration, encode, to_json
from stream.messages.records import decode_observation, decode_output
from stream.messages.topics import ALERTS, CHECKPOINTS, DEAD_LETTER, HEALTH, OBSERVATIONS, ROWS, VIBRATION
from tests.services.kafka import Kafka
from tests.services.plant import FAULTY, SOUND, Plant, Supervisor, supervised
from tests.services.processes import wait_until
from tests.services.topics import folded, make_anew, read_topic, wait_for_no_lag
from tests.stream.worker.exactness import first_seen, fold_afresh

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4
MACHINES = '[[machine]]\nid = "{id}"\nname = {{ en = "Feed pump", zh = "给水泵" }}\nasset = "{asset}"\n{more}'


def elsewhere(machine: str) -> str:
    """A name whose messages stand in another partition."""
    names = (f"泵 {number}" for number in range(100))
    own = partition_of(machine.encode(), PARTITIONS)
    return next(name for name in names if partition_of(name.encode(), PARTITIONS) != own)


NEW = elsewhere(FAULTY)


@pytest.fixture
def plant(kafka: Kafka, tmp_path: Path) -> Plant:
    described(tmp_path, "SN 4711")
    return Plant(
        kafka.bootstrap,
        tmp_path,
        partitions=PARTITIONS,
        STETHOS_CHECKPOINT__EVERY_EVENTS="20",
        STETHOS_CHECKPOINT__EVERY_S="0.5",
    )


def described(folder: Path, asset: str, more: str = "") -> None:
    (folder / "machines.toml").write_text(MACHINES.format(id=FAULTY, asset=asset, more=more), "utf-8")


def send(plant: Plant, machine: str, minutes: int) -> None:
    """Send so many minutes of the machine under one of its names, and of its neighbour."""
    producer = KafkaProducer(bootstrap_servers=plant.bootstrap, acks="all", linger_ms=5)
    for _ in range(minutes):
        for name in (machine, SOUND):
            producer.send(VIBRATION, key=name.encode(), value=encode(plant.block(name)))
            plant.sent += 1
        plant._next += timedelta(minutes=1)
    producer.flush()
    producer.close()


def blocks(plant: Plant, machine: str, minutes: int) -> Iterator[Vibration]:
    """Give so many minutes of one machine, to be sent in another way."""
    for _ in range(minutes):
        yield plant.block(machine)
        plant._next += timedelta(minutes=1)
        plant.sent += 1


def publish(plant: Plant, messages: Iterable[Message]) -> None:
    (plant.folder / "recorded.jsonl").write_bytes(b"\n".join(map(to_json, messages)))
    published = plant.command("publish", "recorded.jsonl")
    assert published.returncode == 0, published.stderr
    wait_for_no_lag(plant.bootstrap)


def send_under_kills(plant: Plant, worker: Supervisor, machine: str, minutes: int, kills: int) -> None:
    chance, ready = random.Random(kills), worker.text().count(" ready: ")
    for number in range(1, kills + 1):
        send(plant, machine, minutes // kills)
        wait_until(lambda: len(plant.healths()) > plant.sent - chance.randint(5, 40), "it is in the middle of it")
        worker.kill()
        worker.wait_ready(ready + number)


def states(plant: Plant) -> dict[str, MachineState]:
    restored = asyncio.run(read_checkpoints([plant.bootstrap], range(PARTITIONS)))
    return {name: state for part in restored.values() for name, state in part.machines.items()}


def assert_one_history(plant: Plant, *, acts: int) -> dict[str, bytes]:
    """All is folded once, under the first id; what was said and saved is what a fresh fold says. Gives states."""
    observations = read_topic(plant.bootstrap, OBSERVATIONS)
    decoded = [decode_observation(record.value) for part in observations.values() for record in part]
    assert {each.machine for each in decoded} == {FAULTY, SOUND}
    assert all(
        partition_of(decode_observation(record.value).machine.encode(), PARTITIONS) == number
        for number, part in observations.items()
        for record in part
    ), "what came in another partition stands in the machine's own"
    machines, healths, alerts = fold_afresh(observations)
    counts = [state.counts for state in machines.values()]
    assert sum(count.accepted for count in counts) == plant.sent, "folded exactly once"
    assert machines[FAULTY].counts.acts == acts
    assert first_seen(read_topic(plant.bootstrap, HEALTH)) == healths
    assert first_seen(read_topic(plant.bootstrap, ALERTS)) == alerts
    saved = {name: dump_state(state) for name, state in states(plant).items()}
    assert saved == {name: dump_state(state) for name, state in machines.items()}
    assert not [record for part in read_topic(plant.bootstrap, DEAD_LETTER).values() for record in part]
    return saved


def rows(plant: Plant) -> list:
    return [decode_output(r.value) for part in read_topic(plant.bootstrap, ROWS).values() for r in part]


@pytest.mark.timeout(600)
def test_a_renamed_machine_whose_motor_was_swapped_has_one_history_after_kills_and_a_refold(
    plant: Plant, tmp_path: Path
):
    with supervised(tmp_path, plant.environment) as worker:
        plant.learn()
        renamed = plant.command("machines", "rename", FAULTY, NEW, "--by", "王伟", "--reason", "新网关", "--json")
        assert renamed.returncode == 0, renamed.stderr
        assert json.loads(renamed.stdout) | {"holds_from": None} == {
            "machine": FAULTY, "alias": NEW, "by": "王伟", "reason": "新网关", "holds_from": None,
        }  # fmt: skip
        send_under_kills(plant, worker, NEW, 60, kills=3)
        send(plant, FAULTY, 5)  # another sensor still knows it by its first id
        wait_for_no_lag(plant.bootstrap)
    described(tmp_path, "SN 4712")
    with supervised(tmp_path, plant.environment) as worker:
        send_under_kills(plant, worker, NEW, 40, kills=2)
        send(plant, NEW, 5)
        wait_for_no_lag(plant.bootstrap)
        assert "history of its own" not in worker.text()
    before = assert_one_history(plant, acts=1)
    assert states(plant)[FAULTY].counts.reread, "no kill came in the middle of its messages: nothing was proved"

    acted = {each.kind: each for each in rows(plant) if isinstance(each, Action) and each.former_asset}
    assert (acted["asset"].former_asset, acted["asset"].asset, acted["asset"].machine) == (
        "SN 4711", "SN 4712", FAULTY,
    )  # fmt: skip
    assert {each.machine for each in rows(plant) if isinstance(each, Row | Health)} == {FAULTY, SOUND}
    epochs = {channel.epoch for channel in states(plant)[FAULTY].channels.values()}
    assert epochs == {1}, "the swap, and it alone, began anew"
    shown = plant.command("machines", "history", NEW, "--json")
    placed = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(each["asset"], each["machine"], each["until"] is None) for each in placed] == [
        ("SN 4711", FAULTY, False), ("SN 4712", FAULTY, True),
    ]  # fmt: skip

    make_anew(plant.bootstrap, CHECKPOINTS, partitions=PARTITIONS)
    with supervised(tmp_path, plant.environment):
        wait_until(lambda: states(plant).keys() == before.keys(), "both are folded anew", every_s=1.0)
        wait_for_no_lag(plant.bootstrap)
    assert assert_one_history(plant, acts=1) == before


@pytest.mark.timeout(400)
def test_an_id_that_is_in_use_is_refused_and_one_of_machines_toml_needs_no_command(plant: Plant, tmp_path: Path):
    described(tmp_path, "SN 4711", more=f'aliases = ["{NEW}"]\n')
    with supervised(tmp_path, plant.environment) as worker:
        plant.learn()
        send(plant, NEW, 20)
        wait_for_no_lag(plant.bootstrap)
        for arguments, told in (
            ((FAULTY, SOUND), "as a machine of its own"),
            ((SOUND, NEW), f"{NEW!r} is an alias of {FAULTY!r} already"),
            ((NEW, FAULTY), f"{FAULTY!r} is the id that this machine had first"),
            (("nobody", "P-9"), "nobody has described or heard 'nobody'"),
        ):
            done = plant.command("machines", "rename", *arguments)
            assert (done.returncode, done.stdout) == (1, "")
            assert told in done.stderr
            assert done.stderr.startswith("error: rename: ")
            assert done.stderr.count("\n") == 1
        chained = plant.command("machines", "rename", NEW, "P-103")
        assert chained.returncode == 0, chained.stderr
        assert chained.stdout.startswith(f"{FAULTY}: what comes under P-103 is its own")
        send(plant, "P-103", 10)
        recorded = [Rename(machine="P-103", alias="P-104", time=plant._next), *blocks(plant, "P-104", 5)]
        publish(plant, recorded)
        sound = folded(plant.bootstrap)[SOUND].counts.accepted
        assert plant.command("machines", "rename", FAULTY, SOUND, "--apart").returncode == 0
        publish(plant, blocks(plant, SOUND, 4))
        wait_until(lambda: f"{SOUND}: has a history of its own from before" in worker.text(), "it is told")
        wait_for_no_lag(plant.bootstrap)
    assert_one_history(plant, acts=3)
    counted = {name: state.counts.accepted for name, state in folded(plant.bootstrap).items()}
    assert counted == {FAULTY: 60 + 20 + 10 + 5 + 4, SOUND: sound}
