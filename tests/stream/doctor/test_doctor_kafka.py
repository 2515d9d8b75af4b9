"""What the doctor says of a real Kafka: as it should be, and broken in the ways that happen."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from stream.config.settings import Settings
from stream.doctor.brokers import check_brokers
from stream.kafka.topic_admin import ensure_topics, mend_topics
from stream.messages.topics import CHECKPOINTS, DEAD_LETTER, OBSERVATIONS, TOPICS, VIBRATION
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.workers import start_worker
from tests.stream.doctor.checks import only_wrong, states

pytestmark = pytest.mark.kafka


@pytest.fixture
def admin(broker: Kafka) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    yield client
    client.close()


@pytest.fixture
def settings(broker: Kafka, admin: KafkaAdminClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that fit the topics, which are all there and new."""
    monkeypatch.chdir(tmp_path)
    if there := [name for name in admin.list_topics() if name in TOPICS]:
        admin.delete_topics(there)
        wait_until(lambda: not set(TOPICS) & set(admin.list_topics()), "the topics are gone")
    settings = Settings(broker=broker.bootstrap, partitions=2)
    ensure_topics(settings)
    return settings


def test_as_it_should_be(settings: Settings):
    found = states(check_brokers(settings))
    assert not found["wrong"]
    assert [result.found for result in found["warning"]] == ["none is at work"]
    told = [result.found for result in found["good"]]
    assert f"{settings.broker} answers" in told
    assert f"{len(TOPICS)} topics of 2 partitions each" in told
    assert "they keep what they must for as long as they must" in told
    assert "no message bears a time that has not come yet" in told
    assert "none was put aside in the last hour" in told
    assert any("the disk of broker 1" in one for one in told)


def test_another_number_of_partitions(settings: Settings):
    said = only_wrong(check_brokers(Settings(broker=settings.broker, partitions=12)))
    assert "have 2 partitions, the settings say 12" in said.found
    assert "STETHOS_PARTITIONS=2" in said.fix


def test_a_missing_topic_and_one_of_another_size(settings: Settings, admin: KafkaAdminClient):
    admin.delete_topics([OBSERVATIONS, VIBRATION])
    wait_until(lambda: OBSERVATIONS not in admin.list_topics(), "it is gone")
    admin.create_topics({VIBRATION: {"num_partitions": 3, "replication_factor": 1}})
    said = states(check_brokers(settings))["wrong"]
    assert said[0].found == f"missing: {OBSERVATIONS}"
    assert "stethos topics" in said[0].fix
    assert "vibration has 3" in said[1].found


def test_an_old_configuration_is_named_and_mended(settings: Settings, admin: KafkaAdminClient):
    def change(topic: str, **values: str) -> ConfigResource:
        return ConfigResource(ConfigResourceType.TOPIC, topic, {k.replace("_", "."): v for k, v in values.items()})

    admin.alter_configs(
        [
            change(CHECKPOINTS, cleanup_policy="delete"),
            change(OBSERVATIONS, retention_ms="86400000"),
            change(VIBRATION, max_message_bytes="1048588", retention_ms="-1"),
        ]
    )
    said = only_wrong(check_brokers(settings))
    assert "checkpoints: cleanup.policy is delete, needs compact" in said.found
    assert "observations: retention.ms is 86400000, needs 34560000000" in said.found
    assert "vibration: max.message.bytes is 1048588, needs 8388608" in said.found
    assert "stethos topics --mend" in said.fix
    mended = mend_topics(settings)
    assert {name: set(keys) for name, keys in mended.items()} == {
        CHECKPOINTS: {"cleanup.policy"},
        OBSERVATIONS: {"retention.ms"},
        VIBRATION: {"max.message.bytes"},
    }
    assert not states(check_brokers(settings))["wrong"]
    assert mend_topics(settings) == {}


def test_a_cluster_of_which_one_server_is_away(settings: Settings):
    both = Settings(broker=f"{settings.broker},127.0.0.1:9", partitions=2)
    assert "127.0.0.1:9 does not answer" in only_wrong(check_brokers(both)).found


def test_too_few_copies(settings: Settings):
    three = Settings(broker=settings.broker, partitions=2, replication=3)
    assert "fewer than 3 copies" in states(check_brokers(three))["warning"][0].found


def test_what_was_put_aside_and_a_clock_that_is_off(settings: Settings):
    producer = KafkaProducer(bootstrap_servers=settings.broker)
    for number in range(5):
        producer.send(DEAD_LETTER, value=b"nonsense", partition=number % 2)
    producer.flush()
    producer.close()
    told = states(check_brokers(settings))["warning"]
    assert "5 messages were put aside in the last hour" in [result.found for result in told]
    assert not [
        f for f in states(check_brokers(settings, lambda: time.time() + 7200))["warning"] if f.area == "messages"
    ]
    said = only_wrong(check_brokers(settings, lambda: time.time() - 600))
    assert (said.area, "later than this computer's clock" in said.found) == ("clock", True)


@pytest.mark.slow
def test_two_workers_with_different_settings(settings: Settings, tmp_path: Path):
    environment = {"STETHOS_BROKER": settings.broker, "STETHOS_PARTITIONS": "2"}
    workers = []
    try:
        workers.append(start_worker(tmp_path, environment))
        assert "1 at work, by the same settings" in [f.found for f in states(check_brokers(settings))["good"]]
        stricter = environment | {"STETHOS_THRESHOLDS__CHANGE_LOW": "1.5"}
        workers.append(start_worker(tmp_path, stricter))

        def told() -> bool:
            wrong = states(check_brokers(settings))["wrong"]
            return [result for result in wrong if "judge by different machines, thresholds" in result.found] != []

        wait_until(told, "the difference is told", every_s=1)
    finally:
        for worker in workers:
            worker.stop()
