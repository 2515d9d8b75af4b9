"""Ticks: a machine that has gone silent is told that time has passed, by the worker that owns its partition."""

import asyncio
import time

from models.clock import SECOND_US
from models.observations import Tick
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.delivery.outbox import Confirmation
from stream.messages.records import encode_observation
from stream.messages.topics import OBSERVATIONS

__all__ = ["add_ticks"]

_SILENT_S = 60


def add_ticks(context: Context, condition: Condition) -> None:
    """Let the worker send a tick a minute to each silent machine."""

    async def tick() -> None:
        last: Confirmation | None = None
        while True:
            await asyncio.sleep(_SILENT_S)
            if last is not None and not last.done():
                continue  # the broker is away: a tick for each minute of it would tell nothing more
            now_us = time.time_ns() // 1000
            for partition in condition.partitions.values():
                for state in partition.machines.values():
                    if now_us - state.observed_us >= _SILENT_S * SECOND_US:
                        observation = Tick(machine=state.machine, observed_us=now_us)
                        last = context.outbox.send(
                            OBSERVATIONS,
                            key=state.machine.encode(),
                            value=encode_observation(observation),
                            partition=partition.number,
                        )

    context.runtime.background(tick)
