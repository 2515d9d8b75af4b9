"""Lines of a text file in whatever encoding, without holding them all."""

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from models.errors import RecordingError
from stream.analysis.readers.budget import bytes_of
from stream.analysis.readers.mistaken_files import refuse_mistaken

__all__ = ["TextFile"]

_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 20


class TextFile:
    """A file of text: its bytes once, its lines as often as they are wanted."""

    def __init__(self, path: Path) -> None:
        """Read it. Raises `RecordingError` for what is no text, or something else than a table."""
        self.path = path
        self._data = bytes_of(path)
        refuse_mistaken(path, self._data[:4096])
        if b"\0" in self._data[:1000] and not self._data.startswith(_BOMS):
            raise RecordingError(f"{path}: is no text; check its format, or its name")
        self._encoding = next((each for each in _encodings(self._data) if self._is(each)), "")
        if not self._encoding:
            raise RecordingError(f"{path}: is no text in UTF-8 or GB 18030; save it as UTF-8")

    def __iter__(self) -> Iterator[str]:
        """Give each line without its end."""
        with io.TextIOWrapper(io.BytesIO(self._data), encoding=self._encoding, newline=None) as text:
            for line in text:
                yield line.rstrip("\n")

    def _is(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(self._data), _CHUNK):
                decoder.decode(self._data[start : start + _CHUNK])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True


def _encodings(data: bytes) -> tuple[str, ...]:
    """Give what a text may be written in, likeliest first.

    Chinese characters are pairs of bytes above 127; `²`, `°` or `µ` of a western Windows stand alone.

    >>> _encodings("加速度".encode("gbk")), _encodings("a [m/s²]".encode("cp1252"))
    (('utf-8-sig', 'gb18030'), ('utf-8-sig', 'cp1252'))
    """
    if data.startswith(_BOMS):
        return ("utf-16",)
    alone = re.search(rb"[\x80-\xff]", data) is not None and re.search(rb"[\x80-\xff]{2}", data) is None
    return ("utf-8-sig", "cp1252" if alone else "gb18030")
