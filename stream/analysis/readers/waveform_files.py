"""Waveforms from a file, by its format."""

from collections.abc import Callable, Iterator
from pathlib import Path

from models.errors import MessageError, RecordingError
from stream.analysis.readers.waveform import Choice, Hints, Waveform
from stream.recordings.reading import Line

__all__ = ["FORMATS", "is_recording", "read_waveforms"]

FORMATS = (".jsonl", ".jsonl.gz", ".csv", ".tsv", ".txt", ".wav", ".mat", ".npz", ".npy")

_SHEETS = (".xlsx", ".xls", ".ods", ".et", ".numbers")


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

        yield from waveforms_of_messages(Recordings([path]), path, hints, refuse, wanted or Choice())
        return
    waveform = _one_waveform(path, hints)
    if wanted is None or wanted(waveform.machine, waveform.point):
        yield waveform


def is_recording(path: Path) -> bool:
    """Whether a file is one of messages, which carry rate and unit themselves."""
    return path.name.lower().endswith((".jsonl", ".jsonl.gz", ".ndjson"))


def _one_waveform(path: Path, hints: Hints) -> Waveform:
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            from stream.analysis.readers.tables import waveform_of_table  # noqa: PLC0415 -- the same

            return waveform_of_table(path, hints)
        case ".wav":
            from stream.analysis.readers.wav import waveform_of_sound  # noqa: PLC0415 -- the same

            return waveform_of_sound(path, hints)
        case ".mat":
            from stream.analysis.readers.numpy_matlab import waveform_of_matlab  # noqa: PLC0415 -- the same

            return waveform_of_matlab(path, hints)
        case ".npz" | ".npy":
            from stream.analysis.readers.numpy_matlab import waveform_of_numpy  # noqa: PLC0415 -- the same

            return waveform_of_numpy(path, hints)
        case suffix:
            what = f"files ending in {suffix} are not read" if suffix else "its name has no ending"
            fix = "save the sheet as .csv" if suffix in _SHEETS else f"there are readers for {', '.join(FORMATS)}"
            raise RecordingError(f"{path}: {what}; {fix}")
