"""A store that is away, a stop in the middle, a lost checkpoint: nothing is lost, nothing is learned twice."""

import asyncio
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from models.fold import dump_state
from stream.config.settings import Settings
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import CHECKPOINTS, HEALTH, OBSERVATIONS, ROWS
from tests.grafana.queries import run
from tests.services.influxdb import running
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.topics import lag, read_topic, wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4


@pytest.fixture
def environment(kafka: Kafka) -> dict[str, str]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    return {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": str(PARTITIONS)}


def all_values(kafka: Kafka, topic: str) -> list[bytes]:
    return [record.value for records in read_topic(kafka.bootstrap, topic).values() for record in records]


@pytest.mark.influxdb
def test_what_is_judged_while_influxdb_is_away_is_stored_when_it_is_back(
    kafka: Kafka, influxd: Path, environment: dict[str, str], tmp_path: Path
):
    with running(influxd) as influxdb:
        from stream.stores.influxdb.setup import prepare

        prepare(influxdb.wanted())
        environment |= {
            "STETHOS_STORE": "influxdb",
            "STETHOS_INFLUXDB__URL": influxdb.url,
            "STETHOS_INFLUXDB__ORG": influxdb.org,
            "STETHOS_INFLUXDB__TOKEN_FILE": str(influxdb.token_file),
        }
        worker = start_worker(tmp_path, environment)
        try:
            publish_readings(kafka.bootstrap, 0, 300)
            wait_for_no_lag(kafka.bootstrap)
            influxdb.stop()
            publish_readings(kafka.bootstrap, 300, 3000)
            wait_until(
                lambda: len(all_values(kafka, HEALTH)) == 3300, "all is judged without a store", deadline_s=60
            )
            wait_until(lambda: "store: not written" in worker.text(), "the log says why nothing is stored")
            wait_until(
                lambda: unread(kafka) == {ROWS, HEALTH}, "what is not stored is not acknowledged, and only that"
            )
            influxdb.start()
            wait_for_no_lag(kafka.bootstrap)
        finally:
            assert worker.stop() == 0, worker.text()[-2000:]
        (found,) = run(influxdb, "stethos-raw", "SELECT count(a) FROM readings")
        assert found["count"] == 3300
        healths = run(influxdb, "stethos", "SELECT count(withheld) FROM health")
        assert [row["count"] for row in healths] == [3300]


def test_a_stop_in_the_middle_repeats_nothing(kafka: Kafka, environment: dict[str, str], tmp_path: Path):
    publish_readings(kafka.bootstrap, 0, 4000)
    for _ in range(3):
        worker = start_worker(tmp_path, environment)
        before = len(all_values(kafka, HEALTH))
        wait_until(lambda before=before: len(all_values(kafka, HEALTH)) > min(before, 3900), "it is at work")
        assert worker.stop() == 0, worker.text()[-2000:]
    worker = start_worker(tmp_path, environment)
    try:
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    observations, healths = all_values(kafka, OBSERVATIONS), all_values(kafka, HEALTH)
    assert sum(b"observed_reading" in value for value in observations) == 4000
    assert len(healths) == len(set(healths)) == 4000


def test_lost_checkpoints_are_made_anew_from_all_observations(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    publish_readings(kafka.bootstrap, 0, 1200)
    worker = start_worker(tmp_path, environment)
    try:
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0
    first = states(kafka)
    assert len(first) == 6

    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_topics([CHECKPOINTS])
    admin.close()
    wait_until(lambda: CHECKPOINTS not in topics(kafka), "the checkpoints are gone")
    worker = start_worker(tmp_path, environment)
    try:
        wait_until(lambda: len(all_values(kafka, HEALTH)) == 2400, "everything is folded again")
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0
    healths = all_values(kafka, HEALTH)
    assert len(set(healths)) == 1200, "what is said again is byte for byte the same"
    assert states(kafka) == first


def test_checkpoints_of_observations_that_are_gone_make_machines_learn_anew(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    publish_readings(kafka.bootstrap, 0, 60)
    worker = start_worker(tmp_path, environment)
    try:
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_topics([OBSERVATIONS])
    admin.close()
    wait_until(lambda: OBSERVATIONS not in topics(kafka), "the observations are gone")
    publish_readings(kafka.bootstrap, 60, 60)
    worker = start_worker(tmp_path, environment)
    try:
        wait_until(lambda: len(all_values(kafka, HEALTH)) == 120, "what comes from now on is judged")
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0
    assert "it was made anew or has lost its end" in worker.text()
    restored = asyncio.run(read_checkpoints([kafka.bootstrap], range(PARTITIONS)))
    assert sum(state.counts.accepted for part in restored.values() for state in part.machines.values()) == 60


def unread(kafka: Kafka) -> set[str]:
    return {topic for topic, _ in lag(kafka.bootstrap)}


def topics(kafka: Kafka) -> set[str]:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


def states(kafka: Kafka) -> dict[str, bytes]:
    restored = asyncio.run(read_checkpoints([kafka.bootstrap], range(PARTITIONS)))
    return {name: dump_state(state) for part in restored.values() for name, state in part.machines.items()}
