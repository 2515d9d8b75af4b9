"""The rhythm of a machine's silences: its last long ones, the plan that somebody accepted, and how that holds."""

import struct

import msgspec

from models.alarms.alarm import Alarm
from models.clock import MINUTE_US
from models.machinery.quiet_times import Calendar, QuietTimes

__all__ = ["Rhythm", "SilentSpan"]

_SPAN = struct.Struct("<IH")
_MAX_SPANS = 30
"""Two a day for two weeks, so that a weekend is seen twice."""
_MAX_LENGTH_MIN = 0xFFFF
_OUTCOMES = 6


class SilentSpan(msgspec.Struct, frozen=True):
    """One silence, in minutes since 1970 (UTC)."""

    begin: int
    end: int


class Rhythm(msgspec.Struct, array_like=True):
    """What is known of when a machine is silent; kept from its first long silence on."""

    expected_us: int = 0
    """When data were said to be expected back, in the silence that lasts; 0: nothing has been said."""
    said: int = 0
    """How often something has been said of this silence: what is said next stands behind it."""
    packed: bytes = b""
    """The last long silences: begin and length in minutes, six bytes each."""
    accepted: Calendar | None = None
    """The plan that somebody accepted."""
    proposed: QuietTimes | None = None
    """The one that is proposed."""
    missed: list[bool] = []
    """Whether the last planned silences came otherwise, the newest last."""
    check_us: int = 0
    """When the planned silence is over (observed time) that counts next, or one at any time is long overdue."""
    slept: bool = False
    """Whether most of that has been silent."""
    alarm: Alarm = msgspec.field(default_factory=Alarm)
    """Of what is proposed, or no longer holds."""
    told_us: int = 0
    """Event time of what that told last."""
    resting_us: int = 0
    """Until when (observed time) nothing is proposed: somebody said that there is no rhythm."""

    @property
    def spans(self) -> list[SilentSpan]:
        """The last long silences, the oldest first."""
        whole = self.packed[: len(self.packed) // _SPAN.size * _SPAN.size]
        return [SilentSpan(begin, begin + length) for begin, length in _SPAN.iter_unpack(whole)]

    def record(self, begin_us: int, end_us: int) -> bool:
        """Note a long silence, and give whether it is one; the oldest is forgotten.

        One before 1970 or beyond 10,000 years is none, nor is one of which a part has been heard: two streams
        that are read in turns, one behind the other, look as if each were silent until the other comes.

        >>> rhythm = Rhythm()
        >>> rhythm.record(0, 90 * MINUTE_US), rhythm.record(MINUTE_US, 91 * MINUTE_US)
        (True, False)
        >>> rhythm.spans
        [SilentSpan(begin=0, end=90)]
        """
        begin, length = begin_us // MINUTE_US, (end_us - begin_us) // MINUTE_US
        if not (0 <= begin <= 0xFFFF_FFFF and length > 0):
            return False
        before = self.spans
        if before and begin < before[-1].end:
            if begin + length > before[-1].begin:
                return False
            before = [each for each in before if each.end <= begin]  # a clock was ahead, and was put right
        kept = b"".join(_SPAN.pack(each.begin, each.end - each.begin) for each in before)
        self.packed = (kept + _SPAN.pack(begin, min(length, _MAX_LENGTH_MIN)))[-_MAX_SPANS * _SPAN.size :]
        return True

    def record_outcome(self, *, missed: bool) -> None:
        """Note how a planned silence came."""
        self.missed = [*self.missed, missed][-_OUTCOMES:]
        self.slept = False
