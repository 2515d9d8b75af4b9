"""The machines of one partition of `observations`, and how far each has been folded."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import Any

from models.fold import MachineState, initial_state, step
from models.observations import Observation
from models.outputs import Output
from stream.delivery.checkpoint_merging import Damage, RestoredPartition
from stream.delivery.checkpoints import checkpoint_records, nothing_known_record

__all__ = ["Partition"]


class Partition:
    """Folds observations in the order of their offsets, each exactly once.

    Machines whose checkpoint is damaged are left aside (`leaves_aside`) until `join` brings them.
    """

    def __init__(self, number: int, restored: RestoredPartition) -> None:
        self.number = number
        self.begin = restored.begin
        self.next_offset = restored.next_offset
        self.machines: dict[str, MachineState] = {}
        self.forgotten: dict[str, MachineState] = {}
        """What is left of machines that were forgotten, until `observations` has passed that."""
        self._put(restored.machines.values())
        self.restored_counts = {name: copy(state.counts) for name, state in restored.machines.items()}
        """What had come of each machine before this worker."""
        self.moved: set[str] = set(self.machines)
        """Machines whose deadlines may be others than when somebody last took this set."""
        self.waiting: list[Any] = []
        """Faust events folded since the last checkpoint: acknowledged once that is confirmed."""
        self.checkpointing = asyncio.Lock()
        self.damaged: Mapping[str, Damage] = {}
        """Machines that are left aside because their checkpoint is damaged."""
        self.incomplete = False
        """Whether any machine that is not known is left aside: its checkpoint may be missing."""
        if self.next_offset > self.begin:  # else it is the next to be folded that they need
            self.damaged, self.incomplete = restored.damaged, restored.incomplete
        self._known, self._appended_ms = restored.known, restored.appended_ms
        self._folded = dict(restored.folded)
        self._changed: set[str] = set(restored.rewritten)
        self._records = list(restored.first_records)
        """Of the next checkpoint, before those of machines that have changed."""
        self._drop_what_has_passed()
        self._unsaved = bool(self._records or self._changed)

    @property
    def rebuilding(self) -> bool:
        """Say whether some machines are left aside."""
        return bool(self.damaged) or self.incomplete

    @property
    def is_changed(self) -> bool:
        """Say whether a checkpoint would hold anything new."""
        return bool(self.waiting) or self._unsaved

    def leaves_aside(self, machine: str) -> bool:
        """Say whether a machine's observations are passed by here, because it is folded elsewhere."""
        return machine in self.damaged or (
            self.incomplete and machine not in self.machines and machine not in self.forgotten
        )

    def accepts(self, offset: int, appended_ms: int | None = None) -> bool:
        """Say whether this offset is new; one that leaves a gap raises `LookupError`: `pass_gap` first.

        `appended_ms` is when the broker received what stands there.
        """
        if offset < self.next_offset:
            return False
        if offset > self.next_offset:
            raise LookupError(f"observations/{self.number}: offset {offset} came where {self.next_offset} was due")
        self.next_offset = offset + 1
        self._appended_ms = appended_ms
        return True

    def pass_gap(self, offset: int) -> None:
        """Go on at a later offset: what lies between is known to hold nothing that could be folded."""
        self.next_offset = max(self.next_offset, offset)

    def fold(self, offset: int, observation: Observation) -> tuple[Output, ...]:
        """Fold one accepted observation; one that its machine's checkpoint has already seen gives nothing."""
        name = observation.machine
        if offset <= self._folded.get(name, -1):
            return ()
        state = self.machines.get(name) or self.forgotten.get(name) or initial_state(name)
        self._folded[name] = offset
        self._changed.add(name)
        self.moved.add(name)
        state, outputs = step(state, observation)
        if state.left is None and name not in self.forgotten:
            self.machines[name] = state
        else:
            self._put([state])
        return outputs

    def counted_alarms(self, machine: str) -> tuple[int, int]:
        """Give how often alarms of a machine came by themselves, and how many of its alerts were raised."""
        state = self.machines.get(machine)
        return (0, 0) if state is None else (state.counts.activations, state.raised)

    def states(self) -> Iterator[MachineState]:
        """Give the states of all machines, and what is left of those that were forgotten."""
        yield from self.machines.values()
        yield from self.forgotten.values()

    def _put(self, states: Iterable[MachineState]) -> None:
        """Put machines where they belong, by whether they were forgotten."""
        for state in states:
            is_forgotten = state.left is not None and state.left.kind == "forgotten"
            here, there = (self.forgotten, self.machines) if is_forgotten else (self.machines, self.forgotten)
            here[state.machine] = state
            if there.pop(state.machine, None) is not None:
                self.restored_counts.pop(state.machine, None)

    def _drop_what_has_passed(self) -> None:
        """Let go of machines that were forgotten before the beginning of what there is of `observations`."""
        for name in [each for each in self.forgotten if self._folded[each] < self.begin]:
            del self.forgotten[name]
            self._records.append(nothing_known_record(name, self._folded[name] + 1))

    def join(self, machines: Iterable[MachineState]) -> None:
        """Take over the machines left aside, all that there are, folded up to `next_offset` elsewhere."""
        joined = {state.machine: state for state in machines}
        self._put(joined.values())
        self._folded |= dict.fromkeys(joined, self.next_offset - 1)
        self._changed |= joined.keys()
        self.moved |= joined.keys()
        gone = sorted(self.damaged.keys() - joined.keys())
        self._records += [nothing_known_record(name, self.next_offset) for name in gone]
        self.damaged, self.incomplete, self._unsaved = {}, False, True

    def take_moved(self) -> set[str]:
        """Give the machines that were folded since the last call, at the first all that there are."""
        moved, self.moved = self.moved, set()
        return moved

    def touch(self) -> None:
        """Let the next checkpoint hold every machine."""
        self._changed.update(state.machine for state in self.states())
        self._unsaved = True

    def is_due(self, every: int) -> bool:
        """Say whether as many events wait for a checkpoint as there may be."""
        return len(self.waiting) >= every

    def snapshot(self) -> list[tuple[bytes, bytes]]:
        """Give the checkpoint's records for what has changed since the last one."""
        changed, self._changed = self._changed, set()
        first, self._records, self._unsaved = self._records, [], False
        ours = self.machines | self.forgotten if self.forgotten else self.machines
        states = [ours[name] for name in sorted(changed) if name in ours]
        known = len(ours) + len(self.damaged)
        if self.incomplete:  # as it has to be found again, whoever of the damaged ones was none at all
            known = self._known + len(self.damaged)
        position = self.next_offset, known, self._appended_ms, sorted(self.damaged)
        return first + checkpoint_records(states, self._folded, *position)
