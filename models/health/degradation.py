"""Degradation of a point, from its symptoms: it begins with a lasting change or severity, and ends with both."""

from math import log

from models.alarms.symptom import KNOCKS, Symptom
from models.clock import HOUR_US
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.health.falls import FALL
from models.outputs import RemainingLife
from models.prognosis.degradation import CLAIMED, DegradationTrend

__all__ = ["level_of", "remaining_life", "track_degradation"]

_RULES = ("change", "severity")
_HIGH = 3
_NO_WEAR = (FALL, KNOCKS)
"""What a change may be about that grows towards no limit."""


def level_of(symptoms: list[Symptom]) -> float | None:
    """Give the level of damage, 0 at the baseline and 1 at the limit of high priority; None where none is judged.

    On the logarithm of the indicator where its baseline is known, since damage grows in proportion to itself.

    >>> change = Symptom("change", "rms_g", 0.25, 0.1, [0.16, 0.25, 0.63], 2.0)
    >>> round(level_of([change]), 2)
    0.5
    """
    worst = _worst(symptoms)
    return None if worst is None else worst[0]


def _worst(symptoms: list[Symptom]) -> tuple[float, str] | None:
    """Give the highest level of damage and the rule that it is by."""
    levels = []
    for symptom in symptoms:
        if symptom.rule not in _RULES or symptom.is_fall or symptom.is_knocks:
            continue
        worst, reference = symptom.limit(3), symptom.reference
        if reference is not None and 0.0 < reference < worst and symptom.value > 0.0:
            levels.append((log(symptom.value / reference) / log(worst / reference), symptom.rule))
        elif worst > 0.0:
            levels.append((symptom.value / worst, symptom.rule))
    return max(levels, default=None)


def track_degradation(channel: Channel, time_us: int) -> None:
    """Begin, go on with or end the degradation trend of a point that was just assessed."""
    since_us = [
        alarm.onset_us
        for rule, alarm in channel.alarms.items()
        if rule in _RULES and alarm.present and alarm.about not in _NO_WEAR
    ]
    if not since_us:
        channel.degradation_trend = None
        return
    if channel.degradation_trend is None:
        channel.degradation_trend = DegradationTrend(since_us=min(since_us))
    worst = _worst(channel.symptoms)
    if worst is not None:
        level, rule = worst
        channel.degradation_trend.by_zone = rule == "severity"
        channel.degradation_trend.add(level, time_us)


def remaining_life(state: MachineState, channels: list[Channel]) -> RemainingLife | None:
    """Give the shortest time to its limit of any of these points; None before an onset and where none can be given.

    None either where a point is at its limit or past it: no other point's time is the machine's then. A point that
    fell silent shows nothing of it any more.
    """
    lives = []
    for channel in channels:
        trend = channel.degradation_trend
        if trend is None:
            continue
        newest_us = channel.newest_us
        if newest_us is None or state.time_us is None or not channel.is_heard(state.time_us):
            continue
        if trend.is_past or _is_high(channel):
            return None
        interval = trend.remaining_h(newest_us)
        if interval is not None and _is_resolved(channel, interval):
            low, median, high = interval
            lives.append(
                RemainingLife(
                    low=low,
                    median=median,
                    high=high,
                    held=trend.held,
                    checked=trend.checked,
                    claimed=CLAIMED,
                    to="zone_d" if trend.by_zone else "alarm_limit",
                )
            )
    return min(lives, key=lambda life: (life.median, life.low, life.high)) if lives else None


def _is_high(channel: Channel) -> bool:
    """Whether an alert of change or severity says that the limit is passed, until it says otherwise."""
    return any(alarm.level == _HIGH for rule, alarm in channel.alarms.items() if rule in _RULES)


def _is_resolved(channel: Channel, interval: tuple[float, float, float]) -> bool:
    """Whether an interval is longer than what lies between two measurements: a shorter one says nothing."""
    low, _, high = interval
    return high - low > channel.recent.usual_interval_us() / HOUR_US
