"""Reading recordings: JSON Lines, one message or observation a line, plain or gzipped, from a file or a pipe.

A line that cannot be used is told apart from a file that cannot be read: the first is a `MessageError` about that
line, and the rest goes on; the second a `RecordingError`.
"""

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from models.errors import MessageError, RecordingError
from models.observations import Observation
from stream.messages.measurements import Message, decode
from stream.messages.records import decode_observation
from stream.messages.validation import shown

__all__ = ["LINE_BYTES", "STDIN", "Line", "Recordings", "decode_line", "described"]

STDIN = Path("-")
LINE_BYTES = 64 * 1024 * 1024
"""Longest line that is read; nobody's message is longer, but a file that is no recording may be one line."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
"""What packed files begin with, whatever they are called."""


class Line(msgspec.Struct, frozen=True):
    """One line of a recording, without its end; the first of a file has number 1."""

    file: str
    number: int
    data: bytes


class Recordings:
    """The lines of several files, one after the other; `read_bytes` of `total_bytes` tells how far it is."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = tuple(files)
        for file in self.files:
            if file != STDIN and file.is_dir():
                raise RecordingError(f"{file}: is a folder; name the recordings in it")
            if file != STDIN and not file.is_file():
                raise RecordingError(f"{file}: there is no such file; check the path")
        sizes = [0 if file == STDIN else file.stat().st_size for file in self.files]
        self.total_bytes: int | None = None if STDIN in self.files else sum(sizes)
        self.read_bytes = 0

    def __iter__(self) -> Iterator[Line]:
        """Give every line that holds anything. Raises `RecordingError` where a file breaks off or is unreadable."""
        for file in self.files:
            before = self.read_bytes
            try:
                with _opened(file) as raw:
                    packed = raw.peek(2)[:2] == _GZIP
                    stream = gzip.GzipFile(fileobj=raw) if packed else raw
                    for number, data in _lines(stream):
                        if number % 64 == 1 and file != STDIN:
                            self.read_bytes = before + raw.tell()
                        yield Line(str(file), number, data)
                    self.read_bytes = before + (0 if file == STDIN else raw.tell())
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise RecordingError(f"{file}: is cut off or damaged ({error}); fetch it again") from None
            except OSError as error:
                raise RecordingError(f"{file}: cannot be read ({error.strerror}); check the file") from None


def decode_line(line: Line) -> Message | Observation:
    """Read one line; raises `MessageError` with what is wrong and how to mend it."""
    if len(line.data) > LINE_BYTES:
        raise MessageError(f"the line is longer than {LINE_BYTES} bytes; a recording has one message a line")
    if line.data[:1] >= b"\x80":
        raise MessageError(
            f"the line is not JSON (begins with {shown(line.data, 24)}); save it as JSON Lines in UTF-8"
        )
    try:
        kind = _kind.decode(line.data).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        kind = ""  # whatever it is, decode() explains it
    if kind in _OBSERVATION_TAGS:
        return decode_observation(line.data)
    return decode(line.data, limit_bytes=LINE_BYTES)


def described(line: Line) -> str:
    """Name a line for people: `file:12`."""
    return f"{'stdin' if line.file == str(STDIN) else line.file}:{line.number}"


class _Kind(msgspec.Struct):
    type: str


_kind = msgspec.json.Decoder(_Kind)
_OBSERVATION_TAGS = frozenset(
    str(struct.__struct_config__.tag)
    for struct in Observation.__args__  # what the union is made of
)


def _opened(file: Path) -> io.BufferedReader:
    return cast("io.BufferedReader", sys.stdin.buffer) if file == STDIN else file.open("rb")


def _lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    number = 0
    while data := stream.readline(LINE_BYTES + 2):
        number += 1
        if number == 1:
            data = data.removeprefix(_BYTE_ORDER_MARK)
        rest = data
        while len(rest) > LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(LINE_BYTES + 2)  # throw away the rest of a line that is refused anyway
        if stripped := data.rstrip(b"\r\n \t"):
            yield number, stripped
