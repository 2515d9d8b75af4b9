"""Batches that cannot be read come as one record each, and all others as ever.

Both our clients raise where a batch's codec is missing, its checksum is wrong or its records cannot be taken apart:
out of the question for what has come, which loses healthy records of other partitions too, and again at each
question after it. One sender's batch, or one bad sector of a broker's disk, so stopped every machine's watch for
good. There is no setting for that, so what walks a fetched partition's bytes is put in the place of the clients'
own: it takes each batch apart as a whole before it gives its first record. All that the clients make of whole
batches (offsets, aborted transactions, control records) stays theirs.

What stands before a batch's checksum (offset, length) is not covered by it: it has to fit what stands around.
"""

import struct
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from stream.kafka.unpacking import MOST_RECORDS, unpacks_beyond
from stream.messages.unreadable_batch import UnreadableBatch

__all__ = ["UnreadableBatch", "guard_aiokafka", "guard_kafka_python"]

MakeBatch = Callable[[bytes, int], Any]
"""Makes a client's own batch of its bytes and the number of its format."""

_LENGTH = struct.Struct(">i")
_HEADER = struct.Struct(">qiibIhiqqqhii")
"""Offset, length, epoch, format, checksum, attributes, last offset's distance, two times, producer, its epoch,
sequence, count of records."""
_OVERHEAD, _FORMAT_AT = 12, 16
"""Bytes of offset and length, which the length does not count; where every format has its number."""
_FORMAT = 2
_OLD_SMALLEST = {0: 26, 1: 34}
"""Bytes of the smallest batch of the formats before."""
_FARTHEST = 1 << 31
"""No batch stands so far behind the one before it."""
_CODEC, _TRANSACTIONAL, _CONTROL = 0x07, 0x10, 0x20
"""Of a batch's attributes: its codec; it is part of a transaction; it tells how one ended."""
_CONTROL_KEY = 4
"""Bytes of the key that says how a transaction ended, at least."""
_CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


class _Header(NamedTuple):
    """What a batch says of itself before its records, where its length makes sense."""

    offset: int
    next_offset: int
    end: int
    """Where it ends in the bytes of its partition."""
    format: int
    attributes: int
    counted: int
    """How many records it says it has: as many as offsets, unless the topic is compacted."""
    producer: int | None = None
    leader_epoch: int = -1


class _Batch:
    """A batch whose records have all been read: all that both clients ask of their own ones.

    Without a header it is nobody's, and part of no transaction.
    """

    __slots__ = (
        "_records", "base_offset", "is_control_batch", "is_transactional", "leader_epoch", "magic", "next_offset",
        "producer_id",
    )  # fmt: skip

    def __init__(self, first: int, next_offset: int, records: list[Any], header: _Header | None = None) -> None:
        self.base_offset, self.next_offset, self._records = first, next_offset, iter(records)
        if header is None:
            header = _Header(first, next_offset, 0, _FORMAT, 0, 0)
        self.magic, self.producer_id, self.leader_epoch = header.format, header.producer, header.leader_epoch
        self.is_transactional = bool(header.attributes & _TRANSACTIONAL)
        self.is_control_batch = bool(header.attributes & _CONTROL)

    @property
    def last_offset(self) -> int:
        return self.next_offset - 1

    def has_producer_id(self) -> bool:
        return self.producer_id is not None and self.producer_id >= 0

    def validate_crc(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return self._records

    def __next__(self) -> Any:  # noqa: ANN401 -- neither client has types
        return next(self._records)


class _Marker(NamedTuple):
    """The one record that stands for a batch that cannot be read."""

    offset: int
    value: UnreadableBatch
    key: bytes | None = None
    timestamp: int | None = None
    timestamp_type: int | None = None
    headers: tuple[()] = ()
    checksum: int | None = None
    size_in_bytes: int = 0

    def validate_crc(self) -> bool:
        return True


class _Records:
    """Walks the bytes of one fetched partition, batch by batch."""

    def __init__(self, raw: bytes, make: MakeBatch) -> None:
        self._raw, self._make = raw, make
        self._at = self._expected = 0

    def size_in_bytes(self) -> int:
        return len(self._raw)

    def expect(self, offset: int) -> None:
        """Note which offset was asked for: whatever stands before it has been read."""
        self._expected = offset

    def has_next(self) -> bool:
        """Say whether there is another batch: one that is cut off behind others will be asked for anew."""
        left = len(self._raw) - self._at
        return left > 0 and (self._at == 0 or (left > _OVERHEAD and self._size(self._at) <= left))

    def next_batch(self) -> Any:  # noqa: ANN401 -- as the client's own
        """Give the next batch, whole; the client skips what it had already."""
        header = self._header(self._at)
        if header is None and not self.has_next():
            return None
        batch = None if header is None else self._checked(self._at, header)
        if header is None or batch is None or not self._fits(header):
            wrong = "length or format makes no sense" if header is None else "offset makes no sense"
            return self._skip(header, "checksum is wrong" if header is not None and batch is None else wrong)
        try:
            records = self._taken_apart(header, batch)
        except Exception as error:  # noqa: BLE001 -- whatever the codecs raise about the bytes of others
            return self._put_aside(header, _why(header, error))
        self._at, self._expected = header.end, header.next_offset
        # A control batch without its record, as compaction leaves it, would raise.
        return _Batch(header.offset, header.next_offset, records, header if records else None)

    def _taken_apart(self, header: _Header, batch: Any) -> list[Any]:  # noqa: ANN401
        """Give all records of a batch; raises what its codec raises, or where it is too much or no end."""
        codec = header.attributes & _CODEC
        if header.counted > MOST_RECORDS or (
            codec and unpacks_beyond(codec, self._raw[self._at + _HEADER.size : header.end])
        ):
            raise ValueError("more than fits into memory")
        records = list(batch)
        if header.attributes & _CONTROL and any(len(record.key or b"") < _CONTROL_KEY for record in records):
            raise ValueError("no end of a transaction")
        return records

    def _put_aside(self, header: _Header, why: str) -> _Batch:
        """Give a batch whose header is to be believed with a marker in the place of its records."""
        first, last = self._expected, header.next_offset - 1
        if header.format == _FORMAT:  # those before tell their last offset only
            first = max(first, header.offset)
        marker = _marker(self._raw[self._at : header.end], why, first, last)
        self._at, self._expected = header.end, header.next_offset
        return _Batch(first, last + 1, [marker], None if header.attributes & _CONTROL else header)

    def _skip(self, header: _Header | None, wrong: str) -> _Batch:
        """Give a marker for all up to the next batch that can be believed, or for what the header makes likely.

        What comes behind is asked for anew: the damaged batch may have been the end of somebody's transaction, and
        an answer tells only at its beginning which transactions are void.
        """
        begin, first = self._at, self._expected
        following = self._believable_after(header)
        if following is None:
            end, last = len(self._raw), _likely_last(header, first)
        else:
            end, last = following[0], following[1].offset - 1
        if last < first:  # told before: the broker begins with it again since it takes its offsets for higher
            self._at = end
            return _Batch(first, first, [])
        self._at, self._expected = len(self._raw), last + 1
        why = f"is damaged and lost (its {wrong}); look at the disk of the broker, and at its log"
        return _Batch(first, last + 1, [_marker(self._raw[begin:end], why, first, last)])

    def _believable_after(self, header: _Header | None) -> tuple[int, _Header] | None:
        """Find the next batch behind this one that is whole and whose offset fits, and where it begins."""
        at = header.end if header is not None else self._next_format(self._at + 1)
        tried_end = header is None
        while 0 <= at < len(self._raw):
            found = self._header(at)
            if (
                found is not None
                and found.next_offset > self._expected > found.offset - _FARTHEST
                and self._checked(at, found) is not None
            ):
                return at, found
            at = self._next_format((at if tried_end else self._at) + 1)
            tried_end = True
        return None

    def _next_format(self, at: int) -> int:
        """Give the first place from `at` on where a batch may begin, or a negative number."""
        return self._raw.find(_FORMAT, at + _FORMAT_AT) - _FORMAT_AT

    def _size(self, at: int) -> int:
        length: int = _LENGTH.unpack_from(self._raw, at + 8)[0]
        return _OVERHEAD + length

    def _header(self, at: int) -> _Header | None:
        """Read what a batch says of itself; None where it can be none."""
        left = len(self._raw) - at
        if left <= _FORMAT_AT:
            return None
        number = self._raw[at + _FORMAT_AT]
        if number == _FORMAT and left >= _HEADER.size:
            offset, length, epoch, _, _, attributes, distance, _, _, producer, _, _, count = _HEADER.unpack_from(
                self._raw, at
            )
            size = _OVERHEAD + length
            if _HEADER.size <= size <= left and offset >= 0 and distance >= 0:
                return _Header(offset, offset + distance + 1, at + size, number, attributes, count, producer, epoch)
        elif number in _OLD_SMALLEST and _OLD_SMALLEST[number] <= (size := self._size(at)) <= left:
            offset = int.from_bytes(self._raw[at : at + 8])
            return _Header(offset, offset + 1, at + size, number, self._raw[at + 17] & _CODEC, 1)
        return None

    def _checked(self, at: int, header: _Header) -> Any:  # noqa: ANN401
        """Give the client's batch where its checksum is right, else None."""
        batch = self._make(self._raw[at : header.end], header.format)
        return batch if batch.validate_crc() else None

    def _fits(self, header: _Header) -> bool:
        """Say whether its offset can be so: not behind us, not far away, and not within the next batch.

        Only the first one may begin before what was asked for, which then stands in the middle of it.
        """
        if header.offset == self._expected:
            return True
        if header.offset < self._expected and (self._at or header.next_offset <= self._expected):
            return False
        following = self._header(header.end)
        return header.offset - self._expected < _FARTHEST and (
            following is None or not self._expected <= following.offset < header.next_offset
        )


def _likely_last(header: _Header | None, expected: int) -> int:
    """Give the last offset of a damaged batch behind which nothing stands, from two numbers that should agree."""
    if header is None or header.offset > expected + _FARTHEST:
        return expected
    if header.next_offset <= expected:
        return expected - 1
    return max(expected, min(header.next_offset, header.offset + header.counted) - 1)


def _marker(raw: bytes, why: str, first: int, last: int) -> _Marker:
    return _Marker(last, UnreadableBatch(raw, why=why, first_offset=first, last_offset=last))


def _why(header: _Header, error: Exception) -> str:
    """Say why a batch whose checksum is right cannot be read, and who can do something about it."""
    aside = "and was put aside"
    number = header.attributes & _CODEC
    if not number:
        return f"holds records that cannot be taken apart ({error!r:.120}) {aside}; look at what its sender does"
    if number >= len(_CODECS):
        return f"is packed by a codec unknown here (number {number}) {aside}; let its sender use one of Kafka's"
    codec = _CODECS[number]
    if type(error).__name__ == "UnsupportedCodecError":
        return (
            f"is packed with {codec}, for which a library is missing here, {aside}; install Stethos anew with all "
            "that it needs, or let its sender use another codec"
        )
    return f"is packed with {codec} and cannot be unpacked ({error!r:.120}) {aside}; look at what its sender does"


@cache
def guard_aiokafka() -> None:
    """Let every consumer of aiokafka in this process go on behind batches that cannot be read."""
    from aiokafka.consumer import fetcher  # noqa: PLC0415 -- slow to import
    from aiokafka.record.default_records import DefaultRecordBatch  # noqa: PLC0415 -- as above
    from aiokafka.record.legacy_records import LegacyRecordBatch  # noqa: PLC0415 -- as above

    def make(raw: bytes, number: int) -> Any:  # noqa: ANN401
        return DefaultRecordBatch(raw) if number == _FORMAT else LegacyRecordBatch(raw, number)

    class PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc] # aiokafka has no types
        def __init__(self, tp: Any, records: _Records, aborted: Any, fetch_offset: int, *others: Any) -> None:  # noqa: ANN401
            records.expect(fetch_offset)
            super().__init__(tp, records, aborted, fetch_offset, *others)

    fetcher.MemoryRecords = lambda raw: _Records(bytes(raw), make)
    fetcher.PartitionRecords = PartitionRecords


@cache
def guard_kafka_python() -> None:
    """Let every consumer of kafka-python in this process go on behind batches that cannot be read."""
    from kafka.consumer import fetcher  # noqa: PLC0415 -- slow to import
    from kafka.record.default_records import DefaultRecordBatch  # noqa: PLC0415 -- as above
    from kafka.record.legacy_records import LegacyRecordBatch  # noqa: PLC0415 -- as above

    def make(raw: bytes, number: int) -> Any:  # noqa: ANN401
        return DefaultRecordBatch(raw) if number == _FORMAT else LegacyRecordBatch(raw, number)

    class PartitionRecords(fetcher.Fetcher.PartitionRecords):  # type: ignore[misc] # it has no types
        def __init__(self, fetch_offset: int, tp: Any, records: _Records, **others: Any) -> None:  # noqa: ANN401
            records.expect(fetch_offset)
            super().__init__(fetch_offset, tp, records, **others)

    fetcher.MemoryRecords = lambda raw: _Records(bytes(raw or b""), make)
    fetcher.Fetcher.PartitionRecords = PartitionRecords
