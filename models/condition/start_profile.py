"""What is usual of a point's starts: how much louder than afterwards they are, and for how long.

A rotor that is bowed in the morning, a gearbox with cold oil, a belt that settles: many a sound machine shakes more in
its first minutes than afterwards, each time alike. Its baseline is of what comes afterwards. So for the first hour
after a start a second one stands beside it, by time since the start: the most that its first eight starts came to, as
far as they ended sound. It is kept as a ratio to the baseline, so a fault shows in a start as it does at any time.

It is bounded on all sides, so that no fault becomes usual by it: eight starts teach and no more (what gets worse from
start to start is told), up to four times the baseline, for an hour; and a start after which the point was not as usual,
or an alert stood, teaches nothing.
"""

from math import exp, log

import msgspec

__all__ = ["LASTS_S", "StartProfile"]

_ENDS_S = (240, 480, 900, 1_800, 2_700, 3_600)
"""Where the spans end, in seconds since the start, for each of which the most is kept."""
_SPANS = len(_ENDS_S)
LASTS_S = _ENDS_S[-1]
"""What is louder for longer than an hour is no start."""
_GIVEN_UP_S = 2 * LASTS_S
_TEACH = 8
_MOST_RISE = log(4.0)
_NO_RISE = log(1.25)
"""A level within that of its baseline is as usual."""
_UNKNOWN_S = 600
"""While starts are learned, any may be loud for so long: nobody knows yet."""
_STEP = 1 / 64
"""Of what is kept, on the natural logarithm."""
_NO_SCORE = log(0.75)
"""In times the limit of an anomaly; what is less is as usual."""
_SCORE_MARGIN = log(1.6)
_MOST_STEPS = 255
_QUIET_S = 600


class StartProfile(msgspec.Struct, array_like=True):
    """The starts of one point."""

    usual: bytes = b""
    """For each span a byte of the rise above the baseline, then for each one of the anomaly score above its limit."""
    now: bytes = b""
    """The same of the present start, as far as it has come; empty where it doesn't teach."""
    seen: int = 0
    """How many starts there have been since the point was learned, nine at most."""
    since_s: int = -1
    """How long ago it started, at the present observation; negative: that is of no interest any more."""
    unlike_s: int = 0
    """How long after the start something was last not as it is afterwards."""

    def begin(self) -> None:
        """Note that the machine has started."""
        self.seen = min(self.seen + 1, _TEACH + 1)
        self.since_s = self.unlike_s = 0
        self.now = bytes(2 * _SPANS) if self.is_learning else b""

    @property
    def is_learning(self) -> bool:
        """Whether the present start is one of those that teach."""
        return self.seen <= _TEACH

    @property
    def allowed_rise(self) -> float:
        """How much higher than the baseline a level may be now, natural logarithm."""
        span = self._span()
        if span is None:
            return 0.0
        usual = self.usual[span] * _STEP if self.usual else 0.0
        return max(usual, _MOST_RISE) if self._is_unknown() else usual

    @property
    def allowed_score(self) -> float:
        """How many times the limit an anomaly's score may be now."""
        span = self._span()
        if span is None:
            return 1.0
        steps = _MOST_STEPS if self._is_unknown() else self.usual[_SPANS + span] if self.usual else 0
        return exp(_NO_SCORE + steps * _STEP + _SCORE_MARGIN) if steps else 1.0

    def _span(self) -> int | None:
        if not 0 <= self.since_s < LASTS_S:
            return None
        return next(span for span, end_s in enumerate(_ENDS_S) if self.since_s < end_s)

    def _is_unknown(self) -> bool:
        return self.is_learning and self.since_s < _UNKNOWN_S

    def note(self, rise: float, score: float, *, sound: bool) -> None:
        """Note what an observation came to: its rise (natural logarithm), its score in times the limit.

        `sound` says whether it would be so at any other time as well.
        """
        if not sound:
            self.unlike_s = self.since_s
        span = self._span()
        if span is None or not self.now:
            return
        found = bytearray(self.now)
        found[span] = max(found[span], _steps(min(rise, _MOST_RISE)) if rise > _NO_RISE else 0)
        found[_SPANS + span] = max(found[_SPANS + span], _steps(log(score) - _NO_SCORE) if score > exp(_NO_SCORE) else 0)
        self.now = bytes(found)

    def is_over(self, *, stopped: bool) -> bool:
        """Whether the start may be judged as a whole: an hour is over, or the run is."""
        return self.since_s >= 0 and (stopped or self.since_s >= LASTS_S)

    def end(self, *, sound: bool, stopped: bool) -> None:
        """End a start that is over; `sound`: no alert stands. One that doesn't end as usual is waited for, and teaches nothing."""
        quiet_s = self.since_s - self.unlike_s
        ended = sound and quiet_s >= min(_QUIET_S, self.since_s // 2)
        if ended and self.now:
            self.usual = bytes(map(max, self.usual or bytes(2 * _SPANS), self.now))
        if ended or stopped or self.since_s >= _GIVEN_UP_S or not self.now:
            self.since_s, self.now = -1, b""

    def accepted(self) -> "StartProfile":
        """Give what goes on to be known of starts where people say that the point is right as it is: more is learned."""
        return StartProfile(usual=bytes(map(max, self.usual or bytes(2 * _SPANS), self.now)) if self.now else self.usual)


def _steps(value: float) -> int:
    return min(int(value / _STEP) + 1, _MOST_STEPS)
