"""The rebuilding of machines whose checkpoint is damaged: folded aside, from the beginning of `observations`.

A reader of its own passes through the partition and folds these machines only, while all others are judged as ever.
What their observations say goes out in order, except what is known to be out already. Once nothing is left below
the offset at which the partition stands, the machines join it, at one moment in which nothing else can happen.
Until then a marker in `checkpoints` keeps them to be rebuilt: a kill in the middle begins again.
"""

import asyncio
import logging
import time
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from models.errors import MessageError
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.partition import Partition
from stream.kafka.consumer import new_consumer
from stream.messages.records import decode_observation
from stream.messages.topics import OBSERVATIONS

__all__ = ["add_rebuilding"]

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5
_POLL_MS = 1000
_BATCH = 500
_RETRY_S = 5.0
_WORK_S = _REST_S = 0.01
"""Half of the time at most goes into rebuilding: the others are to be judged without delay."""
_TELL_EVERY_S = 30.0
_NAMED = 5


def add_rebuilding(context: Context, condition: Condition) -> None:
    """Let the worker fold again what its partitions leave aside."""
    rebuilding = _Rebuilding(context, condition)
    context.monitor.warn(rebuilding.warnings)
    context.runtime.background(rebuilding.run)


class _Rebuilding:
    def __init__(self, context: Context, condition: Condition) -> None:
        self._context, self._condition = context, condition
        self._rest_from_s = self._tell_from_s = 0.0
        self._reached: dict[int, int] = {}

    def warnings(self) -> tuple[str, ...]:
        """Say which machines are not judged at present, and how far it is; may be called from any thread."""
        return tuple(
            self._progress(partition)
            for partition in tuple(self._condition.partitions.values())
            if partition.rebuilding
        )

    async def run(self) -> None:
        """Rebuild one partition after the other, as often as there is one to rebuild, until cancelled."""
        await self._context.runtime.started.wait()
        while True:
            waiting = [each for each in self._condition.partitions.values() if each.rebuilding]
            self._context.metrics.rebuilding.set(sum(len(each.damaged) + (not each.damaged) for each in waiting))
            if not waiting:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            try:
                await self._rebuild(waiting[0])
            except (KafkaError, OSError) as error:
                log.warning("rebuilding: observations not read, trying again in %.0f s: %r", _RETRY_S, error)
                await asyncio.sleep(_RETRY_S)

    async def _rebuild(self, partition: Partition) -> None:
        consumer = new_consumer(
            servers=self._context.settings.servers,
            client_id=self._context.client_id,
            group_id=None,
            fetch_max_wait_ms=100,
        )
        began = self._tell_from_s = time.monotonic()
        try:
            await consumer.start()
            machines = await self._fold_aside(partition, consumer)
        finally:
            await consumer.stop()
        if machines is not None:
            log.info(
                "observations/%d: %s rebuilt in %.1f s, up to offset %d",
                partition.number,
                ", ".join(sorted(machines)) or "nothing is left of what was to be",
                time.monotonic() - began,
                partition.next_offset,
            )

    async def _fold_aside(self, partition: Partition, consumer: AIOKafkaConsumer) -> tuple[str, ...] | None:
        """Fold what the partition leaves aside until it can join; gives who joined, or None after a rebalance."""
        place = TopicPartition(OBSERVATIONS, partition.number)
        consumer.assign([place])
        consumer.seek(place, partition.begin)
        position = partition.begin
        aside = Partition(partition.number, RestoredPartition(begin=position, next_offset=position))
        while position < partition.next_offset:
            records = (await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=_BATCH)).get(place, [])
            for record in records:
                await self._give_way()
                if not self._is_ours(partition):
                    return None
                position = record.offset
                if position >= partition.next_offset:
                    break  # all below is folded, and nothing of what comes next
                self._take(partition, aside, record)
                position += 1
            else:
                reached = await consumer.position(place)  # what holds no record has been passed as well
                position = max(position, reached)
            if not self._is_ours(partition):
                return None
            self._reached[partition.number] = position
            self._tell(partition)
        partition.join(aside.states())
        return tuple(aside.machines)

    def _take(self, partition: Partition, aside: Partition, record: Any) -> None:  # noqa: ANN401 -- of aiokafka
        if record.key and not partition.leaves_aside(record.key.decode(errors="replace")):
            return
        try:
            observation = decode_observation(record.value)
        except MessageError:
            return  # put aside where it was first met
        if not partition.leaves_aside(observation.machine):
            return
        damage = partition.damaged.get(observation.machine)
        said = damage is not None and record.offset < damage.said_below
        self._condition.fold(aside, record, observation, said=said)

    async def _give_way(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._rest_from_s:
            await asyncio.sleep(_REST_S)
            await self._context.outbox.wait_for_room()
            self._rest_from_s = time.monotonic() + _WORK_S

    def _is_ours(self, partition: Partition) -> bool:
        return self._condition.partitions.get(partition.number) is partition

    def _tell(self, partition: Partition) -> None:
        if time.monotonic() >= self._tell_from_s:
            self._tell_from_s = time.monotonic() + _TELL_EVERY_S
            log.warning("%s", self._progress(partition))

    def _progress(self, partition: Partition) -> str:
        names = sorted(partition.damaged)
        parts = [", ".join(names[:_NAMED])] if names else []
        if len(names) > _NAMED:
            parts.append(f"{len(names) - _NAMED} more")
        if partition.incomplete:
            parts.append("whatever has no checkpoint")
        reached = self._reached.get(partition.number, partition.begin) - partition.begin
        share = reached / max(1, partition.next_offset - partition.begin)
        return (
            f"observations/{partition.number}: not judged at present: {' and '.join(parts)}; being folded again "
            f"from the beginning, {min(share, 1.0):.0%} done"
        )
