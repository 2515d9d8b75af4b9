"""Topics are created, checked and mended on a real Kafka."""

import time

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from models.errors import ConfigurationError, ServiceError
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import CHECKPOINTS, MAXIMUM_MESSAGE_BYTES, TOPICS
from tests.services.kafka import Kafka
from tests.services.processes import free_port, wait_until

pytestmark = [pytest.mark.kafka]


@pytest.fixture(scope="module")
def settings(broker: Kafka) -> Settings:
    return Settings(broker=broker.bootstrap, partitions=4)


@pytest.fixture(scope="module")
def topics(settings: Settings) -> Settings:
    ensure_topics(settings)
    return settings


def test_all_topics_are_created_equal_and_again_changes_nothing(settings: Settings):
    first = ensure_topics(settings)
    assert [state.name for state in first] == list(TOPICS)
    assert all(state.created and state.partitions == 4 for state in first)
    assert not any(state.created for state in ensure_topics(settings))


def test_topics_keep_what_they_must(topics: Settings):
    admin = KafkaAdminClient(bootstrap_servers=topics.servers)
    try:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in TOPICS]
        found = admin.describe_configs(resources, config_filter="all")["topic"]
    finally:
        admin.close()
    value = {name: {key: entry["value"] for key, entry in entries.items()} for name, entries in found.items()}
    assert value["observations"]["retention.ms"] == str(400 * 24 * 3600 * 1000)
    assert value["vibration"]["max.message.bytes"] == str(8 * 1024 * 1024)
    assert int(value["dead-letter"]["max.message.bytes"]) > MAXIMUM_MESSAGE_BYTES
    assert value["checkpoints"]["cleanup.policy"] == "compact"
    assert all(entries["message.timestamp.type"] == "LogAppendTime" for entries in value.values())


def test_another_count_in_the_settings_is_refused(topics: Settings):
    with pytest.raises(ConfigurationError, match=r"have 4 partitions, the settings say 6; set partitions = 4"):
        ensure_topics(topics.model_copy(update={"partitions": 6}))


def test_unequal_counts_and_lost_compaction_are_refused(kafka: Kafka):
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    admin = KafkaAdminClient(bootstrap_servers=settings.servers)
    try:
        options = {"num_partitions": 2, "replication_factor": 1}
        admin.create_topics(
            {CHECKPOINTS: options, "health": options | {"num_partitions": 3}}, wait_for_metadata=True
        )
        with pytest.raises(ConfigurationError, match=r"all need 2 partitions, but health has 3; delete"):
            ensure_topics(settings)
        admin.delete_topics(["health"])
        wait_until(lambda: "health" not in admin.list_topics(), "the topic is gone")
        with pytest.raises(ConfigurationError, match=r"cleanup\.policy=delete.*topics --mend"):
            ensure_topics(settings)
    finally:
        admin.close()


def test_no_broker_is_told_within_seconds():
    started = time.monotonic()
    with pytest.raises(ServiceError, match="STETHOS_BROKER"):
        ensure_topics(Settings(broker=f"127.0.0.1:{free_port()}"))
    assert time.monotonic() - started < 20
