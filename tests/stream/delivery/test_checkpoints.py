"""What is read back from checkpoints, whatever order, version or cut they come in."""

import zlib

import msgspec
import pytest

from models.fold import STATE_VERSION, dump_state
from stream.delivery.checkpoint_merging import LogSpan, RestoredPartition, merge_records
from stream.delivery.checkpoints import checkpoint_records
from stream.delivery.partition import Partition
from tests.stream.delivery.machines import folded, reading


def merged(records, begin=0, end=100):
    return merge_records(records, LogSpan(begin, end))


def test_a_checkpoint_gives_back_machines_and_position():
    states = [folded("P-101", 3), folded("泵 2", 5)]
    restored = merged(checkpoint_records(states, {"P-101": 7, "泵 2": 9}, 10))
    assert restored.next_offset == 10
    assert restored.folded == {"P-101": 7, "泵 2": 9}
    assert {name: dump_state(state) for name, state in restored.machines.items()} == {
        state.machine: dump_state(state) for state in states
    }
    assert (restored.damaged, restored.missing, restored.complaints) == ({}, 0, ())
    assert restored.first_records == ()


def test_the_position_comes_last_so_that_a_cut_checkpoint_repeats_instead_of_skipping():
    records = checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8)
    assert [key for key, _ in records] == [b"P-101", b"\x00position"]


def test_a_cut_checkpoint_makes_its_machine_skip_what_it_has_seen():
    early = checkpoint_records([folded("P-101", 3)], {"P-101": 2}, 3)
    cut = checkpoint_records([folded("P-101", 6)], {"P-101": 5}, 6)[:1]
    partition = Partition(0, merged(early + cut))
    assert partition.next_offset == 3
    outputs = []
    for offset in range(3, 8):
        assert partition.accepts(offset)
        outputs.append(bool(partition.fold(offset, reading("P-101", offset))))
    assert outputs == [False, False, False, True, True]
    assert dump_state(partition.machines["P-101"]) == dump_state(folded("P-101", 8))


def test_a_stale_writer_that_writes_last_loses():
    fresh = checkpoint_records([folded("P-101", 6)], {"P-101": 5}, 6)
    stale = checkpoint_records([folded("P-101", 3)], {"P-101": 2}, 3)
    restored = merged(fresh + stale)
    assert restored.next_offset == 6
    assert dump_state(restored.machines["P-101"]) == dump_state(folded("P-101", 6))
    assert Partition(0, restored).snapshot()[0] == fresh[0], "it is written again: compaction keeps what comes last"


def as_version(record, version, fields=None):
    """A record as another version wrote it, or as 0.1.0 did: with the first four fields only."""
    key, value = record
    _, *others = msgspec.msgpack.decode(value)
    return key, msgspec.msgpack.encode([version, *others][:fields])


def test_another_version_is_left_aside_and_the_partition_begins_anew():
    records = checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8, 1)
    restored = merged([as_version(record, "14 river-0.25", 4) for record in records], begin=2)
    assert restored == RestoredPartition(begin=2, next_offset=2)


def test_what_0_1_0_wrote_is_gone_on_with():
    records = checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8, 1)
    restored = merged([as_version(record, STATE_VERSION, 4) for record in records])
    assert (restored.next_offset, restored.folded, restored.damaged) == (8, {"P-101": 7}, {})


def test_fields_that_a_later_version_adds_are_no_damage():
    key, value = checkpoint_records([], {}, 8, 1)[0]
    *fields, checksum = msgspec.msgpack.decode(value)
    later = msgspec.msgpack.encode([*fields, {"new": 1}, checksum])[:-4]
    restored = merged([(key, later + zlib.crc32(later).to_bytes(4))])
    assert (restored.next_offset, restored.complaints) == (8, ())


def test_what_is_written_now_0_1_0_reads():
    class Record(msgspec.Struct, frozen=True, array_like=True):
        version: str
        offset: int
        machine: str = ""
        state: bytes = b""

    (_, machine), (_, position) = checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8, 1)
    state = dump_state(folded("P-101", 3))
    assert msgspec.msgpack.decode(machine, type=Record) == Record(STATE_VERSION, 7, "P-101", state)
    assert msgspec.msgpack.decode(position, type=Record) == Record(STATE_VERSION, 8)


def test_a_gap_in_the_log_is_never_skipped_unasked():
    partition = Partition(3, merged(checkpoint_records([], {}, 5)))
    assert not partition.accepts(4)
    assert partition.accepts(5)
    with pytest.raises(LookupError, match="observations/3: offset 7 came where 6 was due"):
        partition.accepts(7)
    partition.pass_gap(7)
    assert partition.accepts(7)
