"""What is fetched and waits is bounded in bytes, in order, and one input's megabytes hold up no other."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from faust.types import TP
from kafka import KafkaProducer

from stream.agents import indicators
from stream.app import Worker
from stream.config.settings import Settings
from stream.delivery.fetch_room import (
    ANSWER_BYTES,
    QUEUED,
    RECEIVED,
    hold_back_inputs,
    queued_bytes,
    received_bytes,
)
from stream.kafka.topic_admin import ensure_topics
from stream.messages.measurements import Reading, Vibration, encode
from stream.messages.probes import PROBE_KEY
from stream.messages.records import decode_observation
from stream.messages.topics import INPUTS, MAXIMUM_MESSAGE_BYTES, OBSERVATIONS, READINGS, TEMPERATURE, VIBRATION
from tests.services.kafka import Kafka
from tests.services.topics import read_topic

MIB = 1024 * 1024
MOST_BYTES = 128 * MIB
BROKERS = 3
LARGE, BLOCKS = MAXIMUM_MESSAGE_BYTES - 4096, 30
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def test_all_three_places_together_stay_below_the_bound_with_three_brokers():
    received = RECEIVED.of_all + BROKERS * ANSWER_BYTES
    assert QUEUED.of_all + 2 * received <= MOST_BYTES, "what is received may be handed over and received again"


def test_an_input_with_much_is_full_and_the_others_go_on_until_all_together_have_too_much():
    assert RECEIVED.full({VIBRATION: 4 * MIB, READINGS: 1000}) == {VIBRATION}
    assert RECEIVED.full({VIBRATION: 4 * MIB - 1, OBSERVATIONS: 5 * MIB}) == frozenset()
    assert RECEIVED.full({VIBRATION: 12 * MIB, TEMPERATURE: 4 * MIB}) == frozenset(INPUTS)


def held(size: int) -> Any:
    records = SimpleNamespace(size_in_bytes=lambda: size)
    return SimpleNamespace(_partition_records=SimpleNamespace(_records=records))


def test_a_full_input_is_asked_for_no_more_and_what_the_fold_reads_always_is():
    asked: list[Any] = []
    places = [TP(topic, 0) for topic in (*INPUTS, OBSERVATIONS)]
    fetcher = SimpleNamespace(_records={}, _get_actions_per_node=asked.append)
    hold_back_inputs(fetcher)
    assignment = SimpleNamespace(tps=places, state_value=dict)
    fetcher._get_actions_per_node(assignment)
    assert asked.pop() is assignment
    fetcher._records = {places[0]: held(5 * MIB), places[1]: SimpleNamespace(_error="unreadable")}
    fetcher._get_actions_per_node(assignment)
    assert asked.pop().tps == places[1:]
    fetcher._records = {places[0]: held(20 * MIB)}
    fetcher._get_actions_per_node(assignment)
    assert asked.pop().tps == [TP(OBSERVATIONS, 0)]


class Channel:
    """A channel of Faust's, as far as its queue goes."""

    def __init__(self, *events: Any) -> None:
        self.queue = SimpleNamespace(_queue=events)


def test_what_waits_is_counted_once_for_all_partitions_of_a_topic():
    event = SimpleNamespace(message=SimpleNamespace(value=bytes(1000)))
    empty = SimpleNamespace(message=SimpleNamespace(value=None))
    channel, other = Channel(event, event, empty), Channel(event)
    channels = [(TP(VIBRATION, 0), {channel}), (TP(VIBRATION, 1), {channel}), (TP(READINGS, 0), {other})]
    assert queued_bytes(channels) == {VIBRATION: 2000, READINGS: 1000}


def publish_large(kafka: Kafka) -> None:
    """Blocks as large as they may be with readings beside them; of NaN, which takes no time to look at."""
    samples = np.full(LARGE // 4, np.nan, "<f4").tobytes()
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", max_request_size=9 * MIB)
    for number in range(BLOCKS):
        time = BEGIN + timedelta(minutes=10 * number)
        block = Vibration(machine="P", point="DE", time=time, rate=25_600.0, unit="g", samples=samples)
        producer.send(VIBRATION, key=b"P", value=encode(block))
        producer.send(
            READINGS, key=b"P", value=encode(Reading(machine="P", point="DE", time=time, values={"a": 1.0}))
        )
    producer.flush()
    producer.close()


async def until(condition: Any, what: str, deadline_s: float = 90) -> None:
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110 -- what is waited for tells nobody
            await asyncio.sleep(0.05)
    assert condition(), what


@pytest.mark.kafka
@pytest.mark.slow
def test_blocks_behind_a_stalled_agent_are_bounded_in_bytes_while_readings_go_on_and_all_come_in_order(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = Settings(broker=kafka.bootstrap, partitions=1, sqlite={"path": tmp_path / "results.db"})
    ensure_topics(settings)
    publish_large(kafka)
    seen: Counter[str] = Counter()
    done: Counter[str] = Counter()
    handle = indicators._Observer.handle

    async def scenario() -> int:
        gate = asyncio.Event()

        async def stalled(observer: Any, record: Any) -> Any:
            if record.key == PROBE_KEY:  # which is sent now and then, and counts for nothing here
                return await handle(observer, record)
            seen[record.topic] += 1
            if record.topic == VIBRATION:
                await gate.wait()
            try:
                return await handle(observer, record)
            finally:
                done[record.topic] += 1

        monkeypatch.setattr(indicators._Observer, "handle", stalled)
        app = Worker(settings).app
        await app.start()
        try:
            most = 0

            def look() -> int:
                nonlocal most
                received = received_bytes(app.consumer._thread._consumer._fetcher)
                most = max(most, sum(received.values()) + sum(queued_bytes(app.topics._tp_index.items()).values()))
                return most

            await until(lambda: look() and seen[READINGS] == BLOCKS, "the readings go on")
            assert seen[VIBRATION] == 1
            for _ in range(40):  # longer than an answer takes: nothing more comes
                look()
                await asyncio.sleep(0.05)
            gate.set()
            await until(lambda: look() and done[VIBRATION] == BLOCKS, "all blocks come")
            return most
        finally:
            await app.stop()

    assert LARGE <= asyncio.run(scenario()) <= MOST_BYTES
    sources = [decode_observation(record.value).source for record in read_topic(kafka.bootstrap, OBSERVATIONS)[0]]
    offsets = [source.offset for source in sources if source is not None and source.topic == VIBRATION]
    assert offsets == list(range(BLOCKS))
