"""Dates and times of day in cells, in any of the usual orders, as nanoseconds that can be compared.

A rate hangs on differences only, so which of day and month stands first matters only where a file crosses a
midnight; it is then the order in which the days follow each other.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stamps", "is_clock", "is_date", "is_stamp"]

_DATE = r"(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}年\d{1,2}月\d{1,2}日)"
_CLOCK = (
    r"(?P<before>上午|下午)?\s*(?P<first>\d{1,2}):(?P<second>\d{2})(?::(?P<third>\d{2}))?"
    r"(?:[.,:](?P<part>\d{1,9}))?\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|[+-]\d{2}:?\d{2})?"
)
_STAMP = re.compile(rf"(?:{_DATE})?[T\s]*(?:{_CLOCK})?", re.IGNORECASE)
_DIGITS = re.compile(r"[-/.年月日]")
_DAY_NS = 86_400 * 10**9
_NS = {"second": 10**9, "minute": 60 * 10**9, "hour": 3600 * 10**9}
_CENTURY = 2000


def is_stamp(cell: str) -> bool:
    """Whether a cell is a date, a time of day, or both.

    >>> [is_stamp(cell) for cell in ("29.11.2025 13:05:00,001", "1/2/2025 1:05 PM", "13:05:00", "2025-11-29", "12")]
    [True, True, True, True, False]
    """
    return len(cell) > 3 and (match := _STAMP.fullmatch(cell)) is not None and bool(match["date"] or match["first"])


def is_date(cell: str) -> bool:
    """Whether a cell is a date without a time of day."""
    return (match := _STAMP.fullmatch(cell)) is not None and bool(match["date"]) and not match["first"]


def is_clock(cell: str) -> bool:
    """Whether a cell is a time of day without a date."""
    return (match := _STAMP.fullmatch(cell)) is not None and bool(match["first"]) and not match["date"]


class Stamps:
    """A column of stamps, read piece by piece; the order of day and month is settled at the end."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}
        self._parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    @property
    def filled(self) -> bool:
        """Whether there are any."""
        return bool(self._parts)

    def add(self, cells: Sequence[str]) -> list[int]:
        """Take some more cells; give the places of those that are no stamps."""
        days = np.zeros(len(cells), dtype=np.int64)
        clock = np.zeros(len(cells), dtype=np.int64)
        bad = []
        for place, cell in enumerate(cells):
            match = _STAMP.fullmatch(cell) if cell else None
            nanoseconds = _of_day(match) if match is not None else None
            if match is None or nanoseconds is None or not (match["date"] or match["first"]):
                bad.append(place)
                continue
            clock[place] = nanoseconds
            days[place] = self._days.setdefault(match["date"] or "", len(self._days))
        self._parts.append((days, clock))
        return bad

    def seconds(self) -> NDArray[np.float64]:
        """Give seconds since the first stamp, shape (n,). Raises `ValueError` for dates that do not exist."""
        begins, ns = self._nanoseconds()
        return (ns - begins) / 1e9

    def ambiguous(self) -> bool:
        """Whether the dates can be read in both orders of day and month, with different results."""
        dated = [text for text in self._days if text]
        orders = [[_ordinal(text, order) for text in dated] for order in ("dmy", "mdy")]
        return None not in orders[0] and None not in orders[1] and orders[0] != orders[1]

    def epoch_us(self, order: str | None = None) -> NDArray[np.int64]:
        """Give microseconds since the epoch, shape (n,); `order` is `dmy` or `mdy` where it is known.

        Raises `ValueError` for dates that do not exist, and for times of day without a date.
        """
        if "" in self._days:
            raise ValueError("a time of day alone has no date")
        _, ns = self._nanoseconds(order)
        return ns // 1000

    def _nanoseconds(self, order: str | None = None) -> tuple[int, NDArray[np.int64]]:
        places = np.concatenate([days for days, _ in self._parts])
        clock = np.concatenate([clock for _, clock in self._parts])
        if "" in self._days:  # times of day alone go round at midnight
            steps = np.diff(clock)
            turns = np.concatenate(([0], np.cumsum(steps < -_DAY_NS // 2) - np.cumsum(steps > _DAY_NS // 2)))
            ns = clock + turns * _DAY_NS
        else:
            ns = np.array(self._ordinals(order), dtype=np.int64)[places] * _DAY_NS + clock
        return int(ns[0]), ns

    def _ordinals(self, order: str | None) -> list[int]:
        """Give the days of all dates in the order of day and month that makes the shortest span."""
        tried = ("dmy", "mdy") if order is None else (order,)
        orders = [[_ordinal(text, each) for text in self._days] for each in tried]
        whole = [[day for day in days if day is not None] for days in orders if None not in days]
        if not whole:
            raise ValueError(f"{next(iter(self._days))!r} is no date")
        return min(whole, key=lambda days: max(days) - min(days))


@lru_cache(maxsize=4096)
def _ordinal(text: str, order: str) -> int | None:
    """Give the day since the epoch; the year may stand first."""
    parts = [int(part) for part in _DIGITS.split(text) if part]
    if len(_DIGITS.split(text)[0]) == 4:
        year, month, day = parts
    elif order == "dmy":
        day, month, year = parts
    else:
        month, day, year = parts
    try:
        return date(year if year > 99 else _CENTURY + year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None


def _of_day(match: re.Match[str]) -> int | None:
    """Give nanoseconds since midnight, in UTC where there is a zone; None for a time that does not exist."""
    if match["first"] is None:
        return 0
    first, second, third = int(match["first"]), int(match["second"]), match["third"]
    part = int((match["part"] or "0").ljust(9, "0"))
    half = (match["half"] or match["before"] or "").casefold()[:1].replace("上", "a").replace("下", "p")
    if third is None and match["part"] is not None and not half:  # 05:12.3 is how Excel shows minutes and seconds
        return first * _NS["minute"] + second * _NS["second"] + part if second < 60 else None
    if half:
        if not 1 <= first <= 12:
            return None
        first = first % 12 + (12 if half == "p" else 0)
    if first > 24 or second > 59 or int(third or 0) > 60:
        return None
    clock = first * _NS["hour"] + second * _NS["minute"] + int(third or 0) * _NS["second"] + part
    return clock - _zone_ns(match["zone"] or "")


def _zone_ns(zone: str) -> int:
    if zone[:1] not in ("+", "-"):
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return (-1 if zone[0] == "-" else 1) * minutes * _NS["minute"]
