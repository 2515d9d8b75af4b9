"""Waveforms from spreadsheets: a sheet is read as the table that it is."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from models.errors import RecordingError
from stream.analysis.readers.budget import check_unpacked
from stream.analysis.readers.extras import library
from stream.analysis.readers.tables import waveform_of_lines
from stream.analysis.readers.waveform import Hints, Waveform, listed

__all__ = ["rows_of_sheet", "waveform_of_sheet"]

_LEAST_ROWS = 8


def waveform_of_sheet(path: Path, hints: Hints) -> Waveform:
    """Read one column of a sheet, of several the one that `--key` names. Raises `RecordingError`."""
    return waveform_of_lines(path, list(rows_of_sheet(path, hints.key)), hints)


def rows_of_sheet(path: Path, key: str | None) -> Iterator[str]:
    """Give the rows of the only sheet that holds a table, or of the named one, as lines with tabs between cells."""
    calamine: Any = library(path, "python_calamine")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            check_unpacked(path, sum(member.file_size for member in packed.infolist()))
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        rows = {name: book.get_sheet_by_name(name).to_python() for name in ([key] if key in names else names)}
    except Exception as error:  # noqa: BLE001 -- its parser meets damaged bytes with errors of any kind
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: is cut off or no spreadsheet ({reason}); save the sheet as .csv") from None
    if key is not None and key not in names:
        raise RecordingError(f"{path}: there is no sheet {key!r}; there are {listed(names)} (--key NAME)")
    tables = [name for name, table in rows.items() if _is_table(table)]
    if key is None and len(tables) != 1:
        what = "several sheets with numbers" if tables else "no sheet with a table of numbers"
        raise RecordingError(
            f"{path}: has {what}; choose one with --key: {listed([str(name) for name in tables or names])}"
        )
    for row in rows[key if key is not None else tables[0]]:
        yield "\t".join(map(_text, row))


def _is_table(rows: Sequence[Sequence[object]]) -> bool:
    numbers = sum(any(isinstance(cell, int | float) for cell in row) for row in rows)
    return numbers >= _LEAST_ROWS or any(len(row) >= 64 for row in rows)


def _text(cell: object) -> str:
    """Write a cell as a table of text has it; whole numbers without decimals, as they were entered."""
    match cell:
        case bool():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return repr(cell.total_seconds())
        case _:
            return str(cell).replace("\t", " ").replace("\n", " ").replace('"', "'")
