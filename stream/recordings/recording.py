"""Recording a topic: written down as JSON Lines, so that it can be kept, looked at, published and replayed."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import msgspec

from models.errors import ConfigurationError, MessageError, ServiceError
from stream.config.settings import Settings
from stream.kafka.client import client_options, translated_kafka_errors
from stream.kafka.unreadable import guard_kafka_python
from stream.messages.arrivals import arrived_us, with_arrival
from stream.messages.measurements import decode, to_json
from stream.messages.probes import PROBE_KEY
from stream.messages.records import (
    decode_observation,
    decode_output,
    decode_told,
    encode_output,
    observation_to_json,
)
from stream.messages.topics import ALERTS, HEALTH, INPUTS, LESSONS, MAXIMUM_MESSAGE_BYTES, OBSERVATIONS, ROWS

if TYPE_CHECKING:
    from kafka import KafkaConsumer, TopicPartition
    from kafka.consumer.fetcher import ConsumerRecord

__all__ = ["RECORDED", "Recorded", "StopRule", "Unreadable", "Wanted", "record"]

RECORDED = (*INPUTS, OBSERVATIONS, ROWS, HEALTH, ALERTS, LESSONS)
"""Topics that can be recorded; of these, inputs and observations can be replayed and published."""

Unreadable = Callable[[str, MessageError], None]
"""Told of each record that is no line: where it stands, and what is wrong."""

_POLL_MS = 200
_PATIENCE_S = 60.0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a topic: all that it holds at the beginning, unless something here says otherwise."""

    from_now: bool = False
    """Skip what is there and follow what comes."""
    idle_s: float | None = None
    """Follow what comes until nothing came for so long."""
    count: int | None = None
    """Follow what comes until there are so many lines."""

    @property
    def follows(self) -> bool:
        """Whether what comes later belongs to it."""
        return self.from_now or self.idle_s is not None or self.count is not None


_ALL = Wanted()


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What was written down."""

    lines: int
    unreadable: int


class StopRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a recording has all that is wanted; asked once a round."""

    ends: "Mapping[TopicPartition, int] | None" = None
    """Where each partition is read to; None follows what comes."""
    count: int | None = None
    idle_s: float | None = None

    def is_met(self, lines: int, silent_s: float, position: "Callable[[TopicPartition], int]") -> bool:
        """Say whether to stop: so many lines are there, nothing came for so long, each partition stands there."""
        if self.count is not None and lines >= self.count:
            return True
        if self.idle_s is not None and silent_s >= self.idle_s:
            return True
        return self.ends is not None and all(position(partition) >= end for partition, end in self.ends.items())


def record(
    settings: Settings,
    topic: str,
    write: Callable[[bytes], object],
    *,
    unreadable: Unreadable,
    wanted: Wanted = _ALL,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Recorded:
    """Give each record of a topic to `write` as one line; the order within a partition, so of a machine, is kept.

    Ends where what is wanted is there, or at an interrupt; `progress` is told after each round how many records
    there were, and how many the topic held at the beginning. Raises `ServiceError` where the broker does not answer
    and `ConfigurationError` for a topic that isn't there.
    """
    counter = _LineCounter(write, unreadable, topic, wanted.count)
    # An interrupt is the way to end a recording that follows.
    with _reading(settings) as consumer, suppress(KeyboardInterrupt):
        ends = _positioned(consumer, topic, from_now=wanted.from_now)
        rule = StopRule(ends=None if wanted.follows else ends, count=wanted.count, idle_s=wanted.idle_s)
        for batch, silent_s in _batches(consumer):
            counter.write(batch)
            progress(counter.lines + counter.unreadable, sum(ends.values()))
            if rule.is_met(counter.lines, silent_s, consumer.position):
                break
            if not wanted.follows and silent_s > _PATIENCE_S:
                raise ServiceError(
                    f"record: the broker {settings.broker} has stopped answering; what came is written, "
                    "see to the broker and record again"
                )
    return Recorded(lines=counter.lines, unreadable=counter.unreadable)


class _LineCounter:
    """Turns records into lines, so many at most, and counts them."""

    def __init__(self, write: Callable[[bytes], object], refuse: Unreadable, topic: str, count: int | None) -> None:
        self._write, self._refuse, self._as_json, self._count = write, refuse, _json_of(topic), count
        self.lines = self.unreadable = 0

    def write(self, batch: "Iterable[ConsumerRecord]") -> None:
        for item in batch:
            if self.lines == self._count:
                return
            try:
                line = self._as_json(item)
            except MessageError as error:
                self.unreadable += 1
                self._refuse(f"{item.topic}, partition {item.partition}, offset {item.offset}", error)
            else:
                self.lines += 1
                self._write(line)


def _json_of(topic: str) -> "Callable[[ConsumerRecord], bytes]":
    if topic in INPUTS:
        return _input_json
    if topic == OBSERVATIONS:
        return lambda record: observation_to_json(decode_observation(record.value))
    if topic == LESSONS:
        return lambda record: encode_output(decode_told(record.value))
    return lambda record: encode_output(decode_output(record.value))


def _input_json(record: "ConsumerRecord") -> bytes:
    """Give a message as it was sent, and when the broker took it in, by which its sender's clock can be judged."""
    line = to_json(decode(record.value, topic=record.topic))
    return with_arrival(line, arrived_us(record.timestamp / 1000, record.timestamp_type))


def _positioned(consumer: "KafkaConsumer", topic: str, *, from_now: bool) -> dict[Any, int]:
    """Stand at the beginning, or the end, of every partition; give each one's end of now."""
    from kafka import TopicPartition  # noqa: PLC0415 -- slow to import

    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise ConfigurationError(f"record: there is no topic {topic}; run `stethos topics` first")
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(partitions)
    ends = cast("dict[Any, int]", consumer.end_offsets(partitions))
    begins = ends if from_now else consumer.beginning_offsets(partitions)
    for partition in partitions:
        consumer.seek(partition, begins[partition])
    return ends


def _batches(consumer: "KafkaConsumer") -> "Iterator[tuple[list[ConsumerRecord], float]]":
    """Give for ever what each poll brings but probes, and for how many seconds now nothing has come."""
    last_came_s = time.monotonic()
    while True:
        polled = consumer.poll(timeout_ms=_POLL_MS)
        now_s = time.monotonic()
        came = [item for items in polled.values() for item in items if item.key != PROBE_KEY]
        if came:
            last_came_s = now_s
        yield came, now_s - last_came_s


@contextmanager
def _reading(settings: Settings) -> "Iterator[KafkaConsumer]":
    with translated_kafka_errors(settings):
        consumer = _consumer(settings)
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False)


def _consumer(settings: Settings) -> "KafkaConsumer":
    from kafka import KafkaConsumer  # noqa: PLC0415 -- slow to import

    guard_kafka_python()
    return KafkaConsumer(
        **client_options(settings),
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAXIMUM_MESSAGE_BYTES,
        max_poll_records=500,
    )
