"""Which rhythm a machine's silences have: every few hours, each night, at weekends.

Two sorts of rhythm are looked for. A sensor that sleeps for hours and then measures for minutes is silent for about
the same time, whenever that begins. A machine that stops with a shift is silent at the same times of the plant's
clock: silences that begin and end at about the same time of day belong together, and count on the weekdays on which
they were seen. Nothing is learned where one silence in four follows no such pattern, nor before a whole week has
been seen, a weekend twice.
"""

from collections import Counter
from collections.abc import Iterable
from statistics import median

import msgspec

from models.clock import MINUTE_US
from models.condition.rhythm import SilentSpan
from models.machinery.quiet_times import DAY_MIN, WEEK_MIN, QuietTimes, weekday_minute, weekly_from
from models.machinery.time_zone import Zone, local_minute

__all__ = ["LearnedRhythm", "differs", "learned_rhythm"]

_STEP_MIN = 5
_MIN_REGULAR, _REGULAR_OF = 8, 12
_MAX_CYCLE_MIN = DAY_MIN // 2
_LIKE_PART, _LIKE_MIN = 0.1, 10
_EXPLAINED = 0.75
_MEMORY_MIN, _MIN_SEEN_MIN = 16 * DAY_MIN, 8 * DAY_MIN
_NEAR_MIN = 90
"""How far beginnings, and ends, of silences that belong together may lie apart from the one in their middle."""
_MIN_NIGHTS, _MIN_OF_WEEKDAY, _MIN_WEEKENDS = 5, 3, 2
_WEEKEND_MIN = 20 * 60
_OPEN_MIN = 9 * DAY_MIN
"""So recently a long silence that was seen once may be a weekend's: that is waited for."""
_NEWEST = 10
"""So many say when it ends: a rhythm may move."""
_LATE_PART, _GRACE_PART = 0.9, 0.05
"""Where a tenth of a silence is less than it strays, most of its ends count instead of the usual one."""
_OVERTIME_PART = 0.6
_DIFFERENT_MIN, _DIFFERENT_PART = 30, 0.15


class LearnedRhythm(msgspec.Struct, frozen=True):
    """When a machine is silent, and how often it was."""

    quiet: QuietTimes
    count: int


class _Span(msgspec.Struct, frozen=True):
    """A silence by the plant's clock, in minutes since 1970."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.begin

    @property
    def weekday(self) -> int:
        return weekday_minute(self.begin) // DAY_MIN

    def is_like(self, other: "_Span") -> bool:
        """Whether both begin and end at about the same time of day; a weekend's on about the same day."""
        if abs(self.length - other.length) > 2 * _NEAR_MIN or abs(_of_day(self.end - other.end)) > _NEAR_MIN:
            return False
        apart = _of_day if min(self.length, other.length) < _WEEKEND_MIN else _of_week
        return abs(apart(self.begin - other.begin)) <= _NEAR_MIN


class _Habit(msgspec.Struct, frozen=True):
    """Silences that belong together: one that begins at this minute, and others at the same time of other days."""

    begin: int
    length: int

    def start_of(self, span: _Span) -> int | None:
        """Give when a silence like this was to begin that one is, or is the rest of after overtime; else None."""
        every = DAY_MIN if self.length < _WEEKEND_MIN else WEEK_MIN
        start = span.begin + _NEAR_MIN - (span.begin + _NEAR_MIN - self.begin) % every
        late = span.begin - start > self.length * _OVERTIME_PART
        return None if late or abs(span.end - start - self.length) > _NEAR_MIN else start

    def minutes(self, start: int) -> Iterable[int]:
        """Give the minutes of the week of one that begins then."""
        first = weekday_minute(start)
        return ((first + minute) % WEEK_MIN for minute in range(self.length))


def learned_rhythm(spans: list[SilentSpan], zone: Zone) -> LearnedRhythm | None:
    """Give the rhythm of the last silences by a zone's clock; None where they have none, or too few are known."""
    return _regular(spans) or _weekly([_by_clock(each, zone) for each in spans])


def differs(one: QuietTimes, other: QuietTimes) -> bool:
    """Whether two plans differ by more than half an hour a silence."""
    if bool(one.longest_min) != bool(other.longest_min):
        return True
    if abs(one.longest_min - other.longest_min) > max(_DIFFERENT_PART * one.longest_min, _LIKE_MIN):
        return True
    most = _DIFFERENT_MIN * max(1, min(len(one.weekly), len(other.weekly)))
    return len(one.minutes ^ other.minutes) > most


def _by_clock(span: SilentSpan, zone: Zone) -> _Span:
    return _Span(local_minute(zone, span.begin * MINUTE_US), local_minute(zone, span.end * MINUTE_US))


def _regular(spans: list[SilentSpan]) -> LearnedRhythm | None:
    """Give the length of silences that come several times a day and last about as long each time."""
    newest = spans[-_REGULAR_OF:]
    if len(newest) < _MIN_REGULAR or newest[-1].begin - newest[0].begin > _MAX_CYCLE_MIN * (len(newest) - 1):
        return None
    lengths = [each.end - each.begin for each in newest]
    usual = median(lengths)
    like = [each for each in lengths if abs(each - usual) <= max(_LIKE_PART * usual, _LIKE_MIN)]
    longest_min = -(-max(like) // _STEP_MIN) * _STEP_MIN if like else 0
    if len(like) < max(_MIN_REGULAR, _EXPLAINED * len(newest)) or longest_min > WEEK_MIN:
        return None
    return LearnedRhythm(QuietTimes(longest_min=longest_min), len(like))


def _weekly(spans: list[_Span]) -> LearnedRhythm | None:
    now = spans[-1].end if spans else 0
    recent = [each for each in spans if now - each.begin <= _MEMORY_MIN]
    if not recent or now - recent[0].begin < _MIN_SEEN_MIN:
        return None
    habits = [_habit(group) for group in _groups(recent) if _is_habit(group)]
    starts = [(habit, habit.start_of(each)) for habit in habits for each in recent]
    quiet = {minute for habit, start in starts if start is not None for minute in habit.minutes(start)}
    others = [each for each in recent if all(habit.start_of(each) is None for habit in habits)]
    if not habits or len(others) > (1 - _EXPLAINED) * len(recent):
        return None
    if any(each.length >= _WEEKEND_MIN and now - each.end < _OPEN_MIN for each in others):
        return None
    if len(quiet) >= WEEK_MIN - 60:
        return None
    return LearnedRhythm(QuietTimes(weekly_from(frozenset(quiet))), len(recent) - len(others))


def _groups(spans: list[_Span]) -> list[list[_Span]]:
    """Part silences into those that belong together, around the one that has most like it each time."""
    left, groups = list(spans), []
    while left:
        middle = max(left, key=lambda each: sum(map(each.is_like, left)))
        groups.append([each for each in left if middle.is_like(each)])
        left = [each for each in left if not middle.is_like(each)]
    return groups


def _is_habit(group: list[_Span]) -> bool:
    if group[0].length >= _WEEKEND_MIN:
        return len(group) >= _MIN_WEEKENDS
    weekdays = Counter(each.weekday for each in group)
    return len(group) >= (_MIN_NIGHTS if len(weekdays) > 1 else _MIN_OF_WEEKDAY)


def _habit(group: list[_Span]) -> "_Habit":
    """Give what a group of silences has in common: from the earliest begin to the usual end."""
    middle = group[len(group) // 2]
    base = middle.begin // _STEP_MIN * _STEP_MIN
    shifts = [_of_day(each.begin - base) for each in group]
    begin = min(shifts) // _STEP_MIN * _STEP_MIN
    ends = sorted([each.length + shift for each, shift in zip(group, shifts, strict=True)][-_NEWEST:])
    late = ends[int(_LATE_PART * (len(ends) - 1))] - (ends[0] - begin) * _GRACE_PART
    end = round(max(median(ends), late) / _STEP_MIN) * _STEP_MIN
    return _Habit(base + begin, end - begin)


def _of_day(minutes: int) -> int:
    return (minutes + DAY_MIN // 2) % DAY_MIN - DAY_MIN // 2


def _of_week(minutes: int) -> int:
    return (minutes + WEEK_MIN // 2) % WEEK_MIN - WEEK_MIN // 2
