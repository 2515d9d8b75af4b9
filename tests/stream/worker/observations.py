"""Observations put straight into their topic, and the proof that what became of them is what a fold makes."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from models.fold import MachineState, dump_state, initial_state, step
from models.observations import Observation, ReadingObserved
from models.outputs import Health
from stream.config.settings import Settings
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_observation, encode_observation, encode_output
from stream.messages.topics import CHECKPOINTS, HEALTH, OBSERVATIONS
from tests.services.processes import wait_until
from tests.services.topics import read_topic

__all__ = [
    "assert_as_folded_afresh",
    "checkpoint_log",
    "committed_observations",
    "environment_of",
    "judged",
    "observations",
    "publish_observations",
    "restored_states",
    "wait_until_folded",
    "write_checkpoints",
]

_BEGIN_US = 1_767_225_600_000_000


def environment_of(bootstrap: str, partitions: int = 1) -> dict[str, str]:
    """Make the topics, and give the settings of a worker that checkpoints often."""
    ensure_topics(Settings(broker=bootstrap, partitions=partitions))
    return {
        "STETHOS_BROKER": bootstrap,
        "STETHOS_PARTITIONS": str(partitions),
        "STETHOS_CHECKPOINT__EVERY_S": "0.5",
    }


def observations(machines: Iterable[str], first: int, count: int, *, values: int = 1) -> Iterator[ReadingObserved]:
    """Give so many readings of machines that take turns, a second apart."""
    names = list(machines)
    for number in range(first, first + count):
        time_us = _BEGIN_US + number * 1_000_000
        yield ReadingObserved(
            machine=names[number % len(names)],
            point="panel",
            time_us=time_us,
            observed_us=time_us,
            digest=f"{number:016x}",
            values={f"value_{each}": 10.0 + (number * (each + 3)) % 7 for each in range(values)},
        )


def publish_observations(bootstrap: str, them: Iterable[Observation], *, partition: int = 0) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=20)
    for each in them:
        value = encode_observation(each)
        producer.send(OBSERVATIONS, key=each.machine.encode(), value=value, partition=partition)
    producer.flush()
    producer.close()


def checkpoint_log(bootstrap: str, partition: int = 0) -> list[tuple[bytes, bytes | None]]:
    """Give all records of a partition of `checkpoints`, in their order."""
    return [(record.key, record.value) for record in read_topic(bootstrap, CHECKPOINTS)[partition]]


def write_checkpoints(bootstrap: str, records: Iterable[tuple[bytes, bytes | None]], *, partition: int = 0) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for key, value in records:
        producer.send(CHECKPOINTS, key=key, value=value, partition=partition)
    producer.flush()
    producer.close()


def committed_observations(bootstrap: str, partition: int = 0) -> list[tuple[int, Observation]]:
    """Give what a partition holds for those who read what is committed, with its offsets."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    try:
        place = TopicPartition(OBSERVATIONS, partition)
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        consumer.seek_to_beginning(place)
        found: list[tuple[int, Observation]] = []
        while consumer.position(place) < end:
            for records in consumer.poll(timeout_ms=500).values():
                found += [(record.offset, decode_observation(record.value)) for record in records]
        return found
    finally:
        consumer.close()


def restored_states(bootstrap: str, partition: int = 0) -> dict[str, bytes]:
    restored = asyncio.run(read_checkpoints([bootstrap], [partition]))[partition]
    assert (restored.damaged, restored.incomplete) == ({}, False)
    return {name: dump_state(state) for name, state in restored.machines.items()}


def judged(bootstrap: str) -> dict[str, list[bytes]]:
    """Give the distinct healths of each machine as they first came: a repeat is byte for byte equal."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for records in read_topic(bootstrap, HEALTH).values():
        for record in records:
            found[record.key.decode()].append(record.value)
    return {name: list(dict.fromkeys(values)) for name, values in found.items()}


def wait_until_folded(bootstrap: str, partition: int = 0, *, deadline_s: float = 120) -> None:
    """Wait until the checkpoints stand at the end of `observations`, and no machine is left aside."""

    def folded() -> bool:
        newest = committed_observations(bootstrap, partition)[-1][0]
        restored = asyncio.run(read_checkpoints([bootstrap], [partition]))[partition]
        return restored.next_offset > newest and not restored.damaged and not restored.incomplete

    wait_until(folded, "everything is folded and saved", deadline_s=deadline_s, every_s=0.5)


def assert_as_folded_afresh(bootstrap: str, partition: int = 0) -> None:
    """Each state bit for bit that of a fresh fold of what there is; each health out, in its machine's order."""
    machines: dict[str, MachineState] = {}
    healths: dict[str, list[bytes]] = defaultdict(list)
    for _, observation in committed_observations(bootstrap, partition):
        name = observation.machine
        machines[name], outputs = step(machines.get(name) or initial_state(name), observation)
        healths[name] += [encode_output(output) for output in outputs if isinstance(output, Health)]
    assert restored_states(bootstrap, partition) == {name: dump_state(state) for name, state in machines.items()}
    said = judged(bootstrap)
    for name, wanted in healths.items():
        found = said[name]
        assert set(wanted) - set(found) == set(), f"{name}: {len(found)} of {len(wanted)}: these are missing"
        assert set(found) - set(wanted) == set(), f"{name}: {len(found)} of {len(wanted)}: these are too many"
        assert found == wanted, f"{name}: another order"
