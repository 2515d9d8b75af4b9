"""Degradation trends and the life that remains: an interval from a regression that is updated online.

The level of damage is 0 at the baseline and 1 at the limit of high priority. After its onset it is taken to go as
``level = b + a u``, ``u = s^k``, s hours after the onset, for each of six shapes k from a fast start (1/2) over a
straight line to a late, steep end (5): a conjugate Bayesian regression for each, in which an observation weighs by
s_i/s, so that the latter half of the trend counts most, and the shapes weigh by how well they fit. A fault fails
somewhere about 1, not on it. What the models, their uncertainty, that of the end and of what the machine will do
from now on make together gives the quantiles. (General-path degradation, Lu and Meeker 1993, with Bayesian
updating as by Gebraeel, Lawley, Li and Ryan 2005.)
"""

from math import exp, inf, isfinite, log, pow, sqrt  # noqa: A004 - the one for real numbers

import msgspec

from models.clock import HOUR_US

__all__ = ["CLAIMED", "DegradationTrend"]

CLAIMED = 0.8
"""Part of the lives whose end the interval is to hold."""
_PARTS = (0.17, 0.5, 0.83)
"""Quantiles of what the models say that hold 80 % of simulated lives (`python -m evaluation remaining`):
observations that repeat each other, and shapes that are none of the six, leave no quantile what it is called."""
_LEVEL_PARTS = (0.17, 0.7)
"""And of the level a quarter of those hours later: a test of its own foresight that as many are to pass."""

_SHAPES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
_MIN_SIGMA = 0.03
_REPEATED = 8.0
_MAX_INDEPENDENT = 40.0
"""Levels come from running medians of seven, so eight of them are one; and a trend wanders, so that all together
are worth no more than forty."""
_FAILS_AT, _FAILS_SPREAD = 1.0, 0.25
"""Sixteen decibels above baseline, give or take four."""
_FAILS_NODES = (-1.28, -0.52, 0.0, 0.52, 1.28)
_SLOPE_NODES = (-1.47, -0.79, -0.37, 0.0, 0.37, 0.79, 1.47)
_FUTURE_FACTORS = tuple(exp(node) for node in (-0.4, 0.1, 0.6))
"""How much shorter or longer the rest is than a shape says, which no shape knows."""
_GROWN = 0.4
"""A little more than twice the baseline: a lesser change is a symptom, but no onset yet."""
_MIN_GROWN = 10
_IMMINENT = 0.05
_MIN_COUNT = 20
_REFRESH = 1.05
_MAX_REMAINING_RATIO = 20.0
"""Times the hours since the onset, beyond which nothing is foretold."""
_CHECK_AFTER = 1.25
_CHECK_UNTIL = 1.1
"""A level that comes later than this many times the hour it was foretold for, after a gap, tests nothing."""


class _Fit(msgspec.Struct, array_like=True):
    """Weighted sums of one shape's regression."""

    u: float = 0.0
    uu: float = 0.0
    uy: float = 0.0


class DegradationTrend(msgspec.Struct, array_like=True):
    """One degradation, from its onset on."""

    since_us: int
    hours: float = 0.0
    """From the onset to the newest observation."""
    count: int = 0
    weight: float = 0.0
    y: float = 0.0
    yy: float = 0.0
    level: float = 0.0
    """Newest."""
    grown: int = 0
    """Observations in a row at which it was more than a mere change, up to as many as are needed."""
    fits: list[_Fit] = msgspec.field(default_factory=lambda: [_Fit() for _ in _SHAPES])
    ends: tuple[float, float, float] | None = None
    """Low, median and high hour after the onset at which it ends; None where that can't be told."""
    refresh_at: float = 0.0
    check: tuple[float, float, float] | None = None
    """At which hour the level is to lie between which bounds; the next test of its own foresight."""
    checked: int = 0
    held: int = 0
    by_zone: bool = False
    """Whether the newest level is by the zones of severity, so that 1 is where zone D begins."""

    @property
    def is_past(self) -> bool:
        """Whether the newest level is at its limit or past it: there is no time until it any more."""
        return self.level >= _FAILS_AT

    def add(self, level: float, time_us: int) -> None:
        """Add one smoothed level at an event time after the onset; what is not finite is refused."""
        hours = (time_us - self.since_us) / HOUR_US
        if hours <= self.hours or not isfinite(level):
            return
        fade = self.hours / hours
        self.hours, self.level = hours, level
        if self.grown < _MIN_GROWN:
            self.grown = self.grown + 1 if level >= _GROWN else 0
        self.count += 1
        self.weight = fade * self.weight + 1.0
        self.y = fade * self.y + level
        self.yy = fade * self.yy + level * level
        for shape, fit in zip(_SHAPES, self.fits, strict=True):
            u = pow(hours, shape)
            fit.u = fade * fit.u + u
            fit.uu = fade * fit.uu + u * u
            fit.uy = fade * fit.uy + u * level
        self._check()
        if self.count >= _MIN_COUNT and hours >= self.refresh_at:
            self._refresh()

    def pause(self, time_us: int) -> None:
        """Leave out the time from the newest observation to this moment: the machine stood still."""
        newest_us = self.since_us + round(self.hours * HOUR_US)
        self.since_us += max(0, time_us - newest_us)

    def remaining_h(self, time_us: int) -> tuple[float, float, float] | None:
        """Give low, median and high hours that remain at an event time; None where no interval can be given."""
        if self.ends is None or self.grown < _MIN_GROWN:
            return None
        hours = max((time_us - self.since_us) / HOUR_US, self.hours)
        low, median, high = (max(end - hours, 0.0) for end in self.ends)
        return low, median, high

    def _check(self) -> None:
        if self.check is None or self.hours < self.check[0]:
            return
        at, low, high = self.check
        if self.hours <= _CHECK_UNTIL * at:
            self.checked += 1
            self.held += low <= self.level <= high
        self.check = None

    def _refresh(self) -> None:
        self.refresh_at = self.hours * _REFRESH
        lines = self._lines()
        self.ends = self._ends(lines)
        if self.check is None and self.ends is not None and self.grown >= _MIN_GROWN:
            at = self.hours * _CHECK_AFTER
            levels = [(line.level_at(at, z), line.weight) for line in lines for z in _SLOPE_NODES]
            low, high = quantiles(levels, _LEVEL_PARTS)
            self.check = (at, low, high)

    def _lines(self) -> list["_Line"]:
        n, mean = self.weight, self.y / self.weight
        total = max(self.yy / n - mean * mean, 0.0)
        independent = min(max(n / _REPEATED, 2.0), _MAX_INDEPENDENT)
        lines = []
        for shape, fit in zip(_SHAPES, self.fits, strict=True):
            centre = fit.u / n
            spread = fit.uu / n - centre * centre
            if spread <= 1e-12 * max(centre * centre, 1e-300):
                continue
            both = fit.uy / n - centre * mean
            slope = both / spread
            variance = max(total - slope * both, 0.0) + _MIN_SIGMA**2
            error = sqrt(variance / (spread * independent))
            lines.append(_Line(shape, mean, centre, slope, error, sqrt(variance), -independent * log(variance) / 2))
        most = max((line.weight for line in lines), default=0.0)
        return [msgspec.structs.replace(line, weight=exp(line.weight - most)) for line in lines]

    def _ends(self, lines: list["_Line"]) -> tuple[float, float, float] | None:
        remaining: list[tuple[float, float]] = []
        for line in lines:
            for z in _SLOPE_NODES:
                now = line.level_at(self.hours, z)
                for node in _FAILS_NODES:
                    fails = max(_FAILS_AT + _FAILS_SPREAD * node, now + _IMMINENT)
                    end = line.hour_of(fails, z)
                    left = max(end - self.hours, 0.0)
                    remaining += [(left * factor, line.weight) for factor in _FUTURE_FACTORS]
        if not remaining:
            return None
        low, median, high = quantiles(remaining, _PARTS)
        if high > _MAX_REMAINING_RATIO * self.hours:
            return None
        return self.hours + low, self.hours + median, self.hours + high


class _Line(msgspec.Struct, frozen=True):
    """One shape's regression: level = mean + (slope + error z) (s^shape - centre)."""

    shape: float
    mean: float
    centre: float
    slope: float
    error: float
    sigma: float
    weight: float

    def level_at(self, hours: float, z: float) -> float:
        return self.mean + (self.slope + self.error * z) * (pow(hours, self.shape) - self.centre)

    def hour_of(self, level: float, z: float) -> float:
        slope = self.slope + self.error * z
        if slope <= 0.0:
            return inf
        u = self.centre + (level - self.mean) / slope
        return pow(max(u, 0.0), 1.0 / self.shape)


def quantiles(weighted: list[tuple[float, float]], parts: tuple[float, ...]) -> list[float]:
    """Give quantiles of (value, weight) pairs: the first value up to which a part of the weight lies.

    >>> quantiles([(3.0, 1.0), (1.0, 1.0), (2.0, 2.0)], (0.25, 0.5, 0.9))
    [1.0, 2.0, 3.0]
    """
    ordered = sorted(weighted)
    whole = sum(weight for _, weight in ordered)
    values, reached, rest = [], 0.0, iter(ordered)
    value = ordered[0][0]
    for part in parts:
        while reached < part * whole - 1e-12 * whole:
            value, weight = next(rest)
            reached += weight
        values.append(value)
    return values
