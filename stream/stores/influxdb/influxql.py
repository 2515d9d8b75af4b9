"""InfluxQL as InfluxDB 1, 2 and 3 speak it: names in queries, and the JSON they answer with."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from models.clock import from_datetime
from models.errors import ServiceError

__all__ = ["Series", "identifier", "series_of", "span", "steps"]


class Series(msgspec.Struct, frozen=True):
    """One group of an answer."""

    tags: dict[str, str] = {}
    """What the query groups by."""
    values: list[list[Any]] = []


class _Result(msgspec.Struct, frozen=True):
    series: list[Series] = []
    error: str = ""


class _Answer(msgspec.Struct, frozen=True):
    results: list[_Result] = []
    error: str = ""


def identifier(name: str) -> str:
    r"""Quote the name of a field or measurement. Values never stand in a query's text: they are bound.

    >>> print(identifier('a "b" \\'))
    "a \"b\" \\"
    """
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def steps(step: timedelta) -> str:
    """Group by steps of time, without those that hold nothing.

    >>> steps(timedelta(minutes=1))
    'time(60000000u) fill(none)'
    """
    return f"time({step // timedelta(microseconds=1)}u) fill(none)"


def span(since: datetime, until: datetime) -> dict[str, int]:
    """Give both ends in nanoseconds, the unit of a bare number, as values of `$since` and `$until`."""
    return {"since": from_datetime(since) * 1000, "until": from_datetime(until) * 1000}


def series_of(answer: bytes) -> list[Series]:
    """Give an answer group by group; `ServiceError` if the query failed."""
    try:
        decoded = msgspec.json.decode(answer, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServiceError(f"this is no answer of InfluxDB 2 ({error}): correct [influxdb] url") from error
    failed = decoded.error or next((result.error for result in decoded.results if result.error), "")
    if failed:
        raise ServiceError(f"InfluxDB could not answer: {failed}")
    return [series for result in decoded.results for series in result.series]
