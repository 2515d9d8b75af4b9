"""Whether a point still sends: one that is silent while others of its machine go on judges nothing any more.

A thermometer that goes on must not keep a machine healthy whose accelerometer has died. Silence is counted in the
time in which *others* were heard (observed time; of a gap of the whole machine no more than `no_data` allows), so
neither a worker that was away nor a backlog that comes point after point makes a point silent, and a clock that
stands still doesn't hide it. What is usual of the point is taken from its event times: a sensor that measures every
four hours is missed after twelve, one that somebody carries round once a week is not missed at all.
"""

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from models.clock import DAY_US, MINUTE_US
from models.condition.recent_observations import RECENT_US

__all__ = ["Presence"]

_TIMES_HABIT = 3.0
_MAX_PATIENCE_US = DAY_US
"""No habit excuses more."""
_MEMORY_US = 3.0 * DAY_US
_REGULAR, _ATTENDED = 0.9, 0.2
"""Parts of the time that it covers: from the first on it is missed at once, below the other it is carried round."""
_GAIN = 0.2
_STEP_US = 10 * MINUTE_US


class Presence(msgspec.Struct, array_like=True):
    """How a point usually sends, and when it was heard last."""

    heard_for_us: float = 0.0
    """How long its machine had been heard by then (`MachineState.heard_for_us`)."""
    updated_us: int = 0
    """Event time of what counted last in the following."""
    known_us: float = 0.0
    """How long it has been known; forgotten over three days, as what it covered of that."""
    covered_us: float = 0.0
    habit_us: float = 0.0
    """The interval that most of its time goes by in, where that is long; else 0."""
    lag_us: float = 0.0
    """How much longer than that it usually keeps what it measured, before it sends all at once."""
    watched: bool = False
    """Whether it is missed when it falls silent: it was judged, and wasn't carried round, then."""

    def is_due(self, heard_for_us: float, time_us: int) -> bool:
        """Whether what came in order is to be counted: not each of many a second."""
        return time_us - self.updated_us >= _STEP_US or heard_for_us - self.heard_for_us > RECENT_US

    def update(
        self, heard_for_us: float, time_us: int, newest_us: int | None, times_us: Iterable[int], *, judged: bool
    ) -> None:
        """Count what came in order, after `newest_us` (None: it is the first).

        `times_us` are its last event times, this one included; `judged` says that it can be compared with its past.
        """
        passed_us = 0 if newest_us is None else newest_us - self.updated_us
        advance_us = 0 if newest_us is None else time_us - newest_us
        self.updated_us = time_us
        if advance_us > RECENT_US or self.habit_us:
            habit_us = _usual_us(times_us)
            self.habit_us = habit_us if _TIMES_HABIT * habit_us > RECENT_US else 0.0
        kept = _MEMORY_US / (_MEMORY_US + passed_us + advance_us)
        heard_us = passed_us + (advance_us if advance_us <= self._longest_us() else 0)
        self.known_us = self.known_us * kept + passed_us + advance_us
        self.covered_us = self.covered_us * kept + heard_us
        lag_us = heard_for_us - self.heard_for_us - advance_us
        if lag_us > _STEP_US:
            self.lag_us += _GAIN * (lag_us - self.lag_us)
        self.lag_us *= kept
        if judged:
            self.watched = self.watched or self.covered_us > _ATTENDED * self.known_us

    def _longest_us(self) -> float:
        return min(max(RECENT_US, _TIMES_HABIT * self.habit_us), _MAX_PATIENCE_US)

    def missed_from_us(self, *, stood: bool) -> float:
        """Give how long its machine will have been heard when this point is missed, if it says nothing until then.

        `stood` says that the machine stood at its last word: many a sensor sleeps then.
        """
        if stood or self.covered_us < _REGULAR * self.known_us:
            return self.heard_for_us + _MAX_PATIENCE_US
        return self.heard_for_us + min(self._longest_us() + _TIMES_HABIT * self.lag_us, _MAX_PATIENCE_US)

    def given_up(self) -> "Presence":
        """Give what is left once somebody said that its silence is right: not missed until it is judged again."""
        return msgspec.structs.replace(self, watched=False)


def _usual_us(times_us: Iterable[int]) -> float:
    """Give the interval in which most of the time goes by, the single longest left out: one outage is no habit.

    >>> [_usual_us([0, 1, 2, 3, 1_000]), _usual_us([0, 1, 2, 600, 601, 602, 1_200, 1_201])]
    [1.0, 598.0]
    """
    intervals = sorted(later - earlier for earlier, later in pairwise(sorted(times_us)))[:-1]
    half, passed = sum(intervals) / 2, 0
    for interval in intervals:
        passed += interval
        if passed >= half:
            return float(interval)
    return 0.0
