"""Planned silence: when a machine's data may stay away, and when they are expected back.

A plan is one of a week, by the plant's clock, with days off; or the longest that a machine may be silent at any
time, as of a sensor that sleeps for four hours. Windows come as moments in UTC, so that a night in which the clocks
change is an hour longer or shorter, as it is for people.
"""

from itertools import pairwise

import msgspec

from models.clock import MINUTE_US
from models.machinery.time_zone import UTC_ZONE, Zone, local_minute, utc_us

__all__ = [
    "DAY_MIN",
    "NOTHING_QUIET",
    "WEEK_MIN",
    "Calendar",
    "QuietTimes",
    "Window",
    "grace_us",
    "next_window",
    "weekday_minute",
    "weekly_from",
    "window_at",
]

DAY_MIN, WEEK_MIN = 1440, 7 * 1440
_THURSDAY_MIN = 3 * DAY_MIN
"""1970-01-01 was a Thursday; weeks here begin on Monday."""
_MAX_STEPS = 90
"""Of which a window is made at most: a month of days off with the nights between."""
_MAX_SHIFT_MIN = DAY_MIN


class QuietTimes(msgspec.Struct, frozen=True, array_like=True):
    """When nothing need come: minutes of a week from Monday 00:00 on, and how long at any time."""

    weekly: tuple[tuple[int, int], ...] = ()
    """Begin and end of each silence, in order; the last may end in the next week. None touches another."""
    longest_min: int = 0
    """How long it may be silent whenever that begins; 0: no such thing."""

    def __post_init__(self) -> None:
        """Raise ValueError (msgspec makes a ValidationError of it) for what is no plan of a week."""
        ends = [each for pair in self.weekly for each in pair]
        if ends and (ends[0] < 0 or self.weekly[-1][0] >= WEEK_MIN or ends[-1] > ends[0] + WEEK_MIN):
            raise ValueError("a week's silences begin within 7 days")
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise ValueError("silences of a week come one after the other")
        if not 0 <= self.longest_min <= WEEK_MIN:
            raise ValueError("no silence lasts longer than a week at any time")

    @property
    def minutes(self) -> frozenset[int]:
        """Every minute of the week that is quiet."""
        return frozenset(minute % WEEK_MIN for begin, end in self.weekly for minute in range(begin, end))


NOTHING_QUIET = QuietTimes()


class Calendar(msgspec.Struct, frozen=True, array_like=True):
    """What people plan for a machine: its clock, when it is quiet, and the days on which it doesn't work."""

    zone: Zone = UTC_ZONE
    quiet: QuietTimes = NOTHING_QUIET
    holidays: tuple[int, ...] = ()
    """Days since 1970-01-01, in order."""


class Window(msgspec.Struct, frozen=True):
    """One planned silence, in microseconds (UTC)."""

    begin_us: int
    end_us: int
    """When data are expected back."""


def weekly_from(minutes: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """Give the stretches that quiet minutes of a week make; one that goes on past Sunday is one.

    >>> weekly_from(frozenset([*range(10), *range(20, 25), *range(WEEK_MIN - 5, WEEK_MIN)]))
    ((20, 25), (10075, 10090))
    """
    if len(minutes) == WEEK_MIN:
        return ((0, WEEK_MIN),)
    found = []
    for begin in sorted(minute for minute in minutes if (minute - 1) % WEEK_MIN not in minutes):
        end = begin
        while end % WEEK_MIN in minutes:
            end += 1
        found.append((begin, end))
    return tuple(found)


def window_at(calendar: Calendar, time_us: int) -> Window | None:
    """Give the planned silence that a moment is in; None where it is in none."""
    minute = local_minute(calendar.zone, time_us)
    begin, end = _first(calendar, minute), _last(calendar, minute)
    if begin == end:
        return None
    return Window(utc_us(calendar.zone, begin), utc_us(calendar.zone, end, last=True))


def next_window(calendar: Calendar, time_us: int) -> Window | None:
    """Give the first silence of the plan's week that begins after a moment; None where its week has none."""
    minute = local_minute(calendar.zone, time_us) + 1
    week_min = minute - weekday_minute(minute)
    begins = [week_min + shift + begin for shift in (0, WEEK_MIN) for begin, _ in calendar.quiet.weekly]
    coming = [begin for begin in begins if begin >= minute]
    return window_at(calendar, utc_us(calendar.zone, min(coming), last=True)) if coming else None


def weekday_minute(minute: int) -> int:
    """Give the minute of its week, from Monday 00:00 on, of a minute that a clock shows (`local_minute`).

    >>> weekday_minute(0) // DAY_MIN
    3
    """
    return (minute + _THURSDAY_MIN) % WEEK_MIN


def _last(calendar: Calendar, minute: int) -> int:
    for _ in range(_MAX_STEPS):
        around = _around(calendar, minute)
        if around is None:
            break
        minute = around[1]
    return minute


def _first(calendar: Calendar, minute: int) -> int:
    around = _around(calendar, minute)
    for _ in range(_MAX_STEPS):
        if around is None:
            break
        minute = around[0]
        around = _around(calendar, minute - 1)
    return minute


def _around(calendar: Calendar, minute: int) -> tuple[int, int] | None:
    """Give a stretch of quiet minutes around one, by one reason; a shift that begins on a day off doesn't begin."""
    week_min = minute - weekday_minute(minute)
    weekly = calendar.quiet.weekly
    for shift_min in (0, -WEEK_MIN):
        for begin, end in weekly:
            if begin <= minute - week_min - shift_min < end:
                return week_min + shift_min + begin, week_min + shift_min + end
    day = minute // DAY_MIN
    if day in calendar.holidays:
        return day * DAY_MIN, (day + 1) * DAY_MIN
    if calendar.holidays and weekly:
        begin, end = _shift_around(weekly, minute - week_min)
        begun_on = (week_min + begin) // DAY_MIN
        if end - begin <= _MAX_SHIFT_MIN and begun_on in calendar.holidays:
            return week_min + begin, week_min + end
    return None


def _shift_around(weekly: tuple[tuple[int, int], ...], minute: int) -> tuple[int, int]:
    """Give the stretch between two silences that a minute of the week is in."""
    ends = [end + shift for shift in (-WEEK_MIN, 0) for _, end in weekly]
    begins = [begin + shift for shift in (0, WEEK_MIN) for begin, _ in weekly]
    return max(end for end in ends if end <= minute), min(begin for begin in begins if begin > minute)


def grace_us(silence_us: int) -> int:
    """Give how long after the expected return a silence still counts as planned: a tenth of it, an hour at most."""
    return min(silence_us // 10, 60 * MINUTE_US)
