"""How much a MATLAB file unpacks to, found without keeping any of it."""

import struct
import zlib
from pathlib import Path

from stream.analysis.readers.budget import MAX_UNPACKED_BYTES

__all__ = ["unpacked_bytes"]

_HEAD_BYTES = 128
_COMPRESSED = 15
_CHUNK = 1 << 20


def unpacked_bytes(path: Path) -> int:
    """Give the bytes of all variables once unpacked, or more than the budget as soon as they are beyond it.

    What is no such file, or is cut off, is left to its reader to tell.
    """
    total = 0
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if not head.startswith(b"MATLAB"):
            return path.stat().st_size  # version 4 packs nothing
        order = ">" if head[126:128] == b"MI" else "<"
        while len(tag := file.read(8)) == 8 and total <= MAX_UNPACKED_BYTES:
            kind, size = struct.unpack(f"{order}II", tag)
            if kind != _COMPRESSED:
                total += size
                file.seek(size, 1)
                continue
            unpacker, left = zlib.decompressobj(), size
            while left > 0 and total <= MAX_UNPACKED_BYTES:
                packed = file.read(min(left, _CHUNK))
                if not packed:
                    return total
                left -= len(packed)
                try:
                    total += _unpacked(unpacker, packed)
                except zlib.error:
                    return total
            file.seek(left, 1)
    return total


def _unpacked(unpacker: "zlib._Decompress", packed: bytes) -> int:
    total = 0
    while packed and total <= MAX_UNPACKED_BYTES:
        total += len(unpacker.decompress(packed, _CHUNK))
        packed = unpacker.unconsumed_tail
    return total
