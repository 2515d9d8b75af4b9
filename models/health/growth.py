"""The rule of growth: a change that stands and grows for certain is of medium priority before its limit says so."""

from math import exp, log

import msgspec

from models.alarms.alarm import DEADBAND
from models.alarms.symptom import Symptom
from models.clock import DAY_US
from models.condition.channel import Channel, MeasuredObservation
from models.health.degradation import level_of
from models.observations import VibrationObserved
from models.prognosis.growth import GrowthTrend

__all__ = ["with_growth"]

_RULE = "change"
_LOW, _MEDIUM = 1, 2
_ENDS_BELOW = 0.5
"""Degree below which a change whose alert is over has no course any more; until then the alert may come back."""
_LEAST_RISE, _SIGMAS = 0.2, 2.5
"""The least rise of concern, in logarithms: 22 %, and what the machine does not do by itself from day to day."""
_SAME_RATE = 0.01
_LEFT_US = DAY_US
_HOURS_A_DAY = 24.0
_MAX_LOG = 50.0


def with_growth(
    channel: Channel, symptoms: list[Symptom], observation: MeasuredObservation, time_us: int
) -> list[Symptom]:
    """Give the symptoms of an observation; the change's is of medium degree where it grows for certain.

    Its course is kept from the alert on, in the regime and the way of measuring in which it was raised. Growth that
    was certain stays so as long as the change stands, so that it is one alert and one story.
    """
    alarm = channel.alarms.get(_RULE)
    stands = alarm is not None and alarm.level >= _LOW
    if not stands and channel.growth is None:
        return symptoms
    change = next((symptom for symptom in symptoms if symptom.rule == _RULE), None)
    if change is None or change.reference is None:
        return symptoms
    if not stands and change.degree < _ENDS_BELOW:
        if channel.growth is not None and channel.growth.regime == channel.present:
            channel.growth = None
        return symptoms
    rate_hz = observation.rate_hz if isinstance(observation, VibrationObserved) else 0.0
    trend = channel.growth = _course(channel, rate_hz, time_us)
    _go_on(channel, trend, change, time_us)
    kept = alarm is not None and alarm.level >= _MEDIUM
    least = _LOW - DEADBAND if kept else _LOW
    if not (trend.certain and stands and least <= change.degree < _MEDIUM):
        return symptoms
    return [_grown(each, trend) if each is change else each for each in symptoms]


def _course(channel: Channel, rate_hz: float, time_us: int) -> GrowthTrend:
    """Give the trend to go on with; a new one where it is measured otherwise, or its regime was left for good."""
    trend = channel.growth
    if trend is not None and abs(trend.rate_hz - rate_hz) <= _SAME_RATE * rate_hz:
        left = trend.regime != channel.present and (
            trend.regime not in channel.baselines_by_regime
            or time_us - trend.newest_us > max(_LEFT_US, trend.newest_us - trend.since_us)
        )
        if not left:
            return trend
    alarm = channel.alarms.get(_RULE)
    begun_us = alarm.since_us if trend is None and alarm is not None and alarm.level else time_us
    return GrowthTrend(
        since_us=begun_us, begun_us=begun_us, regime=channel.present, rate_hz=rate_hz, newest_us=begun_us
    )


def _go_on(channel: Channel, trend: GrowthTrend, change: Symptom, time_us: int) -> None:
    if channel.interrupted:
        trend.pause(time_us - max(channel.judged_us, trend.newest_us))
    level = level_of([change])
    if level is None or trend.regime != channel.present:
        return
    baseline = channel.baselines[change.indicator]
    sigma = max(baseline.scale, baseline.floor)
    trend.add(level, time_us, least_rise=max(_LEAST_RISE, _SIGMAS * sigma) / _scale(change))


def _scale(change: Symptom) -> float:
    """Give how much of the logarithm one level is."""
    return log(change.limit(3) / (change.reference or 1.0))


def _grown(change: Symptom, trend: GrowthTrend) -> Symptom:
    """Give a change as one of medium degree, by its growth: what it stands against is the limit of low."""
    low, _, high = change.limits
    by_day = exp(min(trend.per_hour * _HOURS_A_DAY * _scale(change), _MAX_LOG)) - 1.0
    return msgspec.structs.replace(
        change, degree=float(_MEDIUM), limits=[low, low, high], grows=(trend.begun_us, by_day)
    )
