"""Trends from tables: a row a moment, a column a reading, with times that say when, not only how long after."""

from collections.abc import Iterable
from datetime import tzinfo
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import from_datetime, to_datetime
from models.errors import RecordingError
from stream.analysis.readers.column_labels import is_index
from stream.analysis.readers.dialect import Line, cells_of, sniffed, starts_as_comment
from stream.analysis.readers.header import Header, header_of
from stream.analysis.readers.sheets import rows_of_sheet
from stream.analysis.readers.table_body import Body, Wanted, read_body
from stream.analysis.readers.text_file import TextFile
from stream.analysis.readers.time_axis import epoch_unit
from stream.analysis.readers.time_columns import TimeColumn, time_columns

__all__ = ["Trends", "trends_of"]

_HEAD = 400
_SHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
_DAY_US = 86_400 * 1_000_000
_EXCEL_EPOCH_DAYS = 25_569
"""From the day that spreadsheets count from to 1970."""


class Trends(msgspec.Struct, frozen=True):
    """Readings over time."""

    times_us: NDArray[np.int64]
    """Microseconds since the epoch, shape (n,)."""
    columns: dict[str, NDArray[np.float64]]
    """Values by the name of their column, shape (n,); NaN where there is none."""


def trends_of(path: Path, *, key: str | None, zone: tzinfo, date_order: str | None) -> Trends:
    """Read a table of trends. Raises `RecordingError` with the fix for what it leaves open."""
    sheet = path.suffix.lower() in _SHEETS
    texts: Iterable[str] = list(rows_of_sheet(path, key)) if sheet else TextFile(path)
    head = [Line(number, text) for number, text in enumerate(islice(texts, _HEAD), 1)]
    dialect = sniffed(head)
    if dialect is None or dialect.decimal_comma is None:
        what = "no table of numbers" if dialect is None else "commas that may be decimal or part thousands"
        raise RecordingError(f"{path}: has {what}; write a row a moment, with decimal points")
    header = header_of(head, dialect)
    if not header.named:
        raise RecordingError(f"{path}: its columns have no names; write a line of names above them")
    rows = [
        cells_of(line.text, dialect.delimiter)
        for line in head[header.first :]
        if line.text.strip() and not starts_as_comment(line.text)
    ]
    times = next(iter(time_columns(header, rows)), None)
    if times is None:
        raise RecordingError(f"{path}: no column tells the time; add one with date and time of day")
    readings = [
        n for n, name in enumerate(header.names)
        if dialect.numeric[n] and n not in times.places and not is_index(name)
    ]  # fmt: skip
    if not readings:
        raise RecordingError(f"{path}: no column holds readings; there are {', '.join(header.names)[:200]}")
    _refuse_doubles(path, header, readings)
    numbers = tuple(readings) if times.stamped else (*readings, times.places[0])
    first = head[header.first].number
    lines = (Line(number, text) for number, text in enumerate(texts, 1) if number >= first)
    body = read_body(path, lines, dialect, Wanted(numbers, times.places if times.stamped else ()))
    moments = _moments(path, header, times, body, zone, date_order)
    return Trends(moments, {header.names[n]: body.numbers[n] for n in readings})


def _refuse_doubles(path: Path, header: Header, readings: list[int]) -> None:
    names = [header.names[n] for n in readings]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise RecordingError(f"{path}: two columns are called {double!r}; give each a name of its own")


def _moments(
    path: Path, header: Header, times: TimeColumn, body: Body, zone: tzinfo, date_order: str | None
) -> NDArray[np.int64]:
    name = header.names[times.places[0]]
    if times.stamped:
        if date_order is None and body.stamps.ambiguous():
            raise RecordingError(
                f"{path}: the dates in column {name} may have day or month first; give --date-order dmy or mdy"
            )
        try:
            local = body.stamps.epoch_us(date_order)
        except ValueError as error:
            raise RecordingError(f"{path}: column {name}: {error}; write date and time of day") from None
        return _in_utc(local, zone)
    values = body.numbers[times.places[0]]
    size = float(np.median(np.abs(values))) if values.size else 0.0
    unit = epoch_unit(size)
    if unit is not None:
        return np.round(values * unit[1] * 1e6).astype(np.int64)
    if _EXCEL_EPOCH_DAYS < size < 80_000:
        return _in_utc(np.round((values - _EXCEL_EPOCH_DAYS) * _DAY_US).astype(np.int64), zone)
    raise RecordingError(
        f"{path}: column {name} tells how long after, not when; write dates and times of day, or seconds since 1970"
    )


def _in_utc(local_us: NDArray[np.int64], zone: tzinfo) -> NDArray[np.int64]:
    """Take times of day of a zone to UTC; the offset is asked once an hour, where it can change."""
    hours = local_us // 3_600_000_000
    offsets: dict[int, int] = {}
    for hour in np.unique(hours).tolist():
        naive = to_datetime(hour * 3_600_000_000).replace(tzinfo=zone)
        offsets[hour] = hour * 3_600_000_000 - from_datetime(naive)
    return local_us - np.array([offsets[hour] for hour in hours.tolist()], dtype=np.int64)
