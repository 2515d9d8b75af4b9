"""Where the storage agent has to read again: what the store itself says it lacks goes before committed offsets.

A file that was lost, or put back from a backup, holds less than the consumer group has committed. Kafka keeps
results for 30 days, and writing one again changes nothing: what is missing is read again from where the file ends.
An offset means something only within one life of a topic, so what a store notes carries the topic's id.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from stream.stores.store import Progress

__all__ = ["Offsets", "by_place", "first_offsets", "lacking", "next_offsets", "seek"]

log = logging.getLogger(__name__)

Offsets = dict[TopicPartition, int]


def next_offsets(records: list[Any]) -> Offsets:
    """Give what follows the last of these records of each partition; they stand in their order."""
    last = {(each.topic, each.partition): each.offset for each in records}
    return {TopicPartition(*place): offset + 1 for place, offset in last.items()}


def first_offsets(records: list[Any]) -> Offsets:
    """Give the first of these records of each partition."""
    return {TopicPartition(each.topic, each.partition): each.offset for each in reversed(records)}


def by_place(offsets: Mapping[TopicPartition, int], id_of: Callable[[str], str]) -> dict[tuple[str, int], int]:
    """Give offsets as a store notes them; `id_of` gives a topic's id, empty where it is unknown."""
    return {_place(tp, id_of): offset for tp, offset in offsets.items()}


def _place(tp: TopicPartition, id_of: Callable[[str], str]) -> tuple[str, int]:
    topic_id = id_of(tp.topic)
    return f"{tp.topic}@{topic_id}" if topic_id else tp.topic, tp.partition


async def lacking(
    consumer: AIOKafkaConsumer,
    partitions: Iterable[TopicPartition],
    progress: Progress,
    written: Offsets,
    id_of: Callable[[str], str],
) -> Offsets:
    """Give the partitions of which the store lacks what was `written` or committed, and from which offset on.

    What it noted of another life of a topic says nothing of this one.

    Raises `KafkaError` where the broker does not tell what was committed.
    """
    missing: Offsets = {}
    asked = sorted(partitions)
    committed = await asyncio.gather(*(consumer.committed(tp) for tp in asked))
    for tp, offset in zip(asked, committed, strict=True):
        reached = max(offset or 0, written.get(tp, 0))
        unknown = 0 if progress.whole or tp in written else reached
        kept = progress.offsets.get(_place(tp, id_of), unknown)
        if kept < reached:
            missing[tp] = kept
    if missing:
        log.error(
            "store: it lacks results that were written before; reading again what Kafka still holds of them: %s",
            ", ".join(f"{tp.topic}/{tp.partition} from {offset}" for tp, offset in missing.items()),
        )
    return missing


def seek(consumer: AIOKafkaConsumer, offsets: Offsets) -> None:
    """Read these partitions from there on, as far as they are still ours."""
    for tp, offset in offsets.items():
        if tp in consumer.assignment():
            consumer.seek(tp, offset)
