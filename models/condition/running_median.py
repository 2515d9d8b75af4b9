"""The running median of a point's last few values, which a single shock hardly moves."""

from math import isfinite
from statistics import median

import msgspec

from models.clock import MINUTE_US

__all__ = ["RunningMedian"]

_MAX_VALUES = 7
_MIN_VALUES = 3
_SPAN_US = 15 * MINUTE_US


class RunningMedian(msgspec.Struct, array_like=True):
    """The last values of one indicator: up to seven within 15 minutes, and at least three however old."""

    times_us: list[int] = []
    values: list[float] = []

    def add(self, time_us: int, value: float) -> float:
        """Add one value and give the median of those kept; what is not finite is refused.

        Raises ValueError where it is refused and there is none yet.

        >>> running_median = RunningMedian()
        >>> [running_median.add(t, v) for t, v in enumerate([1.0, 1.0, 50.0, 1.0])]
        [1.0, 1.0, 1.0, 1.0]
        """
        times, values = self.times_us, self.values
        if not isfinite(value):
            return median(values)  # which raises where there are none
        times.append(time_us)
        values.append(value)
        count, oldest_us = len(times), time_us - _SPAN_US
        while count > _MAX_VALUES or (count > _MIN_VALUES and times[0] < oldest_us):
            del times[0], values[0]
            count -= 1
        ranked, half = sorted(values), count // 2
        return ranked[half] if count % 2 else (ranked[half - 1] + ranked[half]) / 2

    def shorten(self) -> None:
        """Keep only the newest two, so that with one more there is a median again."""
        del self.times_us[: 1 - _MIN_VALUES], self.values[: 1 - _MIN_VALUES]
