"""What is read back from checkpoints, whatever order, version or cut they come in."""

import msgspec
import pytest

from models.errors import ServiceError
from models.fold import STATE_VERSION, dump_state, initial_state, step
from models.observations import ReadingObserved
from stream.delivery.checkpoints import RestoredPartition, _refuse_recreated, checkpoint_records, merge_records
from stream.delivery.partition import Partition


def reading(machine: str, number: int) -> ReadingObserved:
    time_us = 1_700_000_000_000_000 + number * 10_000_000
    return ReadingObserved(
        machine=machine,
        point="panel",
        time_us=time_us,
        observed_us=time_us,
        digest=f"{number:016x}",
        values={"current_a": 10.0 + number % 3},
    )


def folded(machine: str, count: int):
    state = initial_state(machine)
    for number in range(count):
        state, _ = step(state, reading(machine, number))
    return state


def values(records):
    return [value for _, value in records]


def test_a_checkpoint_gives_back_machines_and_position():
    states = [folded("P-101", 3), folded("泵 2", 5)]
    restored = merge_records(values(checkpoint_records(states, {"P-101": 7, "泵 2": 9}, 10)))
    assert restored.next_offset == 10
    assert restored.folded == {"P-101": 7, "泵 2": 9}
    assert {name: dump_state(state) for name, state in restored.machines.items()} == {
        state.machine: dump_state(state) for state in states
    }


def test_the_position_comes_last_so_that_a_cut_checkpoint_repeats_instead_of_skipping():
    records = checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8)
    assert [key for key, _ in records] == [b"P-101", b"\x00position"]


def test_a_cut_checkpoint_makes_its_machine_skip_what_it_has_seen():
    early = checkpoint_records([folded("P-101", 3)], {"P-101": 2}, 3)
    cut = checkpoint_records([folded("P-101", 6)], {"P-101": 5}, 6)[:1]
    partition = Partition(0, merge_records(values(early + cut)))
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
    restored = merge_records(values(fresh + stale))
    assert restored.next_offset == 6
    assert dump_state(restored.machines["P-101"]) == dump_state(folded("P-101", 6))


def test_another_version_is_left_aside_and_the_partition_begins_anew():
    records = values(checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8))
    other = [value.replace(STATE_VERSION.encode(), b"?" * len(STATE_VERSION)) for value in records]
    assert other != records
    restored = merge_records(other)
    assert (restored.next_offset, restored.machines) == (None, {})


@pytest.mark.parametrize("value", [b"", b"\xc1", b"not msgpack", msgspec.msgpack.encode([1, 2, 3]), b"\x94\xa1"])
def test_what_is_no_record_is_left_aside(value):
    records = values(checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8))
    assert merge_records([value, *records]).next_offset == 8


def test_a_state_that_cannot_be_read_begins_the_partition_anew():
    records = values(checkpoint_records([folded("P-101", 3)], {"P-101": 7}, 8))
    version, offset, machine, state = msgspec.msgpack.decode(records[0])
    torn = msgspec.msgpack.encode([version, offset, machine, state[: len(state) // 2]])
    assert merge_records([torn, records[1]]).next_offset is None


def test_a_gap_in_the_log_is_never_skipped():
    partition = Partition(3, merge_records(values(checkpoint_records([], {}, 5))))
    assert not partition.accepts(4)
    assert partition.accepts(5)
    with pytest.raises(LookupError, match="observations/3: offset 7 came where 6 was due"):
        partition.accepts(7)


def test_checkpoints_beyond_the_end_of_their_observations_are_refused():
    restored = {0: RestoredPartition(next_offset=5), 1: RestoredPartition()}
    _refuse_recreated(restored, {0: 5, 1: 0})
    with pytest.raises(ServiceError, match="partition 0 stands at 5, but observations ends at 4"):
        _refuse_recreated(restored, {0: 4, 1: 0})
