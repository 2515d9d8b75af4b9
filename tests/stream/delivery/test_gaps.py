"""A gap in `observations` is passed where the broker has nothing there, and only there: asked of a real Kafka."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from stream.agents import condition as condition_module
from stream.config.settings import Settings
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.gaps import Gap, GapReader
from stream.delivery.partition import Partition
from stream.kafka.topic_admin import ensure_topics
from stream.messages.records import encode_observation
from stream.messages.topics import OBSERVATIONS
from tests.services.kafka import Kafka
from tests.stream.agents.workers import context_of
from tests.stream.delivery.machines import reading

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

PARTITIONS = 10
numbers: Iterator[int] = itertools.count()


@pytest.fixture
def number(broker: Kafka) -> int:
    """Give a partition of `observations` of which nobody has heard."""
    ensure_topics(Settings(broker=broker.bootstrap, partitions=PARTITIONS))
    return next(numbers)


def publish(broker: Kafka, number: int, *transactions: int, plain: int = 0) -> None:
    """Send so many observations in each of these transactions (a negative one is aborted), then plain ones."""
    options = {"bootstrap_servers": broker.bootstrap, "acks": "all"}
    count = itertools.count()

    def send(producer: KafkaProducer, many: int) -> None:
        for _ in range(many):
            value = encode_observation(reading("P-101", next(count)))
            producer.send(OBSERVATIONS, key=b"P-101", value=value, partition=number)
        producer.flush()

    if transactions:
        producer = KafkaProducer(**options, transactional_id=f"mirror-{number}")
        producer.init_transactions()
        for each in transactions:
            producer.begin_transaction()
            send(producer, abs(each))
            producer.commit_transaction() if each > 0 else producer.abort_transaction()
        producer.close()
    producer = KafkaProducer(**options)
    send(producer, plain)
    producer.close()


async def examined(broker: Kafka, number: int, *gaps: tuple[int, int]) -> tuple[list[Gap | None], int]:
    """Examine gaps one after the other with one reader; gives how often it has asked as well."""
    reader, asked = GapReader([broker.bootstrap], "test"), 0
    connected: Callable = reader._look_ahead

    async def counted(*arguments):
        nonlocal asked
        before = reader._ahead.get(number)
        ahead = await connected(*arguments)
        asked += ahead is not before
        return ahead

    reader._look_ahead = counted
    try:
        return [await reader.examine(number, due, came, lambda: True) for due, came in gaps], asked
    finally:
        await reader.close()


def test_the_control_records_of_a_mirrors_transactions_are_passed_with_few_questions(broker: Kafka, number: int):
    publish(broker, number, *([10] * 40))
    gaps = [(11 * each + 10, 11 * each + 11) for each in range(39)]
    found, asked = asyncio.run(examined(broker, number, *gaps))
    assert found == [Gap(lost=0)] * 39
    assert asked <= 5


def test_what_was_aborted_is_passed(broker: Kafka, number: int):
    publish(broker, number, 3, -5, 2)
    assert asyncio.run(examined(broker, number, (3, 10)))[0] == [Gap(lost=0)]


def test_a_record_that_was_dropped_is_never_passed(broker: Kafka, number: int):
    publish(broker, number, 3, -5, 2, plain=3)
    for due, came in ((0, 1), (1, 10), (10, 14), (12, 14)):
        with pytest.raises(LookupError, match=f"offset {came} came where {due} was due"):
            asyncio.run(examined(broker, number, (due, came)))


def test_what_was_deleted_below_the_beginning_is_counted_as_lost(broker: Kafka, number: int):
    publish(broker, number, 5, plain=10)
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_records({TopicPartition(OBSERVATIONS, number): 9})
    admin.close()
    found, _ = asyncio.run(examined(broker, number, (2, 9), (7, 9), (2, 4)))
    assert found == [Gap(lost=7), Gap(lost=2), Gap(lost=2)]
    with pytest.raises(LookupError, match="9 holds a record"):
        asyncio.run(examined(broker, number, (2, 11)))


def test_who_has_lost_the_partition_gets_no_answer(broker: Kafka, number: int):
    reader = GapReader([broker.bootstrap], "test")
    assert asyncio.run(reader.examine(number, 0, 5, lambda: False)) is None


def condition_at(broker: Kafka, number: int, events: list[tuple[int, bytes]], due: int = 0):
    """Let a condition agent read these (offset, value) of a partition; gives its context and the partition."""

    async def scenario():
        context, condition = context_of(settings=Settings(broker=broker.bootstrap, partitions=PARTITIONS))
        condition.partitions = {number: Partition(number, RestoredPartition(next_offset=due))}

        async def read():
            for offset, value in events:
                yield SimpleNamespace(
                    message=SimpleNamespace(
                        topic=OBSERVATIONS,
                        partition=number,
                        offset=offset,
                        value=value,
                        key=b"P-101",
                        timestamp=1.7e9,
                    )
                )

        stream = SimpleNamespace(events=read)
        try:
            await condition._agent(SimpleNamespace(noack=lambda: stream))
        finally:
            await condition._gaps.close()
        return context, condition

    return asyncio.run(scenario())


def value(number: int) -> bytes:
    return encode_observation(reading("P-101", number))


def test_an_event_that_faust_dropped_still_ends_the_worker(broker: Kafka, number: int):
    publish(broker, number, plain=4)
    context, condition = condition_at(broker, number, [(0, value(0)), (2, value(2)), (3, value(3))])
    (error,) = context.runtime.crashes
    assert f"observations/{number}: offset 2 came where 1 was due, and 1 holds a record" in str(error)
    assert condition.partitions[number].next_offset == 1


def test_a_gap_that_holds_nothing_is_counted_and_what_follows_is_folded(broker: Kafka, number: int):
    publish(broker, number, 2, plain=2)
    context, condition = condition_at(broker, number, [(0, value(0)), (1, value(1)), (3, value(3)), (4, value(4))])
    assert context.runtime.crashes == []
    assert condition.partitions[number].next_offset == 5
    assert condition.partitions[number].machines["P-101"].counts.accepted == 4
    assert b"stethos_offset_gaps_total 1.0" in context.metrics.text()
    assert b"stethos_observations_lost_total 0.0" in context.metrics.text()


def test_what_was_lost_is_told_once_with_its_span(broker: Kafka, number: int, caplog: pytest.LogCaptureFixture):
    publish(broker, number, plain=9)
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_records({TopicPartition(OBSERVATIONS, number): 6})
    admin.close()
    with caplog.at_level("ERROR", logger=condition_module.__name__):
        context, condition = condition_at(broker, number, [(0, value(0)), (6, value(6)), (7, value(7))])
    assert context.runtime.crashes == []
    assert condition.partitions[number].machines["P-101"].counts.accepted == 3
    assert b"stethos_observations_lost_total 5.0" in context.metrics.text()
    (told,) = context.monitor.report().warnings
    assert f"observations/{number}: 5 observations (offsets 1 to 5) are lost" in told
    assert told.endswith("of any of these machines: P-101; they were deleted before they were judged")
    assert "from between 2023-11-14 22:13:20 UTC and 2023-11-14 22:13:20 UTC" in told
    assert "P-101" in told
