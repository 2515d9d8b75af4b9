"""Running statistics of one value: its mean, its variance, and how many independent values say so.

A slow value (a temperature, a level) repeats itself: four hundred readings of it in four hundred seconds may say no
more than two independent ones. Its standard deviation is then hardly known, and is taken as greater. With n values
whose squared successive differences average d2 and whose variance is v, von Neumann's ratio d2/2v = 1 - r gives the
correlation r of neighbours, and n (1 - r)/(1 + r) independent values, the effective sample size (Bayley and
Hammersley 1946, "The effective number of independent observations in an autocorrelated time series", for a
first-order process).
"""

from collections.abc import Iterable
from math import sqrt
from struct import Struct

import msgspec

from models.condition.baseline import MIN_BASELINE_VALUES

__all__ = ["MEMORY", "RunningStatistics"]

MEMORY = 5_000
"""Beyond this many values the oldest fade, so that slow drift is followed."""

_NUMBERS = Struct("<9d")
_WIDENING = 2.0 * MIN_BASELINE_VALUES
_MIN_INDEPENDENT = 1e-3
_MIN_VARIANCE = 1e-30


class RunningStatistics(msgspec.Struct, array_like=True):
    """Statistics of one value's past; `mean` and `variance` are of it smoothed, the rest is of it as it came."""

    newest: float
    """The smoothed value, moved by everything that came in order, sound or not."""
    beginning: float = 1.0
    """The part of a single value's noise that the next smoothed value has while smoothing begins: 1, 1/2, 1/3, ...;
    0 once it has no more than it will ever have."""
    count: int = 0
    mean: float = 0.0
    variance: float = 0.0
    raw_mean: float = 0.0
    raw_variance: float = 0.0
    raw_change: float = 0.0
    """Mean square of the differences between successive values learned."""
    raw_last: float = 0.0
    unit: float = 1.0
    """The standard deviation to divide by, of the last lesson."""
    width: float = 1.0
    """Factor on the standard deviation for what is not known of it: sqrt(1 + 40/n), of the last lesson."""

    def learn_one(self, value: float, smoothed: float, floor: float = 1e-9, relative_floor: float = 0.0) -> None:
        """Learn one sound value with its smoothed value, each weighing 1/n; the floors are of the deviation."""
        count = self.count
        if not count:
            self.count, self.mean, self.raw_mean, self.raw_last = 1, smoothed, value, value
        else:
            if count < MEMORY:
                self.count = count = count + 1
            self._weigh(value, smoothed, 1.0 / count)
        self.rescale(floor, relative_floor)

    def rescale(self, floor: float, relative_floor: float) -> None:
        """Compute what deviations are divided by, from what was learned."""
        unit = sqrt(self.variance) if self.variance > 0.0 else 0.0
        least = max(floor, relative_floor * abs(self.mean)) if relative_floor else floor
        self.unit = unit if unit > least else least
        self.width = sqrt(1.0 + _WIDENING / self.effective_sample_size())

    def _weigh(self, value: float, smoothed: float, gain: float) -> None:
        error = smoothed - self.mean
        self.mean = mean = self.mean + gain * error
        self.variance += gain * (error * (smoothed - mean) - self.variance)
        error = value - self.raw_mean
        self.raw_mean = mean = self.raw_mean + gain * error
        self.raw_variance += gain * (error * (value - mean) - self.raw_variance)
        self.raw_change += gain * ((value - self.raw_last) ** 2 - self.raw_change)
        self.raw_last = value

    def effective_sample_size(self) -> float:
        """Give how many independent values the past is worth, at least a thousandth of one.

        >>> import numpy as np
        >>> statistics = RunningStatistics(newest=0.0)
        >>> for value in np.random.default_rng(1).normal(size=400).cumsum().tolist():
        ...     statistics.learn_one(value, value)
        >>> statistics.effective_sample_size() < 5
        True
        """
        variance, unlike = self.raw_variance, 1.0
        if variance > _MIN_VARIANCE:
            ratio = self.raw_change / (2.0 * variance)
            unlike = ratio if ratio < 1.0 else 1.0
        independent = self.count * unlike / (2.0 - unlike)
        return independent if independent > _MIN_INDEPENDENT else _MIN_INDEPENDENT

    def smoothed(self, value: float, weight: float) -> float:
        """Smooth a value with those before it: exponentially, and as their plain mean until that is as smooth."""
        if self.beginning == 1.0:
            return value
        return self.newest + max(weight, self.beginning) * (value - self.newest)

    def settle(self, weight: float) -> None:
        """Go one value on in beginning; exponential smoothing leaves weight/(2 - weight) of a noise."""
        rest = self.beginning / (1.0 + self.beginning)
        self.beginning = rest if rest > weight / (2.0 - weight) else 0.0

    def beginning_unit(self) -> float:
        """Give the standard deviation to divide by while smoothing begins: from a single value's to a smooth one's.

        >>> statistics = RunningStatistics(newest=0.0)
        >>> for i in range(100):
        ...     statistics.learn_one(float(i % 2), 0.5 + 0.1 * (i % 2))
        >>> round(statistics.beginning_unit(), 2), round(statistics.unit, 2)
        (0.5, 0.05)
        """
        return sqrt(self.unit**2 + self.beginning * max(0.0, self.raw_variance - self.variance))

    def packed(self) -> bytes:
        """Give everything learned as little-endian doubles; `unit` and `width` follow from it."""
        return _NUMBERS.pack(
            self.newest, self.beginning, self.count, self.mean, self.variance,
            self.raw_mean, self.raw_variance, self.raw_change, self.raw_last,
        )  # fmt: skip

    @classmethod
    def unpacked(cls, numbers: bytes, floors: Iterable[tuple[float, float]]) -> list["RunningStatistics"]:
        """Continue, bit for bit, from what several `packed` gave one after the other; raises struct.error."""
        restored = []
        for (newest, beginning, count, *learned), each in zip(_NUMBERS.iter_unpack(numbers), floors, strict=True):
            statistics = cls(newest, beginning, int(count), *learned)
            if statistics.count:
                statistics.rescale(*each)
            restored.append(statistics)
        return restored
