"""Steps of unit: a level that is suddenly so many times its usual as one unit is of another, in everything at once.

No machine does that; a swapped sensor, another scale or a unit that nobody told does. A rise alarms as any change
does, and says so besides. A fall would hide whatever comes next, so it is remembered until the level is back.
"""

from math import log
from statistics import median

from models.condition.channel import Channel
from models.condition.measuring import HELD

__all__ = ["has_fallen", "is_fahrenheit", "unit_factor"]

_FACTORS = (9.80665, 25.4, 100.0, 1000.0)
_NEAR = 0.1
_ALIKE = 0.25
_FELL = log(8.0)
"""Less of a fall is no unit's."""
_BACK = log(1.25)
"""Nearer to its usual than this it is back; what is merely louder than it was may be a fault at the wrong scale."""
_FAHRENHEIT_K = 4.0


def _ratios(channel: Channel) -> list[float]:
    """Give the smoothed levels against their baselines, as natural logarithms."""
    here = channel.regime_baseline
    return [
        median(here.medians[name].values) - baseline.location
        for name, baseline in here.baselines.items()
        if baseline.ready and name in here.medians and here.medians[name].values
    ]


def _newest(channel: Channel) -> float:
    """Give the newest of the first level that has a baseline against that; 0 where there is none."""
    here = channel.regime_baseline
    for name, baseline in here.baselines.items():
        known = here.medians.get(name)
        if known is not None and known.values and baseline.ready:
            return known.values[-1] - baseline.location
    return 0.0


def unit_factor(channel: Channel) -> float | None:
    """Give by which unit's factor all levels of a point are off their usual, below 1 where they fell; else None."""
    ratios = _ratios(channel)
    if not ratios or max(ratios) - min(ratios) > _ALIKE:
        return None
    mean = sum(ratios) / len(ratios)
    factor = min(_FACTORS, key=lambda each: abs(log(each) - abs(mean)))
    if abs(log(factor) - abs(mean)) > _NEAR:
        return None
    return factor if mean > 0 else 1.0 / factor


def is_fahrenheit(value_c: float, usual_c: float) -> bool:
    """Whether a temperature is its usual one in degrees Fahrenheit, told as Celsius.

    >>> is_fahrenheit(143.6, 62.0), is_fahrenheit(100.0, 62.0)
    (True, False)
    """
    return abs(value_c - (1.8 * usual_c + 32.0)) <= _FAHRENHEIT_K


def has_fallen(channel: Channel) -> bool:
    """Update whether a point's levels fell by a unit's factor, from the observation assessed last; give it."""
    measuring, newest = channel.measuring, _newest(channel)
    if measuring.fell:
        measuring.fell_run = measuring.fell_run + 1 if abs(newest) <= _BACK and not channel.level else 0
        if measuring.fell_run >= HELD:
            measuring.fell, measuring.fell_run, measuring.is_told = 0.0, 0, bool(measuring.anew)
            channel.model.forget_recent()  # how unlike its past it was, was the unit's doing
            channel.regime_baseline.medians.pop("score", None)
        return measuring.fell != 0.0
    if newest > -_FELL or not channel.ready:
        if measuring.fell_run:
            measuring.fell_run = 0
        return False
    factor = unit_factor(channel)
    measuring.fell_run = measuring.fell_run + 1 if factor is not None else 0
    if factor is not None and measuring.fell_run >= HELD:
        measuring.fell, measuring.fell_run, measuring.is_told = 1.0 / factor, 0, True
    return measuring.fell != 0.0
