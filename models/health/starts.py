"""Starts as they are judged: against what is usual of the point's starts, and learned from those that end well."""

from math import log

from models.clock import SECOND_US
from models.condition.channel import Channel
from models.condition.start_profile import StartProfile
from models.condition.state import MachineState

__all__ = ["begin_start", "end_start", "enter_start", "follow_start", "is_in_start"]


def begin_start(channel: Channel) -> None:
    """Note at a point that its machine has started; what is not learned yet has no usual to compare with."""
    if not channel.ready:
        return
    if channel.starts is None:
        channel.starts = StartProfile()
    channel.starts.begin()


def enter_start(state: MachineState, channel: Channel, time_us: int) -> None:
    """Place an observation in the start, before it is assessed."""
    starts, started_us = channel.starts, state.operation.started_us
    if starts is not None and starts.since_s >= 0 and started_us is not None:
        starts.since_s = max(0, (time_us - started_us) // SECOND_US)


def follow_start(channel: Channel) -> None:
    """Note of a start what an observation came to that has been assessed."""
    starts = channel.starts
    if starts is None or starts.since_s < 0:
        return
    rise, score, sound = 0.0, 0.0, True
    allowed_rise, allowed_score = starts.allowed_rise, starts.allowed_score
    for symptom in channel.symptoms:
        if symptom.rule == "change" and not symptom.is_fall and symptom.reference:
            above = log(symptom.value / symptom.reference)
            rise = above + allowed_rise
            sound = sound and rise < log(symptom.limit(1) / symptom.reference)
        elif symptom.rule == "anomaly":
            score = symptom.value / symptom.limit(1) * allowed_score
            sound = sound and score < 1.0
        else:
            sound = sound and symptom.degree < 1.0
    starts.note(rise, score, sound=sound)
    if starts.is_over(stopped=False):
        starts.end(sound=not channel.is_alarming, stopped=False)


def end_start(channel: Channel) -> None:
    """Note at a point that the machine stands."""
    starts = channel.starts
    if starts is not None and starts.since_s >= 0:
        starts.end(sound=not channel.is_alarming, stopped=True)


def is_in_start(channel: Channel) -> bool:
    """Whether a point may be louder than usual now, since its machine has just started: nothing is learned then."""
    starts = channel.starts
    return starts is not None and (starts.allowed_rise > 0.0 or starts.allowed_score > 1.0)
