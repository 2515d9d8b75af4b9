"""Machines with a few readings each, for checkpoints to hold."""

from functools import cache

from models.fold import MachineState, dump_state, initial_state, load_state, step
from models.observations import ReadingObserved

__all__ = ["folded", "reading"]


def reading(machine: str, number: int) -> ReadingObserved:
    time_us = 1_700_000_000_000_000 + number * 10_000_000
    return ReadingObserved(
        machine=machine,
        point="panel",
        time_us=time_us,
        observed_us=time_us,
        digest=f"{number:016x}",
        values={"current_a": 10.0 + number % 3},
    )


@cache
def _dumped(machine: str, count: int) -> bytes:
    state = initial_state(machine)
    for number in range(count):
        state, _ = step(state, reading(machine, number))
    return dump_state(state)


def folded(machine: str, count: int) -> MachineState:
    """A machine's state after so many readings."""
    return load_state(_dumped(machine, count))
