"""Events are acknowledged in order, once confirmed, and never after a rebalance."""

import asyncio
import contextlib

from stream.delivery.acknowledger import Acknowledger
from stream.delivery.generation import Generation


class Stream:
    def __init__(self) -> None:
        self.acknowledged = []

    async def ack(self, event) -> None:
        self.acknowledged.append(event)


@contextlib.asynccontextmanager
async def running(generation: Generation):
    acknowledger = Acknowledger(generation)
    task = asyncio.create_task(acknowledger.run())
    try:
        yield acknowledger
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_later_confirmation_waits_for_the_earlier_one():
    async def scenario():
        stream, loop = Stream(), asyncio.get_running_loop()
        confirmations = [loop.create_future() for _ in range(3)]
        async with running(Generation()) as acknowledger:
            for number, confirmation in enumerate(confirmations):
                acknowledger.add(stream, number, confirmation)
            confirmations[2].set_result(None)
            confirmations[1].set_result(None)
            await settle()
            assert stream.acknowledged == []
            confirmations[0].set_result(None)
            await settle()
            assert stream.acknowledged == [0, 1, 2]

    asyncio.run(scenario())


def test_an_event_of_an_old_generation_is_never_acknowledged():
    async def scenario():
        stream, generation, loop = Stream(), Generation(), asyncio.get_running_loop()
        old, new = loop.create_future(), loop.create_future()
        async with running(generation) as acknowledger:
            acknowledger.add(stream, "old", old)
            generation.advance()
            acknowledger.add(stream, "new", new)
            old.set_result(None)
            new.set_result(None)
            await settle()
            assert stream.acknowledged == ["new"]

    asyncio.run(scenario())
