"""How a table is written: delimiter, decimal sign, comments, and where its rows of numbers begin.

Found from the rows themselves, the lines in the middle, not from what stands above them: titles, counts and rates
above a table look like rows now and then, rows of numbers always do.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import dropwhile

import msgspec

from stream.analysis.readers.numerals import is_number, says_decimal_comma
from stream.analysis.readers.stamps import is_stamp

__all__ = ["Dialect", "Line", "cells_of", "is_comment", "is_value", "mostly", "sniffed", "starts_as_comment"]

_DELIMITERS = ("\t", ";", ",", "|", "")
"""None of them stands for white space; of equal ones the first."""
_MOST = 0.6
_SAMPLE_CELLS = 20_000
_SAMPLE_LINES = 60
_COMMENT = re.compile(r"\s*(#|%|!|//|;|\*\*\*)")
_AFTER_QUOTE = re.compile(r'" +(?=[\t;,|]|$)')
_TITLES = 3
"""Lines of numbers that may stand above names in a comment: a count, a rate."""
_DAMAGED = 3
"""Rows above a line that is none, from which that line is taken for a damaged row and not for names."""
_LEADING_ZERO = re.compile(r"0\d+")


class Line(msgspec.Struct, frozen=True):
    """A line of a file and its number, from 1 on."""

    number: int
    text: str


class Dialect(msgspec.Struct, frozen=True):
    """How rows are written."""

    delimiter: str
    """Empty for white space."""
    decimal_comma: bool | None
    """None where commas may part thousands as well."""
    columns: int
    first: int
    """Place of the first row of numbers among the lines that were given."""
    numeric: tuple[bool, ...]
    """Which columns hold numbers."""


def cells_of(line: str, delimiter: str) -> list[str]:
    """Cells of a line, without those that a delimiter at its end would add; no delimiter means white space."""
    cells = _quoted_cells(line, delimiter) if '"' in line else line.split(delimiter or None)
    cells = [cell.strip() for cell in cells]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a date, or a time of day."""
    return is_number(cell) or is_stamp(cell)


def starts_as_comment(text: str) -> bool:
    """Whether a line begins as comments do."""
    return _COMMENT.match(text) is not None


def is_comment(text: str, delimiter: str, columns: int) -> bool:
    """Whether a line is a comment: one that begins so and is no row (`;0;1` is one where cells may be empty)."""
    if not starts_as_comment(text):
        return False
    cells = cells_of(text, delimiter)
    row = delimiter == ";" and len(cells) == columns and any(map(is_value, cells))
    return not (row and all(is_value(cell) for cell in cells if cell))


def sniffed(lines: Sequence[Line]) -> Dialect | None:
    """Find how a table is written from its first lines; None where no line holds a number."""
    filled = [n for n, line in enumerate(lines) if line.text.strip() and not starts_as_comment(line.text)]
    if not filled:
        return None
    most = max(3, min(_SAMPLE_LINES, _SAMPLE_CELLS // max(1, len(lines[filled[-1]].text) // 4)))
    places = filled[-max(3, min(most, len(filled) // 3)) :]
    sample = [lines[place].text for place in places]
    scores = {delimiter: _score(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(scores.values())
    if best <= 0:
        return None
    delimiter = next(delimiter for delimiter, score in scores.items() if score >= best - 1e-9)
    if delimiter == "," and _is_one_column_of_decimals(sample):
        delimiter = ""
    elif delimiter == "" and scores[","] > 0 and _is_split_by_commas(sample):
        delimiter = ","
    rows = _valued(sample, delimiter)
    columns = _columns(lines, filled, sample, rows, delimiter)
    rows = [row + [""] * (columns - len(row)) for row in rows if len(row) <= columns]
    numeric = tuple(mostly(is_number, [row[n] for row in rows]) for n in range(columns))
    valued = tuple(mostly(is_value, [row[n] for row in rows]) for n in range(columns))
    known = next(n for n in places if any(map(is_value, cells_of(lines[n].text, delimiter))))
    first = _first_row(lines, filled, known, delimiter, valued)
    return Dialect(delimiter, _decimal_comma(lines[first : first + 400], delimiter), columns, first, numeric)


def _columns(
    lines: Sequence[Line], filled: Sequence[int], sample: Sequence[str], rows: Sequence[list[str]], delimiter: str
) -> int:
    """Give the number of columns: of rows that end in empty cells as many as the fullest line above them has."""
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    if not delimiter:
        return usual
    written = Counter(text.count(delimiter) + 1 for text in sample).most_common(1)[0][0]
    if written <= usual:
        return usual
    widths = (len(cells_of(lines[place].text, delimiter)) for place in filled)
    return max((width for width in widths if usual < width <= written), default=usual)


def _score(sample: Sequence[str], delimiter: str) -> float:
    """How well a delimiter makes a table: share of lines of one width, times the share of values in them."""
    rows = _valued(sample, delimiter)
    if not rows:
        return 0.0
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if delimiter and width == 1:
        return 0.0
    cells = [cell for row in rows if len(row) == width for cell in row]
    numbers = sum(map(is_number, cells))
    if numbers < _MOST * count:
        return 0.0  # a table has a number in each row, but for a damaged one
    if not delimiter and all("\t" in text for text in sample):
        return 0.0  # tabs with empty cells between them are no white space
    values = sum(map(is_value, cells)) + 0.5 * sum(not cell for cell in cells)
    return count / len(rows) * values / len(cells)


def _valued(sample: Sequence[str], delimiter: str) -> list[list[str]]:
    """Give the rows from the first on that holds a value: names may stand above."""
    rows = [cells_of(text, delimiter) for text in sample]
    return list(dropwhile(lambda row: not any(map(is_value, row)), rows))


def mostly(holds: Callable[[str], bool], cells: Sequence[str]) -> bool:
    """Whether a test holds for most cells that are filled: damaged ones are told later, by their line."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(holds, filled)) >= _MOST * len(filled)


def _first_row(
    lines: Sequence[Line], filled: Sequence[int], known: int, delimiter: str, valued: Sequence[bool]
) -> int:
    """Go up from a row that is known as long as lines are rows of the same columns."""
    first = known
    for place in reversed([place for place in filled if place < known]):
        if place < _TITLES and _are_names(lines[place + 1 : first], delimiter, valued):
            break
        if _fits(lines[place].text, delimiter, valued):
            first = place
            continue
        above = [lines[n].text for n in filled if n < place]
        if sum(_fits(text, delimiter, valued) for text in above) < max(_DAMAGED, len(above) // 2):
            break  # what is no row has no rows above it; else it is a damaged one, for its reader to tell
    return first


def _fits(text: str, delimiter: str, valued: Sequence[bool]) -> bool:
    """Whether a line is a row of these columns; empty cells at its end may be left out if delimiters stay."""
    cells = cells_of(text, delimiter)
    if len(cells) != len(valued) and (not delimiter or text.count(delimiter) + 1 != len(valued)):
        return False
    cells += [""] * (len(valued) - len(cells))
    fits = (not cell or is_value(cell) for cell, value in zip(cells, valued, strict=True) if value)
    return all(fits) and any(map(is_value, cells))


def _are_names(between: Sequence[Line], delimiter: str, valued: Sequence[bool]) -> bool:
    """Whether a comment between two lines names the columns: what stands above it is no row."""
    names = [cells_of(line.text.strip().lstrip("#%!/; "), delimiter) for line in between if line.text.strip()]
    return any(len(each) == len(valued) and not any(map(is_value, each)) for each in names)


def _decimal_comma(lines: Sequence[Line], delimiter: str) -> bool | None:
    rows = [cells_of(line.text, delimiter) for line in lines[:_SAMPLE_LINES] if not starts_as_comment(line.text)]
    if delimiter == "," and _are_halves(rows):
        return None
    if delimiter == "," and not any('"' in line.text for line in lines):
        return False
    return says_decimal_comma(_cells(lines, delimiter))


def _cells(lines: Sequence[Line], delimiter: str) -> Iterator[str]:
    for line in lines[: max(3, _SAMPLE_CELLS // max(1, len(lines[0].text) // 4))]:
        yield from cells_of(line.text, delimiter)


def _are_halves(rows: Sequence[Sequence[str]]) -> bool:
    """Whether each second cell looks like the decimals of the one before: digits without sign, some with a zero."""
    pairs = [row for row in rows if len(row) >= 4 and len(row) % 2 == 0]
    if len(pairs) < 0.9 * len(rows) or not pairs or not all(cell.isdigit() for row in pairs for cell in row[1::2]):
        return False
    return any(_LEADING_ZERO.fullmatch(cell) for row in pairs for cell in row[3::2])


def _is_one_column_of_decimals(sample: Sequence[str]) -> bool:
    """Whether pairs of whole numbers are decimals with a comma: a second one begins with a zero, none is signed."""
    rows = [cells_of(text, ",") for text in sample]
    pairs = [row for row in rows if len(row) == 2 and row[1].isdigit()]
    return len(pairs) == len(rows) and any(_LEADING_ZERO.fullmatch(row[1]) for row in pairs)


def _is_split_by_commas(sample: Sequence[str]) -> bool:
    """Whether most lines have several cells with a comma between, and white space does not part them as well."""
    wide = [text for text in sample if len(cells_of(text, ",")) > 1]
    parted = any(len(cells_of(text, "")) > 1 for text in sample)
    return len(wide) >= 0.5 * len(sample) and not parted and not _is_one_column_of_decimals(wide)


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
