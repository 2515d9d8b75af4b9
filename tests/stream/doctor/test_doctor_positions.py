"""What the doctor says of committed positions that mean nothing any more, on a real Kafka."""

from collections.abc import Iterator

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from stream.config.settings import Settings
from stream.doctor.brokers import check_brokers
from stream.kafka.groups import FAUST_GROUP, STORAGE_GROUP
from stream.kafka.topic_admin import ensure_topics
from stream.kafka.topic_reader import TopicReader
from stream.messages.topics import HEALTH, READINGS
from tests.services.kafka import Kafka
from tests.stream.doctor.checks import states

pytestmark = pytest.mark.kafka


@pytest.fixture
def settings(kafka: Kafka) -> Settings:
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    ensure_topics(settings)
    return settings


@pytest.fixture
def ids(settings: Settings) -> Iterator[dict[str, str]]:
    reader = TopicReader(settings)
    yield reader.ids()
    reader.close()


def commit(settings: Settings, group: str, topic: str, offset: int, topic_id: str) -> None:
    consumer = KafkaConsumer(bootstrap_servers=settings.servers, group_id=group, enable_auto_commit=False)
    consumer.assign([TopicPartition(topic, 1)])
    consumer.commit({TopicPartition(topic, 1): OffsetAndMetadata(offset, topic_id, -1)})
    consumer.close()


def send(settings: Settings, topic: str, count: int) -> None:
    producer = KafkaProducer(bootstrap_servers=settings.servers)
    for _ in range(count):
        producer.send(topic, value=b"{}", partition=1)
    producer.flush()
    producer.close()


def told(settings: Settings, state: str) -> list[str]:
    return [f"{line.found}: {line.fix}" for line in states(check_brokers(settings))[state] if line.area == "topics"]


def test_positions_of_these_topics_are_good_and_their_ids_are_shown(settings: Settings, ids: dict[str, str]):
    send(settings, READINGS, 5)
    commit(settings, FAUST_GROUP, READINGS, 5, ids[READINGS])
    assert not told(settings, "wrong")
    assert any(f"readings {ids[READINGS][:8]}" in line for line in told(settings, "good"))


def test_a_position_beyond_the_end(settings: Settings, ids: dict[str, str]):
    send(settings, READINGS, 5)
    commit(settings, FAUST_GROUP, READINGS, 200, "")
    (line,) = told(settings, "wrong")
    assert "readings/1 was made anew or lost its end (it ends at 5, and had been read to 200)" in line
    assert "start the workers" in line


def test_positions_in_a_topic_of_before(settings: Settings, ids: dict[str, str]):
    for group, topic in ((FAUST_GROUP, READINGS), (STORAGE_GROUP, HEALTH)):
        send(settings, topic, 5)
        commit(settings, group, topic, 3, ids["rows"])
    health, readings = told(settings, "wrong")
    assert "health/1 was made anew, which the workers have not noticed yet" in health
    assert "readings/1 was made anew, which the workers have not noticed yet" in readings
