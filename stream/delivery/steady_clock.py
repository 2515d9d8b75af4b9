"""A clock for deadlines that a step of the computer's own does not upset: what passed is what has really passed.

Deadlines come from times that the computer's clock gave, and a step of it (a time server's word after a start in
the past, somebody's slip, a computer that slept) would make the whole fleet look silent at once, or nothing ever
again. So a deadline is turned, when it is noted, into one of a clock that only counts on, by the difference between
the two; and the tick that it brings carries the time that the computer's clock would show had it not stepped.

A time may have been given before a step or after it: that difference is taken by which it is the nearer to now.
After an hour the step is believed, as every machine that sends has been heard since; or sooner where it is small.
"""

import time
from collections.abc import Callable

from models.clock import HOUR_US, MINUTE_US, SECOND_US

__all__ = ["SteadyClock"]

_STEP_US = MINUTE_US
"""The least that is a step: no machine is silent for less than five."""
_SHIFT_US = SECOND_US
_BELIEVED_US = HOUR_US
_MOST_STEPS = 8


class _Difference:
    """Between the computer's clock and the steady one, and until when (steady) times by it may be met."""

    def __init__(self, difference_us: int) -> None:
        self.difference_us = difference_us
        self.until_us: int | None = None
        """None: it is the present one."""


class SteadyClock:
    """Turns times of the computer's clock into steady ones; `wall_us` and `steady_us` read the two clocks."""

    def __init__(
        self,
        *,
        wall_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        steady_us: Callable[[], int] = lambda: time.monotonic_ns() // 1000,
    ) -> None:
        self._wall_us, self._steady_us = wall_us, steady_us
        self._differences = [_Difference(wall_us() - steady_us())]

    def now_us(self) -> int:
        """Give the steady time: it only counts on, from anywhere."""
        return self._steady_us()

    def look(self) -> tuple[bool, int]:
        """Compare both clocks; say whether all deadlines are to be noted anew, and how far one has stepped now."""
        steady_us = self._steady_us()
        difference_us = self._wall_us() - steady_us
        current = self._differences[-1]
        step_us = difference_us - current.difference_us
        if abs(step_us) <= _STEP_US:
            step_us, shifted = 0, abs(step_us) > _SHIFT_US
            if shifted:
                current.difference_us = difference_us
        else:
            shifted = False
            current.until_us = steady_us + _BELIEVED_US
            self._differences.append(_Difference(difference_us))
        kept = [each for each in self._differences if each.until_us is None or each.until_us > steady_us]
        believed = len(kept) < len(self._differences)
        self._differences = kept[-_MOST_STEPS:]
        return shifted or believed, step_us

    def difference_us(self, stamped_us: int) -> int:
        """Give what to take off times of a machine whose last one was `stamped_us`, for steady ones."""
        if len(self._differences) == 1:
            return self._differences[0].difference_us
        steady_us = self._steady_us()
        ages = [abs(stamped_us - each.difference_us - steady_us) for each in self._differences]
        return self._differences[ages.index(min(ages))].difference_us
