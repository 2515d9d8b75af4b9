"""A forgotten machine is none of a partition's, stays so through any restart, and leaves once the log has."""

import pytest

from models.fold import dump_state, initial_state, step
from models.observations import RosterObserved
from stream.delivery.checkpoint_merging import LogSpan, RestoredPartition, merge_records
from stream.delivery.partition import Partition
from tests.stream.delivery.machines import reading


def forgotten(machine, number, do="forget"):
    time_us = reading(machine, number).time_us
    return RosterObserved(
        machine=machine, observed_us=time_us, time_us=time_us, arrived_us=time_us, digest=f"{do}{number}", do=do
    )


def folded(partition, observations):
    for observation in observations:
        offset = partition.next_offset
        assert partition.accepts(offset)
        partition.fold(offset, observation)
    return partition


def fresh():
    return Partition(0, RestoredPartition())


def restored(records, begin=0, end=10_000):
    return Partition(0, merge_records(records, LogSpan(begin, end)))


LIVES = [reading("P-1", 0), reading("泵 2", 0), reading("P-1", 1), forgotten("P-1", 2), reading("泵 2", 1)]


def test_it_is_no_machine_any_more_and_its_siblings_stay():
    partition = folded(fresh(), LIVES)
    assert set(partition.machines) == {"泵 2"}
    assert set(partition.forgotten) == {"P-1"}
    assert partition.machines["泵 2"].counts.accepted == 2


@pytest.mark.parametrize("cut", range(len(LIVES) + 1))
def test_it_stays_forgotten_through_a_restart_at_any_place(cut):
    before = folded(fresh(), LIVES[:cut])
    older = folded(fresh(), LIVES[: max(0, cut - 2)]).snapshot()
    partition = folded(restored([*older, *before.snapshot()]), LIVES[cut:])
    whole = folded(fresh(), LIVES)
    assert {each.machine: dump_state(each) for each in partition.states()} == {
        each.machine: dump_state(each) for each in whole.states()
    }
    assert set(partition.forgotten) == {"P-1"}


def test_an_older_record_that_a_frozen_worker_writes_late_does_not_bring_it_back():
    early = folded(fresh(), LIVES[:3]).snapshot()
    partition = folded(fresh(), LIVES)
    assert set(restored([*early, *partition.snapshot(), *early]).forgotten) == {"P-1"}


def test_it_begins_anew_and_that_survives_as_well():
    partition = folded(fresh(), [*LIVES, reading("P-1", 50)])
    assert (set(partition.machines), partition.forgotten) == ({"P-1", "泵 2"}, {})
    again = restored(partition.snapshot())
    assert again.machines["P-1"].counts.accepted == 1
    assert set(folded(again, [forgotten("P-1", 60)]).forgotten) == {"P-1"}


def test_what_is_left_of_it_goes_once_the_log_has_passed_it():
    partition = folded(fresh(), LIVES)
    records = partition.snapshot()
    assert set(restored(records, begin=3).forgotten) == {"P-1"}, "the word itself is still there"
    later = restored(records, begin=4)
    assert later.forgotten == {}
    assert later.is_changed, "that is written down"
    records += later.snapshot()
    last = merge_records(records, LogSpan(4, 10_000))
    assert (set(last.machines), last.damaged, last.missing, last.incomplete) == ({"泵 2"}, {}, 0, False)
    again = folded(Partition(0, last), [reading("P-1", 90)])
    assert again.machines["P-1"].counts.accepted == 1


def test_folded_again_from_what_retention_has_left_it_is_forgotten_or_was_never_heard_of():
    for begin in range(len(LIVES)):
        partition = folded(fresh(), LIVES[begin:])
        assert "P-1" not in partition.machines
        assert ("P-1" in partition.forgotten) == (begin <= 3)


def test_a_damaged_record_of_it_is_folded_again_aside_and_it_stays_forgotten():
    records = folded(fresh(), LIVES).snapshot()
    hurt = [(key, value[:-1] if key == b"P-1" else value) for key, value in records]
    partition = restored(hurt)
    assert partition.leaves_aside("P-1")
    aside = folded(fresh(), [each for each in LIVES if partition.leaves_aside(each.machine)])
    partition.join(aside.states())
    assert (set(partition.machines), set(partition.forgotten)) == ({"泵 2"}, {"P-1"})
    assert not partition.rebuilding
    assert set(restored(records + partition.snapshot()).forgotten) == {"P-1"}


def test_where_records_are_missing_one_that_is_known_to_be_forgotten_is_not_folded_again():
    records = [each for each in folded(fresh(), LIVES).snapshot() if each[0] != "泵 2".encode()]
    partition = restored(records)
    assert partition.incomplete
    assert not partition.leaves_aside("P-1")
    assert partition.leaves_aside("泵 2")


def test_a_retired_machine_stays_a_machine():
    partition = folded(fresh(), [reading("P-1", 0), forgotten("P-1", 1, do="retire")])
    again = restored(partition.snapshot())
    assert again.machines["P-1"].left.kind == "retired"
    assert folded(again, [forgotten("P-1", 2, do="return")]).machines["P-1"].left is None


def test_touched_all_of_it_is_written():
    partition = folded(fresh(), LIVES)
    partition.snapshot()
    partition.touch()
    assert {key for key, _ in partition.snapshot()} == {b"P-1", "泵 2".encode(), b"\x00position"}


def test_the_partition_folds_as_the_fold_alone_does():
    state = initial_state("P-1")
    for each in [*LIVES, reading("P-1", 70)]:
        if each.machine == "P-1":
            state, _ = step(state, each)
    partition = folded(fresh(), [*LIVES, reading("P-1", 70)])
    assert dump_state(partition.machines["P-1"]) == dump_state(state)
