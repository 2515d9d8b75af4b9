"""The outbox: everything the agents send, gathered and sent as one batch a partition, strictly in order.

Sending record by record is the dearest part of a Faust agent, so the outbox works in rounds: while one round's
batches are on their way, the next gathers. A round costs worker, broker and whoever reads it some milliseconds of
the processor, however little it carries, so rounds begin some time apart; the first after a silence goes at once. A
round that fails is tried again until it succeeds, before anything later goes out; so a confirmed record implies
that all earlier ones of its partition are confirmed too.
"""

import asyncio
import logging
import time
from collections import defaultdict
from functools import lru_cache
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

__all__ = ["Confirmation", "Header", "Outbox", "partition_of"]

log = logging.getLogger(__name__)

Header = tuple[str, bytes]
Confirmation = asyncio.Future[None]
"""Done once the broker has confirmed a record, and all that were sent before it; until then sending is repeated."""

_RETRY_FIRST_S, _RETRY_LONGEST_S = 0.2, 5.0
_APART_S = 0.02
"""Between the beginnings of two rounds, at least: so long waits a record at most if nothing else holds it up."""
_ROOM_RECORDS = 20_000
_ROOM_BYTES = 32 * 1024 * 1024


class _Record(NamedTuple):
    key: bytes | None
    value: bytes | None
    headers: list[Header]


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, partitions: int) -> int:
    """Give the partition that Kafka's default partitioner gives a key (murmur2 of its bytes).

    >>> partition_of(b"P-101", 12) == partition_of(b"P-101", 12)
    True
    """
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


class Outbox:
    """Ordered, confirmed, batched sending over one producer.

    `one_record_a_batch` is for the embedded broker, which reports wrong end offsets otherwise. Rounds begin at
    least `apart_s` seconds after each other.
    """

    def __init__(self, *, partitions: int, one_record_a_batch: bool = False, apart_s: float = _APART_S) -> None:
        self._partitions = partitions
        self._one_record_a_batch, self._apart_s = one_record_a_batch, apart_s
        self._gathering: dict[tuple[str, int], list[_Record]] = defaultdict(list)
        self._records = self._bytes = 0
        self._confirmation: Confirmation | None = None
        self._sending: Confirmation | None = None
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def send(
        self,
        topic: str,
        *,
        key: bytes,
        value: bytes | None,
        headers: list[Header] | None = None,
        partition: int | None = None,
    ) -> Confirmation:
        """Take a record to send; the future given back is done once the broker has confirmed it."""
        if partition is None:
            partition = partition_of(key, self._partitions)
        self._gathering[topic, partition].append(_Record(key, value, headers or []))
        self._records += 1
        self._bytes += len(value or b"")
        if self._records >= _ROOM_RECORDS or self._bytes >= _ROOM_BYTES:
            self._room.clear()
        if self._confirmation is None:
            self._confirmation = asyncio.get_running_loop().create_future()
            self._wake.set()
        return self._confirmation

    async def wait_for_room(self) -> None:
        """Wait while too much is waiting to be sent: this is how a slow broker slows its agents."""
        await self._room.wait()

    async def flush(self) -> None:
        """Wait until everything taken so far is confirmed."""
        last = self._confirmation or self._sending
        if last is not None:
            await asyncio.shield(last)

    async def run(self, producer: AIOKafkaProducer) -> None:
        """Send rounds over a started producer until cancelled. Call once, as a task; until then it only gathers."""
        earliest = 0.0
        while True:
            await self._wake.wait()
            await asyncio.sleep(max(0.0, earliest - time.monotonic()))
            earliest = time.monotonic() + self._apart_s
            self._wake.clear()
            if self._confirmation is None:
                continue
            round_, self._gathering = self._gathering, defaultdict(list)
            self._sending, self._confirmation = self._confirmation, None
            self._records = self._bytes = 0
            self._room.set()
            await asyncio.gather(
                *(
                    self._send_partition(producer, topic, partition, records)
                    for (topic, partition), records in round_.items()
                )
            )
            self._sending.set_result(None)
            self._sending = None

    async def _send_partition(
        self, producer: AIOKafkaProducer, topic: str, partition: int, records: list[_Record]
    ) -> None:
        position, wait_s = 0, _RETRY_FIRST_S
        while position < len(records):
            batch, end = self._batch(producer, records, position)
            try:
                await (await producer.send_batch(batch, topic, partition=partition))
            except KafkaError as error:
                log.warning("%s/%d: not sent, trying again in %.1f s: %r", topic, partition, wait_s, error)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _RETRY_LONGEST_S)
            else:
                position, wait_s = end, _RETRY_FIRST_S

    def _batch(self, producer: AIOKafkaProducer, records: list[_Record], position: int) -> tuple[Any, int]:
        """Fill one batch from `position` on; gives it and the position after its last record."""
        batch = producer.create_batch()
        end = position
        for record in records[position:]:
            if batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is None:
                break
            end += 1
            if self._one_record_a_batch:
                break
        batch.close()
        return batch, end
