"""Recent observations of a point, so that a message that comes twice is told from two of the same time."""

import hashlib
import struct
from collections.abc import Iterable
from itertools import accumulate, pairwise
from operator import sub
from statistics import median

import msgspec

from models.clock import HOUR_US, MINUTE_US

__all__ = ["RECENT_US", "WINDOW", "RecentObservations", "fingerprint", "is_recent"]

WINDOW = 128
"""Observations remembered for each point and kind; an older duplicate shows only by its source offset."""

_HEAD = struct.Struct("<Bq")
_NEAR, _SHORT = 1, 2
"""Flags of what is packed: steps of four bytes instead of eight, fingerprints of six."""
_MARK_BYTES = 6
_MARK: int = (1 << 8 * _MARK_BYTES) - 1
"""Forty-eight bits: of 128 one is taken for another once in two million million messages that come out of order."""
_MOST_NEAR_US = 2**31 - 1
"""Half an hour and a bit: a step that four bytes hold."""
_INTERVALS = 8
"""How many of a point's last intervals make the usual one."""
RECENT_US = 30 * MINUTE_US
"""Whatever is no older is recent."""
_TIMES_USUAL = 3
_MAX_AGE_US = 24 * HOUR_US


class RecentObservations:
    """The last `WINDOW` observations of one point and kind, oldest first."""

    __slots__ = ("_latest_us", "fingerprints", "times_us")

    def __init__(self, fingerprints: Iterable[int] = (), times_us: Iterable[int] = ()) -> None:
        self.fingerprints = list(fingerprints)
        self.times_us = list(times_us)
        """Final event times; each occurs once."""
        self._latest_us = max(self.times_us, default=None)
        """What is later still is new, which saves looking through all of them."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RecentObservations):
            return NotImplemented
        return (self.fingerprints, self.times_us) == (other.fingerprints, other.times_us)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def packed(self) -> bytes:
        """Give them as bytes: they are most of a point's state, and times lie near each other.

        Flags, the first time, all fingerprints, and the steps from one time to the next.
        """
        if not self.times_us:
            return b""
        steps_us = list(map(sub, self.times_us[1:], self.times_us))
        near = max(map(abs, steps_us), default=0) <= _MOST_NEAR_US
        head = _HEAD.pack(_SHORT | (_NEAR if near else 0), self.times_us[0])
        marks = bytearray(struct.pack(f"<{len(self.fingerprints)}Q", *self.fingerprints))
        del marks[7::8], marks[6::7]
        return head + marks + struct.pack(f"<{len(steps_us)}{'i' if near else 'q'}", *steps_us)

    @classmethod
    def unpacked(cls, stored: object) -> "RecentObservations":
        """Go on from what `packed` gave, now or before; raises ValueError.

        Before, fingerprints had eight bytes, and before that all was in two lists.

        >>> recent = RecentObservations([7, 8, 9], [1_000, 900, 500_000])
        >>> RecentObservations.unpacked(recent.packed()) == recent
        True
        >>> RecentObservations.unpacked([[7, 8, 9], [1_000, 900, 500_000]]) == recent
        True
        """
        if not isinstance(stored, bytes):
            fingerprints, times_us = msgspec.convert(stored, tuple[list[int], list[int]])
            return cls((mark & _MARK for mark in fingerprints), times_us)
        if not stored:
            return cls()
        try:
            flags, first_us = _HEAD.unpack_from(stored)
            width, step = _MARK_BYTES if flags & _SHORT else 8, "i" if flags & _NEAR else "q"
            step_bytes = struct.calcsize(f"<{step}")
            count = (len(stored) - _HEAD.size + step_bytes) // (width + step_bytes)
            end = _HEAD.size + count * width
            steps_us = struct.unpack(f"<{count - 1}{step}", stored[end:])
        except struct.error as error:
            raise ValueError(f"no recent observations: {error}") from error
        marks = bytearray(8 * count)
        for place in range(_MARK_BYTES):
            marks[place::8] = stored[_HEAD.size + place : end : width]
        return cls(struct.unpack(f"<{count}Q", marks), accumulate(steps_us, initial=first_us))

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
        if self._is_later(time_us):
            self._latest_us = time_us
        self.fingerprints.append(mark)
        self.times_us.append(time_us)
        if len(self.times_us) > WINDOW:
            del self.fingerprints[0], self.times_us[0]


def is_recent(age_us: float, *, usual_us: float) -> bool:
    """Whether what was reported so long ago still holds.

    It does for half an hour, for three of its usual intervals where that is longer, and never for more than a day.

    >>> [is_recent(minutes * MINUTE_US, usual_us=20 * MINUTE_US) for minutes in (60, 61)]
    [True, False]
    """
    return age_us <= RECENT_US or age_us <= min(_TIMES_USUAL * usual_us, _MAX_AGE_US)


def fingerprint(time_us: int, digest: str) -> int:
    """Forty-eight bits of an observation's own event time and content.

    >>> fingerprint(1, "00ff") == fingerprint(1, "00ff") != fingerprint(2, "00ff")
    True
    """
    content = f"{time_us} {digest}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest()[-_MARK_BYTES:], "big")
