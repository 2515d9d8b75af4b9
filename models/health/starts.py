"""Starts as they are judged: against what is usual of the point's own starts, learned from those that end well."""

from math import log

from models.clock import SECOND_US
from models.condition.channel import Channel
from models.condition.start_profile import StartProfile
from models.condition.state import MachineState
from models.machinery.machine import Thresholds

__all__ = ["begin_start", "end_start", "enter_start", "follow_start", "is_in_start", "loud_start_us"]

_WORTH_A_NOTE = 0.75
"""Part of the way to the limit of low, on the logarithm: what is less is no more than it may be at any time."""


def begin_start(channel: Channel) -> None:
    """Note at a point that its machine has started; what is not learned yet has no usual to compare with."""
    if not channel.ready:
        return
    if channel.starts is None:
        channel.starts = StartProfile()
    sound = not channel.is_alarming and all(symptom.degree < 1.0 for symptom in channel.symptoms)
    channel.starts.begin(sound=sound)


def enter_start(state: MachineState, channel: Channel, time_us: int) -> None:
    """Place an observation in the start, before it is assessed."""
    starts, started_us = channel.starts, state.operation.started_us
    if starts is not None and starts.since_s >= 0 and started_us is not None:
        starts.since_s = max(0, (time_us - started_us) // SECOND_US)


def follow_start(channel: Channel) -> None:
    """Note what an observation of a start came to, once it has been assessed."""
    starts = channel.starts
    if starts is None or starts.since_s < 0:
        return
    rise, score, sound = 0.0, 0.0, True
    for symptom in channel.symptoms:
        if symptom.rule == "change" and symptom.reference and not symptom.is_fall:
            above, low = (log(value / symptom.reference) for value in (symptom.value, symptom.limit(1)))
            above += starts.allowed_rise
            rise = above if above > _WORTH_A_NOTE * low else 0.0
            sound = sound and above < low
        elif symptom.rule == "anomaly":
            score = symptom.value / symptom.limit(1) * starts.allowed_score
            sound = sound and score < 1.0
        else:
            sound = sound and symptom.degree < 1.0
    starts.note(rise, score, sound=sound)
    starts.end(sound=not channel.is_alarming, stopped=False)


def end_start(channel: Channel) -> None:
    """Note at a point that the machine stands."""
    if channel.starts is not None:
        channel.starts.end(sound=not channel.is_alarming, stopped=True)


def is_in_start(channel: Channel) -> bool:
    """Whether a point may be now what it may be at no other time: nothing of that is learned as usual."""
    return channel.starts is not None and channel.starts.allows_more


def loud_start_us(channel: Channel, level: int, thresholds: Thresholds) -> int:
    """Give for how long a start of a point is usually as loud as a change of a level (1 to 3)."""
    if channel.starts is None:
        return 0
    factor = (thresholds.change_low, thresholds.change_medium, thresholds.change_high)[level - 1]
    return channel.starts.lasts_s(log(factor)) * SECOND_US
