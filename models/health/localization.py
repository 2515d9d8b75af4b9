"""Localization of a fault that several points name: a machine's structure carries impacts to other bearings."""

from models.condition.channel import Channel
from models.condition.state import MachineState

__all__ = ["stronger_point"]

_SAME_HZ = 0.01
"""Relative: blocks of a second tell frequencies no better apart."""
_STRONGER_RATIO = 1.25
"""Times the amplitude (of the last block that speaks for it) from which another point is nearer to the fault."""


def stronger_point(state: MachineState, channel: Channel) -> str:
    """Give the point at which the fault that this one names is seen clearly more strongly; empty where none is.

    The same fault at the same frequency, compared by its amplitude in mm/s, g, or modulation.
    """
    fault = channel.diagnosis_votes.leading_fault()
    own = channel.diagnosis_votes.latest.get(fault) if fault else None
    if own is None or not own.found_hz or not own.amplitude:
        return ""
    needed, point = _STRONGER_RATIO * own.amplitude, ""
    for other in state.channels.values():
        seen = other.diagnosis_votes.latest.get(own.fault) if own.fault in other.diagnosis_votes.named else None
        if other is channel or other.sensor.faulty or seen is None or not seen.found_hz:
            continue
        same = abs(seen.found_hz - own.found_hz) <= _SAME_HZ * own.found_hz
        if same and (seen.amplitude or 0.0) >= needed:
            needed, point = seen.amplitude or 0.0, other.point
    return point
