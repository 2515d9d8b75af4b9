"""The broker is killed in the middle of the work and comes back: nothing is lost, nothing is judged twice."""

import time
from pathlib import Path

import pytest
from kafka.errors import KafkaError

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import HEALTH, OBSERVATIONS, ROWS
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.topics import lag, read_topic, wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4
READINGS_SENT = 12_000
AWAY_S = 30


def values(kafka: Kafka, topic: str) -> list[bytes]:
    return [record.value for records in read_topic(kafka.bootstrap, topic).values() for record in records]


def knows_the_groups(kafka: Kafka) -> bool:
    try:
        lag(kafka.bootstrap)
    except KafkaError:
        return False
    return True


@pytest.mark.timeout(400)
def test_a_broker_killed_for_half_a_minute_costs_nothing(kafka: Kafka, tmp_path: Path):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    environment = {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": str(PARTITIONS)}
    publish_readings(kafka.bootstrap, 0, READINGS_SENT)
    worker = start_worker(tmp_path, environment)
    try:
        wait_until(lambda: len(values(kafka, HEALTH)) > READINGS_SENT // 20, "it is at work")
        kafka.kill()
        time.sleep(AWAY_S)  # the length of the outage is what is tested
        assert worker.running, worker.text()[-2000:]
        kafka.start()
        wait_until(lambda: knows_the_groups(kafka), "the broker has read its groups again")
        wait_for_no_lag(kafka.bootstrap, deadline_s=180)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    observed = [value for value in values(kafka, OBSERVATIONS) if b"observed_reading" in value]
    assert len(observed) >= READINGS_SENT, "at least once"
    for topic in (HEALTH, ROWS):
        found = [value for value in values(kafka, topic) if b'"type":"intake"' not in value]  # of the work itself
        assert len(set(found)) == READINGS_SENT, f"{topic}: each judged once, repeats byte for byte the same"
