"""Merging what `checkpoints` holds of one partition: what can be gone on with, and what has to be rebuilt.

Records are taken in the order of their log. Each machine stands for itself: damage, a record that is missing or one
that speaks of observations that do not exist costs that machine alone. A position that cannot be used costs nothing
but reading: machines skip what they have seen, from the newest position that is good, or from the beginning.
"""

from collections.abc import Iterable

import msgspec

from models.errors import StateError
from models.fold import STATE_VERSION, MachineState, load_state
from stream.delivery.checkpoints import (
    NOTHING,
    POSITION_KEY,
    TO_REBUILD,
    CheckpointRecord,
    KeyAndValue,
    nothing_known_record,
    read_record,
    to_rebuild_record,
    void_position_record,
)

__all__ = ["Damage", "LogSpan", "RestoredPartition", "merge_records"]


class LogSpan(msgspec.Struct, frozen=True):
    """What there is of a partition of `observations`: from `begin` to before `end`."""

    begin: int = 0
    end: int = 2**63 - 1


class Damage(msgspec.Struct, frozen=True):
    """Why a machine has to be folded again; its outputs of observations below `said_below` are out already."""

    why: str
    said_below: int


class RestoredPartition(msgspec.Struct, frozen=True, kw_only=True):
    """What the checkpoints of one partition come to."""

    begin: int = 0
    """Of what there is of `observations`."""
    next_offset: int = 0
    """Where to go on; below `begin` where what is between has been deleted since."""
    machines: dict[str, MachineState] = {}
    folded: dict[str, int] = {}
    """Up to which offset each machine has been folded."""
    damaged: dict[str, Damage] = {}
    """Machines that have to be folded again from the beginning."""
    known: int = 0
    """How many machines the position stands for; 0 where it does not say."""
    missing: int = 0
    """How many of them are neither sound nor damaged, but have no record at all."""
    incomplete: bool = False
    """Whether some may be missing: then any machine that is not known here may be one of them."""
    complaints: tuple[str, ...] = ()
    """What is wrong with the partition as a whole."""
    appended_ms: int | None = None
    """When the broker received the observation before `next_offset`, where that is known."""
    first_records: tuple[KeyAndValue, ...] = ()
    """To be written before anything else, so that what is void stays so."""
    rewritten: frozenset[str] = frozenset()
    """Sound machines whose record has to be written again after these."""


def merge_records(
    records: Iterable[tuple[bytes | None, bytes | None]], log: LogSpan, *, other_log: bool = False
) -> RestoredPartition:
    """Put the (key, value) records of one partition together, given in the order of their log; never raises.

    Where the observations are known to be another log than the records speak of, nothing is gone on with.
    """
    merging = _Merging(log)
    for key, value in records:
        merging.take(key, value)
    return merging.begun_anew("another observation stands before it") if other_log else merging.result()


class _Position(msgspec.Struct, frozen=True):
    """A partition's position, and what had been found when its record came."""

    offset: int
    known: int
    """How many machines it stands for; 0 where it does not say."""
    appended_ms: int | None
    aside: tuple[str, ...]
    found: int
    proven: int
    """How many of the found ones certainly had a record: what is merely the key of a damaged one may have none."""


class _Merging:
    def __init__(self, log: LogSpan) -> None:
        self._log = log
        self._positions: list[_Position] = []
        self._other_position = False
        self._newest: dict[str, CheckpointRecord] = {}
        self._proven: set[str] = set()
        """Machines that certainly had a record."""
        self._damaged: dict[str, str] = {}
        self._marked: set[str] = set()
        """Machines whose marker still stands."""
        self._said_below: dict[str, int] = {}
        """Below which offset a machine's outputs were out when it was last marked to be rebuilt."""
        self._floors: dict[str, int] = {}
        """A machine's records below this offset count for nothing."""
        self._beyond: set[str] = set()
        """Machines of which some record, not voided yet, speaks of observations that do not exist."""
        self._outlived: set[str] = set()
        """Machines of which a record that is too old came last, so that compaction would keep that one."""
        self._complaints: list[str] = []

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """Take the next record of the log."""
        try:
            record = read_record(value) if value else None
        except StateError as error:
            self._damage_unknown(str(error)) if key is None else self._damage(_name(key), str(error))
            return
        if record is None:
            self._damage(_name(key), "its record was deleted")
        elif record.version != STATE_VERSION:
            self._other_position |= key == POSITION_KEY
        elif (record.machine.encode() or POSITION_KEY) != key:
            for name in (_name(key), record.machine):
                self._damage(name, f"a record of {record.machine or 'the position'} has the key {key!r}")
        elif record.machine:
            self._take_machine(record)
        elif record.voids_positions:
            self._positions.clear()
        else:
            damaged = self._damaged.keys()
            found, proven = (len(self._newest) + len(those) for those in (damaged, damaged & self._proven))
            self._positions.append(
                _Position(record.offset, record.machines or 0, record.appended_ms, record.aside, found, proven)
            )

    def _take_machine(self, record: CheckpointRecord) -> None:
        name, floor = record.machine, self._floors.get(record.machine, -1)
        self._proven.add(name)
        if record.offset >= self._log.end:
            self._damage(name, f"its record ends at offset {record.offset}, observations before {self._log.end}")
            self._beyond.add(name)
        elif record.state == TO_REBUILD:
            self._damage(name, "it was being rebuilt")
            self._said_below[name], self._floors[name] = record.offset + 1, record.offset
            self._marked.add(name)
            self._beyond.discard(name)
        elif record.offset >= max(floor, self._newest[name].offset if name in self._newest else -1):
            self._damaged.pop(name, None)
            self._marked.discard(name)
            self._outlived.discard(name)
            if record.state == NOTHING:
                self._newest.pop(name, None)
                self._floors[name] = record.offset
            else:
                self._newest[name] = record
        else:
            self._outlived.add(name)

    def _damage(self, name: str | None, why: str) -> None:
        """Note that what is known of a machine up to here is of no use; "" is the position."""
        if not name:
            what = "the position" if name == "" else "a record with an unreadable key"
            self._complaints.append(f"{what}: {why}")
            return
        self._damaged[name] = why
        before = self._newest.pop(name, None)
        if before is not None:  # the same once more, by a worker that was frozen, mends nothing
            self._floors[name] = max(self._floors.get(name, -1), before.offset + 1)

    def _damage_unknown(self, why: str) -> None:
        """Note damage of nobody knows which machines: a batch whose records are lost. Older ones may be too old."""
        self._complaints.append(f"all machines whose record is older: {why}")
        for name in tuple(self._newest):
            self._damage(name, "a newer record of it may have been lost")

    def result(self) -> RestoredPartition:
        """Say what it all comes to."""
        begin, end = self._log.begin, self._log.end
        plausible = [each for each in self._positions if each.offset <= end]
        if self._positions and self._positions[-1].offset > end and self._beyond:
            return self.begun_anew(f"it ends at {end}")
        if len(plausible) < len(self._positions):
            self._complaints.append(f"the position: it is beyond {end}, the end of observations")
        if not plausible and self._other_position:
            voids = _unknown(sorted(self._beyond), begin)
            return RestoredPartition(begin=begin, next_offset=begin, first_records=tuple(voids))
        position = max(reversed(plausible), key=lambda each: each.offset, default=None)
        position = position or _Position(begin, 0, None, (), 0, 0)
        next_offset = position.offset
        self._damage_late(position)
        machines = self._load_states()
        said_below = dict.fromkeys(self._damaged, next_offset) | self._said_below
        return RestoredPartition(
            begin=begin,
            next_offset=next_offset,
            machines=machines,
            folded={name: self._newest[name].offset for name in machines},
            damaged={name: Damage(why, said_below[name]) for name, why in sorted(self._damaged.items())},
            known=position.known,
            appended_ms=position.appended_ms,
            missing=max(0, position.known - position.found),
            incomplete=position.known > position.proven,
            complaints=tuple(self._complaints),
            first_records=tuple(
                [void_position_record()] * (len(plausible) < len(self._positions))
                + self._voids(said_below, next_offset)
                + [to_rebuild_record(name, self._newest[name].offset + 1) for name in self._healed()]
            ),
            rewritten=frozenset(self._healed()) | (self._outlived & machines.keys()),
        )

    def _damage_late(self, position: _Position) -> None:
        """Let go of what a worker that was frozen wrote of machines that its successor was still rebuilding."""
        for name in position.aside:
            if name in self._newest and self._newest[name].offset < position.offset - 1:
                self._damage(name, "it was being rebuilt")

    def begun_anew(self, why: str) -> RestoredPartition:
        """Begin anew: `observations` has lost its end, or is another log, so no state is one of this log."""
        begin = self._log.begin
        names = sorted(self._newest.keys() | self._damaged.keys())
        complaint = (
            f"observations is not what the checkpoints up to {self._positions[-1].offset} were made of ({why}): "
            f"it was made anew or has lost its end; {len(names)} machines are folded again from what it holds"
        )
        return RestoredPartition(
            begin=begin,
            next_offset=begin,
            complaints=(complaint,),
            first_records=(void_position_record(), *_unknown(names, begin)),
        )

    def _load_states(self) -> dict[str, MachineState]:
        machines = {}
        for name, record in tuple(self._newest.items()):
            try:
                state = load_state(record.state)
            except StateError as error:
                self._damage(name, str(error))
                continue
            if state.machine == name:
                machines[name] = state
            else:
                self._damage(name, f"its record holds the state of {state.machine}")
        return machines

    def _voids(self, said_below: dict[str, int], next_offset: int) -> list[KeyAndValue]:
        """Give the records that keep what is damaged void until it has been folded again."""
        if next_offset <= self._log.begin:  # by whoever goes on from there, as machines that were never heard of
            return _unknown(sorted(self._damaged), self._log.begin)
        unmarked = self._damaged.keys() - (self._marked - self._beyond)
        return [to_rebuild_record(name, said_below[name]) for name in sorted(unmarked)]

    def _healed(self) -> list[str]:
        return sorted(self._beyond & self._newest.keys())


def _unknown(names: list[str], begin: int) -> list[KeyAndValue]:
    """Give the records by which nothing is known of these machines at the beginning of the log."""
    return [make(name, begin) for name in names for make in (to_rebuild_record, nothing_known_record)]


def _name(key: bytes | None) -> str | None:
    """Give a key's machine, "" for the position; None where it is none."""
    if key == POSITION_KEY:
        return ""
    try:
        return (key or b"").decode() or None
    except UnicodeDecodeError:
        return None
