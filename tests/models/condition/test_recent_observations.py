import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.recent_observations import WINDOW, RecentObservations, fingerprint


@given(st.lists(st.integers(0, 5), max_size=300))
def test_every_time_is_given_once_and_the_window_stays_bounded(times):
    recent, given_out = RecentObservations(), []
    for number, time_us in enumerate(times):
        free = recent.unique_time_us(time_us)
        assert free >= time_us
        assert free not in recent.times_us
        recent.add(number, free)
        given_out.append(free)
    assert len(recent.times_us) == len(recent.fingerprints) <= WINDOW
    if len(times) <= WINDOW:
        assert len(set(given_out)) == len(given_out)


def test_a_shared_time_moves_on_by_the_fewest_microseconds():
    recent = RecentObservations()
    for mark, taken in enumerate((10, 11, 13)):
        recent.add(mark, taken)
    assert [recent.unique_time_us(t) for t in (9, 10, 11, 13)] == [9, 12, 12, 14]


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from("ab")), max_size=400), st.integers(0, 400))
def test_what_comes_again_is_known_while_it_is_in_the_window_in_whatever_order_it_came(said, restarted_after):
    recent, remembered = RecentObservations(), []
    for number, (time_us, content) in enumerate(said):
        if number == restarted_after:
            recent = RecentObservations.unpacked(recent.packed())
        mark = fingerprint(time_us, content)
        known = recent.contains(mark, time_us)
        assert known == (mark in remembered)
        if not known:
            recent.add(mark, recent.unique_time_us(time_us))
            remembered = [*remembered, mark][-WINDOW:]


def test_a_fingerprint_depends_on_time_and_content():
    marks = {fingerprint(time_us, digest) for time_us in (0, 1, -1) for digest in ("a", "b", "泵")}
    assert len(marks) == 9
    assert all(0 <= mark < 2**48 for mark in marks)


TIMES = st.lists(st.one_of(st.integers(0, 10_000), st.integers(-(2**58), 2**58)), max_size=WINDOW)


def packed_before(marks, times_us):
    """Pack as states of before have it: with eight bytes a fingerprint."""
    if not times_us:
        return b""
    steps = [later - earlier for earlier, later in pairwise(times_us)]
    near = all(abs(step) < 2**31 for step in steps)
    head = struct.pack("<?q", near, times_us[0])
    return head + struct.pack(f"<{len(marks)}Q{len(steps)}{'i' if near else 'q'}", *marks, *steps)


@given(TIMES, st.data())
def test_it_goes_on_from_bytes_and_from_what_older_states_have(times_us, data):
    marks = data.draw(st.lists(st.integers(0, 2**64 - 1), min_size=len(times_us), max_size=len(times_us)))
    short = [mark % 2**48 for mark in marks]
    recent = RecentObservations(short, times_us)
    for stored in (recent.packed(), packed_before(marks, times_us), [marks, times_us]):
        again = RecentObservations.unpacked(stored)
        assert (again.fingerprints, again.times_us) == (short, times_us)
        assert again == recent
        assert again.packed() == recent.packed()


def test_what_an_older_state_remembers_is_known_again():
    mark = fingerprint(5, "ab")
    recent = RecentObservations.unpacked(packed_before([mark + (0xABCD << 48)], [5]))
    assert recent.contains(mark, 5)


def test_a_window_of_each_second_takes_ten_bytes_an_observation():
    recent = RecentObservations(range(2**47, 2**47 + WINDOW), range(0, WINDOW * 1_000_000, 1_000_000))
    assert len(recent.packed()) <= 10 * WINDOW + 8


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_or_come_to_as_many_of_both(stored):
    try:
        recent = RecentObservations.unpacked(stored)
    except ValueError:
        return
    assert len(recent.fingerprints) == len(recent.times_us)


@pytest.mark.parametrize("stored", [7, [[1]], [[1], ["a"]], None])
def test_what_is_no_such_thing_is_refused(stored):
    with pytest.raises(ValueError, match=r"recent|Expected"):
        RecentObservations.unpacked(stored)
