"""How much a batch unpacks to, asked before it is unpacked: a few kilobytes can hold gigabytes.

A broker counts packed bytes only, so it lets such a batch through; unpacked at once it would end the process, and
each one after it. What cannot be so much, for its codec does not grow so far, is not looked at.
"""

import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

__all__ = ["LARGEST_BATCH_BYTES", "MOST_RECORDS", "unpacks_beyond"]

LARGEST_BATCH_BYTES = 64 * 1024 * 1024
"""Of all records of a batch, unpacked; many times what the largest message may have."""
MOST_RECORDS = 1_000_000
"""Of a batch; each costs memory of its own."""

_PIECE = 1024 * 1024
_GZIP = 31
"""What zlib calls it."""
_GROWTH = {1: 1032, 3: 255, 4: 1 << 20}
"""By the number of a codec (gzip, lz4, zstd): how often the size of what is packed it can have at most. With snappy
the largest batch has 200 MB."""


def unpacks_beyond(codec: int, packed: bytes, limit: int = LARGEST_BATCH_BYTES) -> bool:
    """Say whether these bytes unpack to more than `limit`; what cannot be unpacked does not."""
    if len(packed) * _GROWTH.get(codec, 0) <= limit:
        return False
    size = 0
    try:
        for piece in _pieces(codec, packed):
            size += len(piece)
            if size > limit:
                return True
    except Exception:  # noqa: BLE001 -- whatever the codecs raise; the client's own says it once more, and is heard
        return False
    return False


def _pieces(codec: int, packed: bytes) -> Iterator[bytes]:
    if codec == 4:
        reader = _zstd().stream_reader(BytesIO(packed), read_across_frames=True)
        yield from iter(lambda: reader.read(_PIECE), b"")
        return
    while packed:  # there may be several, one behind the other
        unpacking: Any = zlib.decompressobj(_GZIP) if codec == 1 else _lz4()
        piece = unpacking.decompress(packed, _PIECE)
        while piece:
            yield piece
            piece = (
                b"" if unpacking.eof else unpacking.decompress(getattr(unpacking, "unconsumed_tail", b""), _PIECE)
            )
        packed = unpacking.unused_data or b""


@cache
def _zstd() -> Any:  # noqa: ANN401 -- of a library that commands without Kafka should not wait for
    import zstandard  # noqa: PLC0415 -- as above

    return zstandard.ZstdDecompressor()


def _lz4() -> Any:  # noqa: ANN401 -- as above
    import lz4.frame  # type: ignore[import-untyped] # noqa: PLC0415 -- it has no types; as above

    return lz4.frame.LZ4FrameDecompressor()
