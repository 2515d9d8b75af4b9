"""Hours of running, standing and not knowing, from what is reported at moments."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import HOUR_US, MINUTE_US, SECOND_US, from_datetime
from models.condition.uptime import RunTime, longest_gap_us

HOUR_0_US = 490_000 * HOUR_US


def reported(moments, run_time=None):
    """Say (minute, running) one after the other; gives the state and, of each hour, the last word."""
    run_time = run_time or RunTime()
    hours, told, earlier_us = {}, [], []
    for minute, running in moments:
        time_us = HOUR_0_US + round(minute * MINUTE_US)
        for hour in run_time.update("泵", time_us, running=running, earlier_us=earlier_us):
            told.append(hour)
            number = (from_datetime(hour.time) - HOUR_0_US) / HOUR_US
            hours[number] = (hour.running_s / 60, hour.stopped_s / 60, hour.unknown_s / 60)
        earlier_us.append(time_us)
    return run_time, hours, told


def every(minutes, begin, end, *, running=True):
    count = round((end - begin) / minutes)
    return [(begin + i * minutes, running) for i in range(count + 1)]


def test_what_was_said_holds_until_the_next_word():
    _, hours, _ = reported([(0, True), (4, True), (8, False), (12, False), (16, True), (20, True)])
    assert hours == {0: (12, 8, 0)}


def test_a_full_hour_is_told_at_its_end_and_the_present_one_once_a_minute():
    _, hours, told = reported(every(0.25, 0, 90))
    assert hours == {0: (60, 0, 0), 1: (30, 0, 0)}
    assert len(told) == 59 + 1 + 30


def test_the_time_before_the_first_word_in_its_hour_is_unknown():
    _, hours, _ = reported(every(1, 10, 75))
    assert hours == {0: (50, 0, 10), 1: (15, 0, 0)}


def test_a_gap_is_unknown_and_neither_running_nor_standing():
    _, hours, _ = reported([*every(1, 0, 20), *every(1, 50, 60)])
    assert hours == {0: (30, 0, 30)}
    _, hours, _ = reported([*every(1, 0, 20, running=False), *every(1, 50, 60)])
    assert hours == {0: (10, 20, 30)}


def test_hours_of_which_nothing_is_known_are_not_told_however_many():
    _, hours, told = reported([*every(1, 0, 30), *every(1, 60 * 24 * 365 + 30, 60 * 24 * 365 + 40)])
    assert hours == {0: (30, 0, 30), 24 * 365: (10, 0, 30)}
    assert len(told) == 30 + 1 + 10


def test_a_machine_that_reports_hourly_runs_in_between_once_that_is_usual():
    _, hours, _ = reported([(60 * i + 30, True) for i in range(8)])
    assert hours == {3: (30, 0, 30), 4: (60, 0, 0), 5: (60, 0, 0), 6: (60, 0, 0), 7: (30, 0, 0)}


def test_two_hours_without_a_word_are_unknown_however_usual():
    _, hours, _ = reported([(121 * i, True) for i in range(30)])
    assert hours == {}


def test_late_words_and_words_of_the_same_moment_add_nothing():
    _, hours, told = reported([(0, True), (4, True), (2, False), (4, True), (5, True)])
    assert hours == {0: (5, 0, 0)}
    assert len(told) == 2


@pytest.mark.parametrize(
    ("minutes", "longest"),
    [([], 5), ([0, 60], 5), ([0, 1, 2, 3], 5), ([0, 10, 20, 30], 30), ([0, 10, 20, 900, 910, 920, 930], 30)],
)
def test_the_longest_gap_follows_what_is_usual(minutes, longest):
    assert longest_gap_us([minute * MINUTE_US for minute in minutes]) == longest * MINUTE_US


MOMENTS = st.lists(
    st.tuples(st.one_of(st.floats(-100, 2000), st.floats(0, 30), st.just(1e6)), st.booleans()), max_size=40
)


@given(MOMENTS)
def test_no_second_is_counted_twice_or_lost(moments):
    run_time, _, told = reported(sorted(moments))
    for hour in told:
        parts = (hour.running_s, hour.stopped_s, hour.unknown_s)
        assert min(parts) >= 0
        assert sum(round(part * SECOND_US) for part in parts) <= HOUR_US
    last = {hour.time: hour for hour in told}
    present_us = (run_time.until_us or 0) // HOUR_US * HOUR_US
    over = [hour for time, hour in last.items() if from_datetime(time) < present_us]
    assert all(round(sum((h.running_s, h.stopped_s, h.unknown_s)) * SECOND_US) == HOUR_US for h in over)


@given(MOMENTS, st.data())
def test_it_goes_on_from_any_cut(moments, data):
    cut = data.draw(st.integers(0, len(moments)))
    whole, _, told = reported(moments)
    earlier = [HOUR_0_US + round(minute * MINUTE_US) for minute, _ in moments[:cut]]
    part, _, first = reported(moments[:cut])
    part = msgspec.msgpack.decode(msgspec.msgpack.encode(part), type=RunTime)
    second = []
    for minute, running in moments[cut:]:
        time_us = HOUR_0_US + round(minute * MINUTE_US)
        second += part.update("泵", time_us, running=running, earlier_us=earlier)
        earlier.append(time_us)
    assert first + second == told
    assert part == whole
