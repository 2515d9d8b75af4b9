"""Checkpoints, by which states survive: a record for each machine, a position for each partition, compacted.

The order is outputs, then checkpoint, then offsets, so that after a kill at any moment the fold continues from a
state whose outputs are all out, and at worst repeats outputs that are byte for byte the same.

- A machine's record says up to which offset of `observations` it has been folded; the position says where the
  partition goes on. Machines come before the position, so a checkpoint cut off in the middle leaves a position that
  is too low, and the machines that did get through skip what they have seen.
- The highest offset wins when they are read: a worker that was frozen and wakes up cannot turn the state back.
- What another version of the state wrote is left aside; without a position that partition is folded again from the
  beginning of `observations`.
"""

from collections.abc import Iterable, Mapping

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from models.errors import ServiceError, StateError
from models.fold import STATE_VERSION, MachineState, dump_state, load_state
from stream.kafka.consumer import new_consumer
from stream.messages.topics import CHECKPOINTS, OBSERVATIONS

__all__ = ["RestoredPartition", "checkpoint_records", "merge_records", "read_checkpoints"]

_POSITION_KEY = b"\x00position"
"""No machine has this id: control characters are not allowed in one."""

_READ_TIMEOUT_S = 60


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """A machine's state after `offset`, or (without a machine) the next offset of the partition."""

    version: str
    offset: int
    machine: str = ""
    state: bytes = b""


class RestoredPartition(msgspec.Struct, frozen=True):
    """What the checkpoints of one partition say; a `next_offset` of None means: from the beginning."""

    next_offset: int | None = None
    machines: dict[str, MachineState] = {}
    folded: dict[str, int] = {}


_decoder = msgspec.msgpack.Decoder(_Record)


def checkpoint_records(
    machines: Iterable[MachineState], folded: Mapping[str, int], next_offset: int
) -> list[tuple[bytes, bytes]]:
    """Give the (key, value) records of a checkpoint in the order in which they must be written."""
    records = [
        (
            state.machine.encode(),
            msgspec.msgpack.encode(_Record(STATE_VERSION, folded[state.machine], state.machine, dump_state(state))),
        )
        for state in machines
    ]
    records.append((_POSITION_KEY, msgspec.msgpack.encode(_Record(STATE_VERSION, next_offset))))
    return records


def merge_records(values: Iterable[bytes]) -> RestoredPartition:
    """Put the records of one partition together: of this version only, the highest offset of each key."""
    position: int | None = None
    newest: dict[str, _Record] = {}
    for value in values:
        try:
            record = _decoder.decode(value)
        except msgspec.DecodeError:
            continue  # written by a version with other records: left aside like any other version
        if record.version != STATE_VERSION:
            continue
        if not record.machine:
            position = max(record.offset, position or 0)
        elif record.machine not in newest or record.offset >= newest[record.machine].offset:
            newest[record.machine] = record
    if position is None:
        return RestoredPartition()
    try:
        machines = {name: load_state(record.state) for name, record in newest.items()}
    except StateError:
        return RestoredPartition()
    return RestoredPartition(position, machines, {name: record.offset for name, record in newest.items()})


async def read_checkpoints(servers: list[str], partitions: Iterable[int]) -> dict[int, RestoredPartition]:
    """Read everything that `checkpoints` holds for these partitions, up to its present end.

    Raises `ServiceError` where the broker does not answer, or where `observations` has been made anew beneath
    checkpoints that belong to an older one.
    """
    checkpoints = [TopicPartition(CHECKPOINTS, number) for number in partitions]
    sources = [TopicPartition(OBSERVATIONS, tp.partition) for tp in checkpoints]
    consumer = new_consumer(servers=servers, group_id=None, max_partition_fetch_bytes=16 * 1024 * 1024)
    try:
        await consumer.start()
        values = await _read_to_end(consumer, checkpoints)
        source_ends = await consumer.end_offsets(sources)
    except KafkaError as error:
        raise ServiceError(f"checkpoints: no answer from the broker at {','.join(servers)} ({error!r})") from error
    finally:
        await consumer.stop()
    restored = {number: merge_records(each) for number, each in values.items()}
    _refuse_recreated(restored, {source.partition: end for source, end in source_ends.items()})
    return restored


async def _read_to_end(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[int, list[bytes]]:
    """Give the values of these partitions from beginning to present end, by partition."""
    consumer.assign(partitions)
    begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    for tp in partitions:
        consumer.seek(tp, begins[tp])
    values: dict[int, list[bytes]] = {tp.partition: [] for tp in partitions}
    unread = {tp for tp in partitions if ends[tp] > begins[tp]}
    while unread:
        batches = await consumer.getmany(*unread, timeout_ms=_READ_TIMEOUT_S * 1000)
        if not batches:
            raise ServiceError(f"checkpoints: nothing came for {_READ_TIMEOUT_S} s; is the broker well?")
        for tp, batch in batches.items():
            values[tp.partition].extend(record.value for record in batch if record.value)
        unread = {tp for tp in unread if await consumer.position(tp) < ends[tp]}
    return values


def _refuse_recreated(restored: Mapping[int, RestoredPartition], source_ends: Mapping[int, int]) -> None:
    """Raise `ServiceError` where a partition stands beyond the end of its `observations`, both by partition."""
    for number, end in source_ends.items():
        position = restored[number].next_offset or 0
        if position > end:
            raise ServiceError(
                f"checkpoints: partition {number} stands at {position}, but {OBSERVATIONS} ends at {end}, so it "
                f"was made anew; delete the topic {CHECKPOINTS} too and start again"
            )
