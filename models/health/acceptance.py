"""Whether people may be offered to accept what a machine does as its new normal: not while it speaks of a fault."""

from models.alarms.alarm import Alarm
from models.condition.channel import Channel
from models.condition.state import MachineState

__all__ = ["speaks_of_fault"]

_MEDIUM = 2
_NONE = Alarm()


def speaks_of_fault(state: MachineState) -> bool:
    """Whether anything at any point says more than that the machine is unlike its own past.

    A fault is named or has been confirmed, a change grows for certain or as far as a remaining life is given, or a
    severity is zone C or worse.
    """
    if state.time_us is not None and state.time_us < state.known.plain_until_us:
        return True
    return any(_is_of_fault(each) for each in state.channels.values())


def _is_of_fault(channel: Channel) -> bool:
    severity = channel.alarms.get("severity", _NONE).level
    seen = max((symptom.degree for symptom in channel.symptoms if symptom.rule == "severity"), default=0.0)
    trend = channel.degradation_trend
    grows = channel.growth is not None and channel.growth.certain
    declines = trend is not None and trend.remaining_h(channel.newest_us or 0) is not None
    named = channel.diagnosis_votes.leading_fault() is not None or channel.alarms.get("diagnosis", _NONE).level
    return bool(grows or declines or named or max(severity, seen) >= _MEDIUM)
