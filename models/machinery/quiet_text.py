"""Planned silence as people write it: `Mon-Fri 18:00-06:00`, `Sat-Sun`, `Fri 18:00 - Mon 06:00`, `up to 4h`."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from models.machinery.quiet_times import DAY_MIN, WEEK_MIN, QuietTimes, weekly_from

__all__ = ["DAY_NAMES", "parse_quiet", "parse_works", "quiet_text"]

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = {
    **{name.lower(): number for number, name in enumerate(DAY_NAMES)},
    **{
        name: number
        for number, name in enumerate(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        )
    },
    **{prefix + day: number for prefix in ("周", "星期") for number, day in enumerate("一二三四五六日")},
    **{prefix + "天": 6 for prefix in ("周", "星期")},
}
_EVERY_DAY = frozenset({"daily", "every day", "每天", ""})
_MIN_LONGEST_MIN, _MAX_STRETCHES = 10, 32
_HOW = (
    'write days and times such as "Mon-Fri 18:00-06:00", "Sat-Sun", "Fri 18:00 - Mon 06:00", or "up to 4h" for a '
    "sensor that sleeps for so long at any time"
)
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"(\D+?)\s*{_TIME}\s*-\s*(\D+?)\s*{_TIME}")
_HOURS = re.compile(rf"(.*?)\s*{_TIME}\s*-\s*{_TIME}")
_LONGEST = re.compile(r"(?:up to|最长)?\s*(\d{1,3}(?:\.\d+)?)\s*(h|hours?|小时|m|min|minutes?|分钟|d|days?|天)")
_UNIT_MIN = {"h": 60, "小": 60, "m": 1, "分": 1, "d": DAY_MIN, "天": DAY_MIN}
_SAME = str.maketrans("–—至到~～：，、；", "------:,,;")


def parse_quiet(texts: Sequence[str]) -> QuietTimes:
    """Read when a machine is quiet; raises ValueError that names the text and says how to write it.

    After a whole day that is quiet, the morning of a working day is so until the time at which its nights end.

    >>> quiet_text(parse_quiet(["Mon-Fri 18:00-06:00", "Sat-Sun"]))
    'Mon-Thu 18:00-06:00; Fri 18:00 - Mon 06:00'
    """
    longest_min, entries = 0, []
    for text in _entries(texts):
        if (minutes := _longest(text)) is not None:
            longest_min = max(longest_min, minutes)
        else:
            entries.append(_entry(text))
    quiet = frozenset(_minutes(entries)) | frozenset(_mornings(entries))
    return _checked(QuietTimes(weekly_from(quiet), longest_min), quiet, texts)


def parse_works(texts: Sequence[str]) -> QuietTimes:
    """Read when a machine works: it is quiet at all other times; raises ValueError as `parse_quiet` does.

    >>> quiet_text(parse_works(["Mon-Fri 06:00-18:00"]))
    'Mon-Thu 18:00-06:00; Fri 18:00 - Mon 06:00'
    """
    works = frozenset(_minutes([_entry(text) for text in _entries(texts)]))
    if len(works) == WEEK_MIN:
        raise ValueError(f"{'; '.join(texts)!r} is all the time, which needs no plan; leave it out")
    quiet = frozenset(range(WEEK_MIN)) - works
    return _checked(QuietTimes(weekly_from(quiet)), quiet, texts)


def quiet_text(quiet: QuietTimes) -> str:
    """Write it as `parse_quiet` reads it; what is the same on several days is written once."""
    days: dict[tuple[int, int], list[int]] = {}
    for begin, end in quiet.weekly:
        day, minute = divmod(begin, DAY_MIN)
        days.setdefault((minute, end - begin), []).append(day)
    parts = []
    for (begin, length), which in days.items():
        if length < DAY_MIN:
            parts.append(f"{_days_text(which)} {_clock(begin)}-{_clock((begin + length) % DAY_MIN)}".strip())
        else:
            parts += [_span_text(day * DAY_MIN + begin, length) for day in which]
    if quiet.longest_min:
        whole = quiet.longest_min % 60 == 0
        parts.append(f"up to {quiet.longest_min // 60}h" if whole else f"up to {quiet.longest_min}m")
    return "; ".join(parts)


def _checked(quiet: QuietTimes, minutes: frozenset[int], texts: Sequence[str]) -> QuietTimes:
    shown = "; ".join(texts)
    if len(minutes) == WEEK_MIN:
        raise ValueError(f"{shown!r} leaves no time at which data are expected, so that nothing would ever be told")
    if not minutes and not quiet.longest_min:
        raise ValueError(f"{shown!r} names no time; {_HOW}")
    if len(quiet.weekly) > _MAX_STRETCHES:
        raise ValueError(f"{len(quiet.weekly)} silences a week are too many; {_MAX_STRETCHES} are the most")
    return quiet


def _entries(texts: Sequence[str]) -> Iterable[str]:
    """Give single entries: a semicolon parts them, and so does a comma behind a time."""
    for text in texts:
        for part in re.split(r";|(?<=[0-9hmd天时钟])\s*,", text.translate(_SAME)):
            if part.strip():
                yield " ".join(part.split())


class _Entry(NamedTuple):
    days: frozenset[int]
    """0 is Monday."""
    begin: int
    """Minute of the day."""
    length: int
    is_span: bool = False
    """Whether it was written as one stretch, with the day on which it ends: then all of it stands there."""


def _entry(text: str) -> _Entry:
    if (match := _SPAN.fullmatch(text)) and match[4].strip() and match[1].strip():
        first, last = _day(match[1], text), _day(match[4], text)
        begin, end = _minute(match[2], match[3], text), _minute(match[5], match[6], text)
        length = ((last - first) * DAY_MIN + end - begin) % WEEK_MIN
        return _Entry(frozenset({first}), begin, length or WEEK_MIN, is_span=True)
    if match := _HOURS.fullmatch(text):
        begin, end = _minute(match[2], match[3], text), _minute(match[4], match[5], text)
        if begin == end:
            raise ValueError(f"{text!r}: it begins when it ends; write 00:00-24:00 for whole days; {_HOW}")
        return _Entry(_day_set(match[1], text), begin % DAY_MIN, (end - begin) % DAY_MIN or DAY_MIN)
    return _Entry(_day_set(text, text), 0, DAY_MIN)


def _minutes(entries: Iterable[_Entry]) -> Iterable[int]:
    for entry in entries:
        for day in entry.days:
            begin = day * DAY_MIN + entry.begin
            yield from (minute % WEEK_MIN for minute in range(begin, begin + entry.length))


def _mornings(entries: Sequence[_Entry]) -> Iterable[int]:
    """Give the mornings of working days that follow a whole quiet day, until the nights of that day usually end."""
    by_day = [entry for entry in entries if not entry.is_span]
    whole = frozenset(day for entry in by_day if entry.length == DAY_MIN for day in entry.days)
    for days, begin, length, _ in by_day:
        if length < DAY_MIN < begin + length:
            for day in days - whole:
                if (day - 1) % 7 in whole:
                    yield from range(day * DAY_MIN, day * DAY_MIN + begin + length - DAY_MIN)


def _longest(text: str) -> int | None:
    match = _LONGEST.fullmatch(text.lower())
    if match is None:
        return None
    minutes = round(float(match[1]) * _UNIT_MIN[match[2][0]])
    if not _MIN_LONGEST_MIN <= minutes <= WEEK_MIN:
        raise ValueError(f"{text!r}: a silence at any time may last 10 minutes to 7 days")
    return minutes


def _minute(hour: str, minute: str | None, text: str) -> int:
    minutes = int(minute or 0)
    value = int(hour) * 60 + minutes
    if minutes > 59 or value > DAY_MIN:
        raise ValueError(f"{text!r}: {hour}:{minutes:02d} is no time of a day; write 00:00 to 24:00")
    return value


def _day(name: str, text: str) -> int:
    day = _DAYS.get(name.strip().lower())
    if day is None:
        raise ValueError(f"{text!r}: {name.strip()!r} is no day such as Mon, Monday or 周一; {_HOW}")
    return day


def _day_set(names: str, text: str) -> frozenset[int]:
    if names.strip().lower() in _EVERY_DAY and (names.strip() or names != text):
        return frozenset(range(7))
    found: set[int] = set()
    for part in names.split(","):
        first, _, last = part.partition("-")
        begin = _day(first, text)
        end = _day(last, text) if last.strip() else begin
        found.update(range(begin, end + 1 if end >= begin else 7))
        found.update(range(end + 1) if end < begin else ())
    return frozenset(found)


def _days_text(days: list[int]) -> str:
    """Write days, three or more in a row as the first and the last.

    >>> _days_text([0, 1, 2, 3, 5]), _days_text([0, 1, 2, 3, 4, 5, 6]), _days_text([5, 6])
    ('Mon-Thu,Sat', '', 'Sat,Sun')
    """
    ordered = sorted(days)
    if len(ordered) == 7:
        return ""
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(ordered)) if b != a + 1), len(ordered)]
    runs = [ordered[a:b] for a, b in pairwise(breaks)]
    return ",".join(
        f"{DAY_NAMES[run[0]]}-{DAY_NAMES[run[-1]]}" if len(run) > 2 else ",".join(DAY_NAMES[day] for day in run)
        for run in runs
    )


def _span_text(begin: int, length: int) -> str:
    first, last = begin % WEEK_MIN, (begin + length) % WEEK_MIN
    return (
        f"{DAY_NAMES[first // DAY_MIN]} {_clock(first % DAY_MIN)} - "
        f"{DAY_NAMES[last // DAY_MIN]} {_clock(last % DAY_MIN)}"
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
