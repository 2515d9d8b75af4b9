"""Faust's consumer, as the worker sets it up."""

import asyncio
from typing import Any

import pytest
from faust.types import TP
from mode.services import WaitResults

from stream.app import Worker
from stream.config.settings import Settings
from stream.delivery.faust_transport import ASKED_AGAIN_S, FETCH_WAIT_MS, limit_fetch_rate
from tests.services.kafka import Kafka
from tests.services.processes import wait_until


def test_the_workers_consumer_lets_the_broker_wait_for_a_tenth_of_a_second_only() -> None:
    assert asyncio.run(of_aiokafka())._fetch_max_wait_ms == FETCH_WAIT_MS <= 100


async def of_aiokafka() -> Any:
    app = Worker(Settings(broker="127.0.0.1:1")).app
    return app._new_consumer()._thread._create_worker_consumer(app.transport)


def test_the_workers_consumer_reads_nothing_that_was_taken_back() -> None:
    assert asyncio.run(of_aiokafka())._isolation_level == "read_committed"


@pytest.mark.parametrize(
    ("acknowledged", "committed"),
    [([0], 1), ([14], 15), ([13, 14, 15], 16), ([1_000_000_000], 1_000_000_001)],
    ids=["first", "behind a gap at the beginning", "several", "behind a very long gap"],
)
def test_what_was_acknowledged_last_is_what_can_be_committed(acknowledged: list[int], committed: int) -> None:
    async def of_faust() -> list[int | None]:
        consumer = Worker(Settings(broker="127.0.0.1:1")).app._new_consumer()
        place = TP("readings", 1)
        consumer._committed_offset[place] = 1
        await consumer._add_gap(place, 1, acknowledged[0])
        consumer._acked[place] = list(acknowledged)
        consumer._acked_index[place] = set(acknowledged)
        return [consumer._new_offset(place), consumer._new_offset(place)]

    assert asyncio.run(of_faust()) == [committed, None]


class Deciding:
    """Stands for a fetcher: it counts how often it is asked what to ask, and always wants to ask one broker."""

    def __init__(self) -> None:
        self.decisions = 0

    def _get_actions_per_node(self, _assignment: object) -> Any:
        self.decisions += 1
        return [(1, "request")], {}, 0.2, False, []


def test_rounds_of_fetches_begin_some_time_apart_and_the_first_after_a_silence_at_once() -> None:
    fetcher = Deciding()
    limit_fetch_rate(fetcher, 0.2)
    assert fetcher._get_actions_per_node(None)[0], "the first goes at once"
    requests, resets, wait_s, metadata, resumed = fetcher._get_actions_per_node(None)
    assert (requests, resets, metadata, resumed, fetcher.decisions) == ([], {}, False, [], 1)
    assert 0 < wait_s <= 0.2
    wait_until(lambda: bool(fetcher._get_actions_per_node(None)[0]), "the next round begins", deadline_s=5)
    assert fetcher.decisions == 2


def test_rounds_without_a_question_hold_nothing_up() -> None:
    fetcher = Deciding()
    idle = [], {}, 0.2, False, []
    fetcher._get_actions_per_node = lambda _: idle
    limit_fetch_rate(fetcher, 60.0)
    assert [fetcher._get_actions_per_node(None) for _ in range(2)] == [idle, idle]


def test_the_workers_consumer_is_paced_once_it_has_started(broker: Kafka) -> None:
    async def of_faust() -> object:
        thread = Worker(Settings(broker=broker.bootstrap)).app._new_consumer()._thread
        thread.thread_loop = asyncio.get_running_loop()
        await thread.on_start()
        try:
            return thread._consumer._fetcher._get_actions_per_node
        finally:
            await thread._consumer.stop()

    assert getattr(asyncio.run(of_faust()), "__module__", "") == "stream.delivery.faust_transport"


async def handed_over(wait: Any, suspended: asyncio.Event) -> WaitResults:
    """Wait as Faust's consumer does for a message: until it is in its agent's queue, or the flow is suspended."""
    consumer = Worker(Settings(broker="127.0.0.1:1")).app._new_consumer()
    return await asyncio.wait_for(consumer.wait_first(wait, suspended.wait()), 10)


def test_a_message_whose_queue_has_room_is_handed_over_without_tasks() -> None:
    async def deliver() -> tuple[WaitResults, int]:
        queue: asyncio.Queue[str] = asyncio.Queue(1)
        before = len(asyncio.all_tasks())
        results = await handed_over(queue.put("message"), asyncio.Event())
        assert queue.get_nowait() == "message"
        return results, len(asyncio.all_tasks()) - before

    results, more_tasks = asyncio.run(deliver())
    assert (results.results, results.stopped, more_tasks) == ([None], False, 0)


def test_a_message_whose_queue_is_full_waits_until_there_is_room() -> None:
    async def deliver() -> list[str]:
        queue: asyncio.Queue[str] = asyncio.Queue(1)
        queue.put_nowait("first")
        handing = asyncio.create_task(handed_over(queue.put("second"), asyncio.Event()))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not handing.done()
        taken = [queue.get_nowait()]
        results = await handing
        assert (results.results, results.stopped) == ([None], False)
        return [*taken, queue.get_nowait()]

    assert asyncio.run(deliver()) == ["first", "second"]


def test_a_message_that_waits_gives_way_when_the_flow_is_suspended_and_its_wait_is_cancelled() -> None:
    ended: list[str] = []

    async def waits_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def deliver() -> None:
        suspended = asyncio.Event()
        handing = asyncio.create_task(handed_over(waits_for_ever(), suspended))
        for _ in range(20):
            await asyncio.sleep(0)
        suspended.set()
        results = await handing
        assert (results.results, results.stopped) == ([True], False)
        await asyncio.sleep(0)  # the cancellation takes a turn of the loop

    asyncio.run(deliver())
    assert ended == ["cancelled"]


@pytest.mark.parametrize("waits", [False, True])
def test_what_fails_while_it_is_handed_over_is_raised(*, waits: bool) -> None:
    async def fails() -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("no such agent")

    async def deliver() -> None:
        await handed_over(fails(), asyncio.Event())

    with pytest.raises(ValueError, match="no such agent"):
        asyncio.run(deliver())


def test_a_failure_of_what_is_waited_for_reaches_the_one_who_waits() -> None:
    async def deliver() -> WaitResults:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def asks() -> str:
            try:
                return await answer
            except ConnectionError as error:
                return f"told: {error}"

        handing = asyncio.create_task(handed_over(asks(), asyncio.Event()))
        await asyncio.sleep(0)
        answer.set_exception(ConnectionError("away"))
        return await handing

    assert asyncio.run(deliver()).results == ["told: away"]


def test_an_agent_that_has_caught_up_is_noticed_before_a_second_is_over() -> None:
    asked: list[float] = []

    async def ask() -> None:
        consumer = Worker(Settings(broker="127.0.0.1:1")).app._new_consumer()

        async def wait_next_records(timeout: float) -> tuple[None, None]:  # noqa: ASYNC109 -- as in Faust
            asked.append(timeout)
            return None, None

        consumer._wait_next_records = wait_next_records
        for timeout in (1.0, 0.01):
            assert [message async for message in consumer.getmany(timeout)] == []

    asyncio.run(ask())
    assert asked == [ASKED_AGAIN_S, 0.01]
