"""The machines of one partition of `observations`, and how far each has been folded."""

import asyncio
import logging
from typing import Any

from models.fold import MachineState, initial_state, step
from models.observations import Observation
from models.outputs import Output
from stream.delivery.checkpoints import RestoredPartition, checkpoint_records

__all__ = ["Partition"]

log = logging.getLogger(__name__)


class Partition:
    """Folds observations in the order of their offsets, each exactly once."""

    def __init__(self, number: int, restored: RestoredPartition) -> None:
        self.number = number
        self.next_offset = restored.next_offset
        self.machines: dict[str, MachineState] = dict(restored.machines)
        self.waiting: list[Any] = []
        """Faust events folded since the last checkpoint: acknowledged once that is confirmed."""
        self.checkpointing = asyncio.Lock()
        self._folded = dict(restored.folded)
        self._changed: set[str] = set()

    def accepts(self, offset: int) -> bool:
        """Say whether this offset is new; one that leaves a gap raises `LookupError`, for it must never happen."""
        if self.next_offset is not None and offset < self.next_offset:
            return False
        if self.next_offset is not None and offset > self.next_offset:
            raise LookupError(f"observations/{self.number}: offset {offset} came where {self.next_offset} was due")
        self.next_offset = offset + 1
        return True

    def pass_gap(self, offset: int) -> None:
        """Go on at a later offset: what lies between can never be folded."""
        if self.next_offset is not None:
            self.next_offset = max(self.next_offset, offset)

    def fold(self, offset: int, observation: Observation) -> tuple[Output, ...]:
        """Fold one accepted observation; one that its machine's checkpoint has already seen gives nothing."""
        name = observation.machine
        if offset <= self._folded.get(name, -1):
            return ()
        state = self.machines.get(name) or initial_state(name)
        self._folded[name] = offset
        self._changed.add(name)
        self.machines[name], outputs = step(state, observation)
        return outputs

    def is_due(self, every: int) -> bool:
        """Say whether as many events wait for a checkpoint as there may be."""
        return len(self.waiting) >= every

    def snapshot(self) -> list[tuple[bytes, bytes]]:
        """Give the checkpoint's records for what has changed since the last one."""
        assert self.next_offset is not None
        changed, self._changed = self._changed, set()
        return checkpoint_records([self.machines[name] for name in sorted(changed)], self._folded, self.next_offset)
