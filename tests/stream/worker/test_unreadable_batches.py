"""Batches in the broker's log that nobody can read: told and passed by, and all around them judged as ever."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from stream.config.settings import Settings
from stream.delivery.outbox import partition_of
from stream.kafka.groups import STORAGE_GROUP
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_output
from stream.messages.topics import CHECKPOINTS, DEAD_LETTER, HEALTH, INPUTS, OBSERVATIONS, READINGS, ROWS
from tests.services.damaging import Damage, damage, flip, foreign_codec, unpackable
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import STETHOS, start_worker

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]

PARTITIONS = 4
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

POISONS: dict[str, tuple[Damage, str]] = {
    "checksum": (flip, "its checksum is wrong"),
    "foreign codec": (foreign_codec, "a codec unknown here (number 6)"),
    "not packed": (unpackable, "packed with zstd and cannot be unpacked"),
}


@pytest.fixture
def environment(kafka: Kafka) -> dict[str, str]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    return {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": str(PARTITIONS)}


def reading(machine: str, number: int) -> bytes:
    time = (BEGIN + timedelta(seconds=number)).isoformat()
    content = {"type": "reading", "machine": machine, "point": "panel", "time": time, "values": {"a": number % 7}}
    return json.dumps(content).encode()


def publish(kafka: Kafka, partition: int, numbers: range, *, topic: str = READINGS) -> None:
    """Send readings of a machine named after its partition as one batch."""
    machine = f"machine-{partition}"
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", linger_ms=500, batch_size=1 << 20)
    for number in numbers:
        producer.send(topic, key=machine.encode(), value=reading(machine, number), partition=partition)
    producer.flush()
    producer.close()


@contextmanager
def stopped(kafka: Kafka) -> Iterator[Path]:
    """Give a broker's files while it is stopped."""
    kafka.stop()
    try:
        yield kafka.data
    finally:
        kafka.start()


@contextmanager
def working(folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    """Run a worker that must still be there at the end."""
    worker = start_worker(folder, environment)
    try:
        yield worker
        assert worker.running, worker.text()[-3000:]
    finally:
        assert worker.stop() == 0, worker.text()[-3000:]


def judged(kafka: Kafka) -> Counter[str]:
    records = [record for records in read_topic(kafka.bootstrap, HEALTH).values() for record in records]
    return Counter(decode_output(record.value).machine for record in records)


def letters(kafka: Kafka) -> list[dict[str, str]]:
    """The headers of all dead letters."""
    records = [record for records in read_topic(kafka.bootstrap, DEAD_LETTER).values() for record in records]
    return [{name: value.decode() for name, value in record.headers} for record in records]


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisoned_batch_among_good_ones_is_one_dead_letter(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path, poison: str
):
    how, said = POISONS[poison]
    for first in (0, 10, 20):
        publish(kafka, 1, range(first, first + 10))
    for partition in (0, 2, 3):
        publish(kafka, partition, range(334))
    with stopped(kafka) as data:
        assert damage(data, READINGS, 1, 12, how) == (10, 19)
    with working(tmp_path, environment):
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
        publish(kafka, 1, range(30, 40))
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
    assert judged(kafka) == {"machine-0": 334, "machine-1": 30, "machine-2": 334, "machine-3": 334}
    (letter,) = letters(kafka)
    assert said in letter.pop("reason")
    assert letter == {
        "topic": READINGS, "partition": "1", "offset": "19", "first_offset": "10", "last_offset": "19",
    }  # fmt: skip
    command = [STETHOS, "record", "--topic", READINGS, "--output", str(tmp_path / "kept.jsonl")]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 3 * 334 + 30
    assert said in done.stderr
    assert "readings, partition 1, offset 19: the batch at offsets 10 to 19" in done.stderr
    assert "1 unreadable ones left out" in done.stderr


def test_the_first_and_the_last_batch_and_two_in_a_row_in_every_input(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    for topic in INPUTS:
        for first in range(0, 50, 10):
            publish(kafka, 1, range(first, first + 10), topic=topic)
    with stopped(kafka) as data:
        for topic in INPUTS:
            for offset, how in ((0, flip), (20, foreign_codec), (30, flip), (49, unpackable)):
                damage(data, topic, 1, offset, how)
    with working(tmp_path, environment) as worker:
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
        assert "crash" not in worker.text().lower()
    batches = [letter for letter in letters(kafka) if "first_offset" in letter]
    spans = Counter((letter["topic"], letter["first_offset"], letter["last_offset"]) for letter in batches)
    assert spans == {(topic, str(first), str(first + 9)): 1 for topic in INPUTS for first in (0, 20, 30, 40)}
    assert judged(kafka) == {"machine-1": 10}, "the others are readings in topics of other kinds"


def test_lost_observations_are_counted_and_fold_and_store_go_on(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    ours, other = (partition_of(f"machine-{number}".encode(), PARTITIONS) for number in (1, 0))
    assert ours != other
    publish(kafka, 1, range(50))
    publish(kafka, 0, range(50))
    with working(tmp_path, environment):
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
    forget(kafka, CHECKPOINTS)
    forget(kafka, HEALTH)
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    with stopped(kafka) as data:
        first, last = damage(data, OBSERVATIONS, ours, 20, flip)
        row = damage(data, ROWS, ours, 3, flip)
    publish(kafka, 1, range(50, 60))
    with working(tmp_path, environment | {"STETHOS_SQLITE__PATH": str(tmp_path / "anew.db")}) as worker:
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
        assert f"(offsets {first} to {last}) are lost" in worker.text()
    lost = last - first + 1
    found = judged(kafka)
    assert found["machine-0"] == 50
    assert 60 - lost <= found["machine-1"] < 60
    told = {(letter["topic"], letter["first_offset"], letter["last_offset"]) for letter in letters(kafka)}
    assert told == {(OBSERVATIONS, str(first), str(last)), (ROWS, str(row[0]), str(row[1]))}


def forget(kafka: Kafka, topic: str) -> None:
    """Delete a topic, and how far the store has it."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    if STORAGE_GROUP in {group["group_id"] for group in admin.list_groups()}:
        admin.delete_groups([STORAGE_GROUP])
    admin.delete_topics([topic])
    wait_until(lambda: topic not in admin.list_topics(), "the topic is gone")
    admin.close()
