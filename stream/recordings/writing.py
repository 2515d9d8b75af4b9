"""Writing recordings: JSON Lines into a new file, packed where its name says so, or to standard output."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from models.errors import RecordingError

__all__ = ["QUICK_PACKING", "LineWriter", "open_recording"]

_PACKING = 6
QUICK_PACKING = 1
"""For waveforms full of noise, which packs badly at any level."""


class LineWriter:
    """A new recording that lines are appended to."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile) -> None:
        self._stream = stream

    def __call__(self, line: bytes) -> None:
        """Append a line, given without its end."""
        self._stream.write(line + b"\n")

    def flush(self) -> None:
        """Let readers see what there is; not when packed, which flushing would spoil."""
        if not isinstance(self._stream, gzip.GzipFile):
            self._stream.flush()


@contextmanager
def open_recording(
    file: Path | None, *, overwrite: bool = False, new_folder: bool = False, packing: int = _PACKING
) -> Iterator[LineWriter]:
    """Open a new recording for lines, gzipped at level `packing` where its name ends in .gz.

    Without a file they go to standard output. What breaks off leaves a whole file of the lines until then; the
    same lines give the same bytes. `new_folder` makes the file's folder where it is missing. Raises
    `RecordingError` where the file is there already and may not be overwritten, or can't be written, and
    `BrokenPipeError` once whoever reads the lines has had enough.
    """
    try:
        if file is None:
            lines = LineWriter(sys.stdout.buffer)
            yield lines
            lines.flush()
            return
        if new_folder:
            file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb" if overwrite else "xb") as raw:
            if file.suffix != ".gz":
                yield LineWriter(raw)
                return
            # Neither name nor time in the header: the same content is the same file.
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=packing) as packed:
                yield LineWriter(packed)
    except BrokenPipeError:
        raise
    except FileExistsError:
        raise RecordingError(f"{file}: is there already; give another name, or --overwrite") from None
    except OSError as error:
        place = file or "standard output"
        raise RecordingError(f"{place}: cannot be written ({error.strerror}); check folder and space") from None
