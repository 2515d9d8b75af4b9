"""The condition agent: folds `observations` and sends what the fold says, each observation exactly once.

Outputs, then checkpoint, then offsets; see `stream.checkpoints`. All state is dropped at a rebalance and restored
from the checkpoints before anything is read again.
"""

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from models.errors import MessageError
from models.outputs import Action, Alert, Health, Lesson, Output, Row, Uptime
from stream.checkpoints import read_checkpoints
from stream.dead_letters import send_dead_letter
from stream.partition import Partition
from stream.records import decode_observation, encode_output, tag_of
from stream.topics import ALERTS, CHECKPOINTS, HEALTH, LESSONS, LESSONS_PARTITION, OBSERVATIONS, ROWS
from stream.vitals.monitor import CONDITION_AGENT

if TYPE_CHECKING:
    from stream.app import Worker

__all__ = ["Condition"]

log = logging.getLogger(__name__)

_TOPIC: dict[type[Output], str] = {
    Row: ROWS,
    Health: HEALTH,
    Alert: ALERTS,
    Uptime: ROWS,
    Action: ROWS,
    Lesson: LESSONS,
}


class Condition:
    """Holds the partitions that are ours and folds them."""

    def __init__(self, worker: "Worker") -> None:
        self.partitions: dict[int, Partition] = {}
        self._worker = worker
        self._stream: Any = None
        worker.agent([OBSERVATIONS], self._agent, name=CONDITION_AGENT)
        worker.background(self._checkpoint_now_and_then)

    def drop(self) -> None:
        """Forget all state: somebody else may own it now."""
        self.partitions.clear()

    async def restore(self, consumer: Any) -> bool:  # noqa: ANN401 -- Faust has no types
        """Read the assigned partitions' states, and set the group's offsets to where these stand.

        Gives False when another rebalance has begun meanwhile. Runs while nothing flows.
        """
        epoch = self._worker.epoch.current
        places = {tp.partition: tp for tp in consumer.assignment() if tp.topic == OBSERVATIONS}
        restored = await read_checkpoints(self._worker.settings.servers, places)
        if epoch != self._worker.epoch.current:
            return False
        self.partitions = {number: Partition(number, state) for number, state in restored.items()}
        # Without a position the partition is folded anew, from the oldest offset there is, whatever was committed.
        positions = {tp: restored[number].next_offset or 0 for number, tp in places.items()}
        if positions:
            await consumer._commit(positions)  # noqa: SLF001 -- the public commit() refuses to go backwards
        for tp, offset in positions.items():
            if offset == 0:  # Faust seeks to what is committed, but takes an offset of 0 for none
                await consumer.seek(tp, 0)
        return True

    async def _agent(self, stream: Any) -> None:  # noqa: ANN401
        self._stream = stream = stream.noack()
        every = self._worker.settings.checkpoint.every_events
        async for event in stream.events():
            await self._worker.outbox.room()
            self._worker.monitor.event(CONDITION_AGENT)
            record = event.message
            partition = self.partitions.get(record.partition)
            if partition is None:
                continue  # a rebalance has taken it: whoever owns it now reads this event too
            try:
                accepted = partition.accepts(record.offset)
            except LookupError as error:
                # To go on would lose an observation for ever; a restart reads on where the checkpoints stand.
                await self._worker.app.crash(error)
                return
            if accepted:
                self._fold(partition, record)
            partition.waiting.append(event)
            if len(partition.waiting) >= every:
                await self.checkpoint(partition)
            await self._worker.breathe()

    def _fold(self, partition: Partition, record: Any) -> None:  # noqa: ANN401
        try:
            observation = decode_observation(record.value)
            outputs = partition.fold(record.offset, observation)
        except MessageError as error:
            send_dead_letter(self._worker, record, str(error))
            return
        except Exception as error:
            # The fold is deterministic: it would fail here after every restart too. Keep the observation,
            # tell of it, go on; a replay of `observations` stumbles over it in the same place.
            log.exception("%s/%d@%d", record.topic, record.partition, record.offset)
            send_dead_letter(self._worker, record, f"internal error, please report it: {error!r}")
            return
        self._worker.metrics.judged(record.topic, tag_of(observation), observation.observed_us)
        for output in outputs:
            self._worker.outbox.send(
                _TOPIC[type(output)],
                key=output.machine.encode(),
                value=encode_output(output),
                partition=LESSONS_PARTITION if isinstance(output, Lesson) else None,
            )
            if isinstance(output, Alert):
                for capture in self._worker.capturing.alert(output):
                    self._worker.outbox.send(ROWS, key=capture.machine.encode(), value=encode_output(capture))

    async def checkpoint(self, partition: Partition) -> None:
        """Save what has changed in a partition, and only then acknowledge what has changed it."""
        epoch, outbox = self._worker.epoch, self._worker.outbox
        async with partition.checkpointing:
            ours = epoch.current
            if not partition.waiting or self.partitions.get(partition.number) is not partition:
                return
            began = time.perf_counter()
            events, partition.waiting = partition.waiting, []
            records = partition.snapshot()
            await outbox.confirmed()
            if ours != epoch.current:
                return
            for key, value in records:
                outbox.send(CHECKPOINTS, key=key, value=value, partition=partition.number)
            await outbox.confirmed()
            if ours != epoch.current:
                return
            for event in events:
                await self._stream.ack(event)
            self._worker.metrics.checkpoint_s.observe(time.perf_counter() - began)

    async def checkpoint_all(self) -> None:
        """Save every partition, one after the other."""
        for partition in tuple(self.partitions.values()):
            await self.checkpoint(partition)

    async def _checkpoint_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._worker.settings.checkpoint.every_s)
            await self.checkpoint_all()
