"""The watch on what comes: counts by machine what goes unjudged, and tells of it in log, metrics and store.

It looks at the states that the fold has made and changes none. A machine of which nothing new has come costs a
comparison of two numbers; a record is kept when a machine is first heard, when the reasons change, once a minute
while there are any, and once an hour. Counting begins anew with each restart: told twice at worst, never too much.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

import msgspec

from models.clock import MINUTE_US, to_datetime
from models.condition.intake import (
    COUNTED,
    FEW,
    Cause,
    IntakeWindow,
    Tally,
    causes,
    intake_of,
    received_of,
    tally_of,
)
from models.condition.state import Counts, MachineState
from models.outputs import Intake
from stream.agents.admission import Admission, Refused
from stream.agents.aliases import AliasLog
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.delivery.outbox import Confirmation, partition_of
from stream.delivery.partition import Partition
from stream.messages.records import encode_output
from stream.messages.topics import ROWS
from stream.texts.intake_texts import intake_text

__all__ = ["IntakeWatch", "add_intake"]

log = logging.getLogger(__name__)

_EVERY_S = 15.0
_KEPT_EVERY_US = MINUTE_US
_SOUND_KEPT_EVERY_US = 60 * MINUTE_US
_BEHIND_US = 10 * MINUTE_US
"""What the fold works off further behind than this is of the past, and no news of the last hour."""
_LINES = 20
_TURN = 100
"""Machines after which others may run."""
_OUTSIDERS = 100
"""Machines of a partition that are followed though they are known by their dead letters alone."""
_NAMES = 20


def add_intake(context: Context, condition: Condition, admission: Admission, aliases: AliasLog) -> None:
    """Let the worker tell of what comes and is not judged."""
    context.runtime.background(IntakeWatch(context, condition, admission, aliases).run)


class _Followed(msgspec.Struct):
    """One machine that something has come of, or the strangers of a partition."""

    window: IntakeWindow
    tally: Tally
    found: tuple[Cause, ...] = ()
    kept_us: int | None = None
    due: bool = True
    """Whether its record has to be kept, whenever that was last."""
    counts: Counts | None = None
    """Whose they are: those of one that was forgotten and has come back are others."""


class _PartitionWatch:
    """The machines of one partition as long as it is ours, and what had been counted when that began."""

    def __init__(self, partition: Partition, began_us: int, aside: Mapping[str, int], refused: int) -> None:
        self.partition, self.began_us = partition, began_us
        self._aside, self._refused = dict(aside), refused
        self.followed: dict[str, _Followed] = {}
        self.strangers: _Followed | None = None

    def received(self, machine: str) -> int:
        """Give how much had come of a machine when it was looked at last."""
        followed = self.followed.get(machine)
        return self._begun(machine).received if followed is None else followed.tally.received

    def follow(self, machine: str) -> _Followed:
        """Give what is known of a machine."""
        followed = self.followed.get(machine)
        if followed is None:
            begun = self._begun(machine)
            followed = self.followed[machine] = _Followed(IntakeWindow(self.began_us, begun), begun)
        return followed

    def begin_anew(self, machine: str) -> None:
        """Let what comes of a machine from now on be of another one: what was put aside was of the former."""
        self._aside[machine] = self.followed.pop(machine).tally.put_aside

    def follow_strangers(self) -> _Followed:
        """Give what is known of the machines that are not taken."""
        if self.strangers is None:
            begun = Tally(received=self._refused, put_aside=self._refused)
            self.strangers = _Followed(IntakeWindow(self.began_us, begun), begun)
        return self.strangers

    def _begun(self, machine: str) -> Tally:
        return tally_of(self.partition.restored_counts.get(machine), self._aside.get(machine, 0))


class IntakeWatch:
    """Looks at all machines of the partitions that are ours, again and again."""

    def __init__(
        self, context: Context, condition: Condition, admission: Admission, aliases: AliasLog | None = None
    ) -> None:
        self._context, self._condition, self._admission = context, condition, admission
        self._aliases = aliases
        self._watches: dict[int, _PartitionWatch] = {}
        self._looked_us = 0
        self._sent: Confirmation | None = None
        self._may_send = True
        self._lines: list[str] = []

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            await self.look(time.time_ns() // 1000)

    async def look(self, now_us: int) -> None:
        """Look once at all machines, and keep and tell what has changed."""
        self._may_send = self._sent is None or self._sent.done()  # the broker is away: the next look tells more
        partitions = dict(self._condition.partitions)
        for gone in self._watches.keys() - partitions.keys():
            del self._watches[gone]
        outsiders = self._outsiders(partitions)
        for number, partition in partitions.items():
            watch = self._watches.get(number)
            if watch is None or watch.partition is not partition:
                watch = self._watches[number] = self._begin(partition, now_us)
            await self._look_at(watch, outsiders.get(number, {}), now_us)
        self._looked_us = now_us
        unjudged = sum(bool(each.found) for watch in self._watches.values() for each in watch.followed.values())
        self._context.metrics.machines_unjudged.set(unjudged)
        self._tell()

    def _begin(self, partition: Partition, now_us: int) -> _PartitionWatch:
        if not self._looked_us:  # all that has been put aside so far was so a moment ago
            return _PartitionWatch(partition, now_us, {}, 0)
        refused = self._admission.refused.get(partition.number)
        aside = self._aside()
        return _PartitionWatch(partition, self._looked_us, aside, refused.messages if refused else 0)

    def _aside(self) -> Mapping[str, int]:
        """Give the dead letters by machine, whichever of its names they came under."""
        counted = self._context.dead_letters.by_machine
        return counted if self._aliases is None else self._aliases.gathered(counted, self._condition.partitions)

    def _outsiders(self, partitions: Mapping[int, Partition]) -> dict[int, dict[str, int]]:
        """Give the dead letters of machines that have no state, by partition; those of a few of many."""
        found: dict[int, dict[str, int]] = {}
        for name, count in self._aside().items():
            number = partition_of(name.encode(), self._context.settings.partitions)
            some = found.setdefault(number, {})
            known = number not in partitions or name in partitions[number].machines
            if count >= FEW and not known and len(some) < _OUTSIDERS:
                some[name] = count
        return found

    async def _look_at(self, watch: _PartitionWatch, outsiders: Mapping[str, int], now_us: int) -> None:
        aside = self._aside()
        for gone in watch.followed.keys() & watch.partition.forgotten.keys():
            if watch.followed[gone].counts is not None:  # else it is followed for dead letters alone, since then
                self._end(watch, gone, now_us)
        for turn, (name, state) in enumerate(tuple(watch.partition.machines.items())):
            self._look_at_machine(watch, name, state, aside.get(name, 0), now_us)
            if turn % _TURN == 0:
                await asyncio.sleep(0)
        for name, count in outsiders.items():
            self._look_at_machine(watch, name, None, count, now_us)
        refused = self._admission.refused.get(watch.partition.number)
        if refused is not None:
            self._look_at_strangers(watch, refused, now_us)

    def _look_at_machine(
        self, watch: _PartitionWatch, name: str, state: MachineState | None, aside: int, now_us: int
    ) -> None:
        counts = None if state is None else state.counts
        known = watch.followed.get(name)
        if known is not None and known.counts is not None and known.counts is not counts:
            watch.begin_anew(name)
        came = received_of(counts, aside) != watch.received(name)
        if not came and (name not in watch.followed or not watch.followed[name].found):
            return
        followed, tally = watch.follow(name), tally_of(counts, aside)
        followed.counts = counts
        if came and state is not None and now_us - state.observed_us > _BEHIND_US:
            followed.window, followed.tally = IntakeWindow(now_us, tally), tally
            return
        self._count(tally.since(followed.tally))
        self._update(followed, tally, now_us)
        self._keep(watch, followed, intake_of(name, state, followed.window, now_us), now_us, came=came)

    def _end(self, watch: _PartitionWatch, gone: str, now_us: int) -> None:
        """Take back what was told of a machine that is forgotten."""
        if not self._may_send:
            return
        watch.begin_anew(gone)
        nothing = Intake(machine=gone, time=to_datetime(now_us), since=to_datetime(now_us), received=0)
        self._sent = self._context.outbox.send(
            ROWS, key=gone.encode(), value=encode_output(nothing), partition=watch.partition.number
        )

    def _look_at_strangers(self, watch: _PartitionWatch, refused: Refused, now_us: int) -> None:
        followed = watch.follow_strangers()
        came = refused.messages != followed.tally.received
        if not came and not followed.found:
            return
        self._update(followed, Tally(received=refused.messages, put_aside=refused.messages), now_us)
        names = refused.names()
        intake = msgspec.structs.replace(
            intake_of(f"*{watch.partition.number}", None, followed.window, now_us),
            strangers=names[-_NAMES:],
            stranger_count=len(names),
        )
        self._keep(watch, followed, intake, now_us, came=came)

    def _count(self, came: Tally) -> None:
        for why in COUNTED:
            if count := getattr(came, why):
                self._context.metrics.unjudged.labels(why).inc(count)

    def _update(self, followed: _Followed, tally: Tally, now_us: int) -> None:
        followed.window.update(now_us, tally, looked_us=self._looked_us)
        followed.tally = tally

    def _keep(
        self, watch: _PartitionWatch, followed: _Followed, intake: Intake, now_us: int, *, came: bool
    ) -> None:
        """Note where reasons have come or gone, and send the record where it is time for one."""
        found = causes(intake)
        if bool(found) != bool(followed.found):
            said = intake_text(intake, found, "en") if found else "all that comes is judged again"
            self._lines.append(f"{intake.machine}: {said}" if found != ("strangers",) else said)
        followed.due = followed.due or found != followed.found
        followed.found = found
        every_us = _KEPT_EVERY_US if found else _SOUND_KEPT_EVERY_US
        again = came and now_us - (followed.kept_us or 0) >= every_us
        if self._may_send and (followed.due or again):
            followed.due, followed.kept_us = False, now_us
            self._sent = self._context.outbox.send(
                ROWS, key=intake.machine.encode(), value=encode_output(intake), partition=watch.partition.number
            )

    def _tell(self) -> None:
        for line in self._lines[:_LINES]:
            log.warning("%s", line)
        if len(self._lines) > _LINES:
            log.warning("and so it is with %d more machines; see `stethos doctor`", len(self._lines) - _LINES)
        self._lines.clear()
