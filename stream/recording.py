"""Writing a topic down as JSON Lines, so that it can be kept, looked at, published and replayed."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import msgspec

from models.errors import ConfigurationError, MessageError, ServiceError
from stream.broker import client_options, told_as_service_error
from stream.messages import (
    decode,
    decode_observation,
    decode_output,
    encode_output,
    observation_to_json,
    to_json,
)
from stream.records import decode_lesson
from stream.topics import ALERTS, HEALTH, INPUTS, LESSONS, MAXIMUM_MESSAGE_BYTES, OBSERVATIONS, ROWS

if TYPE_CHECKING:
    from kafka import KafkaConsumer
    from kafka.consumer.fetcher import ConsumerRecord

    from stream.settings import Settings

__all__ = ["RECORDED", "Recorded", "Unreadable", "record"]

RECORDED = (*INPUTS, OBSERVATIONS, ROWS, HEALTH, ALERTS, LESSONS)
"""Topics that can be recorded; of these, inputs and observations can be replayed and published."""

Unreadable = Callable[[str, MessageError], None]
"""Told of each record that is no line: where it stands, and what is wrong."""

_POLL_MS = 200
_PATIENCE_S = 60.0


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What was written down."""

    lines: int
    unreadable: int


def record(
    settings: "Settings",
    topic: str,
    write: Callable[[bytes], object],
    *,
    unreadable: Unreadable,
    from_now: bool = False,
    idle_s: float | None = None,
    count: int | None = None,
    flush: Callable[[], object] = lambda: None,
    progress: Callable[[int, int], None] | None = None,
) -> Recorded:
    """Give each record of a topic to `write` as one line; the order within a partition, so of a machine, is kept.

    Ends at what the topic held when it began; with `idle_s`, once nothing has come for so long; with `count`, after
    so many lines; `from_now` skips what is there and goes on until one of these or an interrupt. Raises
    `ServiceError` where the broker does not answer and `ConfigurationError` for a topic that isn't there.
    """
    told = _Told(write, unreadable, topic)
    with told_as_service_error(settings):
        consumer = _consumer(settings)
        try:
            ends = _positioned(consumer, topic, from_now=from_now)
            follow = from_now or idle_s is not None or count is not None
            last = time.monotonic()
            while True:
                for batch in consumer.poll(timeout_ms=_POLL_MS).values():
                    last = time.monotonic()
                    for item in batch:
                        told.tell(item)
                        if count is not None and told.lines >= count:
                            return told.result()
                flush()
                if progress:
                    progress(told.lines + told.bad, sum(ends.values()))
                if not follow and all(consumer.position(place) >= end for place, end in ends.items()):
                    return told.result()
                waited_s = time.monotonic() - last
                if idle_s is not None and waited_s >= idle_s:
                    return told.result()
                if not follow and waited_s > _PATIENCE_S:
                    raise ServiceError(
                        f"record: the broker {settings.broker} has stopped answering; what came is written, "
                        "see to the broker and record again"
                    )
        except KeyboardInterrupt:  # the way to end a recording that follows
            return told.result()
        finally:
            consumer.close(autocommit=False)


class _Told:
    """Turns records into lines and counts them."""

    def __init__(self, write: Callable[[bytes], object], unreadable: Unreadable, topic: str) -> None:
        self._write, self._unreadable, self._as_json = write, unreadable, _json_of(topic)
        self.lines = self.bad = 0

    def tell(self, item: "ConsumerRecord") -> None:
        try:
            line = self._as_json(item.value)
        except MessageError as error:
            self.bad += 1
            self._unreadable(f"{item.topic}, partition {item.partition}, offset {item.offset}", error)
        else:
            self.lines += 1
            self._write(line)

    def result(self) -> Recorded:
        return Recorded(lines=self.lines, unreadable=self.bad)


def _json_of(topic: str) -> Callable[[bytes | None], bytes]:
    if topic in INPUTS:
        return lambda data: to_json(decode(data, topic=topic))
    if topic == OBSERVATIONS:
        return lambda data: observation_to_json(decode_observation(data))
    if topic == LESSONS:
        return lambda data: encode_output(decode_lesson(data))
    return lambda data: encode_output(decode_output(data))


def _positioned(consumer: "KafkaConsumer", topic: str, *, from_now: bool) -> dict[Any, int]:
    """Stand at the beginning, or the end, of every partition; give each one's end of now."""
    from kafka import TopicPartition  # noqa: PLC0415 -- slow to import

    partitions = consumer.partitions_for_topic(topic)
    if not partitions:
        raise ConfigurationError(f"record: there is no topic {topic}; run `stethos topics` first")
    places = [TopicPartition(topic, partition) for partition in sorted(partitions)]
    consumer.assign(places)
    ends = cast("dict[Any, int]", consumer.end_offsets(places))
    begins = ends if from_now else consumer.beginning_offsets(places)
    for place in places:
        consumer.seek(place, begins[place])
    return ends


def _consumer(settings: "Settings") -> "KafkaConsumer":
    from kafka import KafkaConsumer  # noqa: PLC0415 -- slow to import

    return KafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAXIMUM_MESSAGE_BYTES,
        max_poll_records=500,
    )
