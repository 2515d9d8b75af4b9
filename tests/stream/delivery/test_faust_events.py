"""What is left out of Faust's work for an event changes neither the event nor what Faust counts of its own."""

import asyncio
from typing import Any

import faust
import pytest
from faust.types import TP, ConsumerMessage

from stream.delivery.faust_events import Producer, RawSchema, Sensors
from stream.messages.unreadable_batch import UnreadableBatch


def app() -> Any:
    return faust.App("events", broker="kafka://127.0.0.1:1", store="memory://", autodiscover=False)


def message(key: bytes | None, value: bytes | None, headers: Any) -> ConsumerMessage:
    return ConsumerMessage("rows", 3, 17, 1.5, 0, headers, key, value, None, tp=TP("rows", 3))


@pytest.mark.parametrize("key", [None, b"", b"P-101", b"\xff\x00"])
@pytest.mark.parametrize(
    "value",
    [None, b"", b"{}", b"\xff" * 100, UnreadableBatch(b"raw", why="is damaged", first_offset=3, last_offset=17)],
)
@pytest.mark.parametrize("headers", [None, (), (("reason", b"none"),)])
def test_an_event_is_as_fausts_own_codec_for_bytes_makes_it(key: bytes | None, value: bytes | None, headers: Any):
    ours = app().topic("rows", schema=RawSchema())
    raw = {"key_serializer": "raw", "value_serializer": "raw"}
    theirs = app().topic("rows", key_type=bytes, value_type=bytes, **raw)
    made = message(key, value, headers)
    one, other = (asyncio.run(topic.decode(made, propagate=True)) for topic in (ours, theirs))
    assert type(one) is type(other)
    assert one.message is other.message is made
    assert (one.key, one.headers) == (other.key, other.headers)
    assert one.value is value
    assert one.value == other.value


def test_fausts_monitor_hears_of_commits_and_of_no_event():
    worker = app()
    worker.sensors = Sensors(worker)
    worker.sensors.add(worker.monitor)
    made = message(b"P-101", b"{}", None)
    worker.sensors.on_message_in(made.tp, made.offset, made)
    assert worker.sensors.on_stream_event_in(made.tp, made.offset, None, None) is None
    worker.sensors.on_stream_event_out(made.tp, made.offset, None, None, None)
    worker.sensors.on_message_out(made.tp, made.offset, made)
    assert worker.monitor.messages_received_total == worker.monitor.events_total == 0
    state = worker.sensors.on_commit_initiated(None)
    worker.sensors.on_commit_completed(None, state)
    assert len(worker.monitor.commit_latency) == 1


def test_a_producer_that_is_given_nothing_holds_nobody_up():
    worker = app()
    producer = Producer(worker.transport)
    asyncio.run(asyncio.wait_for(producer.buffer.wait_until_ebb(), 1))
    assert producer.buffer.size == 0
