"""Files that are something else than their name says: told once and as a whole, not line by line."""

import re
from pathlib import Path

from models.errors import RecordingError

__all__ = ["refuse_mistaken"]

_BEGINNINGS = (
    (b"PK\x03\x04", "is a spreadsheet or another packed file; name it .xlsx if it is one, or save it as .csv"),
    (b"\xd0\xcf\x11\xe0", "is an old spreadsheet; name it .xls, or save it as .csv"),
    (b"%PDF", "is a PDF document; export the samples as .csv"),
    (b"RIFF", "is a sound file; name it .wav"),
    (b"\x89HDF", "is an HDF5 file; name it .mat if MATLAB 7.3 wrote it"),
    (b"MATLAB 5.0", "is a MATLAB file; name it .mat"),
    (b"PAR1", "is a Parquet file; name it .parquet"),
    (b"TDSm", "is a TDMS file; name it .tdms"),
    (b"\x93NUMPY", "is a NumPy file; name it .npy"),
    (b"\x89PNG", "is a picture; export the samples as .csv"),
)
_TEXTS = (
    (
        re.compile(rb"<(!doctype|html|head|body|table)\b", re.IGNORECASE),
        "is an HTML page and no recording: perhaps what a server answered instead of the file; fetch it again",
    ),
    (re.compile(rb"<\?xml|<\w+"), "is XML and no recording; export the samples as .csv"),
)
_ARRAY = "is one JSON array; a recording has one message a line: jq -c '.[]' FILE > recording.jsonl"
_OBJECT = "is JSON; name it .jsonl if it holds one message a line, or export the samples as .csv"


def refuse_mistaken(path: Path, head: bytes, *, messages: bool = False) -> None:
    """Raise `RecordingError` where the first bytes of a file are those of another kind; `messages` may be JSON."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    told = next((what for start, what in _BEGINNINGS if plain.startswith(start)), None)
    told = told or next((what for pattern, what in _TEXTS if pattern.match(plain)), None)
    if told is None and re.match(rb"\[\s*[\[{]", plain):
        told = _ARRAY
    if told is None and not messages and re.match(rb'\{\s*("|$)', plain):
        told = _OBJECT
    if told is not None:
        raise RecordingError(f"{path}: {told}")
