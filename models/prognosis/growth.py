"""Growth of a change that stands: whether it rises for certain, by few numbers and honestly counted.

Smoothed levels follow each other closely, so many of them say little more than a few, and a level that wanders
by days looks like growth for half of each wave. So they are averaged in 8 to 16 stretches of equal counts that span
all of the trend (two and two become one when there is no more room), and a straight line is laid through these.
What they stray from it, and how neighbours stray together, tells how many of them are independent,
``n (1 - r) / (1 + r)``, and so how surely the line rises (Santer et al. 2000, J. Geophys. Res. 105(D6)): on the
time scale of the trend itself, whatever the rate of sampling.
"""

from itertools import pairwise
from math import fsum, inf, isfinite, sqrt

import msgspec

from models.clock import SECOND_US

__all__ = ["GrowthTrend"]

_MAX_MEANS = 16
_MIN_MEANS = 8
_MIN_COUNT = 20
"""Smoothed values, fewer of which never make growth certain."""
_MIN_HOURS = 1.0
"""Of running. What rises faster is followed by the limits themselves; a shorter span is load, heat or process."""
_MIN_SIGMA = 0.01
_MAX_AT_ONCE = 0.6
"""Part of a rise that may come between neighbours but one."""
_MAX_CORRELATION = 0.9
_FINE, _MAX_LEVEL, _HOUR_S = 10_000, 6.0, 3_600.0
_T_975 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14)
"""Student's t for 1, 2, ... degrees of freedom: the lower bound of a 95 % interval."""


class GrowthTrend(msgspec.Struct, array_like=True):
    """The course of one change, in one regime and way of measuring, since its alert was raised."""

    since_us: int
    """When that was, in event time; what was a standstill since has moved it on."""
    begun_us: int
    """The same as it was."""
    regime: int
    rate_hz: float = 0.0
    """Sampling rate of the blocks; 0 of what is not sampled."""
    newest_us: int = 0
    per: int = 1
    """How many values make a mean."""
    times_s: list[int] = []
    """Mean time since the beginning of each stretch; in whole numbers, as they are many and are kept."""
    levels: list[int] = []
    """Mean level of each, in ten-thousandths."""
    filling: tuple[int, int, int] = (0, 0, 0)
    """Of the stretch under way: count, sum of times, sum of levels."""
    per_hour: float = 0.0
    """Slope of the line, in levels, when it was certain to rise last."""
    certain: bool = False
    """Whether it has been certain to rise; that stays, as long as the change does."""

    def add(self, level: float, time_us: int, *, least_rise: float) -> None:
        """Add one smoothed level at an event time; what is not finite, or not later, is refused.

        `least_rise` is what the line has to rise by in all to be of concern.
        """
        if not isfinite(level) or time_us <= self.newest_us:
            return
        self.newest_us = time_us
        fine = round(min(max(level, -_MAX_LEVEL), _MAX_LEVEL) * _FINE)
        count, times_s, levels = self.filling
        count, times_s, levels = count + 1, times_s + (time_us - self.since_us) // SECOND_US, levels + fine
        self.filling = (count, times_s, levels)
        if count < self.per:
            return
        self.times_s, self.levels = [*self.times_s, times_s // count], [*self.levels, levels // count]
        self.filling = (0, 0, 0)
        if len(self.levels) == _MAX_MEANS:
            self.times_s, self.levels = _paired(self.times_s), _paired(self.levels)
            self.per *= 2
        if self.per * len(self.levels) >= _MIN_COUNT:
            self._judge(least_rise)

    def pause(self, by_us: int) -> None:
        """Leave out a time through which the machine stood, or nothing came."""
        self.since_us += max(0, by_us)

    def _judge(self, least_rise: float) -> None:
        hours, levels = [time_s / _HOUR_S for time_s in self.times_s], [level / _FINE for level in self.levels]
        line = _line(hours, levels)
        if line is None:
            return
        slope, lower = line
        rise = (fsum(levels[-2:]) - fsum(levels[:2])) / 2
        if hours[-1] - hours[0] >= _MIN_HOURS and rise > least_rise and lower > 0.0:
            certain = _still_rises(levels) and not _is_step(levels, rise)
            self.certain, self.per_hour = self.certain or certain, slope if certain else self.per_hour


def _paired(values: list[int]) -> list[int]:
    return [(first + second) // 2 for first, second in zip(values[::2], values[1::2], strict=True)]


def _still_rises(levels: list[float]) -> bool:
    """Whether the last quarter lies above the one before: what rose once and stands since does not grow."""
    quarter = len(levels) // 4
    return fsum(levels[-quarter:]) > fsum(levels[-2 * quarter : -quarter])


def _is_step(levels: list[float], rise: float) -> bool:
    """Whether most of a rise came at once, between neighbours but one: nothing says that a step goes on.

    >>> _is_step([0.0, 0.0, 0.0, 0.1, 0.5, 0.5, 0.5, 0.5], 0.6), _is_step([x / 10 for x in range(8)], 0.7)
    (True, False)
    """
    return max(later - level for level, later in zip(levels, levels[2:], strict=False)) > _MAX_AT_ONCE * rise


def _line(hours: list[float], levels: list[float]) -> tuple[float, float] | None:
    """Give the slope of the line through the means, and the lower bound of its 95 % interval; None where none is.

    What bends upwards grows faster and faster, as faults do, and strays from its curve, not from the line.
    """
    count = len(levels)
    if count < _MIN_MEANS:
        return None
    first, level = _centred(hours), _centred(levels)
    spread = _product(first, first)
    if not spread > 0.0:
        return None
    slope = _product(first, level) / spread
    strays = [y - slope * x for x, y in zip(first, level, strict=True)]
    bent = _centred([x * x for x in first])
    tilt = _product(first, bent) / spread
    bend = [x2 - tilt * x for x, x2 in zip(first, bent, strict=True)]
    least, used = _product(bend, bend), 2.0
    if least > 0.0 and (curve := _product(bend, strays) / least) > 0.0:
        strays, used = [stray - curve * b for stray, b in zip(strays, bend, strict=True)], 3.0
    squares = _product(strays, strays) + count * _MIN_SIGMA**2
    together = fsum(one * other for one, other in pairwise(strays)) / squares
    correlation = min(max(together + (1.0 + 4.0 * together) / count, 0.0), _MAX_CORRELATION)
    free = count * (1.0 - correlation) / (1.0 + correlation) - used
    if free < 1.0:
        return slope, -inf
    return slope, slope - _T_975[min(int(free), len(_T_975)) - 1] * sqrt(squares / (free * spread))


def _centred(values: list[float]) -> list[float]:
    mean = fsum(values) / len(values)
    return [value - mean for value in values]


def _product(first: list[float], second: list[float]) -> float:
    return fsum(one * other for one, other in zip(first, second, strict=True))
