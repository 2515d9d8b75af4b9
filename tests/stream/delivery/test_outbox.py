"""The outbox keeps order and confirms only what the broker has confirmed; here against a producer of our own."""

import asyncio
import contextlib
import time
from collections import defaultdict

import pytest
from aiokafka.errors import KafkaTimeoutError

from stream.delivery.outbox import Outbox, partition_of


class Batch:
    """Like aiokafka's BatchBuilder: takes records until it is full."""

    def __init__(self, most: int) -> None:
        self.records, self._most = [], most

    def append(self, *, timestamp, key, value, headers):
        if len(self.records) == self._most:
            return None
        self.records.append((key, value, headers))
        return object()

    def close(self) -> None:
        pass


class Producer:
    """A broker's end: remembers batches in the order in which they came, and fails where told to."""

    def __init__(self, most: int = 100) -> None:
        self.sent, self.failures, self._most = defaultdict(list), 0, most
        self.gate = asyncio.Event()
        self.gate.set()

    def create_batch(self) -> Batch:
        return Batch(self._most)

    async def send_batch(self, batch, topic, *, partition):
        await self.gate.wait()
        done = asyncio.get_running_loop().create_future()
        if self.failures:
            self.failures -= 1
            done.set_exception(KafkaTimeoutError("away"))
        else:
            self.sent[topic, partition].append(batch.records)
            done.set_result(None)
        return done


@contextlib.asynccontextmanager
async def running(producer: Producer, **options):
    outbox = Outbox(partitions=4, **options)
    task = asyncio.create_task(outbox.run(producer))
    try:
        yield outbox
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def values(producer: Producer, topic: str, partition: int) -> list[bytes]:
    return [value for batch in producer.sent[topic, partition] for _, value, _ in batch]


def test_records_of_a_key_keep_their_order_and_come_in_one_batch():
    async def scenario():
        producer = Producer()
        async with running(producer) as outbox:
            for number in range(50):
                outbox.send("rows", key=b"P-101", value=b"%d" % number)
            await outbox.flush()
        place = partition_of(b"P-101", 4)
        assert values(producer, "rows", place) == [b"%d" % number for number in range(50)]
        assert len(producer.sent["rows", place]) == 1

    asyncio.run(scenario())


def test_rounds_begin_some_time_apart_and_the_first_after_a_silence_goes_at_once():
    async def scenario():
        producer = Producer()
        async with running(producer, apart_s=3600.0) as outbox:
            await asyncio.wait_for(outbox.send("rows", key=b"k", value=b"first", partition=1), 10)
            later = [outbox.send("rows", key=b"k", value=b"%d" % number, partition=1) for number in range(2)]
            for _ in range(100):  # of its turns, so many that a round would have gone out
                await asyncio.sleep(0)
            assert not any(each.done() for each in later)
        assert values(producer, "rows", 1) == [b"first"]

    asyncio.run(scenario())


def test_what_comes_between_two_rounds_goes_out_with_the_second():
    async def scenario():
        producer, apart_s, began = Producer(), 0.05, time.monotonic()
        async with running(producer, apart_s=apart_s) as outbox:
            await outbox.send("rows", key=b"k", value=b"first", partition=1)
            later = [outbox.send("rows", key=b"k", value=b"%d" % number, partition=1) for number in range(2)]
            await asyncio.wait_for(asyncio.gather(*later), 10)
        assert time.monotonic() - began >= apart_s
        assert [len(batch) for batch in producer.sent["rows", 1]] == [1, 2]
        assert values(producer, "rows", 1) == [b"first", b"0", b"1"]

    asyncio.run(scenario())


def test_a_full_batch_is_followed_by_another():
    async def scenario():
        producer = Producer(most=7)
        async with running(producer) as outbox:
            for number in range(20):
                outbox.send("rows", key=b"k", value=b"%d" % number, partition=1)
            await outbox.flush()
        assert [len(batch) for batch in producer.sent["rows", 1]] == [7, 7, 6]
        assert values(producer, "rows", 1) == [b"%d" % number for number in range(20)]

    asyncio.run(scenario())


def test_the_embedded_broker_gets_one_record_a_batch():
    async def scenario():
        producer = Producer()
        async with running(producer, one_record_a_batch=True) as outbox:
            for number in range(5):
                outbox.send("rows", key=b"k", value=b"%d" % number, partition=1)
            await outbox.flush()
        assert [len(batch) for batch in producer.sent["rows", 1]] == [1] * 5

    asyncio.run(scenario())


def test_what_fails_is_tried_again_before_anything_later(monkeypatch):
    monkeypatch.setattr("stream.delivery.outbox._RETRY_FIRST_S", 0.01)

    async def scenario():
        producer = Producer()
        producer.failures = 3
        async with running(producer) as outbox:
            first = outbox.send("rows", key=b"k", value=b"first", partition=0)
            await asyncio.sleep(0)
            second = outbox.send("rows", key=b"k", value=b"second", partition=0)
            await asyncio.wait_for(asyncio.gather(first, second), 10)
        assert values(producer, "rows", 0) == [b"first", b"second"]

    asyncio.run(scenario())


def test_nothing_is_confirmed_before_the_broker_says_so():
    async def scenario():
        producer = Producer()
        producer.gate.clear()
        async with running(producer) as outbox:
            sent = outbox.send("rows", key=b"k", value=b"x")
            waiting = asyncio.create_task(outbox.flush())
            done, _ = await asyncio.wait({waiting, sent}, timeout=0.05)
            assert not done
            producer.gate.set()
            await asyncio.wait_for(waiting, 10)
            assert sent.done()

    asyncio.run(scenario())


def test_too_much_waiting_leaves_no_room_until_it_is_on_its_way(monkeypatch):
    monkeypatch.setattr("stream.delivery.outbox._ROOM_RECORDS", 10)

    async def scenario():
        producer = Producer()
        producer.gate.clear()
        async with running(producer) as outbox:
            outbox.send("rows", key=b"k", value=b"on its way")
            await asyncio.sleep(0.01)
            for _ in range(10):
                outbox.send("rows", key=b"k", value=b"waits")
            room = asyncio.create_task(outbox.wait_for_room())
            done, _ = await asyncio.wait({room}, timeout=0.05)
            assert not done
            producer.gate.set()
            await asyncio.wait_for(room, 10)

    asyncio.run(scenario())


@pytest.mark.parametrize(("key", "partition"), [(b"P-101", 0), ("机器-1".encode(), 1), (b"", 2)])
def test_keys_go_where_other_producers_send_them(key, partition):
    from kafka.partitioner.default import murmur2

    assert partition_of(key, 12) == (murmur2(key) & 0x7FFFFFFF) % 12
