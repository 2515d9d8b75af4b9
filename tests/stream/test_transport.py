"""Faust's consumer, as the worker sets it up."""

import asyncio
from typing import Any

from stream.app import Worker
from stream.settings import Settings
from stream.transport import FETCH_WAIT_MS, pace
from tests.services.kafka import Kafka
from tests.services.processes import wait_until


def test_the_workers_consumer_lets_the_broker_wait_for_a_tenth_of_a_second_only() -> None:
    async def of_faust() -> int:
        app = Worker(Settings(broker="127.0.0.1:1")).app
        made = app._new_consumer()._thread._create_worker_consumer(app.transport)
        return int(made._fetch_max_wait_ms)

    assert asyncio.run(of_faust()) == FETCH_WAIT_MS <= 100


class Deciding:
    """Stands for a fetcher: it counts how often it is asked what to ask, and always wants to ask one broker."""

    def __init__(self) -> None:
        self.decisions = 0

    def _get_actions_per_node(self, _assignment: object) -> Any:
        self.decisions += 1
        return [(1, "request")], {}, 0.2, False, []


def test_rounds_of_fetches_begin_some_time_apart_and_the_first_after_a_silence_at_once() -> None:
    fetcher = Deciding()
    pace(fetcher, 0.2)
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
    pace(fetcher, 60.0)
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

    assert getattr(asyncio.run(of_faust()), "__module__", "") == "stream.transport"
