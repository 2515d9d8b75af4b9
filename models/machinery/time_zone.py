"""A plant's clock: how far it is from UTC at any moment, by a rule that travels as data.

The fold reads neither a clock nor a database, so a zone carries what decides: the rule of POSIX (IEEE Std 1003.1,
chapter 8.3, as in `CET-1CEST,M3.5.0,M10.5.0/3`) that its clock follows from its last change of rule on, and the
changes before that. Both stand in the database of time zones; `stream.config.time_zones` takes them from there.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import msgspec

__all__ = ["UTC_ZONE", "Zone", "check_rule", "local_minute", "utc_us"]

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_MINUTE_US = 60_000_000
_EPOCH = date(1970, 1, 1)
_MIN_YEAR, _MAX_YEAR = 1900, 9998
_OFFSET = r"[+-]?\d{1,3}(?::\d{2}(?::\d{2})?)?"
_NAME = r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]{3,})"
_DATE = r"(?:M\d{1,2}\.\d\.\d|J?\d{1,3})"
_RULE = re.compile(
    rf"{_NAME}(?P<standard>{_OFFSET})"
    rf"(?:{_NAME}(?P<summer>{_OFFSET})?,(?P<begin>{_DATE})(?:/(?P<begin_at>{_OFFSET}))?"
    rf",(?P<end>{_DATE})(?:/(?P<end_at>{_OFFSET}))?)?"
)


class Zone(msgspec.Struct, frozen=True, array_like=True):
    """One time zone."""

    name: str = "UTC"
    """As the database of time zones calls it."""
    rule: str = "UTC0"
    """Of POSIX; in force from the last of the changes on."""
    changes: tuple[tuple[int, int], ...] = ()
    """Moments (seconds since 1970, UTC) and the offset from UTC (seconds) that held from then on."""

    def offset_s(self, time_s: int) -> int:
        """Give how far the zone's clock is ahead of UTC, in seconds.

        >>> Zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3").offset_s(1_785_000_000)
        7200
        """
        if not self.changes or time_s >= self.changes[-1][0]:
            return _offset_by_rule(self.rule, time_s)
        offset_s = self.changes[0][1]
        for from_s, changed_s in self.changes:
            if from_s > time_s:
                break
            offset_s = changed_s
        return offset_s


UTC_ZONE = Zone()


def check_rule(rule: str) -> None:
    """Raise ValueError for what is no rule of POSIX, or none that can be followed here."""
    _parsed(rule)


def local_minute(zone: Zone, time_us: int) -> int:
    """Give the minutes that the zone's clock shows since 1970-01-01 00:00 by itself.

    >>> local_minute(Zone("Asia/Shanghai", "CST-8"), 0)
    480
    """
    time_s = time_us // 1_000_000
    return (time_s + zone.offset_s(time_s)) // _MINUTE_S


def utc_us(zone: Zone, minute: int, *, last: bool = False) -> int:
    """Give the moment, in microseconds (UTC), at which the zone's clock shows a minute.

    Of a minute that comes twice the first, or the `last`; one that is left out in spring is the same time after.
    """
    clock_s = minute * _MINUTE_S
    before_s, after_s = zone.offset_s(clock_s - _DAY_S), zone.offset_s(clock_s + _DAY_S)
    found = [clock_s - each for each in (before_s, after_s) if zone.offset_s(clock_s - each) == each]
    if not found:
        return (clock_s - before_s) * 1_000_000
    return (max(found) if last else min(found)) * 1_000_000


class _Rule(msgspec.Struct, frozen=True):
    standard_s: int
    summer_s: int
    begin: tuple[str, int] | None
    """A date as POSIX writes it, and the second of that day by the clock, where there is a summer time."""
    end: tuple[str, int]


@lru_cache(maxsize=64)
def _parsed(rule: str) -> _Rule:
    match = _RULE.fullmatch(rule)
    if match is None:
        raise ValueError(f"{rule!r} is no rule of a time zone such as CET-1CEST,M3.5.0,M10.5.0/3")
    standard_s = -_seconds(match["standard"])
    if match["begin"] is None:
        return _Rule(standard_s, standard_s, None, ("", 0))
    summer_s = standard_s + _HOUR_S if match["summer"] is None else -_seconds(match["summer"])
    begin = (match["begin"], _seconds(match["begin_at"] or "2"))
    end = (match["end"], _seconds(match["end_at"] or "2"))
    parsed = _Rule(standard_s, summer_s, begin, end)
    _year_s(2000, *begin), _year_s(2000, *end)  # raises for the 31st of a month without one
    return parsed


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = (*map(int, text.lstrip("+-").split(":")), 0, 0)[:3]
    return sign * (hours * _HOUR_S + minutes * _MINUTE_S + seconds)


@lru_cache(maxsize=4096)
def _summer(rule: str, year: int) -> tuple[int, int] | None:
    """Give when the summer time of a year begins and ends (seconds since 1970, UTC)."""
    parsed = _parsed(rule)
    if parsed.begin is None:
        return None
    begin_s = _year_s(year, *parsed.begin) - parsed.standard_s
    return begin_s, _year_s(year, *parsed.end) - parsed.summer_s


def _offset_by_rule(rule: str, time_s: int) -> int:
    parsed = _parsed(rule)
    if parsed.begin is None:
        return parsed.standard_s
    days = (time_s + parsed.standard_s) // _DAY_S
    year = (_EPOCH + timedelta(days=days)).year if -25_000 < days < 2_900_000 else _MAX_YEAR
    between = _summer(rule, min(max(year, _MIN_YEAR), _MAX_YEAR))
    assert between is not None
    begin_s, end_s = between
    inside = begin_s <= time_s < end_s if begin_s < end_s else not end_s <= time_s < begin_s
    return parsed.summer_s if inside else parsed.standard_s


def _year_s(year: int, text: str, second: int) -> int:
    """Give a moment of a year by the clock, in seconds since 1970."""
    if text.startswith("M"):
        month, week, weekday = map(int, text[1:].split("."))
        if not (1 <= month <= 12 and 1 <= week <= 5 and 0 <= weekday <= 6):
            raise ValueError(f"{text!r} is no day of a year")
        first = date(year, month, 1)
        day = 1 + (weekday - first.isoweekday()) % 7 + 7 * (week - 1)
        while day > monthrange(year, month)[1]:
            day -= 7
        moment = date(year, month, day)
    else:
        number = int(text.lstrip("J"))
        if number > 365 - (0 if text.startswith("J") else 1) or (number == 0 and text.startswith("J")):
            raise ValueError(f"{text!r} is no day of every year")
        leap = monthrange(year, 2)[1] == 29
        skipped = text.startswith("J") and leap and number >= 60
        moment = date(year, 1, 1) + timedelta(days=number - (1 if text.startswith("J") else 0) + skipped)
    return (moment - _EPOCH).days * _DAY_S + second
