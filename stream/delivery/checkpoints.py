"""Checkpoints, by which states survive: a record for each machine, a position for each partition, compacted.

The order is outputs, then checkpoint, then offsets, so that after a kill at any moment the fold continues from a
state whose outputs are all out, and at worst repeats outputs that are byte for byte the same.

- A machine's record says up to which offset of `observations` it has been folded; the position says where the
  partition goes on. Machines come before the position, so a checkpoint cut off in the middle leaves a position that
  is too low, and the machines that did get through skip what they have seen.
- The highest offset wins when they are read: a worker that was frozen and wakes up cannot turn the state back.
- What another version of the state wrote is left aside; without a position that partition is folded again from the
  beginning of `observations`.
- Each record carries a checksum, and the position how many machines it stands for, and the time of the observation
  before it, by which another log of that name is known. What is damaged, missing or
  beyond the end of `observations` costs its machine alone: `stream.delivery.checkpoint_merging` finds it, and
  `stream.agents.rebuilding` folds that machine again. Until then a marker stands in its place, a record without
  a state: whatever came before it is void, and so is what comes later with a lower offset.
"""

import zlib
from collections.abc import Iterable, Mapping

import msgspec

from models.errors import StateError
from models.fold import STATE_VERSION, MachineState, dump_state
from stream.messages.unreadable_batch import UnreadableBatch

__all__ = [
    "NOTHING",
    "POSITION_KEY",
    "TO_REBUILD",
    "CheckpointRecord",
    "checkpoint_records",
    "nothing_known_record",
    "read_record",
    "to_rebuild_record",
    "void_position_record",
]

POSITION_KEY = b"\x00position"
"""No machine has this id: control characters are not allowed in one."""

TO_REBUILD = b""
"""In place of a state: the machine is to be folded again; what it says above the offset is not out yet."""
NOTHING = b"\xc0"
"""In place of a state: up to the offset, `observations` holds nothing of this machine any more."""

_VOID_POSITION = -1

_CHECKSUM_BYTES = 4
"""A record's last ones, of all before them: whatever fields another version adds, each finds it there."""
_OF_0_1_0 = 0x94
"""How a record begins that has none: four fields, as version 0.1.0 wrote it."""

KeyAndValue = tuple[bytes, bytes]


class CheckpointRecord(msgspec.Struct, frozen=True, array_like=True):
    """A machine's state after `offset`, or (without a machine) the next offset of the partition."""

    version: str
    offset: int
    machine: str = ""
    state: bytes = b""
    machines: int | None = None
    """With a position: how many machines have a record; None where version 0.1.0 wrote it."""
    appended_ms: int | None = None
    """With a position: when the broker received the observation before it; None where that is not known."""
    aside: tuple[str, ...] = ()
    """With a position: machines whose observations were passed by; a record of theirs counts if it reaches it."""

    @property
    def voids_positions(self) -> bool:
        """Say whether this is no position, but makes those before it void."""
        return not self.machine and self.offset <= _VOID_POSITION


_decoder = msgspec.msgpack.Decoder(CheckpointRecord)


def checkpoint_records(
    machines: Iterable[MachineState],
    folded: Mapping[str, int],
    next_offset: int,
    known: int | None = None,
    appended_ms: int | None = None,
    aside: Iterable[str] = (),
) -> list[KeyAndValue]:
    """Give the (key, value) records of a checkpoint in the order in which they must be written.

    `known` is how many machines of the partition have a record once these are written, `appended_ms` when the
    broker received the observation before `next_offset`; None leaves it open. `aside` are machines that have not
    been folded up to there.
    """
    records = [
        _encoded(CheckpointRecord(STATE_VERSION, folded[state.machine], state.machine, dump_state(state)))
        for state in machines
    ]
    position = CheckpointRecord(
        STATE_VERSION, next_offset, machines=known, appended_ms=appended_ms, aside=tuple(aside)
    )
    records.append(_encoded(position))
    return records


def to_rebuild_record(machine: str, said_below: int) -> KeyAndValue:
    """Give the marker of a machine that is to be folded again; its outputs below this offset are out already."""
    return _encoded(CheckpointRecord(STATE_VERSION, said_below - 1, machine, TO_REBUILD))


def nothing_known_record(machine: str, next_offset: int) -> KeyAndValue:
    """Give the record of a machine of which there is no observation below this offset."""
    return _encoded(CheckpointRecord(STATE_VERSION, next_offset - 1, machine, NOTHING))


def void_position_record() -> KeyAndValue:
    """Give the record that makes all positions before it void."""
    return _encoded(CheckpointRecord(STATE_VERSION, _VOID_POSITION))


def read_record(value: bytes) -> CheckpointRecord:
    """Read a record of any version; raises `StateError` where it is damaged."""
    if isinstance(value, UnreadableBatch):
        raise StateError(value.reason)
    try:
        record = _decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateError(f"its record cannot be read ({error})") from error
    if value[0] != _OF_0_1_0 and value != _checked(value):
        raise StateError("its record is damaged: the checksum differs")
    return record


def _encoded(record: CheckpointRecord) -> KeyAndValue:
    fields = (*msgspec.structs.astuple(record), bytes(_CHECKSUM_BYTES))
    return record.machine.encode() or POSITION_KEY, _checked(msgspec.msgpack.encode(fields))


def _checked(value: bytes) -> bytes:
    """Give a record with the right checksum in its last bytes."""
    content = value[:-_CHECKSUM_BYTES]
    return content + zlib.crc32(content).to_bytes(_CHECKSUM_BYTES)
