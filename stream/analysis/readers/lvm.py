"""Waveforms from LabVIEW's measurement files (.lvm): a table of text under heads that name rate and units."""

from pathlib import Path

from models.errors import RecordingError
from stream.analysis.readers.tables import waveform_of_lines
from stream.analysis.readers.text_file import TextFile
from stream.analysis.readers.waveform import Hints, Waveform

__all__ = ["waveform_of_lvm"]

_END = "***End_of_Header***"
_UNITS = "Y_Unit_Label"
_NAMES = "X_Value"
_COMMENT = "Comment"


def waveform_of_lvm(path: Path, hints: Hints) -> Waveform:
    """Read one channel of one segment. Raises `RecordingError`."""
    lines = list(TextFile(path))
    ends = [n for n, line in enumerate(lines) if line.startswith(_END)]
    if not ends:
        return waveform_of_lines(path, lines, hints)
    if len(ends) > 2:
        raise RecordingError(
            f"{path}: holds {len(ends) - 1} recordings below each other; cut it, from one {_END} to the next"
        )
    units: list[str] = []
    for n, line in enumerate(lines[: ends[-1] + 8]):
        cells = [cell.strip() for cell in line.split("\t")]
        if cells[0] == _UNITS:
            units = cells[1:]
        elif n > ends[-1] and cells[0].startswith(_NAMES):
            lines[n] = "\t".join(_labelled(cells, units))
            break
    return waveform_of_lines(path, lines, hints)


def _labelled(names: list[str], units: list[str]) -> list[str]:
    """Give the names of columns with the units of the heads behind them; the empty column of comments is none."""
    kept = names[:-1] if names[-1] == _COMMENT else names
    left = iter(units)
    labelled = []
    for name in kept:
        unit = "" if name.startswith(_NAMES) else next(left, "")
        labelled.append(f"{name} [{unit}]" if unit else name)
    return labelled
