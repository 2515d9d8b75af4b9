"""Expiry: a machine that nobody has described and that has been silent for long is forgotten, in nobody's name.

It is the worker that says so, as an observation, for only it knows who is described; the fold looks once more, so
what has come meanwhile keeps the machine, and a replay decides alike.
"""

from models.advice.open_alarms import NO_DATA_RULE, open_alarms
from models.advice.rhythms import RHYTHM_RULE
from models.condition.state import MachineState

__all__ = ["expiry_due_us", "silent_since_us"]

_OF_SILENCE = frozenset({NO_DATA_RULE, RHYTHM_RULE})


def silent_since_us(state: MachineState) -> int:
    """Give when anything came last of a machine (observed time), be it repeated, or what people said of it."""
    said_us = min(max(state.acts.times_us, default=0), state.observed_us)  # by the clock of whoever said it
    return max(state.heard_us, state.arrival.observed_us, said_us)


def expiry_due_us(state: MachineState, after_us: int) -> int | None:
    """Give when a machine expires that is silent for so long (observed time); None: never, as things stand.

    One with an open alert doesn't, unless it is merely that nothing comes; nor does one that has left already: what
    is retired stays listed. `after_us` of 0 is never.
    """
    if after_us <= 0 or state.left is not None:
        return None
    if any(each.rule not in _OF_SILENCE for each in open_alarms(state)):
        return None
    return silent_since_us(state) + after_us
