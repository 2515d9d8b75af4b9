"""One budget for all readers: what a file may unpack to, checked before it is unpacked."""

import gzip
import zlib
from pathlib import Path

from models.errors import RecordingError

__all__ = ["MAX_COLUMNS", "MAX_UNPACKED_BYTES", "bytes_of", "check_unpacked"]

MAX_UNPACKED_BYTES = 512 << 20
"""Of text, or of a container's arrays. Longer recordings than that make no better spectrum."""
MAX_COLUMNS = 16_384
"""As many as a spreadsheet has; nobody's table has more channels."""


def check_unpacked(path: Path, claimed: float) -> None:
    """Refuse a file that says, or would turn out, to hold more. Raises `RecordingError`."""
    if claimed > MAX_UNPACKED_BYTES:
        size = f"{claimed / 1e9:.1f} GB" if claimed >= 1e9 else f"{claimed / 1e6:.0f} MB"
        raise RecordingError(
            f"{path}: is larger than {MAX_UNPACKED_BYTES >> 20} MiB once it is unpacked (would need {size}); "
            "cut a piece of the recording"
        )


def bytes_of(path: Path) -> bytes:
    """Read a file whole, unpacking gzip whatever it is called. Raises `RecordingError`."""
    try:
        check_unpacked(path, path.stat().st_size)
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        if not packed:
            return path.read_bytes()
        with gzip.open(path) as stream:
            data = stream.read(MAX_UNPACKED_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{path}: is cut off or damaged ({error}); fetch it again") from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror}); check the file") from None
    check_unpacked(path, len(data))
    return data
