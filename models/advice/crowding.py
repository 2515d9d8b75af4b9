"""Points beyond the number that a machine may have: refused and counted, so no sender fills a store with names.

Taking turns, none of them would ever learn. So a point keeps its place until it has been silent for a week.
"""

from models.advice.alarm_processing import AlarmContext, clear_all
from models.advice.no_data import clear_no_data, record_arrival
from models.clock import DAY_US
from models.condition.channel import MeasuredObservation
from models.condition.state import MachineState
from models.outputs import Alert

__all__ = ["CROWDED", "FORGET_AFTER_US", "MAX_POINTS", "is_full", "make_room", "refuse_point"]

CROWDED = "crowded"
"""The note of such a point in rows that versions before 0.1.1 have stored; now it gets none."""

MAX_POINTS = 64
"""Of one machine, each by what is measured there."""

FORGET_AFTER_US = 7 * DAY_US
"""So long a point is silent before a new one may take its place."""


def is_full(state: MachineState) -> bool:
    """Say whether a machine has all the points that it may have."""
    return len(state.channels) >= MAX_POINTS


def make_room(state: MachineState, observation: MeasuredObservation) -> list[Alert]:
    """Where a machine has all the points it may have, forget the longest silent, if it has been so for a week."""
    if not is_full(state):
        return []
    key = min(state.channels, key=lambda name: state.channels[name].heard)
    newest_us = state.channels[key].newest_us
    if newest_us is not None and (state.time_us or 0) - newest_us < FORGET_AFTER_US:
        return []
    forgotten = state.channels.pop(key)
    return list(clear_all(AlarmContext(state, forgotten, observation.time_us, observation.digest)))


def refuse_point(state: MachineState, observation: MeasuredObservation) -> tuple[Alert, ...]:
    """Count what a point too many says, and nothing else of it; the machine has been heard all the same."""
    state.counts.crowded += 1
    silent_us = state.observed_us - state.heard_us
    record_arrival(state, state.observed_us, 0)
    return tuple(clear_no_data(state, observation.time_us, observation.digest, silent_us))
