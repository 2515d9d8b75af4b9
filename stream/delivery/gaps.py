"""Gaps in `observations`: offsets that bring no record are normal, a record that never came is not.

Kafka leaves out the control records of transactions, what was aborted, compacted or deleted, and a mirror keeps its
source's gaps. Faust once dropped events that it had fetched, too, and to go on then would lose them for ever. So
at each gap the broker is asked what comes first from the offset that was due: what did come, or a lower record.
"""

import asyncio
import logging
from bisect import bisect_left
from collections.abc import Callable

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream.kafka.consumer import new_consumer
from stream.messages.topics import OBSERVATIONS

__all__ = ["Gap", "GapReader"]

log = logging.getLogger(__name__)

_POLL_MS = 1000
_RETRY_S = 2.0


class Gap(msgspec.Struct, frozen=True):
    """What is known of offsets that brought no record."""

    lost: int
    """How many of them, from the first on, are below the beginning of the log: nobody knows what they held."""


class _Ahead(msgspec.Struct, frozen=True):
    """Which records there are from an offset on: so one question answers for many gaps."""

    start: int
    offsets: list[int]
    log_begin: int


class GapReader:
    """Asks the broker, with one consumer of its own that is kept, and by the isolation of those who read."""

    def __init__(self, servers: list[str], client_id: str) -> None:
        self._servers, self._client_id = servers, client_id
        self._consumer: AIOKafkaConsumer | None = None
        self._ahead: dict[int, _Ahead] = {}

    async def examine(self, number: int, due: int, came: int, still_wanted: Callable[[], bool]) -> Gap | None:
        """Say what is known of the offsets from `due` to before `came` in a partition; waits for the broker.

        None where it is no longer wanted. Raises `LookupError` where a record is among them: it was dropped here.
        """
        while still_wanted():
            try:
                ahead = await self._look_ahead(number, due, came)
            except (KafkaError, OSError) as error:
                log.warning("observations/%d: cannot ask about offset %d, trying again: %r", number, due, error)
                await self.close()
                await asyncio.sleep(_RETRY_S)
                continue
            if ahead is None or not still_wanted():
                continue
            first = ahead.offsets[bisect_left(ahead.offsets, due)]
            if first < came:
                raise LookupError(
                    f"observations/{number}: offset {came} came where {due} was due, and {first} holds a record"
                )
            return Gap(lost=max(0, min(ahead.log_begin, came) - due))
        return None

    async def close(self) -> None:
        """End the consumer; it is made again when it is needed."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def _look_ahead(self, number: int, due: int, came: int) -> _Ahead | None:
        """Give what is known from `due` on, at least one record; None where the broker has not answered yet."""
        ahead = self._ahead.get(number)
        if ahead is not None and ahead.start <= due <= ahead.offsets[-1]:
            return ahead
        consumer = self._consumer or await self._connected()
        partition = TopicPartition(OBSERVATIONS, number)
        if partition not in consumer.assignment() or await consumer.position(partition) != due:
            consumer.assign([partition])
            consumer.seek(partition, due)
        records = (await consumer.getmany(partition, timeout_ms=_POLL_MS)).get(partition, [])
        offsets = [record.offset for record in records]
        if not offsets:
            if await consumer.position(partition) <= came:
                return None
            offsets = [came]  # which has been deleted since, as all that was before it
        begin = (await consumer.beginning_offsets([partition]))[partition]
        self._ahead[number] = ahead = _Ahead(due, offsets, begin)
        return ahead

    async def _connected(self) -> AIOKafkaConsumer:
        self._consumer = consumer = new_consumer(
            servers=self._servers,
            client_id=self._client_id,
            group_id=None,
            fetch_max_wait_ms=100,
        )
        await consumer.start()
        return consumer
