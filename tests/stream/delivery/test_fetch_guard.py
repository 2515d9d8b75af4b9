"""What is fetched is asked for only of the life of a topic that is known; an offset that isn't there is told."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition

from stream.delivery.fetch_guard import UNSEEN_S, guard_fetches

READINGS = TopicPartition("readings", 5)
REQUEST = SimpleNamespace(topics=[("readings", [(5, 200, 1024)])])


class FakeFetcher:
    """Answers each request, unless the broker is away or has no such offset."""

    def __init__(self):
        self.state = SimpleNamespace(timestamp=None, awaiting_reset=False)
        self.assignment = SimpleNamespace(active=True, state_value=lambda _: self.state)
        self.fetched, self.answers = 0, True
        self.same_life, self.asked, self.out_of_range = True, 0, []
        guard_fetches(self, self.is_same_life, lambda tp, offset: self.out_of_range.append((tp, offset)))

    async def is_same_life(self, topics):
        assert topics == {"readings"}
        self.asked += 1
        return self.same_life

    async def _proc_fetch_request(self, assignment, node_id, request):
        self.fetched += 1
        if self.answers:
            self.state.timestamp = self.fetched
        return True

    async def fetch(self):
        return await self._proc_fetch_request(self.assignment, 1, REQUEST)


@pytest.fixture
def fetcher(monkeypatch):
    fetcher = FakeFetcher()
    fetcher.now_s = 1000.0
    monkeypatch.setattr("stream.delivery.fetch_guard.time", SimpleNamespace(monotonic=lambda: fetcher.now_s))
    monkeypatch.setattr("stream.delivery.fetch_guard._AGAIN_S", 0)
    return fetcher


def test_a_partition_that_is_looked_into_all_the_time_is_asked_for_once(fetcher):
    async def often():
        for _ in range(20):
            assert await fetcher.fetch()
            fetcher.now_s += UNSEEN_S / 2

    asyncio.run(often())
    assert (fetcher.asked, fetcher.fetched) == (1, 20)


def test_nothing_is_fetched_after_a_pause_in_which_the_topic_was_made_anew(fetcher):
    async def frozen():
        assert await fetcher.fetch()
        fetcher.now_s += 2 * UNSEEN_S
        fetcher.same_life = False
        assert not await fetcher.fetch()

    asyncio.run(frozen())
    assert (fetcher.asked, fetcher.fetched) == (2, 1)


def test_an_answer_that_lay_here_while_the_process_was_frozen_is_no_look(fetcher):
    async def frozen():
        fetch = fetcher.fetch()
        task = asyncio.create_task(fetch)
        await asyncio.sleep(0)
        await task
        fetcher.now_s += 2 * UNSEEN_S
        assert await fetcher.fetch()

    asyncio.run(frozen())
    assert fetcher.asked == 2


def test_a_broker_that_does_not_answer_is_no_look(fetcher):
    async def away():
        await fetcher.fetch()
        fetcher.answers = False
        for _ in range(4):
            fetcher.now_s += UNSEEN_S / 2
            await fetcher.fetch()

    asyncio.run(away())
    assert fetcher.asked == 3


def test_partitions_that_were_just_given_out_are_asked_for(fetcher):
    async def rebalanced():
        await fetcher.fetch()
        fetcher.assignment = SimpleNamespace(active=True, state_value=lambda _: fetcher.state)
        await fetcher.fetch()

    asyncio.run(rebalanced())
    assert fetcher.asked == 2


def test_an_offset_that_is_not_there_is_told(fetcher):
    async def beyond():
        await fetcher.fetch()
        assert not fetcher.out_of_range
        fetcher.state.awaiting_reset = True
        await fetcher.fetch()

    asyncio.run(beyond())
    assert fetcher.out_of_range == [(READINGS, 200)]


def test_a_fetch_that_is_cancelled_while_it_waits_just_ends(fetcher):
    """The fetcher cancels what it has no use for any more, and takes an error for its own."""

    async def cancelled():
        fetcher.is_waiting = asyncio.Event()

        async def never(_topics):
            fetcher.is_waiting.set()
            await asyncio.Event().wait()

        waits = FakeFetcher()
        waits._proc_fetch_request = fetcher._proc_fetch_request
        guard_fetches(waits, never, lambda *_: None)
        task = asyncio.create_task(waits._proc_fetch_request(waits.assignment, 1, REQUEST))
        await fetcher.is_waiting.wait()
        task.cancel()
        assert await task is False

    asyncio.run(cancelled())
