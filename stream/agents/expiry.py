"""The expiry of machines that nobody has described and that are silent for good, so that each gives its place back.

A worker says so as an observation, and the fold decides, so that a replay does the same. It says nothing of a
partition that it has owned for less than an hour: what came while nobody listened has to be folded first, or a
machine would be forgotten that has sent all along. It begins to wait anew where this computer's clock has been set.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from models.advice.expiry import expiry_due_us, silent_since_us
from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from models.condition.state import MachineState
from models.observations import RosterObserved
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.config.machines import Fleet
from stream.delivery.outbox import Confirmation
from stream.delivery.partition import Partition
from stream.messages.records import encode_observation
from stream.messages.topics import OBSERVATIONS

__all__ = ["Expiry", "add_expiry"]

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 600.0
_PATIENCE_US = HOUR_US
_SET_US = 5 * MINUTE_US
"""By so much more, or less, than time has passed no clock goes by itself."""
_NAMED = 5
_TURN = 1000
"""Machines after which others may run."""


def add_expiry(context: Context, condition: Condition, fleet: Fleet) -> None:
    """Let the worker forget machines that are silent for as long as the settings say; never where that is 0."""
    if context.settings.limits.expire_after_days:
        context.runtime.background(Expiry(context, condition, fleet).run)


class Expiry:
    """Looks at the machines of the partitions that are ours, every ten minutes."""

    def __init__(
        self,
        context: Context,
        condition: Condition,
        fleet: Fleet,
        *,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context, self._condition, self._described = context, condition, fleet.machines
        self._after_us = round(context.settings.limits.expire_after_days * DAY_US)
        self._owned: dict[int, tuple[Partition, int]] = {}
        self._last: Confirmation | None = None
        self._steady_s = steady_s
        self._ahead_us: float | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look(time.time_ns() // 1000)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self, now_us: int) -> None:
        """Say of each machine that is due by now that it has expired."""
        if self._last is not None and not self._last.done():
            return  # the broker is away: it would be said twice
        ahead_us = now_us - self._steady_s() * SECOND_US
        if self._ahead_us is not None and abs(ahead_us - self._ahead_us) > _SET_US:
            log.warning("the clock of this computer was set: for an hour no machine expires")
            self._owned.clear()
        self._ahead_us = ahead_us
        expired: list[str] = []
        for number, partition in tuple(self._condition.partitions.items()):
            ours, since_us = self._owned.get(number, (None, 0))
            if ours is not partition:
                self._owned[number] = partition, now_us
            elif now_us - since_us >= _PATIENCE_US and not partition.rebuilding:
                for turn, state in enumerate(tuple(partition.machines.values())):
                    if state.machine not in self._described and self._is_due(state, now_us):
                        self._send(state, now_us, number)
                        expired.append(state.machine)
                    if turn % _TURN == _TURN - 1:
                        await asyncio.sleep(0)
        if expired:
            more = f" and {len(expired) - _NAMED} more" if len(expired) > _NAMED else ""
            days = f"{self._after_us / DAY_US:.3g}"
            names = ", ".join(expired[:_NAMED])
            log.info("%s%s: silent for more than %s days and described by nobody: forgotten", names, more, days)

    def _is_due(self, state: MachineState, now_us: int) -> bool:
        due_us = expiry_due_us(state, self._after_us)
        return due_us is not None and now_us >= due_us

    def _send(self, state: MachineState, now_us: int, partition: int) -> None:
        expired = RosterObserved(
            machine=state.machine,
            observed_us=now_us,
            time_us=now_us,
            digest=f"{silent_since_us(state):016x}",
            do="expire",
            after_us=self._after_us,
        )
        self._last = self._context.outbox.send(
            OBSERVATIONS,
            key=state.machine.encode(),
            value=encode_observation(expired),
            partition=partition,
        )
