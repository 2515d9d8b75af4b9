"""Admission: which machines a partition takes, so no flood of invented names fills memory, store or page.

A machine of machines.toml always passes. Any other one passes as long as its partition has room for undescribed
ones, and where the partition knows it already; or never, where the settings refuse them. What decides is the
settings and the states of that partition alone, so every worker would decide alike.
"""

import logging
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Collection

from stream.config.machines import Fleet
from stream.config.settings_sections import Limits
from stream.delivery.outbox import partition_of

__all__ = ["MOST_NAMES", "Admission", "Refused"]

log = logging.getLogger(__name__)

MOST_NAMES = 1000
"""Names of refused machines that are remembered of one partition; with more only messages are counted."""

_TOLD = 20
_REMEMBERED_S = 3600.0


class Refused:
    """What was refused of one partition: messages, and the names that sent them in the last hour."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.messages = 0
        self._clock = clock
        self._names: OrderedDict[str, float] = OrderedDict()

    def add(self, machine: str) -> bool:
        """Count a message; says whether its machine is new here."""
        self.messages += 1
        new = machine not in self._names
        self._names[machine] = self._clock()
        self._names.move_to_end(machine)
        if len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)
        return new

    def names(self) -> tuple[str, ...]:
        """Give the machines refused within the last hour, the last one last; those of a flood in part."""
        now = self._clock()
        while self._names and now - next(iter(self._names.values())) > _REMEMBERED_S:
            self._names.popitem(last=False)
        return tuple(self._names)


class _Guests:
    """The undescribed machines of one partition: those that it has folded, and those that were let in meanwhile."""

    def __init__(self, machines: Collection[str]) -> None:
        self.machines = machines
        self.names: set[str] = set()
        self._seen = 0

    def update(self, described: Collection[str]) -> None:
        if len(self.machines) != self._seen:
            self._seen = len(self.machines)
            self.names.update(name for name in tuple(self.machines) if name not in described)


class Admission:
    """Decides about each message's machine; used from the event loop alone."""

    def __init__(
        self,
        limits: Limits,
        fleet: Fleet,
        machines_of: Callable[[int], Collection[str]],
        *,
        partitions: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`machines_of` gives the machines that a partition has folded, the same object as long as it is ours."""
        self.refused: dict[int, Refused] = {}
        self._limits, self._described = limits, fleet.machines
        self._machines_of, self._partitions, self._clock = machines_of, partitions, clock
        self._alike = {_folded(name): name for name in (*fleet.aliases, *fleet.machines)}
        self._guests: dict[int, _Guests] = {}
        self._told = self._asked = 0
        if limits.unknown_machines == "refuse" and not fleet.machines:
            log.error("unknown_machines is refuse and machines.toml describes nobody: all that comes is put aside")

    def refusal(self, machine: str) -> str:
        """Say why what this machine sends is put aside, and what to do; empty where it is taken."""
        if machine in self._described:
            return ""
        partition = partition_of(machine.encode(), self._partitions)
        if self._limits.unknown_machines == "accept" and self._has_room(partition, machine):
            return ""
        refused = self.refused.setdefault(partition, Refused(self._clock))
        reason = self._reason(machine, partition)
        if refused.add(machine) and self._told <= _TOLD:
            self._tell(machine, reason)
        return reason

    def release(self, machine: str) -> None:
        """Give the place of a machine that was forgotten to the next one."""
        guests = self._guests.get(partition_of(machine.encode(), self._partitions))
        if guests is not None:
            guests.names.discard(machine)

    def _has_room(self, partition: int, machine: str) -> bool:
        known = self._machines_of(partition)
        guests = self._guests.get(partition)
        if guests is None or guests.machines is not known:
            guests = self._guests[partition] = _Guests(known)
        if machine in guests.names:
            return True
        guests.update(self._described)
        if machine not in guests.names and len(guests.names) >= self._limits.machines_per_partition:
            return False
        guests.names.add(machine)
        alike = self._alike.get(_folded(machine))
        if alike and self._asked < _TOLD:
            self._asked += 1
            log.warning("%s: judged by defaults, as nobody has described it; is it %s?", machine, alike)
        return True

    def _reason(self, machine: str, partition: int) -> str:
        alike = self._alike.get(_folded(machine))
        meant = f" (is it {alike!r}?)" if alike else ""
        if self._limits.unknown_machines == "refuse":
            return f"unknown machine: nobody has described {machine!r}{meant}; add it to machines.toml and restart"
        return (
            f"unknown machine: partition {partition} takes {self._limits.machines_per_partition} that nobody has "
            f"described, and {machine!r} is one more{meant}; add it to machines.toml, or raise "
            "machines_per_partition in [limits], and restart"
        )

    def _tell(self, machine: str, reason: str) -> None:
        self._told += 1
        if self._told <= _TOLD:
            log.warning("%s: put aside: %s", machine, reason)
        else:
            log.warning("%s and others: put aside; further names are counted, see `stethos doctor`", machine)


def _folded(name: str) -> str:
    """Give a name without case and width, by which two are told apart for nothing.

    >>> _folded("ｐ-101") == _folded("P-101")
    True
    """
    return unicodedata.normalize("NFKC", name).casefold()
