"""Gateways that send in transactions: what they take back is no measurement, and their ends make nobody ill."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from stream.config.settings import Settings
from stream.doctor.brokers import check_brokers
from stream.kafka.groups import FAUST_GROUP
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import decode_output
from stream.messages.topics import HEALTH, READINGS
from tests.services.kafka import Kafka
from tests.services.processes import free_port, wait_until
from tests.services.topics import read_topic
from tests.services.workers import STETHOS, start_worker
from tests.stream.monitoring.test_a_real_worker import health, metrics, wait_until_well

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]

PARTITIONS = 4
PATIENCE_S = 6
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def environment(kafka: Kafka) -> dict[str, str]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    return {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": str(PARTITIONS),
        "STETHOS_CHECKPOINT__EVERY_S": "0.5",
        "STETHOS_HEALTH__PORT": str(free_port()),
        "STETHOS_HEALTH__PATIENCE_S": str(PATIENCE_S),
    }


@contextmanager
def gateway(kafka: Kafka) -> Iterator[KafkaProducer]:
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", transactional_id="gateway 7")
    producer.init_transactions()
    try:
        yield producer
    finally:
        producer.close(timeout=1)


def send(producer: KafkaProducer, machine: str, numbers: Sequence[int], partition: int = 1) -> None:
    for number in numbers:
        time = (BEGIN + timedelta(seconds=number)).isoformat()
        content = {"type": "reading", "machine": machine, "point": "panel", "time": time, "values": {"a": 1.0}}
        producer.send(READINGS, key=machine.encode(), value=json.dumps(content).encode(), partition=partition)
    producer.flush()


def judged(kafka: Kafka) -> list[tuple[str, int]]:
    records = [record for records in read_topic(kafka.bootstrap, HEALTH).values() for record in records]
    said = [decode_output(record.value) for record in records]
    return sorted((each.machine, round((each.time - BEGIN).total_seconds())) for each in said)


def committed(kafka: Kafka) -> int:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        offsets = admin.list_group_offsets([FAUST_GROUP])[FAUST_GROUP]
        return offsets[place].offset if (place := TopicPartition(READINGS, 1)) in offsets else -1
    finally:
        admin.close()


def test_what_was_taken_back_is_not_judged_and_the_end_of_a_transaction_is_no_lag(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    worker = start_worker(tmp_path, environment)
    try:
        with gateway(kafka) as producer:
            for begin, kept in ((0, True), (1, False), (11, True), (21, False), (31, True)):
                producer.begin_transaction()
                send(producer, "kept" if kept else "taken back", range(begin, begin + (1 if begin == 0 else 10)))
                _ = producer.commit_transaction() if kept else producer.abort_transaction()
            expected = [("kept", number) for number in (0, *range(11, 21), *range(31, 41))]
            wait_until(lambda: judged(kafka) == expected, "all that was kept is judged")
            wait_until(lambda: committed(kafka) == 45, "all that was kept is acknowledged: 41 messages, 4 ends")
            producer.begin_transaction()
            send(producer, "taken back", range(41, 51))
            producer.abort_transaction()
        worker.linger(2 * PATIENCE_S + 5)
        report = wait_until_well(environment, deadline_s=1)
        assert [agent["lag"] for agent in report["signs"]["agents"]] == [0] * 6
        assert report["warnings"] == []
        assert metrics(environment)['stethos_lag_messages{partition="1",topic="readings"}'] == 0
        assert judged(kafka) == expected
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    file = tmp_path / "kept.jsonl"
    command = [STETHOS, "record", "--topic", READINGS, "--output", str(file)]
    subprocess.run(command, env={**os.environ, **environment}, cwd=tmp_path, check=True, timeout=30)
    assert [json.loads(line)["machine"] for line in file.read_text().splitlines()] == ["kept"] * 21
    worker = start_worker(tmp_path, environment)
    try:
        worker.linger(3)
        assert judged(kafka) == expected, "nothing is repeated"
    finally:
        worker.stop()


def test_a_transaction_that_stays_open_is_told_by_worker_and_doctor_until_it_ends(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("stream.doctor.transactions._PATIENCE_S", 1.0)
    settings = Settings(broker=kafka.bootstrap, partitions=PARTITIONS)
    worker = start_worker(tmp_path, environment)
    plain = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    try:
        send(plain, "before", range(3))
        with gateway(kafka) as producer:
            producer.begin_transaction()
            send(producer, "open", range(3))
            send(plain, "behind", range(3))
            send(plain, "beside", range(3), partition=2)
            wait_until(lambda: health(environment)[1]["warnings"], "the worker tells of it", deadline_s=30)
            status, report = health(environment)
            assert (status, report["reasons"]) == (200, [])
            (warning,) = report["warnings"]
            assert "a transaction has been open in readings/1 since" in warning
            assert "from offset 3 on waits" in warning
            assert (
                metrics(environment)['stethos_open_transaction_seconds{partition="1",topic="readings"}']
                > PATIENCE_S
            )
            (found,) = [each for each in check_brokers(settings) if each.area == "transactions"]
            assert found.state == "wrong"
            assert "transactional.id 'gateway 7' has had one open in readings/1 since" in found.found
            assert found.fix.endswith("abort --topic readings --partition 1 --start-offset 3")
            wait_until(lambda: ("beside", 2) in judged(kafka), "other partitions are judged")
            assert {machine for machine, _ in judged(kafka)} == {"before", "beside"}
            producer.commit_transaction()
        wait_until(lambda: len(judged(kafka)) == 12, "what waited is judged")
        wait_until(lambda: "has ended, and what waited behind it" in worker.text(), "the end is told")
        assert health(environment)[1]["warnings"] == []
        assert worker.text().count("a transaction has been open in") == 1
        (found,) = [each for each in check_brokers(settings) if each.area == "transactions"]
        assert found.state == "good"
    finally:
        plain.close()
        assert worker.stop() == 0, worker.text()[-2000:]
