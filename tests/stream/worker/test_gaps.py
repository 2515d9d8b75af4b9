"""Offsets that a plant's Kafka leaves out end no worker, and what is lost is told while the rest is judged."""

import json
import urllib.request
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from stream.messages.records import encode_observation
from stream.messages.topics import OBSERVATIONS
from tests.services.kafka import Kafka
from tests.services.processes import free_port
from tests.services.workers import start_worker
from tests.stream.worker.observations import (
    assert_as_folded_afresh,
    environment_of,
    judged,
    observations,
    publish_observations,
    wait_until_folded,
)

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(300)]

MACHINES = ["泵-1", "fan"]


def mirror(kafka: Kafka, first: int, transactions: int) -> None:
    """Copy observations as a mirror does: ten in a transaction, and each fifth one aborted and done again."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", transactional_id="mirror")
    producer.init_transactions()
    for number in range(transactions):
        for aborts in (True, False) if number % 5 == 4 else (False,):
            producer.begin_transaction()
            for each in observations(MACHINES, first + 10 * number, 10):
                producer.send(OBSERVATIONS, key=each.machine.encode(), value=encode_observation(each), partition=0)
            producer.flush()
            producer.abort_transaction() if aborts else producer.commit_transaction()
    producer.close()


def test_the_transactions_of_a_mirror_are_passed_through_restarts(kafka: Kafka, tmp_path: Path):
    environment = environment_of(kafka.bootstrap)
    for first in (0, 300, 600):
        mirror(kafka, first, 30)
        worker = start_worker(tmp_path, environment)
        try:
            wait_until_folded(kafka.bootstrap)
            assert worker.running
        finally:
            assert worker.stop() == 0, worker.text()[-2000:]
        assert "came where" not in worker.text()
    assert_as_folded_afresh(kafka.bootstrap)
    assert sum(map(len, judged(kafka.bootstrap).values())) >= 900


def test_what_retention_took_before_it_was_judged_is_told_and_the_rest_is_judged(kafka: Kafka, tmp_path: Path):
    port = free_port()
    environment = environment_of(kafka.bootstrap) | {"STETHOS_HEALTH__PORT": str(port)}
    publish_observations(kafka.bootstrap, observations(MACHINES, 0, 40))
    worker = start_worker(tmp_path, environment)
    try:
        wait_until_folded(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    publish_observations(kafka.bootstrap, observations(MACHINES, 40, 100))
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_records({TopicPartition(OBSERVATIONS, 0): 100})
    admin.close()
    before = sum(map(len, judged(kafka.bootstrap).values()))
    worker = start_worker(tmp_path, environment)
    try:
        wait_until_folded(kafka.bootstrap)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            report = json.load(answer)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            metrics = answer.read()
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    assert report["ok"]
    (warning,) = report["warnings"]
    assert "observations/0: 60 observations (offsets 40 to 99) are lost" in warning
    assert "fan, 泵-1; they were deleted before they were judged" in warning
    assert worker.text().count("are lost") == 1
    assert b"stethos_observations_lost_total 60.0" in metrics
    assert sum(map(len, judged(kafka.bootstrap).values())) >= before + 40
    worker = start_worker(tmp_path, environment)
    assert worker.stop() == 0
    assert "are lost" not in worker.text(), "it is told once"
