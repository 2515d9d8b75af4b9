"""Degradation of a point, from its symptoms: it begins with a lasting change or severity, and ends with both."""

from math import log

from models.alarms.symptom import Symptom
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.health.falls import FALL
from models.outputs import RemainingLife
from models.prognosis.degradation import CLAIMED, DegradationTrend

__all__ = ["level_of", "remaining_life", "track_degradation"]

_RULES = ("change", "severity")


def level_of(symptoms: list[Symptom]) -> float | None:
    """Give the level of damage, 0 at the baseline and 1 at the limit of high priority; None where none is judged.

    On the logarithm of the indicator where its baseline is known, since damage grows in proportion to itself.

    >>> change = Symptom("change", "rms_g", 0.25, 0.1, [0.16, 0.25, 0.63], 2.0)
    >>> round(level_of([change]), 2)
    0.5
    """
    levels = []
    for symptom in symptoms:
        if symptom.rule not in _RULES or symptom.is_fall:
            continue
        worst, reference = symptom.limit(3), symptom.reference
        if reference is not None and 0.0 < reference < worst and symptom.value > 0.0:
            levels.append(log(symptom.value / reference) / log(worst / reference))
        elif worst > 0.0:
            levels.append(symptom.value / worst)
    return max(levels, default=None)


def track_degradation(channel: Channel, time_us: int) -> None:
    """Begin, go on with or end the degradation trend of a point that was just assessed."""
    worn = [alarm for rule, alarm in channel.alarms.items() if rule in _RULES and alarm.about != FALL]
    since_us = [alarm.onset_us for alarm in worn if alarm.present]
    if not since_us:
        channel.degradation_trend = None
        return
    if channel.degradation_trend is None:
        channel.degradation_trend = DegradationTrend(since_us=min(since_us))
    level = level_of(channel.symptoms)
    if level is not None:
        channel.degradation_trend.add(level, time_us)


def remaining_life(state: MachineState, channels: list[Channel]) -> RemainingLife | None:
    """Give the shortest remaining life of any of these points; None before an onset and where none can be given.

    A point that fell silent shows nothing of it any more.
    """
    lives = []
    for channel in channels:
        trend = channel.degradation_trend
        if trend is None:
            continue
        newest_us = channel.newest_us
        if newest_us is None or state.time_us is None or not channel.is_heard(state.time_us):
            continue
        interval = trend.remaining_h(newest_us)
        if interval is not None:
            low, median, high = interval
            lives.append(
                RemainingLife(
                    low=low,
                    median=median,
                    high=high,
                    held=trend.held,
                    checked=trend.checked,
                    claimed=CLAIMED,
                )
            )
    return min(lives, key=lambda life: (life.median, life.low, life.high), default=None)
