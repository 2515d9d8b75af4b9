"""Validation of messages: names, ranges, times. Each check raises a `MessageError` that names the fix."""

import functools
import unicodedata
from datetime import UTC, datetime

from models.clock import SECOND_US, from_datetime
from models.errors import MessageError

__all__ = [
    "LOAD_PERCENT",
    "RATE_HZ",
    "SPEED_RPM",
    "VALUES",
    "check_name",
    "check_range",
    "check_times",
    "check_value_name",
    "shown",
]

RATE_HZ = (1e-6, 1e7)
SPEED_RPM = (0.0, 1e6)
LOAD_PERCENT = (-1000.0, 1000.0)
VALUES = 256
"""At most so many named numbers in one reading."""

_EARLIEST_US = 0
_LATEST_US = from_datetime(datetime(2200, 1, 1, tzinfo=UTC))


def shown(value: object, width: int = 40) -> str:
    """Print a value on one line, shortened.

    >>> shown("a" * 99, 12)
    "'aaaaaaaaaa…"
    """
    text = repr(value[:width] if isinstance(value, str | bytes | list) else value)
    return text if len(text) <= width else text[: width - 1] + "…"


def check_name(field: str, name: str) -> None:
    """Raise `MessageError` unless `name` can name a machine or a point."""
    if not _is_name(name):
        raise MessageError(
            f"{field}: {shown(name)} is no name; use 1 to 64 letters, digits, '.', '_', '-' and inner spaces"
        )


@functools.lru_cache(maxsize=4096)
def _is_name(name: str) -> bool:
    """Letters with their marks and digits of any script, and `._- ` inside."""
    return (
        1 <= len(name) <= 64
        and name == name.strip(" ")
        and all(c in "._- " or unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd" for c in name)
    )


@functools.lru_cache(maxsize=4096)
def check_value_name(name: str) -> None:
    """Allow what every store can keep as a column: `time` is taken there, quotes and backslashes need escapes."""
    plain = 1 <= len(name) <= 64 and name == name.strip() and name.isprintable() and not set(name) & set('"\\')
    if not plain or name == "time" or name.startswith("_"):
        raise MessageError(
            f"values: {shown(name)} is no name for a value; use 1 to 64 printable characters without quotes or "
            "backslashes, no '_' in front, and not 'time'"
        )


def check_range(field: str, value: float, limits: tuple[float, float], unit: str) -> None:
    """Raise `MessageError` unless the value lies within the limits; NaN never does."""
    lowest, highest = limits
    if not lowest <= value <= highest:
        raise MessageError(f"{field}: {shown(value)} {unit} makes no sense; give {lowest:g} to {highest:g} {unit}")


def check_times(time: datetime, seconds: float) -> None:
    """Raise `MessageError` unless a block of `seconds` from `time` on lies within the years 1970 to 2199."""
    first_us = from_datetime(time)
    if not _EARLIEST_US <= first_us <= first_us + seconds * SECOND_US < _LATEST_US:
        span = f" with {seconds:g} s of samples" if seconds else ""
        raise MessageError(
            f"time: {time.isoformat()}{span} is outside the years 1970 to 2199; set the sender's clock, or its rate"
        )
