"""Waveforms from tables of text: .csv, .tsv, .txt with commas, semicolons or tabs, with a header or without one."""

import codecs
import csv
import re
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import RecordingError
from stream.analysis.readers.column_labels import (
    is_index,
    is_unit,
    rate_hz_of,
    scaled_unit,
    time_step_s,
    without_unit,
)
from stream.analysis.readers.waveform import Hints, Waveform, listed, make_waveform, numbers

__all__ = ["waveform_of_table"]

_MAX_BYTES = 2 << 30
_PREAMBLE = 200
"""Lines that may stand before the numbers."""
_UNEVEN = 0.5
"""How far one step of time may be from the usual one, as a part of it."""
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?")
_AFTER_QUOTE = re.compile(r'" +(?=[\t;,]|$)')

Column = NDArray[np.float64]


class _Layout(msgspec.Struct, frozen=True):
    """How a table is written."""

    delimiter: str
    decimal_comma: bool
    names: tuple[str, ...]
    """Of the columns; their numbers where there is no header."""
    skipped: int
    """Lines before the numbers."""

    @property
    def has_header(self) -> bool:
        """Whether columns have names."""
        return self.names != tuple(str(number) for number in range(1, len(self.names) + 1))


def waveform_of_table(path: Path, hints: Hints) -> Waveform:
    """Read one column of a table; a column of times gives the rate.

    Raises `RecordingError` that asks for what the file leaves open.
    """
    lines = _lines(path)
    layout = _layout(path, lines)
    time = _time_column(path, lines, layout)
    signal = _signal_column(path, lines, layout, hints, time)
    name = layout.names[signal]
    unit, step = scaled_unit(name) or (None, None)
    samples = numbers(path, _column(path, lines, layout, signal), hints, name=f"column {name}", step=step)
    rate_hz = None
    if hints.rate_hz is None:
        rate_hz = next((rate for line in lines[: layout.skipped] if (rate := rate_hz_of(line))), None)
        if rate_hz is None and time is not None:
            rate_hz = _rate_hz(path, _times(path, lines, layout, time), layout.names[time])
    point = without_unit(name) if layout.has_header else f"column {name}"
    return make_waveform(path, samples, hints, point=point, rate_hz=rate_hz, unit=unit)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RecordingError(f"{path}: is larger than 2 GiB of text; cut a piece of it, or save it as .npz")
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror}); check the file") from None
    if b"\0" in data[:1000] and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise RecordingError(f"{path}: is no text; check its format, or its name")
    for encoding in _encodings(data):
        try:
            return data.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    raise RecordingError(f"{path}: is no text in UTF-8 or GB 18030; save it as UTF-8")


def _encodings(data: bytes) -> tuple[str, ...]:
    """Give what a text may be written in, likeliest first.

    Chinese characters are pairs of bytes above 127; `²`, `°` or `µ` of a western Windows stand alone.

    >>> _encodings("加速度".encode("gbk")), _encodings("a [m/s²]".encode("cp1252"))
    (('utf-8-sig', 'gb18030'), ('utf-8-sig', 'cp1252'))
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    alone = re.search(rb"[\x80-\xff]", data) is not None and re.search(rb"[\x80-\xff]{2}", data) is None
    return ("utf-8-sig", "cp1252" if alone else "gb18030")


def _layout(path: Path, lines: list[str]) -> _Layout:
    """Find delimiter, decimal sign and header by the first line of numbers that another like it follows."""
    for skipped, line in enumerate(islice(lines, _PREAMBLE)):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        for delimiter in ("\t", ";", ",", ""):
            cells = _cells(line, delimiter)
            if delimiter and len(cells) == 1:
                continue
            if _is_row(cells) and _is_row_after(lines, skipped, delimiter, len(cells)):
                comma = delimiter != "," and any("," in cell for cell in cells if _is_number(cell))
                return _Layout(delimiter, comma, _names(lines[:skipped], delimiter, len(cells)), skipped)
    raise RecordingError(
        f"{path}: there are no numbers in its first {_PREAMBLE} lines; "
        "a table has columns with commas, semicolons or tabs between them"
    )


def _is_row(cells: list[str]) -> bool:
    return any(_is_number(cell) for cell in cells) and all(_is_value(cell) for cell in cells)


def _is_row_after(lines: list[str], index: int, delimiter: str, columns: int) -> bool:
    """Whether the next line that holds anything has as many cells, or there is none."""
    following = next((line for line in islice(lines, index + 1, None) if line.strip()), None)
    return following is None or len(_cells(following, delimiter)) == columns


def _cells(line: str, delimiter: str) -> list[str]:
    """Cells of a line, without those that a delimiter at its end would add; no delimiter means white space."""
    cells = _quoted_cells(line, delimiter) if '"' in line else line.split(delimiter or None)
    cells = [cell.strip() for cell in cells]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def _quoted_cells(line: str, delimiter: str) -> list[str]:
    """Cells of which some stand in quotes, where a delimiter parts nothing; quotes that don't pair up are ignored.

    >>> _quoted_cells('t, "acc, x (g)" ,"5"" pipe"', ","), _quoted_cells('a "b c"', ""), _quoted_cells('"a,b', ",")
    (['t', 'acc, x (g)', '5" pipe'], ['a', 'b c'], ['a', 'b'])
    """
    plain = [cell.strip() for cell in line.split(delimiter or None)]
    whole = sum(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in plain)
    if line.count('"') != 2 * whole:  # csv takes three times as long, for each line of a column of times
        text = _AFTER_QUOTE.sub('"', line) if delimiter else " ".join(line.split())
        rows = csv.reader([text], delimiter=delimiter or " ", skipinitialspace=bool(delimiter), strict=True)
        with suppress(csv.Error):
            return next(rows)
    return [cell.strip('"') for cell in plain]


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, empty, a date, or a time of day."""
    return not cell or _is_number(cell) or _moment(cell) is not None or _CLOCK.fullmatch(cell) is not None


def _moment(cell: str) -> datetime | None:
    """Give the moment that a date with its time tells, in UTC where it has no zone; None for anything else."""
    if len(cell) < len("2026-01-01"):
        return None
    try:
        moment = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _names(before: list[str], delimiter: str, columns: int) -> tuple[str, ...]:
    """Take names from the last lines before the numbers; a line of units under them goes in brackets."""
    if columns == 1 and before and scaled_unit(before[-1]):
        return (before[-1].strip().strip('"'),)  # "acc (g)" is one name, though nothing but space parts the columns
    rows = [row for line in before if len(row := _cells(line.lstrip("#"), delimiter)) == columns and any(row)]
    if not rows:
        return tuple(str(number) for number in range(1, columns + 1))
    names = rows[-1]
    if len(rows) > 1 and all(is_unit(cell) for cell in names if cell):
        names = [f"{name} [{unit}]" if unit else name for name, unit in zip(rows[-2], names, strict=True)]
    return tuple(name or str(number) for number, name in enumerate(names, 1))


def _column(path: Path, lines: list[str], layout: _Layout, index: int) -> Column:
    """Give one column as numbers, shape (n,)."""
    body = islice(lines, layout.skipped, None)
    text = (line.replace(",", ".") for line in body) if layout.decimal_comma else body
    try:
        read: Column = np.loadtxt(
            text, delimiter=layout.delimiter or None, usecols=index, ndmin=1, comments="#", quotechar='"'
        )
    except (ValueError, IndexError) as error:
        raise RecordingError(f"{path}: {_located(str(error), layout)}") from None
    return read


def _located(reason: str, layout: _Layout) -> str:
    """Say numpy's complaint with the line that it is about."""
    row = re.search(r"at row (\d+)", reason)
    cell = re.search(r"could not convert string (.*?) to float64", reason)
    place = layout.skipped + int(row[1]) if row else 0
    if cell:  # numpy counts these rows from 0, the others from 1
        return f"line {place + 1}: {cell[1][:40]} is no number; mend the line or cut the file before it"
    line = f"line {place}" if row else "a line"
    return (
        f"{line} has fewer columns than the first; the file may be cut off; mend the line or cut the file before it"
    )


def _signal_column(path: Path, lines: list[str], layout: _Layout, hints: Hints, time: int | None) -> int:
    """Find the column that is asked for, or the only one there is."""
    if hints.column is not None:
        return _column_asked_for(path, layout, hints.column)
    return _only_column(path, lines, layout, time)


def _column_asked_for(path: Path, layout: _Layout, wanted: str) -> int:
    """Find a column by its name, by its name without case and unit where that is one's alone, or by its number."""
    if wanted in layout.names:
        return layout.names.index(wanted)
    plain = wanted.strip().casefold()
    for spelled in (str, without_unit):
        names = [spelled(name).casefold() for name in layout.names]
        if names.count(plain) == 1:
            return names.index(plain)
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(layout.names):
        return int(wanted) - 1
    raise RecordingError(f"{path}: there is no column {wanted!r}; there are {_choice(layout)}")


def _only_column(path: Path, lines: list[str], layout: _Layout, time: int | None) -> int:
    """Find the column that neither counts lines nor tells the time."""
    candidates = [
        i for i, name in enumerate(layout.names) if i != time and not (layout.has_header and is_index(name))
    ]
    if not layout.has_header and time is None and len(candidates) > 1 and _counts(path, lines, layout):
        candidates.remove(0)
    if len(candidates) != 1:
        what = "several columns" if candidates else "no column of a signal"
        raise RecordingError(f"{path}: has {what}; choose one with --column: {_choice(layout)}")
    return candidates[0]


def _choice(layout: _Layout) -> str:
    if layout.has_header:
        return listed(list(layout.names)) + " (or its number from 1 on)"
    return f"1 to {len(layout.names)}"


def _time_column(path: Path, lines: list[str], layout: _Layout) -> int | None:
    """Find the column of times: by its name, by dates in it, or without names by even steps in the first one."""
    for index, name in enumerate(layout.names):
        if layout.has_header and time_step_s(name) is not None:
            return index
    first = _cells(lines[layout.skipped], layout.delimiter)
    dated = [index for index, cell in enumerate(first) if not _is_number(cell) and _moment(cell) is not None]
    if dated:
        return dated[0]
    if layout.has_header or len(layout.names) < 2:
        return None
    steps = np.diff(_column(path, lines, layout, 0))
    rising = steps.size > 0 and bool((steps > 0).all())
    return 0 if rising and _is_even(steps) and not _counts(path, lines, layout) else None


def _counts(path: Path, lines: list[str], layout: _Layout) -> bool:
    """Whether the first column only counts lines."""
    values = _column(path, lines, layout, 0)
    return values.size > 1 and bool((np.diff(values) == 1).all()) and bool((values == np.round(values)).all())


def _times(path: Path, lines: list[str], layout: _Layout, index: int) -> Column:
    """Give a column of times in seconds."""
    first = _cells(lines[layout.skipped], layout.delimiter)[index]
    if _is_number(first):
        step_s = time_step_s(layout.names[index]) or 1.0
        return _column(path, lines, layout, index) * step_s
    moments = []
    for number, line in enumerate(islice(lines, layout.skipped, None), layout.skipped + 1):
        if not line.strip():
            continue
        cells = _cells(line, layout.delimiter)
        moment = _moment(cells[index]) if index < len(cells) else None
        if moment is None:
            raise RecordingError(
                f"{path}: line {number}: has no time in column {layout.names[index]}; mend the line"
            )
        moments.append(moment)
    return np.array([(moment - moments[0]).total_seconds() for moment in moments])


def _rate_hz(path: Path, times: Column, name: str) -> float | None:
    """Give the rate of even times; raises `RecordingError` where they are not."""
    if times.size < 2:
        return None
    steps = np.diff(times)
    span_s = float(times[-1] - times[0])
    if not np.isfinite(steps).all() or not _is_even(steps):
        mean = f" (on average {(times.size - 1) / span_s:.5g} a second)" if 0 < span_s < np.inf else ""
        raise RecordingError(
            f"{path}: the times in column {name} are not even (gaps, steps back, or rounded); "
            f"give --rate HZ if the samples are{mean}, or cut a piece without a gap"
        )
    return float((times.size - 1) / span_s)


def _is_even(steps: Column) -> bool:
    """Whether all steps are about the middle one, which is above 0."""
    middle = float(np.median(steps))
    return middle > 0 and bool((np.abs(steps - middle) <= _UNEVEN * middle).all())
