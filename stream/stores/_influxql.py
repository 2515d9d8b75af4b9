"""InfluxQL as InfluxDB 1, 2 and 3 speak it: names in queries, and the JSON they answer with."""

from typing import Any

import msgspec

from models.errors import ServiceError

__all__ = ["identifier", "rows"]


class _Series(msgspec.Struct, frozen=True):
    values: list[list[Any]] = []


class _Result(msgspec.Struct, frozen=True):
    series: list[_Series] = []
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


def rows(answer: bytes) -> list[list[Any]]:
    """Give the rows of an answer, of all its groups, columns as selected; `ServiceError` if the query failed."""
    try:
        decoded = msgspec.json.decode(answer, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServiceError(f"this is no answer of InfluxDB 2 ({error}): correct [influxdb] url") from error
    failed = decoded.error or next((result.error for result in decoded.results if result.error), "")
    if failed:
        raise ServiceError(f"InfluxDB could not answer: {failed}")
    return [row for result in decoded.results for series in result.series for row in series.values]
