"""Recent observations of a point, so that a message that comes twice is told from two of the same time."""

import hashlib
from functools import cached_property
from itertools import pairwise
from statistics import median

import msgspec

from models.clock import HOUR_US, MINUTE_US

__all__ = ["RECENT_US", "WINDOW", "RecentObservations", "fingerprint", "is_recent"]

WINDOW = 128
"""Observations remembered for each point and kind; an older duplicate shows only by its source offset."""

_INTERVALS = 8
"""How many of a point's last intervals make the usual one."""
RECENT_US = 30 * MINUTE_US
"""Whatever is no older is recent."""
_TIMES_USUAL = 3
_MAX_AGE_US = 24 * HOUR_US


class RecentObservations(msgspec.Struct, array_like=True, dict=True):
    """The last `WINDOW` observations of one point and kind, oldest first."""

    fingerprints: list[int] = []
    times_us: list[int] = []
    """Final event times; each occurs once."""

    @cached_property
    def _latest_us(self) -> int | None:
        """The latest of the times: what is later still is new, which saves looking through all of them."""
        return max(self.times_us, default=None)

    def _is_later(self, time_us: int) -> bool:
        return self._latest_us is None or time_us > self._latest_us

    def contains(self, mark: int, time_us: int) -> bool:
        """Whether an observation with this fingerprint and own event time is among them."""
        return not self._is_later(time_us) and mark in self.fingerprints

    def unique_time_us(self, time_us: int) -> int:
        """Give `time_us`, moved on by microseconds until no observation here has it."""
        if self._is_later(time_us):
            return time_us
        taken = self.times_us
        while time_us in taken:
            time_us += 1
        return time_us

    def usual_interval_us(self) -> float:
        """Give the median of the last eight intervals; 0 where there is none yet."""
        newest = sorted(self.times_us[-_INTERVALS - 1 :])
        return median(later - earlier for earlier, later in pairwise(newest)) if len(newest) > 1 else 0.0

    def add(self, mark: int, time_us: int) -> None:
        """Remember one more and forget the oldest beyond the window."""
        later = self._is_later(time_us)
        self.fingerprints.append(mark)
        self.times_us.append(time_us)
        if len(self.times_us) > WINDOW:
            del self.fingerprints[0], self.times_us[0]
        if later:
            self.__dict__["_latest_us"] = time_us


def is_recent(age_us: float, *, usual_us: float) -> bool:
    """Whether what was reported so long ago still holds.

    It does for half an hour, for three of its usual intervals where that is longer, and never for more than a day.

    >>> [is_recent(minutes * MINUTE_US, usual_us=20 * MINUTE_US) for minutes in (60, 61)]
    [True, False]
    """
    return age_us <= RECENT_US or age_us <= min(_TIMES_USUAL * usual_us, _MAX_AGE_US)


def fingerprint(time_us: int, digest: str) -> int:
    """Sixty-four bits of an observation's own event time and content.

    >>> fingerprint(1, "00ff") == fingerprint(1, "00ff") != fingerprint(2, "00ff")
    True
    """
    content = f"{time_us} {digest}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")
