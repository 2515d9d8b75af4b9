"""Tables whose time runs along the rows: one row of many numbers is one signal."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.errors import RecordingError
from models.machinery.mechanism import Words
from stream.analysis.readers.column_choice import column_asked_for, only_column
from stream.analysis.readers.column_labels import scaled_unit, without_unit
from stream.analysis.readers.dialect import Dialect, Line, cells_of, starts_as_comment
from stream.analysis.readers.header import Header
from stream.analysis.readers.numerals import is_number, is_whole, numbers_of
from stream.analysis.readers.rate_lines import rates_stated
from stream.analysis.readers.rates import settled_rate
from stream.analysis.readers.raw_values import why_raw
from stream.analysis.readers.waveform import Hints, Waveform, make_waveform

__all__ = ["waveform_in_a_row"]

_MOST_ROWS = 16
_LEAST_VALUES = 64


def waveform_in_a_row(path: Path, lines: Sequence[Line], dialect: Dialect, hints: Hints) -> Waveform | None:
    """Read a row of a table with few rows and many columns; None for any other table. Raises `RecordingError`."""
    filled = [line for line in lines if line.text.strip() and not starts_as_comment(line.text)]
    rows = [
        cells_of(line.text, dialect.delimiter) for line in filled if line.number > lines[dialect.first].number - 1
    ]
    if len(rows) > _MOST_ROWS or dialect.columns < max(_LEAST_VALUES, 8 * len(rows)):
        return None
    above = [line.text for line in lines[: dialect.first]]
    if any(len(cells_of(text, dialect.delimiter)) == dialect.columns for text in above):
        return None  # a name for each column: few samples of many channels
    named = all(not is_number(row[0]) for row in rows)
    names = tuple(row[0] for row in rows) if named else tuple(str(n) for n in range(1, len(rows) + 1))
    header = Header(names, named=named, first=dialect.first)
    row = (
        column_asked_for(path, header, hints.column)
        if hints.column is not None
        else only_column(path, header, range(len(rows)))
    )
    cells = rows[row][1:] if named else rows[row]
    unit, step = scaled_unit(names[row]) or (None, None)
    samples = numbers_of(cells, decimal_comma=dialect.decimal_comma is True)
    if samples is None:
        bad = next(cell for cell in cells if not is_number(cell))
        raise RecordingError(f"{path}: row {row + 1}: {bad[:40]!r} is no number; mend it")
    raw = why_raw(names[row], above, whole=all(map(is_whole, cells)) and bool(np.ptp(samples) > 0), step=step)
    scale = hints.scale if hints.scale is not None else step if hints.unit is None else None
    place = Words(f"row {row + 1} of {len(rows)}", f"{len(rows)} 行中的第 {row + 1} 行")
    return make_waveform(
        path,
        samples if scale is None else samples * scale,
        hints,
        point=without_unit(names[row]) if named else f"row {row + 1}",
        channel=place,
        rate=settled_rate(path, list(rates_stated(above))) if hints.rate_hz is None else None,
        unit=unit,
        raw=raw,
    )
