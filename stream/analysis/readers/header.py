"""Names of a table's columns: from the line above the rows, or from a first row of numbers that are no samples."""

import re
from collections.abc import Sequence

import msgspec
import numpy as np

from stream.analysis.readers.column_labels import is_unit
from stream.analysis.readers.dialect import Dialect, Line, cells_of, is_value, starts_as_comment
from stream.analysis.readers.numerals import has_decimals, is_number, is_whole
from stream.analysis.readers.rate_lines import rates_stated
from stream.analysis.readers.time_labels import is_time_unit

__all__ = ["Header", "header_of"]

_TITLES = frozenset(
    ["headers", "header", "columns", "column", "names", "fields", "channels", "列名", "表头", "字段"]
)
_IN_BRACKETS = re.compile(r"^[\[(]\s*([^\[\]()]*?)\s*[\])]$")
_MARKS = "#%!/;* \t"
_BEYOND = 10.0
"""A number above the samples that is so many times larger than all of them is none of them."""


class Header(msgspec.Struct, frozen=True):
    """Names of columns, and where the samples begin."""

    names: tuple[str, ...]
    """Numbers from 1 on where there are none."""
    named: bool
    first: int
    """Place of the first row of samples among the lines."""
    left_out: tuple[int, ...] = ()
    """Numbers of lines above that look like rows and were taken for none."""


def header_of(lines: Sequence[Line], dialect: Dialect) -> Header:
    """Find the names of the columns among the lines before the rows."""
    before = [line for line in lines[: dialect.first] if line.text.strip(" \t,;-=")]
    names = _names(before, dialect)
    numbered = _numbered(lines, dialect, named=names is not None)
    if numbered is not None:
        return Header(numbered, named=True, first=_next(lines, dialect.first))
    first, left_out = _first_sample(lines, dialect)
    if names is not None:
        return Header(names, named=True, first=first, left_out=left_out)
    plain = tuple(str(number) for number in range(1, dialect.columns + 1))
    return Header(plain, named=False, first=first, left_out=left_out)


def _names(before: Sequence[Line], dialect: Dialect) -> tuple[str, ...] | None:
    """Take names from the last line before the rows; a line of units under them goes in brackets."""
    if not before:
        return None
    last = _row(before[-1].text, dialect)
    if last is None or not any(last) or (dialect.columns == 1 and next(rates_stated([before[-1].text]), None)):
        return None
    bare = [_IN_BRACKETS.sub(r"\1", cell) for cell in last]
    if all(is_unit(cell) or is_time_unit(cell) or cell in ("", "-", "#") for cell in bare) and len(before) > 1:
        above = _row(before[-2].text, dialect)
        if above is not None and any(above):
            last = [
                f"{name} [{unit}]" if unit.strip("-#") else name for name, unit in zip(above, bare, strict=True)
            ]
    if all(is_number(cell) for cell in last if cell):
        return None
    return tuple(last)


def _row(text: str, dialect: Dialect) -> list[str] | None:
    """Give the cells of a line above the rows; None where there are not as many as columns."""
    whole = dialect.delimiter == ";" and len(cells_of(text, ";")) == dialect.columns  # `;acc`: a name is missing
    bare = text.strip().lstrip(_MARKS) if starts_as_comment(text) and not whole else text.strip("\n")
    if dialect.columns == 1:
        return [bare.strip().strip('"')] if len(cells_of(bare, ";")) == len(cells_of(bare, "\t")) == 1 else None
    for delimiter in dict.fromkeys((dialect.delimiter, "\t", ";", ",", "|")):
        cells = cells_of(bare, delimiter)
        if len(cells) == dialect.columns + 1 and cells[0].casefold().strip(": ") in _TITLES:
            cells = cells[1:]
        if len(cells) == dialect.columns - 1 and len(cells) > 1:
            cells = [*cells, ""] if text.rstrip(" ").endswith(delimiter or "\0") else cells
        if len(cells) == dialect.columns:
            return cells
    return None


def _numbered(lines: Sequence[Line], dialect: Dialect, *, named: bool) -> tuple[str, ...] | None:
    """Give the names where the first row counts the columns, as pandas and NumPy write them without names.

    0 to n-1 or 1 to n, perhaps behind an empty cell over a counter; a row that goes on evenly below is a sample's.
    """
    if named or not dialect.columns:
        return None
    first = cells_of(lines[dialect.first].text, dialect.delimiter)
    counted = first[1:] if not first[0] and len(first) > 1 else first
    if len(first) != dialect.columns or not counted or not all(map(is_whole, counted)):
        return None
    values = [int(cell) for cell in counted]
    if values not in (list(range(len(values))), list(range(1, len(values) + 1))):
        return None
    if len(counted) < len(first):
        return ("", *counted)
    decimals = any(has_decimals(cell) for row in _rows(lines, dialect, 20)[1:] for cell in row)
    names = len(values) >= (2 if decimals else 3) and not _goes_on(lines, dialect)
    return tuple(counted) if names else None


def _goes_on(lines: Sequence[Line], dialect: Dialect) -> bool:
    """Whether some column steps evenly from the first row on, as times and counters do."""
    rows = [row for row in _rows(lines, dialect, 8) if len(row) == dialect.columns and all(map(is_number, row))]
    if len(rows) < 4:
        return False
    values = np.array([[float(cell.replace(",", ".")) for cell in row] for row in rows])
    steps = np.diff(values, axis=0)
    even = (np.abs(steps - steps[1]) <= 0.01 * np.abs(steps[1])) & (steps > 0)
    return bool(even.all(axis=0).any())


def _first_sample(lines: Sequence[Line], dialect: Dialect) -> tuple[int, tuple[int, ...]]:
    """Leave out first rows that are counts, rates or such: whole, far above all samples, which have decimals."""
    first, left_out = dialect.first, list[int]()
    while (following := _next(lines, first)) is not None and following < len(lines) and len(left_out) < 3:
        row = cells_of(lines[first].text, dialect.delimiter)
        below = _rows(lines, dialect, 100, start=following)
        if len(row) != dialect.columns or not all(is_whole(cell) for cell in row if cell) or len(below) < 8:
            break
        if not left_out and not all(
            _is_foreign(cell, [other[n] for other in below if n < len(other)]) for n, cell in enumerate(row)
        ):
            break
        left_out.append(lines[first].number)
        first = following
    return first, tuple(left_out)


def _is_foreign(cell: str, below: Sequence[str]) -> bool:
    numbers = [abs(float(other.replace(",", "."))) for other in below if has_decimals(other)]
    if not cell or not numbers:
        return not cell
    return abs(float(cell)) > _BEYOND * max(numbers)


def _rows(lines: Sequence[Line], dialect: Dialect, most: int, start: int | None = None) -> list[list[str]]:
    begin = dialect.first if start is None else start
    texts = [line.text for line in lines[begin : begin + most] if line.text.strip()]
    rows = [cells_of(text, dialect.delimiter) for text in texts if not starts_as_comment(text)]
    return [row for row in rows if any(map(is_value, row))]


def _next(lines: Sequence[Line], place: int) -> int:
    """Give the place of the next row; one past the end where there is none."""
    places = range(place + 1, len(lines))
    return next((n for n in places if lines[n].text.strip() and not starts_as_comment(lines[n].text)), len(lines))
