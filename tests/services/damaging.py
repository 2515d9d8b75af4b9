"""Damage batches in the files of a stopped broker, as a bad disk does, or a sender whom it let through."""

from collections.abc import Callable
from pathlib import Path

from aiokafka.record.util import calc_crc32c

__all__ = ["damage", "flip", "foreign_codec", "header_name", "resealed", "unpackable"]

_CHECKSUM, _ATTRIBUTES, _RECORDS = 17, 21, 61

Damage = Callable[[bytearray], None]


def damage(data: Path, topic: str, partition: int, offset: int, how: Damage) -> tuple[int, int]:
    """Damage the batch that holds an offset, in place; gives its first and last offset."""
    for file in sorted((data / f"{topic}-{partition}").glob("*.log")):
        content, at = bytearray(file.read_bytes()), 0
        while at + _RECORDS <= len(content):
            end = at + 12 + int.from_bytes(content[at + 8 : at + 12])
            first = int.from_bytes(content[at : at + 8])
            last = first + int.from_bytes(content[at + 23 : at + 27])
            if first <= offset <= last:
                batch = content[at:end]
                how(batch)
                assert len(batch) == end - at
                content[at:end] = batch
                file.write_bytes(content)
                return first, last
            at = end
    raise LookupError(f"{topic}/{partition} holds no offset {offset}")


def resealed(batch: bytearray) -> bytearray:
    """Make the checksum right for what a batch now holds."""
    batch[_CHECKSUM:_ATTRIBUTES] = calc_crc32c(bytes(batch[_ATTRIBUTES:])).to_bytes(4)
    return batch


def flip(batch: bytearray) -> None:
    """Turn one bit of its records: the checksum is wrong."""
    batch[_RECORDS + 5] ^= 4


def foreign_codec(batch: bytearray) -> None:
    """Let it say that a codec packed it which nobody knows, under a right checksum."""
    batch[_ATTRIBUTES + 1] |= 6
    resealed(batch)


def unpackable(batch: bytearray) -> None:
    """Let it say that zstd packed it, which is not so, under a right checksum."""
    batch[_ATTRIBUTES + 1] = batch[_ATTRIBUTES + 1] & ~7 | 4
    resealed(batch)


def header_name(batch: bytearray) -> None:
    """Let a header be named by bytes that are no text, under a right checksum."""
    at = batch.index(b"name", _RECORDS)
    batch[at : at + 4] = b"\xff\xfe\xfd\xfc"
    resealed(batch)
