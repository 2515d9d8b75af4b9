"""Batches as they lie in a broker's log, well or damaged, and what our clients make of them, without a broker."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import aiokafka.consumer.fetcher as of_aiokafka
import kafka.consumer.fetcher as of_kafka_python
from aiokafka import TopicPartition
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from stream.kafka.unreadable import guard_aiokafka, guard_kafka_python
from tests.services.damaging import resealed

__all__ = ["CLIENTS", "Void", "batch", "fetched"]

PLACE = TopicPartition("vibration", 0)


class Void(NamedTuple):
    """An aborted transaction, as a broker tells of it."""

    producer_id: int
    first_offset: int


def batch(
    base: int, values: Sequence[bytes], *, codec: int = 0, producer: int = -1, attributes: int = 0
) -> bytearray:
    """Make a batch of records; `attributes` are added to those of its codec."""
    builder = DefaultRecordBatchBuilder(2, codec, 0, producer, 0, 0 if producer >= 0 else -1, 1 << 24)
    for number, value in enumerate(values):
        assert builder.append(number, 1_000_000 + number, b"key", value, []) is not None
    made = bytearray(builder.build())
    made[:8] = base.to_bytes(8)
    made[21:23] = (int.from_bytes(made[21:23]) | attributes).to_bytes(2)
    return resealed(made)


Client = Callable[[bytes, int, Sequence[Void]], tuple[list[Any], int]]


def _aiokafka(raw: bytes, position: int, voids: Sequence[Void]) -> tuple[list[Any], int]:
    guard_aiokafka()
    records = of_aiokafka.MemoryRecords(raw)
    if not records.has_next():
        assert not records.size_in_bytes(), "aiokafka would raise that it is too large"
        return [], position
    level = of_aiokafka.READ_COMMITTED
    walked = of_aiokafka.PartitionRecords(PLACE, records, list(voids), position, None, None, True, level)
    return list(walked), walked.next_fetch_offset


def _kafka_python(raw: bytes, position: int, voids: Sequence[Void]) -> tuple[list[Any], int]:
    guard_kafka_python()
    records = of_kafka_python.MemoryRecords(raw)
    assert records.has_next() or not records.size_in_bytes(), "kafka-python would raise that it makes no progress"
    level = of_kafka_python.IsolationLevel.READ_COMMITTED
    walked = of_kafka_python.Fetcher.PartitionRecords(
        position, PLACE, records, isolation_level=level, aborted_transactions=voids
    )
    return walked.take(), walked.next_fetch_offset


CLIENTS: dict[str, Client] = {"aiokafka": _aiokafka, "kafka-python": _kafka_python}
"""What each client makes of a partition's bytes: records, and where it goes on."""


def fetched(
    client: Client, batches: Sequence[bytes], *, end: int, voids: Sequence[Void] = (), begin: int = 0
) -> list[Any]:
    """Ask again and again, as from a broker: it answers from the first batch on that says it reaches so far.

    Fails where a client raises, or does not come to the end.
    """
    position, records = begin, []
    for _ in range(2 * len(batches) + end - begin):
        if position >= end:
            return records
        whole = b"".join(batches[_first_reaching(batches, position) :])
        came, position = client(whole, position, [void for void in voids if void.first_offset < end])
        records += came
    raise AssertionError(f"it does not come beyond {position}")


def _first_reaching(batches: Sequence[bytes], position: int) -> int:
    for number, raw in enumerate(batches):
        last = int.from_bytes(raw[:8], signed=True) + int.from_bytes(raw[23:27], signed=True)
        if last >= position:
            return number
    return len(batches)
