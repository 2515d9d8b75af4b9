"""Durations and moments as people type them: `400s`, `30m`, `2h`, `3d`, or a moment in RFC 3339."""

import math
import re
from datetime import datetime

import msgspec

from models.clock import SECOND_US, from_datetime

__all__ = ["LearningPeriod", "parse_duration_us", "parse_learning_period"]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")


class LearningPeriod(msgspec.Struct, frozen=True):
    """Until when a machine is taken as sound: a moment, or so long after its first message; event times, both."""

    until_us: int | None = None
    duration_us: int = 0

    def end_us(self, first_us: int) -> int:
        """Event time at which a machine whose first message ends at `first_us` has learnt enough."""
        return first_us + self.duration_us if self.until_us is None else self.until_us


def parse_duration_us(text: str) -> int:
    """Microseconds of a duration; raises ValueError that says how to write one.

    >>> parse_duration_us("1.5h") == 5400 * SECOND_US
    True
    """
    match = _DURATION.fullmatch(text.strip())
    if not match or not math.isfinite(float(match[1])) or float(match[1]) > 1e6:
        raise ValueError(f"{text!r} is no duration; write it as 400s, 30m, 2h or 3d")
    return round(float(match[1]) * _SECONDS[match[2]] * SECOND_US)


def parse_learning_period(text: str) -> LearningPeriod:
    """Read a duration or a moment; raises ValueError that says how to write one.

    >>> parse_learning_period("400s")
    LearningPeriod(until_us=None, duration_us=400000000)
    >>> parse_learning_period("1970-01-01T00:01:00Z").until_us
    60000000
    """
    if _DURATION.fullmatch(text.strip()):
        return LearningPeriod(duration_us=parse_duration_us(text))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(
            f"{text!r} is no duration such as 400s, 30m or 2h, and no time such as 2026-03-01T08:30:00Z"
        )
    return LearningPeriod(until_us=from_datetime(moment))
