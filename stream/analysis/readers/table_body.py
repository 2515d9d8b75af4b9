"""The rows of a table: some of its columns as numbers or stamps, read in one pass and in pieces."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import RecordingError
from stream.analysis.readers.dialect import Dialect, Line, cells_of, is_comment
from stream.analysis.readers.numerals import bad_numbers, numbers_of
from stream.analysis.readers.stamps import Stamps

__all__ = ["Body", "Wanted", "read_body"]

_PIECE = 50_000
_SHOWN = 3
_MAX_KINDS = 64
_UNUSUAL = frozenset("#%!/;* \t")
"""First characters of comments."""
_LOST = re.compile(r"lost|dropped|missed|missing|overrun|overflow|丢包|丢失|丢帧|verloren", re.IGNORECASE)
_NONE_LOST = re.compile(r"\b(no|none|without|0)\b|[:=,]\s*0+\s*$", re.IGNORECASE)


class Wanted(msgspec.Struct, frozen=True):
    """Which columns to read, and how; places from 0 on."""

    numbers: tuple[int, ...]
    stamps: tuple[int, ...] = ()
    """A date and a time of day in two columns are one stamp."""
    kinds: int | None = None
    """A column whose different texts are to be counted."""


class Body(msgspec.Struct):
    """What the rows hold."""

    numbers: dict[int, NDArray[np.float64]]
    whole: dict[int, bool]
    """Of each column of numbers: whether all of them are written without decimals."""
    empty: dict[int, NDArray[np.bool_]]
    """Of each column of numbers: where there is none."""
    stamps: Stamps
    lines: NDArray[np.int64]
    """Line numbers of the rows, shape (n,)."""
    kinds: dict[str, int]
    """Different texts with their counts; at most 64 of them."""
    lost_before: tuple[int, ...]
    """Rows before which a comment tells of lost samples."""
    lost_somewhere: bool
    """Whether a comment above or below tells of it."""


def read_body(path: Path, lines: Iterable[Line], dialect: Dialect, wanted: Wanted) -> Body:
    """Read the rows. Raises `RecordingError` that names the lines that are none."""
    body = Body({}, dict.fromkeys(wanted.numbers, True), {}, Stamps(), np.array([], dtype=np.int64), {}, (), False)
    pieces: dict[int, list[NDArray[np.float64]]] = {column: [] for column in wanted.numbers}
    empty: dict[int, list[NDArray[np.bool_]]] = {column: [] for column in wanted.numbers}
    numbers: list[NDArray[np.int64]] = []
    lost: list[int] = []
    taken = sorted({*wanted.numbers, *wanted.stamps, *(() if wanted.kinds is None else (wanted.kinds,))})
    at = {column: place for place, column in enumerate(taken)}
    rows = _rows(path, lines, dialect, taken, lost)
    total, commas = 0, dialect.decimal_comma is True
    while piece := list(islice(rows, _PIECE)):
        places = [number for number, _ in piece]
        numbers.append(np.array(places, dtype=np.int64))
        for column in wanted.numbers:
            cells = [row[at[column]] for _, row in piece]
            pieces[column].append(_numbers(path, cells, places, decimal_comma=commas))
            empty[column].append(np.array([not cell for cell in cells], dtype=bool))
            body.whole[column] &= not any("." in cell or "," in cell or "e" in cell.lower() for cell in cells)
        if wanted.stamps:
            stamps = [" ".join(row[at[column]] for column in wanted.stamps) for _, row in piece]
            if bad := body.stamps.add(stamps):
                raise RecordingError(
                    f"{path}: {_told(places, stamps, bad, 'is no time')}; mend the line, or give --rate HZ"
                )
        if wanted.kinds is not None:
            _count(body.kinds, (row[at[wanted.kinds]] for _, row in piece))
        total += len(piece)
    body.numbers = {column: np.concatenate(each) if each else np.array([]) for column, each in pieces.items()}
    body.empty = {column: np.concatenate(each) if each else np.array([], bool) for column, each in empty.items()}
    body.lines = np.concatenate(numbers) if numbers else body.lines
    body.lost_before = tuple(place for place in lost if 0 < place < total)
    body.lost_somewhere = any(place >= total for place in lost)
    return body


def says_lost(text: str) -> bool:
    """Whether a comment tells of samples that were lost.

    >>> [says_lost(text) for text in ("; lost packets: 3", "# lost packets: 0", "# no samples lost", "; shutdown")]
    [True, False, False, False]
    """
    return _LOST.search(text) is not None and _NONE_LOST.search(text) is None


def _rows(
    path: Path, lines: Iterable[Line], dialect: Dialect, taken: Sequence[int], lost: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """Give the cells that are taken of each row, with its line number; of comments only what they say is lost."""
    delimiter, columns, count = dialect.delimiter, dialect.columns, 0
    for line in lines:
        text = line.text
        cells = [] if '"' in text or text[:1] in _UNUSUAL else text.split(delimiter or None)
        if len(cells) != columns:  # the usual row needs none of this, and there are millions of them
            if not text.strip():
                continue
            if is_comment(text, delimiter, columns):
                if says_lost(text):
                    lost.append(count)
                continue
            cells = _unusual(path, line, dialect, taken)
        count += 1
        yield line.number, [cells[column].strip() for column in taken]


def _unusual(path: Path, line: Line, dialect: Dialect, taken: Sequence[int]) -> list[str]:
    """Give the cells of a row with quotes, or of another width than most. Raises `RecordingError`."""
    cells = cells_of(line.text, dialect.delimiter)
    if len(cells) < dialect.columns:
        if len(cells) <= max(taken) and not line.text.rstrip(" ").endswith(dialect.delimiter or "\0"):
            _refuse_short(path, line, cells, dialect)
        cells += [""] * (dialect.columns - len(cells))
    elif len(cells) > dialect.columns:
        raise RecordingError(
            f"{path}: line {line.number} has {len(cells)} columns, the others have {dialect.columns}; mend the "
            "line (decimal commas between commas need quotes)"
        )
    return cells


def _refuse_short(path: Path, line: Line, cells: Sequence[str], dialect: Dialect) -> None:
    raise RecordingError(
        f"{path}: line {line.number} has fewer columns than the first ({len(cells)} of {dialect.columns}: "
        f"{line.text.strip()[:40]!r}); the file may be cut off; mend the line or cut the file before it"
    )


def _numbers(
    path: Path, cells: Sequence[str], places: Sequence[int], *, decimal_comma: bool
) -> NDArray[np.float64]:
    values = numbers_of(cells, decimal_comma=decimal_comma)
    if values is None:
        bad = bad_numbers(cells, decimal_comma=decimal_comma)
        told = _told(places, cells, bad, "is no number")
        raise RecordingError(f"{path}: {told}; mend the line or cut the file before it")
    return values


def _told(places: Sequence[int], cells: Sequence[str], bad: Sequence[int], what: str) -> str:
    """Name the first bad cells and count the rest."""
    shown = ", ".join(f"line {places[n]}: {cells[n][:40]!r}" for n in bad[:_SHOWN])
    return f"{shown} {what}" + (f" (and {len(bad) - _SHOWN} more)" if len(bad) > _SHOWN else "")


def _count(kinds: dict[str, int], cells: Iterable[str]) -> None:
    for cell in cells:
        if cell in kinds or len(kinds) < _MAX_KINDS:
            kinds[cell] = kinds.get(cell, 0) + 1
