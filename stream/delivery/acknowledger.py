"""Acknowledging Faust events strictly in order, and only in the generation in which they were read.

Faust commits past events that were never acknowledged, so order is ours to keep; and after a rebalance an event of
before must not be acknowledged, because somebody else may be reading from an earlier place.
"""

import asyncio
from collections import deque
from typing import Any, NamedTuple

from stream.delivery.generation import Generation
from stream.delivery.outbox import Confirmation

__all__ = ["Acknowledger"]


class _Waiting(NamedTuple):
    generation: int
    stream: Any
    event: Any
    confirmation: Confirmation


class Acknowledger:
    """Holds the events of one agent until what they caused is confirmed."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()

    def add(self, stream: Any, event: Any, confirmation: Confirmation) -> None:  # noqa: ANN401 -- Faust has no types
        """Acknowledge `event` after all that were added before it, once `confirmation` is done."""
        self._waiting.append(_Waiting(self._generation.current, stream, event, confirmation))
        self._arrived.set()

    async def run(self) -> None:
        """Acknowledge until cancelled; call once, as a task."""
        while True:
            await self._arrived.wait()
            while self._waiting:
                first = self._waiting.popleft()
                await asyncio.shield(first.confirmation)
                if first.generation == self._generation.current:
                    await first.stream.ack(first.event)
            self._arrived.clear()
