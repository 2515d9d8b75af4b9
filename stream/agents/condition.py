"""The condition agent: folds `observations` and sends what the fold says, each observation exactly once.

Outputs, then checkpoint, then offsets; see `stream.delivery.checkpoints`. All state is dropped at a rebalance and
restored from the checkpoints before anything is read again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from models.errors import MessageError
from models.observations import Observation
from models.outputs import Action, Alert, Health, Lesson, Output, Row, Uptime, Usual
from stream.agents.capture_policy import CapturePolicy
from stream.agents.context import Context
from stream.agents.probes import judge_record
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.delivery.gaps import GapReader
from stream.delivery.losses import Losses
from stream.delivery.partition import Partition
from stream.kafka.groups import CONDITION_AGENT
from stream.messages.probes import PROBE_KEY
from stream.messages.records import decode_observation, encode_output, tag_of
from stream.messages.topics import ALERTS, CHECKPOINTS, HEALTH, LESSONS, LESSONS_PARTITION, OBSERVATIONS, ROWS
from stream.messages.unreadable_batch import UnreadableBatch

__all__ = ["Condition"]

log = logging.getLogger(__name__)

_TOPIC: dict[type[Output], str] = {
    Row: ROWS,
    Health: HEALTH,
    Alert: ALERTS,
    Uptime: ROWS,
    Action: ROWS,
    Lesson: LESSONS,
    Usual: LESSONS,
}


_FORGETTING = frozenset({"forget", "expire"})


class Condition:
    """Holds the partitions that are ours and folds them."""

    def __init__(self, context: Context, captures: CapturePolicy) -> None:
        self.partitions: dict[int, Partition] = {}
        self._context, self._captures = context, captures
        self.on_forgotten: Callable[[str], None] = lambda _machine: None
        """Told of each machine that is forgotten from now on."""
        self._stream: Any = None
        self._gaps = GapReader(context.settings.servers, context.client_id)
        self._losses = Losses(context.metrics)
        context.monitor.warn(self._losses.warnings)
        context.runtime.agent([OBSERVATIONS], self._agent, name=CONDITION_AGENT)
        context.runtime.background(self._checkpoint_now_and_then)

    def drop(self) -> None:
        """Forget all state: somebody else may own it now."""
        self.partitions.clear()

    def owned(self) -> tuple[int, int]:
        """Give how many partitions and how many machines are ours; may be called from any thread."""
        partitions = tuple(self.partitions.values())
        return len(partitions), sum(len(partition.machines) for partition in partitions)

    def machines(self, partition: int) -> Collection[str]:
        """Give the machines that a partition has folded; none where it is not ours."""
        ours = self.partitions.get(partition)
        return () if ours is None else ours.machines

    async def restore(self, consumer: Any) -> bool:  # noqa: ANN401 -- Faust has no types
        """Read the assigned partitions' states, and set the group's offsets to where these stand.

        Gives False when another rebalance has begun meanwhile. Runs while nothing flows.
        """
        generation = self._context.generation.current
        assigned = {tp.partition: tp for tp in consumer.assignment() if tp.topic == OBSERVATIONS}
        restored = await read_checkpoints(self._context.settings.servers, assigned)
        if generation != self._context.generation.current:
            return False
        for number, state in restored.items():
            _tell_of_damage(number, state)
            self._context.metrics.checkpoints_damaged.inc(len(state.damaged) + state.missing)
        self.partitions = {number: Partition(number, state) for number, state in restored.items()}
        # Without a position the partition is folded anew, from the oldest offset there is, whatever was committed.
        positions = {
            tp: max(restored[number].begin, restored[number].next_offset) for number, tp in assigned.items()
        }
        if positions:
            await consumer._commit(positions)  # noqa: SLF001 -- the public commit() refuses to go backwards
        for tp, offset in positions.items():
            if offset == 0:  # Faust seeks to what is committed, but takes an offset of 0 for none
                await consumer.seek(tp, 0)
        return True

    async def _agent(self, stream: Any) -> None:  # noqa: ANN401
        self._stream = stream = stream.noack()
        every = self._context.settings.checkpoint.every_events
        async for event in stream.events():
            await self._context.outbox.wait_for_room()
            self._context.monitor.event(CONDITION_AGENT)
            record = event.message
            partition = self.partitions.get(record.partition)
            if partition is None:
                continue  # a rebalance has taken it: whoever owns it now reads this event too
            if record.offset > partition.next_offset or isinstance(record.value, UnreadableBatch):
                try:
                    await self._pass_gap(partition, record)
                except LookupError as error:
                    # To go on would lose an observation for ever; a restart reads on where the checkpoints stand.
                    await self._context.runtime.crash(error)
                    return
                if self.partitions.get(record.partition) is not partition:
                    continue  # a rebalance came while the broker was asked
            if partition.accepts(record.offset, round(record.timestamp * 1e3) if record.timestamp else None):
                self._fold(partition, record)
            partition.waiting.append(event)
            if partition.is_due(every):
                await self.checkpoint(partition)
            await self._context.runtime.yield_to_others()

    async def _pass_gap(self, partition: Partition, record: Any) -> None:  # noqa: ANN401
        """Let a partition go on behind offsets that hold nothing to fold; raises `LookupError` where they do."""
        value, due = record.value, partition.next_offset
        first = value.first_offset if isinstance(value, UnreadableBatch) else record.offset
        if first > due:
            gap = await self._gaps.examine(
                partition.number, due, first, lambda: self.partitions.get(partition.number) is partition
            )
            if gap is None:
                return
            self._context.metrics.offset_gaps.inc()
            if gap.lost:
                until_us = int(record.timestamp * 1e6) if record.timestamp else None
                self._losses.tell(partition, due, gap.lost, "they were deleted before they were judged", until_us)
            partition.pass_gap(first)
        if isinstance(value, UnreadableBatch) and partition.next_offset <= record.offset:
            lost = record.offset + 1 - partition.next_offset
            self._losses.tell(partition, partition.next_offset, lost, value.reason)
            partition.pass_gap(record.offset)

    def _fold(self, partition: Partition, record: Any) -> None:  # noqa: ANN401
        try:
            if record.key == PROBE_KEY:
                judge_record(self._context, record)
                return
            observation = decode_observation(record.value)
        except MessageError as error:
            self._context.dead_letters.send(record, str(error))
            return
        if not partition.leaves_aside(observation.machine):
            self.fold(partition, record, observation)

    def fold(
        self,
        partition: Partition,
        record: Any,  # noqa: ANN401
        observation: Observation,
        *,
        said: bool = False,
    ) -> None:
        """Fold an observation into a partition, and send what it comes to, unless all of that is `said` already."""
        before = partition.counted_alarms(observation.machine)
        try:
            outputs = partition.fold(record.offset, observation)
        except Exception as error:
            if said:
                return
            # The fold is deterministic: it would fail here after every restart too. Keep the observation,
            # tell of it, go on; a replay of `observations` stumbles over it in the same place.
            log.exception("%s/%d@%d", record.topic, record.partition, record.offset)
            self._context.dead_letters.send(record, f"internal error, please report it: {error!r}")
            return
        if said:
            return
        self._context.metrics.judged(record.topic, tag_of(observation), observation.observed_us)
        self._context.metrics.alarmed(before, partition.counted_alarms(observation.machine))
        for output in outputs:
            self._context.outbox.send(
                _TOPIC[type(output)],
                key=output.machine.encode(),
                value=encode_output(output),
                partition=LESSONS_PARTITION if isinstance(output, Lesson | Usual) else None,
            )
            if isinstance(output, Action) and output.kind in _FORGETTING:
                self.on_forgotten(output.machine)
            if isinstance(output, Alert):
                for capture in self._captures.on_alert(output):
                    self._context.outbox.send(ROWS, key=capture.machine.encode(), value=encode_output(capture))

    async def checkpoint(self, partition: Partition) -> None:
        """Save what has changed in a partition, and only then acknowledge what has changed it.

        1. Take the events folded since the last checkpoint, and the states that they changed, at one moment.
        2. Wait until the broker has confirmed all that these events caused: outputs come first.
        3. Send the changed states, and after them the partition's position.
        4. Wait until the broker has confirmed them: from here on a restart continues after these events.
        5. Acknowledge the events, so that the group's offsets follow.

        A rebalance during any of the waits makes it void: whoever owns the partition now reads the same events
        again, from a checkpoint that this one has not touched or has completed.
        """
        generation, outbox = self._context.generation, self._context.outbox
        async with partition.checkpointing:
            ours = generation.current
            if not partition.is_changed or self.partitions.get(partition.number) is not partition:
                return
            began = time.perf_counter()
            events, partition.waiting = partition.waiting, []  # 1
            records = partition.snapshot()
            await outbox.flush()  # 2
            if ours != generation.current:
                _log_abandoned(partition, "its outputs are confirmed, its states are not sent")
                return
            for key, value in records:  # 3
                outbox.send(CHECKPOINTS, key=key, value=value, partition=partition.number)
            await outbox.flush()  # 4
            if ours != generation.current:
                _log_abandoned(partition, "its states are confirmed, its events are not acknowledged")
                return
            for event in events:  # 5
                await self._stream.ack(event)
            self._context.metrics.checkpoint_s.observe(time.perf_counter() - began)

    async def checkpoint_all(self) -> None:
        """Save every partition, one after the other."""
        for partition in tuple(self.partitions.values()):
            await self.checkpoint(partition)

    async def save_all(self) -> None:
        """Write all states, as though all had changed: the topic of checkpoints has been made anew."""
        for partition in tuple(self.partitions.values()):
            partition.touch()
            await self.checkpoint(partition)

    async def _checkpoint_now_and_then(self) -> None:
        try:
            while True:
                await asyncio.sleep(self._context.settings.checkpoint.every_s)
                await self.checkpoint_all()
        finally:
            await self._gaps.close()


def _tell_of_damage(number: int, restored: RestoredPartition) -> None:
    for complaint in restored.complaints:
        log.error("checkpoints/%d: %s", number, complaint)
    for name, damage in restored.damaged.items():
        log.error("checkpoints/%d: %s is folded again from %s: %s", number, name, OBSERVATIONS, damage.why)
    if restored.incomplete:
        log.error(
            "checkpoints/%d: it should hold %d machines, so some (%d or more) are missing; whatever it does not "
            "hold is folded again from %s",
            number,
            restored.known,
            restored.missing,
            OBSERVATIONS,
        )


def _log_abandoned(partition: Partition, how_far: str) -> None:
    log.debug("checkpoint of partition %d abandoned: the generation has changed; %s", partition.number, how_far)
