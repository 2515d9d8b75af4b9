"""Reading `checkpoints` to its end, beside what there is of `observations`: what a worker begins with."""

import time
from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from models.errors import ServiceError
from stream.delivery.checkpoint_merging import LogSpan, RestoredPartition, merge_records
from stream.kafka.consumer import new_consumer
from stream.messages.topics import CHECKPOINTS, OBSERVATIONS

__all__ = ["read_checkpoints"]

_READ_TIMEOUT_S, _POLL_MS = 60, 1000
_COMPARE_S = 10

KeyAndValue = tuple[bytes | None, bytes | None]


async def read_checkpoints(servers: list[str], partitions: Iterable[int]) -> dict[int, RestoredPartition]:
    """Read everything that `checkpoints` holds for these partitions, up to its present end.

    Raises `ServiceError` where the broker does not answer.
    """
    checkpoints = [TopicPartition(CHECKPOINTS, number) for number in partitions]
    sources = [TopicPartition(OBSERVATIONS, tp.partition) for tp in checkpoints]
    consumer = new_consumer(
        servers=servers,
        group_id=None,
        max_partition_fetch_bytes=16 * 1024 * 1024,
    )
    try:
        await consumer.start()
        records = await _read_to_end(consumer, checkpoints)
        # Asked last: a checkpoint speaks of observations that were there when it was written.
        begins, ends = await consumer.beginning_offsets(sources), await consumer.end_offsets(sources)
        spans = {tp.partition: LogSpan(begins[tp], ends[tp]) for tp in sources}
        restored = {number: merge_records(records[number], span) for number, span in spans.items()}
        for number in await _of_another_log(servers, restored):
            restored[number] = merge_records(records[number], spans[number], other_log=True)
    except KafkaError as error:
        raise ServiceError(f"checkpoints: no answer from the broker at {','.join(servers)} ({error!r})") from error
    finally:
        await consumer.stop()
    return restored


async def _read_to_end(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> dict[int, list[KeyAndValue]]:
    """Give the (key, value) records of these partitions from beginning to present end, by partition."""
    consumer.assign(partitions)
    begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    for tp in partitions:
        consumer.seek(tp, begins[tp])
    records: dict[int, list[KeyAndValue]] = {tp.partition: [] for tp in partitions}
    unread = {tp for tp in partitions if ends[tp] > begins[tp]}
    moved_s, before = time.monotonic(), begins
    while unread:
        batches = await consumer.getmany(*unread, timeout_ms=_POLL_MS)
        for tp, batch in batches.items():
            records[tp.partition].extend((record.key, record.value) for record in batch)
        # The end of a transaction moves on where nothing comes.
        positions = {tp: await consumer.position(tp) for tp in unread}
        if positions != before:
            moved_s, before = time.monotonic(), positions
        elif time.monotonic() - moved_s > _READ_TIMEOUT_S:
            raise ServiceError(f"checkpoints: nothing came for {_READ_TIMEOUT_S} s; is the broker well?")
        unread = {tp for tp, position in positions.items() if position < ends[tp]}
    return records


async def _of_another_log(servers: list[str], restored: Mapping[int, RestoredPartition]) -> set[int]:
    """Give the partitions whose last folded observation is another than the one that stands there now.

    That is so where `observations` was made anew, or restored, and has since grown beyond the old position.
    """
    unseen = {
        TopicPartition(OBSERVATIONS, number): one.next_offset - 1
        for number, one in restored.items()
        if one.appended_ms is not None and one.next_offset > one.begin
    }
    others: set[int] = set()
    if not unseen:
        return others
    consumer = new_consumer(servers=servers, group_id=None, max_partition_fetch_bytes=4096, fetch_max_wait_ms=100)
    try:
        await consumer.start()
        consumer.assign(list(unseen))
        for tp, offset in unseen.items():
            consumer.seek(tp, offset)
        until_s = time.monotonic() + _COMPARE_S
        while unseen and time.monotonic() < until_s:
            for tp, (first, *_) in (await consumer.getmany(*unseen, timeout_ms=200)).items():
                if first.offset == unseen.pop(tp) and first.timestamp not in {
                    None,
                    restored[tp.partition].appended_ms,
                }:
                    others.add(tp.partition)
    finally:
        await consumer.stop()
    return others
