"""Which columns tell the time: by name, by stamps in them, or by stepping evenly."""

from collections.abc import Sequence

import msgspec
import numpy as np

from stream.analysis.readers.column_labels import is_index
from stream.analysis.readers.dialect import mostly
from stream.analysis.readers.header import Header
from stream.analysis.readers.numerals import is_number, is_whole
from stream.analysis.readers.stamps import is_clock, is_date, is_stamp
from stream.analysis.readers.time_axis import epoch_unit
from stream.analysis.readers.time_labels import time_label

__all__ = ["TimeColumn", "counters", "time_columns"]

_EVEN = 0.5


class TimeColumn(msgspec.Struct, frozen=True):
    """A column of times, or a date and a time of day in two."""

    places: tuple[int, ...]
    """From 0 on."""
    stamped: bool
    """Whether it holds dates or times of day, and no numbers."""
    named: bool
    """Whether its name says so."""


def time_columns(header: Header, rows: Sequence[Sequence[str]]) -> list[TimeColumn]:
    """Give the columns of times, best first, from the first rows."""
    columns = [[row[n] for row in rows if n < len(row) and row[n]] for n in range(len(header.names))]
    named = [n for n, name in enumerate(header.names) if header.named and time_label(name) is not None]
    dates = [n for n, cells in enumerate(columns) if mostly(is_date, cells)]
    clocks = [n for n, cells in enumerate(columns) if mostly(is_clock, cells)]
    stamps = [n for n, cells in enumerate(columns) if mostly(is_stamp, cells) and n not in dates]
    found = [TimeColumn((dates[0], clocks[0]), stamped=True, named=True)] if dates and clocks else []
    numeric = [n for n in named if _numeric(columns[n])]
    written = [
        n for n in numeric if (label := time_label(header.names[n])) is not None and label.step_s is not None
    ]
    for places, stamped in ((written, False), (stamps, True), (numeric, False)):
        found += [TimeColumn((n,), stamped=stamped, named=n in named) for n in places]
    if not found:
        even = [
            n
            for n, cells in enumerate(columns)
            if _is_even(cells) and (not is_index(header.names[n]) or not all(map(is_whole, cells)))
        ]
        found = [TimeColumn((n,), stamped=False, named=False) for n in even] if len(even) == 1 else []
    used = {n for column in found for n in column.places}
    rest = [n for n in (*named, *dates) if n not in used and columns[n]]
    return [*dict.fromkeys(found), *(TimeColumn((n,), stamped=not _numeric(columns[n]), named=True) for n in rest)]


def counters(header: Header, rows: Sequence[Sequence[str]]) -> list[int]:
    """Give the columns that only count rows, from the first rows: by name, or without one by steps of one."""
    found = []
    for n, name in enumerate(header.names):
        cells = [row[n] for row in rows if n < len(row)]
        if len(cells) > 1 and all(map(is_whole, cells)):
            steps = np.diff([float(cell) for cell in cells])
            if bool((steps == 1).all()) or (header.named and is_index(name) and bool((steps >= 0).all())):
                found.append(n)
        elif header.named and is_index(name) and name:
            found.append(n)
    return found


def _numeric(cells: Sequence[str]) -> bool:
    return mostly(is_number, cells)


def _is_even(cells: Sequence[str]) -> bool:
    """Whether numbers rise evenly, and do not only count; numbers since 1970 also where they are rounded."""
    if len(cells) < 3 or not all(map(is_number, cells)):
        return False
    values = np.array([float(cell.replace(",", ".")) for cell in cells])
    steps = np.diff(values)
    middle = float(np.median(steps))
    if epoch_unit(float(np.median(values))) is not None:
        return bool((steps >= 0).all()) and bool((steps > 0).any())
    if not middle > 0 or (bool((steps == 1).all()) and all(map(is_whole, cells))):
        return False
    return bool((np.abs(steps - middle) <= _EVEN * middle).all())
