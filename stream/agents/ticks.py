"""Ticks: a machine with something due is told that time has passed, by whoever owns its partition.

The fold gives each machine's next deadline (`models.advice.deadlines`). It is noted when the machine has been
folded or restored, and only then; when it comes, a tick goes into `observations`, and another one only once that
has been folded. A quiet machine with nothing due costs nothing, and so does a fleet of them.

A tick says that nothing has come, which nobody can know who hasn't read what has. So none goes out for a partition
while the broker doesn't answer, for a minute after it is back, and while what has come is still being worked off;
what is due in the meantime is looked at again then. The first of many asks whether the broker takes them.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from models.advice.deadlines import next_due_us
from models.clock import HOUR_US, MINUTE_US, SECOND_US
from models.observations import Tick
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.delivery.deadline_queue import DeadlineQueue
from stream.delivery.outbox import Confirmation
from stream.delivery.partition import Partition
from stream.delivery.steady_clock import SteadyClock
from stream.messages.records import encode_observation
from stream.messages.topics import OBSERVATIONS

__all__ = ["Ticks", "add_ticks"]

log = logging.getLogger(__name__)

_EVERY_S = 5.0
_BEHIND_US = MINUTE_US
"""What has come counts as worked off with a checkpoint; more than this beyond one of them is a backlog."""
_BACK_US = MINUTE_US
"""So long senders have to come back, and to send what they kept, once the broker answers again."""
_LONGEST_HELD_US = HOUR_US
"""What has been due for longer goes out whatever is still to be worked off: better said wrongly than never."""
_AGAIN_US = 10 * MINUTE_US
"""A tick of which nothing has been seen for so long is given up, though it can't have been lost."""
_LEAST_APART_US = MINUTE_US
"""Between two ticks of a machine of which the first has changed nothing."""
_TURN = 200
"""Machines after which others may run."""

DoneUntil = Callable[[int], float | None]
"""Gives up to which monotonic time (s) all that came of a partition has been folded; None where nobody knows."""


class _Sent(msgspec.Struct, frozen=True):
    """A tick on its way."""

    at_us: int
    """Steady time."""
    ticks: int
    """How many its machine had been told before."""
    observed_us: int


class _Deadlines:
    """The deadlines of one partition as long as it is ours, in steady time."""

    def __init__(self, partition: Partition, now_us: int) -> None:
        self.partition, self.begun_us = partition, now_us
        self.queue = DeadlineQueue()
        self.sent: dict[str, _Sent] = {}
        self.away_until_us = 0
        self.known = False
        """Whether all that had come has been folded once."""


class Ticks:
    """Keeps the deadlines of the partitions that are ours, and sends a tick for each that has come."""

    def __init__(
        self,
        context: Context,
        condition: Condition,
        *,
        clock: SteadyClock | None = None,
        done_until: DoneUntil | None = None,
    ) -> None:
        self._context, self._condition = context, condition
        self._clock = clock or SteadyClock()
        self._done_until = done_until or context.monitor.done_until
        self._behind_us = _BEHIND_US + round(context.settings.checkpoint.every_s * SECOND_US)
        self._deadlines: dict[int, _Deadlines] = {}
        self._last: Confirmation | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Note the deadlines of what has been folded, and send ticks for those that have come."""
        anew, step_us = self._clock.look()
        if step_us:
            log.warning(
                "the computer's clock has stepped by %.0f s; deadlines go on as if it had not, for an hour at most",
                step_us / SECOND_US,
            )
        partitions = dict(self._condition.partitions)
        for number in tuple(self._deadlines):
            if partitions.get(number) is not self._deadlines[number].partition:
                del self._deadlines[number]
        for number, partition in partitions.items():
            deadlines = self._deadlines.get(number)
            if deadlines is None:
                deadlines = self._deadlines[number] = _Deadlines(partition, self._clock.now_us())
            if anew:
                partition.moved.update(partition.machines)
            await self._note(deadlines)
        if self._last is not None and not self._last.done():
            return  # the broker is away, or slow
        for deadlines in tuple(self._deadlines.values()):
            if not await self._send_due(deadlines):
                return

    async def _note(self, deadlines: _Deadlines) -> None:
        """Note when each machine that has been folded is due next."""
        now_us = self._clock.now_us()
        for turn, name in enumerate(deadlines.partition.take_moved()):
            if turn % _TURN == _TURN - 1:
                await asyncio.sleep(0)
            state = deadlines.partition.machines.get(name)
            due_us = None if state is None else next_due_us(state)
            if state is None or due_us is None:
                deadlines.queue.remove(name)
                deadlines.sent.pop(name, None)
                continue
            steady_us = due_us - self._clock.difference_us(state.observed_us)
            sent = deadlines.sent.get(name)
            if sent is not None:
                if state.counts.ticks == sent.ticks and now_us - sent.at_us < _AGAIN_US:
                    continue  # it is on its way, and due again then
                if due_us <= sent.observed_us:
                    steady_us = max(steady_us, sent.at_us + _LEAST_APART_US)
                elif state.counts.ticks != sent.ticks:
                    del deadlines.sent[name]
            deadlines.queue.put(name, steady_us)

    async def _send_due(self, deadlines: _Deadlines) -> bool:
        """Send a tick to each machine whose deadline has come; gives False where the broker has gone meanwhile."""
        partition, now_us = deadlines.partition, self._clock.now_us()
        until_us = self._known_until_us(deadlines, now_us)
        if until_us is None:
            return True
        for turn, name in enumerate(deadlines.queue.pop_due(until_us)):
            state = partition.machines.get(name)
            due_us = None if state is None else next_due_us(state)
            if state is None or due_us is None:
                continue
            now_us = self._clock.now_us()
            observed_us = now_us + self._clock.difference_us(state.observed_us)
            if due_us > observed_us:  # it was put off since, or its clock has stepped
                partition.moved.add(name)
                continue
            tick = Tick(machine=name, observed_us=observed_us)
            self._last = self._context.outbox.send(
                OBSERVATIONS, key=name.encode(), value=encode_observation(tick), partition=partition.number
            )
            deadlines.sent[name] = _Sent(now_us, state.counts.ticks, observed_us)
            deadlines.queue.put(name, now_us + _AGAIN_US)
            if turn == 0:
                await asyncio.wait([self._last], timeout=_EVERY_S)
                if not self._last.done():
                    return False
            elif turn % _TURN == 0:
                await self._context.outbox.wait_for_room()
                await asyncio.sleep(0)
            if self._condition.partitions.get(partition.number) is not partition:
                return True
        return True

    def _known_until_us(self, deadlines: _Deadlines, now_us: int) -> int | None:
        """Give up to when (steady) it is known that nothing more has come; None while nobody knows."""
        until_s = self._done_until(deadlines.partition.number)
        if until_s is None:
            if deadlines.known:
                deadlines.away_until_us = now_us + _BACK_US
                return None
            return now_us - _LONGEST_HELD_US if now_us - deadlines.begun_us > _LONGEST_HELD_US else None
        deadlines.known = True
        if now_us < deadlines.away_until_us:
            return None
        until_us = round(until_s * SECOND_US)
        return now_us if now_us - until_us <= self._behind_us else max(until_us, now_us - _LONGEST_HELD_US)


def add_ticks(context: Context, condition: Condition) -> None:
    """Let the worker send a tick to each machine whose deadline has come."""
    context.runtime.background(Ticks(context, condition).run)
