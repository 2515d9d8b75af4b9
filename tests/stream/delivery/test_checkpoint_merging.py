"""Damage of any record of `checkpoints` costs that machine a rebuild, says so, and touches no other."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fold import STATE_VERSION, dump_state
from stream.delivery.checkpoint_merging import LogSpan, merge_records
from stream.delivery.checkpoints import (
    POSITION_KEY,
    checkpoint_records,
    nothing_known_record,
    to_rebuild_record,
    void_position_record,
)
from stream.delivery.partition import Partition
from tests.stream.delivery.machines import folded, reading

NAMES = ["P-101", "泵 2", "fan.3"]


def merged(records, begin=0, end=100):
    return merge_records(records, LogSpan(begin, end))


def written(counts, next_offset, *, known=None):
    """A checkpoint of machines with so many readings; each has seen the offset that is its count."""
    states = [folded(name, count) for name, count in counts.items()]
    return checkpoint_records(states, counts, next_offset, len(counts) if known is None else known)


def flipped(record, at, mask=0xFF):
    key, value = record
    return key, value[:at] + bytes([value[at] ^ mask]) + value[at + 1 :]


def rewritten(record, **changes):
    """A record with some fields changed, as a program that goes wrong would write it: its checksum is left out."""
    version, offset, machine, state, *_ = msgspec.msgpack.decode(record[1])
    fields = {"version": version, "offset": offset, "machine": machine, "state": state} | changes
    return record[0], msgspec.msgpack.encode(list(fields.values()))


def states_of(restored):
    return {name: dump_state(state) for name, state in restored.machines.items()}


def test_a_byte_flipped_anywhere_in_a_record_costs_that_machine_alone():
    first, second, third, position = written({"P-101": 3, "泵 2": 4, "fan.3": 5}, 9)
    for at in range(0, len(second[1]), 7):
        for mask in (0x01, 0x80, 0xFF):
            restored = merged([first, flipped(second, at, mask), third, position])
            assert restored.damaged.keys() == {"泵 2"}, (at, mask)
            assert restored.damaged["泵 2"].said_below == restored.next_offset == 9
            assert restored.folded == {"P-101": 3, "fan.3": 5}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"offset": 10**12}, "its record ends at offset 1000000000000, observations before 100"),
        ({"offset": 100}, "its record ends at offset 100"),
        ({"state": b"\x81"}, "the state cannot be read"),
        ({"state": dump_state(folded("fan.3", 5))}, "its record holds the state of fan.3"),
        ({"state": dump_state(folded("泵 2", 4))[:90]}, "the state cannot be read"),
        ({"offset": "4"}, "its record cannot be read"),
    ],
)
def test_what_makes_no_sense_is_damage_though_no_checksum_says_so(changes, why):
    first, second, third, position = written({"P-101": 3, "泵 2": 4, "fan.3": 5}, 9)
    restored = merged([first, rewritten(second, **changes), third, position])
    assert restored.damaged.keys() == {"泵 2"}
    assert why in restored.damaged["泵 2"].why
    assert states_of(restored).keys() == {"P-101", "fan.3"}


@pytest.mark.parametrize(
    "value", [None, b"", b"\xc1", b"not msgpack", msgspec.msgpack.encode([1, 2, 3]), b"\x94\xa1"]
)
def test_a_record_that_is_none_is_damage_of_the_machine_that_is_its_key(value):
    records = written({"P-101": 3, "泵 2": 4}, 8)
    restored = merged([*records, ("泵 2".encode(), value)])
    assert (restored.next_offset, restored.damaged.keys(), restored.folded) == (8, {"泵 2"}, {"P-101": 3})


def test_a_record_under_the_key_of_another_machine_is_damage_of_both():
    first, (_, second), third, position = written({"P-101": 3, "泵 2": 4, "fan.3": 5}, 9)
    restored = merged([first, (b"P-101", second), third, position])
    assert (restored.damaged.keys(), restored.folded) == ({"P-101", "泵 2"}, {"fan.3": 5})


def test_a_good_record_after_the_damage_mends_it_and_the_same_old_one_does_not():
    old, new = written({"P-101": 3}, 4), written({"P-101": 6}, 7)
    damage = flipped(new[0], 40)
    assert merged([*old, damage, *new]).damaged == {}
    assert merged([*old, damage, old[0], new[1]]).damaged.keys() == {"P-101"}


def test_a_batch_that_nobody_can_read_makes_all_before_it_too_old():
    before, after = written({"P-101": 3, "泵 2": 4}, 6), written({"P-101": 7}, 8, known=2)
    restored = merged([*before, (None, b"the bytes of a batch"), *after])
    assert (restored.next_offset, restored.damaged.keys(), restored.folded) == (8, {"泵 2"}, {"P-101": 7})
    assert "all machines whose record is older" in restored.complaints[0]


def test_an_impossible_offset_does_not_come_alive_when_the_log_has_grown_past_it():
    """Whatever follows it, and however far the log has come: the first checkpoint after it makes it void."""
    record, position = written({"P-101": 3}, 4)
    impossible = rewritten(record, offset=500, state=dump_state(folded("P-101", 9)))
    log = [record, impossible, position]
    restored = merged(log, end=100)
    assert restored.damaged.keys() == {"P-101"}
    log += [*restored.first_records, *written({"P-101": 6}, 7)]
    assert merged(log, end=1000).folded == {"P-101": 6}


def test_an_impossible_offset_that_a_good_record_follows_is_made_void_too():
    log = [*written({"P-101": 3}, 4)]
    log += [rewritten(log[0], offset=500), *written({"P-101": 6}, 7)]
    restored = merged(log, end=100)
    assert (restored.folded, restored.damaged, restored.rewritten) == ({"P-101": 6}, {}, {"P-101"})
    log += Partition(0, restored).snapshot()
    restored = merged(log, end=1000)
    assert (restored.folded, restored.damaged, restored.first_records) == ({"P-101": 6}, {}, ())


def test_a_damaged_position_falls_back_to_the_newest_good_one_and_machines_skip_what_they_have_seen():
    log = [*written({"P-101": 3}, 4), *written({"P-101": 7}, 8)]
    log[-1] = flipped(log[-1], 20)
    restored = merged(log)
    assert (restored.next_offset, restored.folded, restored.damaged) == (4, {"P-101": 7}, {})
    assert "the position" in restored.complaints[0]


def test_without_any_good_position_all_begins_at_the_beginning_of_the_log_and_states_stay():
    log = [*written({"P-101": 7}, 8)]
    log[-1] = flipped(log[-1], 20)
    restored = merged(log, begin=2)
    assert (restored.next_offset, restored.folded, restored.damaged) == (2, {"P-101": 7}, {})


def test_an_impossible_position_is_left_out_and_made_void():
    log = [*written({"P-101": 3}, 4), rewritten(written({}, 500)[0])]
    restored = merged(log)
    assert (restored.next_offset, restored.folded, restored.damaged) == (4, {"P-101": 3}, {})
    log += [*restored.first_records, *written({}, 5, known=1)]
    assert merged(log, end=1000).next_offset == 5


def test_a_log_that_went_back_is_folded_from_its_beginning_and_nothing_old_comes_back():
    log = [*written({"P-101": 30, "泵 2": 2}, 31), *written({"P-101": 40}, 41, known=2)]
    restored = merged(log, end=10)
    assert (restored.next_offset, restored.machines, restored.damaged) == (0, {}, {})
    assert "(it ends at 10)" in restored.complaints[0]
    log += [*restored.first_records, *written({"P-101": 3}, 10)]
    restored = merged(log, end=50)
    assert (restored.next_offset, restored.folded, restored.damaged) == (10, {"P-101": 3}, {})


def test_machines_whose_records_are_gone_are_missed():
    log = written({"P-101": 3, "泵 2": 4, "fan.3": 5}, 9)
    restored = merged(log[1:])
    assert restored.incomplete
    assert (restored.missing, restored.damaged, restored.folded) == (1, {}, {"泵 2": 4, "fan.3": 5})


def test_a_marker_stands_until_a_record_at_or_above_its_offset_comes():
    log = [*written({"P-101": 3}, 9), to_rebuild_record("P-101", 9)]
    assert merged(log).damaged["P-101"].said_below == 9
    assert merged([*log, *written({"P-101": 5}, 20)]).damaged["P-101"].said_below == 9, "a frozen worker's"
    assert merged([*log, *written({"P-101": 8}, 20)]).folded == {"P-101": 8}
    nothing = merged([*log, nothing_known_record("P-101", 20), *written({"P-101": 5}, 20)])
    assert (nothing.machines, nothing.damaged) == ({}, {})


def test_what_a_frozen_worker_rebuilt_does_not_count_where_its_successor_has_gone_on_without_that_machine():
    log = [*written({"P-101": 3, "泵 2": 8}, 9), to_rebuild_record("P-101", 9)]
    log += checkpoint_records([folded("泵 2", 19)], {"泵 2": 19}, 20, 2, aside=["P-101"])
    late = checkpoint_records([folded("P-101", 12)], {"P-101": 12}, 13, 2)
    restored = merged([*log, *late])
    assert (restored.next_offset, restored.folded) == (20, {"泵 2": 19})
    assert restored.damaged["P-101"].said_below == 9
    assert merged([*log, *late, *restored.first_records]).damaged["P-101"].said_below == 9
    joined = checkpoint_records([folded("P-101", 15)], {"P-101": 19}, 20, 2)
    assert merged([*log, *late, *joined]).folded == {"P-101": 19, "泵 2": 19}
    assert merged([*log, *late, joined[0]]).damaged == {}, "the checkpoint was cut off behind it"


def test_a_marker_beyond_the_end_silences_nothing():
    log = [*written({"P-101": 3}, 9), to_rebuild_record("P-101", 1000)]
    restored = merged(log)
    assert restored.damaged["P-101"].said_below == 9
    assert merged([*log, *restored.first_records, *written({"P-101": 8}, 20)], end=5000).folded == {"P-101": 8}


def test_a_void_position_hides_those_before_it():
    assert merged([*written({}, 50), void_position_record(), *written({}, 5)]).next_offset == 5


def fold_to(partition, names, end):
    """Fold the next readings of the log, in which machines take turns."""
    for offset in range(partition.next_offset, end):
        assert partition.accepts(offset)
        observation = reading(names[offset % len(names)], offset // len(names))
        if not partition.leaves_aside(observation.machine):
            partition.fold(offset, observation)


def rebuilt(partition, names):
    """Fold aside what a partition leaves aside, and let it join."""
    aside = Partition(0, merge_records([], LogSpan()))
    for offset in range(partition.next_offset):
        observation = reading(names[offset % len(names)], offset // len(names))
        if partition.leaves_aside(observation.machine):
            aside.fold(offset, observation)
    partition.join(aside.machines.values())


damages = st.sampled_from(["flip", "cut", "empty", "tombstone", "offset", "key", "gone"])


def damaged(record, kind, data):
    key, value = record
    match kind:
        case "flip":
            at = data.draw(st.integers(0, len(value) - 1))
            return [flipped(record, at, data.draw(st.integers(1, 255)))]
        case "cut":
            return [(key, value[: data.draw(st.integers(0, len(value) - 1))])]
        case "empty" | "tombstone":
            return [(key, b"" if kind == "empty" else None)]
        case "offset":
            return [rewritten(record, offset=data.draw(st.integers(10**4, 10**15)))]
        case "key":
            return [(b"somebody", value)]
    return []


@settings(max_examples=150)
@given(st.data())
def test_whatever_is_damaged_siblings_stay_as_they_are_and_all_ends_as_a_fresh_fold(data):
    """Checkpoints of a life, the newest records of some machines damaged: restore, rebuild, save, restore."""
    names = NAMES[: data.draw(st.integers(1, 3))]
    cuts = sorted(data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True)))
    log, worker = [], Partition(0, merge_records([], LogSpan()))
    for cut in cuts:
        fold_to(worker, names, cut)
        log += worker.snapshot()
    span = LogSpan(0, cuts[-1])
    sound = merge_records(log, span)
    newest = {key: at for at, (key, _) in enumerate(log)}
    hurt = data.draw(st.sets(st.sampled_from(sorted(sound.machines))))
    position_hurt = data.draw(st.booleans())
    kinds = {newest[name.encode()]: data.draw(damages) for name in sorted(hurt)}
    if "gone" in kinds.values():  # what is deleted goes with all that is older
        gone = {log[at][0] for at, kind in kinds.items() if kind == "gone"}
        log = [(None if key in gone and at not in kinds else key, value) for at, (key, value) in enumerate(log)]
    if position_hurt:
        kinds[newest[POSITION_KEY]] = "flip"
    broken = [
        each
        for at, record in enumerate(log)
        for each in (damaged(record, kinds[at], data) if at in kinds else [record])
        if record[0] is not None
    ]

    restored = merge_records(broken, span)
    siblings = sound.machines.keys() - hurt
    assert {name: states_of(restored)[name] for name in siblings} == {
        name: states_of(sound)[name] for name in siblings
    }
    assert restored.machines.keys() == siblings
    assert restored.damaged.keys() - {"somebody"} <= hurt
    partition = Partition(0, restored)
    if not position_hurt:
        assert (
            len(restored.damaged.keys() - {"somebody"}) + restored.missing == len(hurt) or "key" in kinds.values()
        )

    end = cuts[-1] + data.draw(st.integers(0, 9))
    middle = data.draw(st.integers(partition.next_offset, end)) if partition.next_offset < end else end
    fold_to(partition, names, middle)
    if data.draw(st.booleans()):  # a kill in the middle, after a checkpoint
        broken += partition.snapshot()
        partition = Partition(0, merge_records(broken, LogSpan(0, end)))
    fold_to(partition, names, end)
    rebuilt(partition, names)
    fresh = Partition(0, merge_records([], LogSpan()))
    fold_to(fresh, names, end)
    expected = {name: dump_state(state) for name, state in fresh.machines.items()}
    assert {name: dump_state(state) for name, state in partition.machines.items()} == expected
    again = merge_records(broken + partition.snapshot(), LogSpan(0, end))
    assert (states_of(again), again.damaged, again.incomplete) == (expected, {}, False)


@given(
    st.lists(st.tuples(st.none() | st.binary(max_size=12), st.none() | st.binary(max_size=60)), max_size=6),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_nothing_that_stands_in_the_topic_raises(records, begin, length):
    sound = written({"P-101": 3}, 4)
    merged([*sound, *records], begin, begin + length)
    assert merged([*records, *written({"P-101": 5}, 6)], 0, 100).folded["P-101"] == 5


def test_a_record_of_0_1_0_with_any_byte_changed_never_raises():
    record, position = (rewritten(each) for each in written({"P-101": 3}, 4))
    assert msgspec.msgpack.decode(record[1])[0] == STATE_VERSION
    for at in range(len(record[1])):
        for mask in (0x01, 0x40, 0xFF):
            merged([flipped(record, at, mask), position])
