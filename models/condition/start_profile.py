"""What is usual of a point's starts: how much louder than afterwards they are, and for how long.

A rotor that is bowed in the morning, a gearbox with cold oil, a belt that settles: many a sound machine shakes more
in its first minutes than afterwards, each time alike, and its baseline is of what comes afterwards. So for the hour
after a start there is beside it, by the time since the start, the most that the first eight starts came to. It is
kept as a ratio to the baseline: a fault multiplies what is usual in a start as it does at any other time.

It is bounded on all sides, so that no fault becomes usual by it. Eight starts teach and no more, so that what gets
worse from start to start is told. It is four times the baseline at most, for an hour at most. And a start teaches
only if the point was as usual when the machine stood before it, and is as usual again after it, without an alert.
"""

from math import exp, log

import msgspec

__all__ = ["LASTS_S", "MOST_RISE", "TEACH", "UNKNOWN_S", "StartProfile"]

_ENDS_S = (240, 480, 900, 1_800, 2_700, 3_600)
"""Where the spans end for which it is kept, in seconds since the start."""
_SPANS = len(_ENDS_S)
_BLANK = bytes(2 * _SPANS)
LASTS_S = _ENDS_S[-1]
"""What is louder for longer than an hour is no start."""
TEACH = 8
MOST_RISE = log(4.0)
UNKNOWN_S = 600
"""While starts still teach, any may be that loud for so long: nobody knows yet."""
_GIVEN_UP_S = 2 * LASTS_S
_QUIET_S = 600
_NO_RISE = log(1.25)
"""A level within that of its baseline is as usual."""
_NO_SCORE = log(0.5)
"""In times the limit of an anomaly; less is as usual."""
_SCORE_MARGIN = log(2.0)
"""The more is known, the narrower is what is usual, and the higher the score of the same start."""
_STEP = 1 / 64
"""Of what is kept, on the natural logarithm."""
_MOST_STEPS = 255


class StartProfile(msgspec.Struct, array_like=True):
    """The starts of one point.

    >>> starts = StartProfile()
    >>> for _ in range(2):  # twice as loud for 20 minutes, then as usual
    ...     starts.begin(sound=True)
    ...     for starts.since_s in range(0, 3_660, 60):
    ...         loud = starts.since_s < 1_200
    ...         starts.note(log(2.0) if loud else 0.0, 0.0, sound=not loud)
    ...     starts.end(sound=True, stopped=False)
    >>> starts.begin(sound=False)  # so that nothing is taken for granted
    >>> def allowed(since_s):
    ...     starts.since_s = since_s
    ...     return round(exp(starts.allowed_rise), 1)
    >>> [allowed(since_s) for since_s in (60, 1_100, 1_900, 3_700)]
    [2.0, 2.0, 1.0, 1.0]
    """

    usual: bytes = b""
    """A byte for each span: the rise above the baseline; then one for each: the anomaly score against its limit."""
    now: bytes = b""
    """The same of the present start, as far as it has come; empty where that can't teach."""
    seen: int = 0
    """How many starts could teach since the point was learned, nine at most."""
    since_s: int = -1
    """How long ago it started, at the present observation; negative where that is of no interest any more."""
    unlike_s: int = -1
    """How long after the start something was last not as it is afterwards; negative where it never was."""

    def begin(self, *, sound: bool) -> None:
        """Note that the machine has started; `sound`: the point was as usual before it stood."""
        self.since_s, self.unlike_s = 0, -1
        self.now = _BLANK if sound else b""
        self.seen = min(self.seen + sound, TEACH + 1)

    @property
    def is_learning(self) -> bool:
        """Whether the present start teaches."""
        return bool(self.now) and self.seen <= TEACH

    @property
    def allowed_rise(self) -> float:
        """How far above the baseline a level may be now, natural logarithm."""
        if not 0 <= self.since_s < LASTS_S:
            return 0.0
        if self._is_unknown:
            return MOST_RISE
        return self.usual[_span_of(self.since_s)] * _STEP if self.usual else 0.0

    @property
    def allowed_score(self) -> float:
        """How many times its limit the score of an anomaly may be now."""
        if not 0 <= self.since_s < LASTS_S:
            return 1.0
        if self._is_unknown:
            return exp(_MOST_STEPS * _STEP)
        steps = self.usual[_SPANS + _span_of(self.since_s)] if self.usual else 0
        return exp(_NO_SCORE + steps * _STEP + _SCORE_MARGIN) if steps else 1.0

    @property
    def _is_unknown(self) -> bool:
        return self.is_learning and self.since_s < UNKNOWN_S

    @property
    def allows_more(self) -> bool:
        """Whether anything may be now what it may be at no other time."""
        return self.allowed_rise > 0.0 or self.allowed_score > 1.0

    @property
    def is_loud(self) -> bool:
        """Whether the present observation is what it may be now, and at no other time."""
        return self.unlike_s == self.since_s >= 0 and self.allows_more

    def lasts_s(self, rise: float) -> int:
        """Give until when a start usually comes to a rise (natural logarithm), or nearly so; 0 where it doesn't."""
        steps = _steps(rise - _NO_RISE)
        return max((end_s for end_s, most in zip(_ENDS_S, self.usual, strict=False) if most >= steps), default=0)

    def note(self, rise: float, score: float, *, sound: bool) -> None:
        """Note an observation: its rise (natural logarithm), its anomaly score in times the limit.

        `sound` says whether it would be so at any other time as well.
        """
        if not sound:
            self.unlike_s = self.since_s
        if not self.now or not 0 <= self.since_s < LASTS_S:
            return
        span, found = _span_of(self.since_s), bytearray(self.now)
        if rise > _NO_RISE:
            found[span] = max(found[span], _steps(min(rise, MOST_RISE)))
        if score > exp(_NO_SCORE):
            found[_SPANS + span] = max(found[_SPANS + span], _steps(log(score) - _NO_SCORE))
        self.now = bytes(found)

    def end(self, *, sound: bool, stopped: bool) -> None:
        """End the start where its hour is over, or the run is, and learn it; `sound`: no alert stands.

        One that isn't as usual by then is waited for, and teaches nothing where that takes another hour.
        """
        if self.since_s < 0 or not (stopped or self.since_s >= LASTS_S):
            return
        quiet_s = self.since_s - max(self.unlike_s, 0)
        ended = sound and quiet_s >= min(_QUIET_S, self.since_s // 2)
        if ended and self.is_learning:
            self.usual = _most(self.usual, self.now)
        if ended or stopped or not self.now or self.since_s >= _GIVEN_UP_S:
            self.since_s, self.unlike_s, self.now = -1, -1, b""

    def accepted(self) -> "StartProfile":
        """Give what is known once people have said that the point is right as it is: this start too."""
        return StartProfile(usual=_most(self.usual, self.now))


def _span_of(since_s: int) -> int:
    return next(span for span, end_s in enumerate(_ENDS_S) if since_s < end_s)


def _steps(value: float) -> int:
    return max(0, min(int(min(value / _STEP, _MOST_STEPS)) + 1, _MOST_STEPS))


def _most(one: bytes, other: bytes) -> bytes:
    return bytes(map(max, one or _BLANK, other or _BLANK)) if one or other else b""
