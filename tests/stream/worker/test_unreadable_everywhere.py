"""Unreadable batches where they are rarer: in the worker's own topics, in transactions, under a worker at work."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaProducer

from stream.delivery.outbox import partition_of
from stream.messages.topics import CHECKPOINTS, LESSONS, READINGS
from tests.services.damaging import damage, flip, foreign_codec, header_name
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.topics import wait_for_no_lag
from tests.stream.worker.test_transactions import gateway, send
from tests.stream.worker.test_transactions import judged as judged_times
from tests.stream.worker.test_unreadable_batches import (
    PARTITIONS,
    environment,
    judged,
    letters,
    publish,
    stopped,
    working,
)

__all__ = ["environment"]

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]

OURS = partition_of(b"machine-1", PARTITIONS)


def test_a_worker_that_starts_among_them_in_its_own_topics(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    with working(tmp_path, environment):
        publish(kafka, 1, range(20))
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
    publish(kafka, 1, range(20, 30))
    publish(kafka, 1, range(30, 40))
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    for _ in range(3):
        producer.send(LESSONS, value=b"no lesson", partition=0).get(timeout=20)
    producer.close()
    with stopped(kafka) as data:
        damage(data, READINGS, 1, 25, flip)
        damage(data, CHECKPOINTS, OURS, 0, flip)
        damage(data, LESSONS, 0, 1, foreign_codec)
    with working(tmp_path, environment) as worker:
        wait_until(lambda: "lessons@1: left out: the batch at offset 1 is packed by" in worker.text(), "it is told")
        wait_until(lambda: "lessons@2: left out" in worker.text(), "the lesson behind it is read")
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
        publish(kafka, 1, range(40, 50))
        expected = {("machine-1", number) for number in (*range(20), *range(30, 50))}
        wait_until(lambda: set(judged_times(kafka)) == expected, "all others are judged")  # some again, and alike
        assert f"checkpoints/{OURS}: " in worker.text()
    (letter,) = letters(kafka)
    assert (letter["topic"], letter["first_offset"], letter["last_offset"]) == (READINGS, "20", "29")


def test_a_poisoned_batch_and_the_damaged_end_of_an_aborted_transaction(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    with gateway(kafka) as producer:
        for machine, kept in (
            ("kept 1", True),
            ("void 1", False),
            ("kept 2", True),
            ("void 2", False),
            ("kept 3", True),
        ):
            producer.begin_transaction()
            send(producer, machine, range(10))
            _ = producer.commit_transaction() if kept else producer.abort_transaction()
    # kept 1: 0 to 9, its end 10; void 1: 11 to 20, its end 21; kept 2: 22, 32; void 2: 33, 43; kept 3: 44, 54
    with stopped(kafka) as data:
        assert damage(data, READINGS, 1, 21, flip) == (21, 21)
        assert damage(data, READINGS, 1, 35, foreign_codec) == (33, 42)
    with working(tmp_path, environment):
        wait_until(lambda: judged(kafka) == {"kept 1": 10, "kept 2": 10, "kept 3": 10}, "what was kept is judged")
        wait_until(lambda: len(letters(kafka)) == 1, "the damaged end is told")
        (letter,) = letters(kafka)
        assert (letter["first_offset"], letter["last_offset"]) == ("21", "21")


def test_headers_that_nobody_expects(kafka: Kafka, environment: dict[str, str], tmp_path: Path):
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    content = {"type": "reading", "machine": "machine-1", "point": "DE", "values": {"a": 1.0}}
    for number, headers in enumerate(([("a", b"2"), ("a", b"1")], [("", b"")], [("name", b"\xff\xfe")])):
        content["time"] = datetime(2026, 3, 1, 8, number, tzinfo=UTC).isoformat()
        producer.send(READINGS, key=b"machine-1", value=json.dumps(content).encode(), headers=headers, partition=1)
        producer.flush()
    producer.close()
    with stopped(kafka) as data:
        damage(data, READINGS, 1, 2, header_name)
    with working(tmp_path, environment):
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
    assert judged(kafka) == {"machine-1": 2}
    (letter,) = letters(kafka)
    assert "UnicodeDecodeError" in letter["reason"]


def test_a_message_that_was_small_only_while_it_was_packed_stops_nobody(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    producer = KafkaProducer(
        bootstrap_servers=kafka.bootstrap, acks="all", compression_type="zstd", max_request_size=1 << 26
    )
    producer.send(READINGS, key=b"k" * 100_000, value=bytes(20 << 20), partition=1)
    producer.flush()
    producer.close()
    publish(kafka, 1, range(10))
    with working(tmp_path, environment):
        wait_for_no_lag(kafka.bootstrap, deadline_s=60)
    assert judged(kafka) == {"machine-1": 10}
    (letter,) = letters(kafka)
    assert "more than 8388608" in letter["reason"]
    assert letter["bytes"] == str(20 << 20)
