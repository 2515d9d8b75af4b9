"""Deadlines of a machine: when something happens of it though nothing comes, in observed time.

The fold reads no clock, so that time has passed must be told to it, by a tick. Whoever runs it sends one when the
first deadline has come, and none before: to be told earlier changes nothing of what is said, and a machine with
nothing due costs nothing, however many of them are quiet for how long.

What is no deadline: whatever is counted in event time, or in the time in which others are heard, moves only with
measurements, so no tick can end it. That is so of all delays of alarms, of alerts held open because they come and
go, of what a point's silence among others is told by, of ageing verdicts, clocks, starts, regimes and hours run.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from models.advice.late_alerts import closing_due_us
from models.advice.no_data import silence_due_us
from models.advice.shelves import shelf_due_us
from models.condition.state import MachineState

__all__ = ["Deadline", "deadlines_us", "next_due_us"]

Deadline = Literal["silence", "closing", "shelf"]

_DUE_US: Mapping[Deadline, Callable[[MachineState], int | None]] = {
    "silence": silence_due_us,
    "closing": closing_due_us,
    "shelf": shelf_due_us,
}
"""Each gives None where nothing is due; and once a tick at that time has been folded, a later time or None."""


def deadlines_us(state: MachineState) -> dict[Deadline, int]:
    """Give what is due of a machine and when, in microseconds since the epoch (observed time)."""
    if state.left is not None:
        return {}
    found = {name: due_us(state) for name, due_us in _DUE_US.items()}
    return {name: at_us for name, at_us in found.items() if at_us is not None}


def next_due_us(state: MachineState) -> int | None:
    """Give when a machine is to be told next that time has passed; None where nothing is due.

    >>> from models.condition.state import MachineState
    >>> from models.machinery.machine import Configuration, Machine
    >>> new = Configuration(machine=Machine(id="fan"))
    >>> next_due_us(MachineState(machine="fan", configuration=new, version=new.version())) is None
    True
    """
    first_us: int | None = None
    if state.left is not None:  # nobody expects anything of it
        return None
    for due_us in _DUE_US.values():
        at_us = due_us(state)
        if at_us is not None and (first_us is None or at_us < first_us):
            first_us = at_us
    return first_us
