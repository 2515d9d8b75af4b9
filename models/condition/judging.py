"""How long nothing of a point has been judged, and what left it out: a verdict ages, and says so.

Many an observation is folded and not judged: of a start, on the way between two regimes, with a wrong clock. What
was said before stands meanwhile, which is right for a moment and a lie after an hour. So the time is counted in
which something came and was left out, by the word for what left it out, against what is usual of this very point.
"""

from collections.abc import Mapping

import msgspec

from models.clock import DAY_US, HOUR_US, MINUTE_US
from models.outputs import Guard

__all__ = ["Judging"]

_PATIENCE_US = 15 * MINUTE_US
_TIMES_HABIT = 3.0
_MAX_RUNNING_US = 2 * HOUR_US
"""Nobody's habit excuses more of what it ran."""
_MAX_CLOCK_US, _CLOCK_RUNNING_US = DAY_US, 4 * MINUTE_US
"""Nor more by the clock, where it ran for longer than a start since."""
_MIN_LEFT_OUT = 3
_LONGEST_GAP_US = 15 * MINUTE_US
"""Between two observations; what was longer was silence, of which `no_data` speaks."""
_GAIN = 0.2
_OF_TIME: tuple[Guard, ...] = ("clock", "late")
_ENOUGH_AGAIN, _AGAIN_US = 5, 3 * MINUTE_US
"""As many and as long as an alarm needs that is right."""


class Judging(msgspec.Struct, array_like=True):
    """What became of a point's observations since one was judged."""

    judged_us: int | None = None
    """Event time of what was judged last; None before."""
    observed_us: int = 0
    """Observed time of that."""
    moment_us: int = 0
    """Observed time of what came last."""
    event_us: int | None = None
    """Event time of what came last in order."""
    unjudged_us: int = 0
    """How long has been left out since, standstill aside."""
    left_out: dict[Guard, int] = {}
    """How many observations, by what left them out."""
    stood: bool = False
    """Whether the machine stood at what came last: the time until the next is no time that it ran."""
    habit_us: float = 0.0
    """How long is left out at a time, usually."""
    interval_us: float = 0.0
    """Observed time between two that are judged, usually: what comes late meanwhile is in nobody's way."""
    judged_again: int = 0
    """How many have been judged since nothing was for too long, for reasons of time."""
    judged_again_us: int = 0
    """Event time of the first of them."""

    def record_judged(self, time_us: int, observed_us: int) -> None:
        """Note that an observation was judged."""
        if self.left_out and self._is_known_again(time_us):
            self.habit_us += _GAIN * (min(self.unjudged_us, _MAX_RUNNING_US) - self.habit_us)
            self.left_out, self.unjudged_us = {}, 0
        gap_us = observed_us - self.observed_us
        if 0 <= gap_us <= _MAX_RUNNING_US:
            self.interval_us += _GAIN * (gap_us - self.interval_us)
        self.judged_us = self.event_us = time_us
        self.observed_us = self.moment_us = observed_us
        self.stood = False

    def _is_known_again(self, time_us: int) -> bool:
        """Whether enough has been judged since to believe it.

        What came with wrong or late times may be a day that nobody judged, with the machine in another state since;
        the first values afterwards are smoothed with those from before.
        """
        if self.overdue() not in _OF_TIME:
            return True
        if not self.judged_again:
            self.judged_again_us = time_us
        self.judged_again += 1
        if self.judged_again < _ENOUGH_AGAIN or time_us - self.judged_again_us < _AGAIN_US:
            return False
        self.judged_again = 0
        return True

    def record_left_out(self, guard: Guard, observed_us: int, time_us: int | None = None) -> None:
        """Note that an observation was left out by a guard; `time_us` is its event time where it came in order."""
        if guard != "standstill":
            self.left_out[guard] = self.left_out.get(guard, 0) + 1
            self.unjudged_us += 0 if self.stood else self._gap_us(observed_us, time_us)
        self.moment_us, self.stood = observed_us, guard == "standstill"
        self.event_us = self.event_us if time_us is None else time_us

    def _gap_us(self, observed_us: int, time_us: int | None) -> int:
        """Give how long ago the observation before was, by the slower of both clocks."""
        gap_us = observed_us - self.moment_us if self.moment_us else 0
        if time_us is not None and self.event_us is not None:
            gap_us = max(gap_us, time_us - self.event_us)
        return min(max(gap_us, 0), _LONGEST_GAP_US)

    def overdue(self) -> Guard | None:
        """Give what has left out most, where nothing has been judged for longer than this point's habit allows."""
        by_clock = self.moment_us - self.observed_us > _MAX_CLOCK_US and self.unjudged_us > _CLOCK_RUNNING_US
        if self.unjudged_us <= _PATIENCE_US and not by_clock:
            return None
        if sum(self.left_out.values()) < _MIN_LEFT_OUT:
            return None
        guard = _commonest(self.left_out)
        usual_us = max(self.habit_us, self.interval_us if guard == "late" else 0.0)
        allowed_us = min(max(_PATIENCE_US, _TIMES_HABIT * usual_us), _MAX_RUNNING_US)
        return None if self.unjudged_us <= allowed_us and not by_clock else guard


def _commonest(left_out: Mapping[Guard, int]) -> Guard:
    return max(sorted(left_out), key=left_out.__getitem__) if len(left_out) > 1 else next(iter(left_out))
