"""Waveforms from a file, by its format."""

import gzip
import importlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from models.errors import MessageError, RecordingError
from stream.analysis.readers.mistaken_files import refuse_mistaken
from stream.analysis.readers.waveform import Choice, Hints, Waveform
from stream.recordings.reading import Line

__all__ = ["FORMATS", "is_recording", "read_waveforms"]

_READERS = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".dat", ".asc"), "tables:waveform_of_table"),
    ".lvm": "lvm:waveform_of_lvm",
    **dict.fromkeys((".xlsx", ".xls", ".xlsb", ".ods"), "sheets:waveform_of_sheet"),
    ".parquet": "parquet:waveform_of_parquet",
    ".tdms": "tdms:waveform_of_tdms",
    **dict.fromkeys((".uff", ".unv"), "universal_files:waveform_of_universal_file"),
    ".wav": "wav:waveform_of_sound",
    ".mat": "numpy_matlab:waveform_of_matlab",
    **dict.fromkeys((".npz", ".npy"), "numpy_matlab:waveform_of_numpy"),
}
"""By ending: module and function."""
FORMATS = (".jsonl", ".jsonl.gz", *_READERS)
_SHEETS = (".et", ".numbers")


def read_waveforms(
    path: Path,
    hints: Hints,
    refuse: Callable[[Line, MessageError], None],
    wanted: Callable[[str, str], bool] | None = None,
) -> Iterator[Waveform]:
    """Give the waveforms of a file: of a recording one for each machine and point, of any other one.

    Those that are not `wanted`, by machine and point, are left out. Bad lines of a recording are told to
    `refuse`. Raises `RecordingError` that names the fix.
    """
    if not path.is_file():
        raise RecordingError(f"{path}: there is no such file; check the path")
    if path.stat().st_size == 0:
        raise RecordingError(f"{path}: is empty; check the file")
    if is_recording(path):
        from stream.analysis.readers.message_blocks import waveforms_of_messages  # noqa: PLC0415 -- only what a format needs
        from stream.recordings.reading import Recordings  # noqa: PLC0415 -- the same

        refuse_mistaken(path, _head(path), messages=True)
        yield from waveforms_of_messages(Recordings([path]), path, hints, refuse, wanted or Choice())
        return
    waveform = _one_waveform(path, hints)
    if wanted is None or wanted(waveform.machine, waveform.point):
        yield waveform


def _head(path: Path) -> bytes:
    """Give the first bytes, unpacked; nothing where they can't be, which reading them tells."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read(4096)
    except (OSError, EOFError, zlib.error):
        return b""


def is_recording(path: Path) -> bool:
    """Whether a file is one of messages, which carry rate and unit themselves."""
    return path.name.lower().endswith((".jsonl", ".jsonl.gz", ".ndjson"))


def _one_waveform(path: Path, hints: Hints) -> Waveform:
    """Read a file by its ending; each reader is imported only where it is needed."""
    suffix = (Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix).lower()
    reader = _READERS.get(suffix)
    if reader is None:
        what = f"files ending in {path.suffix} are not read" if suffix else "its name has no ending"
        fix = (
            "save the sheet as .xlsx or .csv"
            if suffix in _SHEETS
            else f"there are readers for {', '.join(FORMATS)}"
        )
        raise RecordingError(f"{path}: {what}; {fix}")
    module, _, function = reader.partition(":")
    read: Callable[[Path, Hints], Waveform] = getattr(
        importlib.import_module(f"stream.analysis.readers.{module}"), function
    )
    return read(path, hints)
