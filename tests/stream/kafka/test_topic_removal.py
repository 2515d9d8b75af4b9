"""Deleting the topics on a real Kafka: all and only ours, with the groups' positions, and never under a worker."""

from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import CoordinatorLoadInProgressError
from typer.testing import CliRunner

from models.errors import ServiceError
from stream.cli.main import app
from stream.config.settings import Settings
from stream.kafka import coordinator, topic_removal
from stream.kafka.groups import FAUST_GROUP
from stream.kafka.topic_admin import ensure_topics
from stream.kafka.topic_removal import delete_topics
from stream.messages.topics import TOPICS, VIBRATION
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.topics import read_topic
from tests.services.workers import start_worker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def theirs(kafka: Kafka) -> set[str]:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        return {name for name in admin.list_topics() if not name.startswith("__")}
    finally:
        admin.close()


def test_nothing_of_a_trial_is_left_and_what_is_not_ours_stays(kafka: Kafka, tmp_path: Path):
    settings = Settings(broker=kafka.bootstrap, partitions=3)
    environment = {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": "3"}
    ensure_topics(settings)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics({"other": {"num_partitions": 1, "replication_factor": 1}})
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    producer.send(VIBRATION, b"nonsense")
    producer.close()
    worker = start_worker(tmp_path, environment)
    try:
        with pytest.raises(ServiceError, match="workers are at work"):
            delete_topics(settings)
        assert theirs(kafka) == {*TOPICS, "other"}
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    wait_until(lambda: all(group["group_state"] == "Empty" for group in admin.list_groups()), "it has left")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        asked = CliRunner().invoke(app, ["topics", "--delete"], input="n\n")
        assert asked.exit_code == 1
        assert theirs(kafka) == {*TOPICS, "other"}
        done = CliRunner().invoke(app, ["topics", "--delete", "--yes"])
        assert done.exit_code == 0, done.output
        assert "deleted vibration" in done.output
        assert theirs(kafka) == {"other"}
        assert admin.list_groups() == []
        assert "there were none" in CliRunner().invoke(app, ["topics", "--delete", "--yes"]).output
    admin.close()
    ensure_topics(settings)
    assert not any(read_topic(kafka.bootstrap, VIBRATION).values())


class LoadingAdmin:
    """An admin client of a broker that has just begun: it does not know its groups yet."""

    def __init__(self, times: int) -> None:
        self.left = times

    def list_groups(self) -> list[dict[str, str]]:
        self.left -= 1
        if self.left >= 0:
            raise CoordinatorLoadInProgressError
        return [{"group_id": FAUST_GROUP, "group_state": "Empty"}, {"group_id": "other", "group_state": "Stable"}]


def test_a_broker_that_has_just_begun_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coordinator, "_PAUSES_S", (0.0, 0.0, 0.0))
    assert topic_removal._groups(LoadingAdmin(3)) == {FAUST_GROUP: "Empty"}
    with pytest.raises(CoordinatorLoadInProgressError):
        topic_removal._groups(LoadingAdmin(10**6))
