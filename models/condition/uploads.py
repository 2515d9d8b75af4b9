"""Uploads of a gateway that gathers: nothing comes for an hour, then all that was measured in it, and so on.

That is no silence: nothing is missing, it only comes late. What tells both apart is what follows: after a silence
the event time goes on by one leap; after a gathered upload it runs through the whole time in small steps, faster
than the clock. Two such gaps in a row are a habit; it is known by the last four, for six hours at most.
"""

import msgspec

from models.clock import HOUR_US, MINUTE_US

__all__ = ["Uploads"]

_LEAST_US = 5 * MINUTE_US
_MOST_US = 6 * HOUR_US
_REMEMBERED, _MIN_REMEMBERED = 4, 2
_COVERED_PART = 0.8
_LARGEST_STEP_PART = 1 / 8
"""Of the gap: a longer step in event time is a time in which nothing was measured."""
_FASTER = 4
"""Times faster than it was measured must what was gathered come."""
_LATER = 1.25
_MOST_LATER_US = HOUR_US
_FORGOTTEN_AFTER = 3
"""Gaps without another upload."""


class Uploads(msgspec.Struct, array_like=True):
    """How long a machine's gateway gathers before it sends."""

    gap_us: int = 0
    """The last gap (observed time) that may have been one of gathering, until that is known; else 0."""
    begun_us: int = 0
    """When it ended and its upload began (observed time)."""
    covered_us: int = 0
    """How far the event time has run since, in small steps."""
    gaps_us: list[int] = []
    """The last gaps that were."""
    known_us: int = 0
    """When the last of them was known to be (observed time)."""

    def record(self, observed_us: int, gap_us: int, advance_us: int) -> None:
        """Note that a measurement came so long after the one before, event time going on by `advance_us`."""
        if gap_us >= _LEAST_US:
            self.gap_us, self.begun_us, self.covered_us = gap_us, observed_us, 0
        if not self.gap_us:
            return
        self.covered_us += min(advance_us, round(_LARGEST_STEP_PART * self.gap_us))
        if self.covered_us < _COVERED_PART * self.gap_us:
            return
        if observed_us - self.begun_us <= self.gap_us / _FASTER:
            if self.gaps_us and observed_us - self.known_us > _FORGOTTEN_AFTER * max(self.gaps_us) + self.gap_us:
                self.gaps_us = []
            self.gaps_us = [*self.gaps_us, self.gap_us][-_REMEMBERED:]
            self.known_us = observed_us
        self.gap_us = 0

    def allowed_us(self, observed_us: int) -> int:
        """Give how long nothing may come because it is being gathered; 0 where that is no habit."""
        if len(self.gaps_us) < _MIN_REMEMBERED:
            return 0
        longest_us = min(max(self.gaps_us), _MOST_US)
        if observed_us - self.known_us > _FORGOTTEN_AFTER * longest_us:
            return 0
        return longest_us + min(round((_LATER - 1) * longest_us), _MOST_LATER_US) + _LEAST_US

    @property
    def known_until_us(self) -> int:
        """Until when (observed time) the habit counts that is known now."""
        return self.known_us + _FORGOTTEN_AFTER * min(max(self.gaps_us, default=0), _MOST_US)
