"""Faust's consumer, as the worker sets it up."""

import asyncio

from stream.app import Worker
from stream.settings import Settings
from stream.transport import FETCH_WAIT_MS


def test_the_workers_consumer_lets_the_broker_wait_for_a_tenth_of_a_second_only() -> None:
    async def of_faust() -> int:
        app = Worker(Settings(broker="127.0.0.1:1")).app
        made = app._new_consumer()._thread._create_worker_consumer(app.transport)
        return int(made._fetch_max_wait_ms)

    assert asyncio.run(of_faust()) == FETCH_WAIT_MS <= 100
