"""Drawn histories: that truth and twin are what they are said to be."""

from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.observations import MaintenanceObserved, Tick, VibrationObserved
from soak.histories.course import Course
from soak.histories.drawing import KINDS, draw
from soak.histories.hearing import told_in_order
from soak.histories.history import START_US, history_of
from soak.histories.measuring import MAIN, configuration_of
from soak.histories.plan import (
    Away,
    Backlog,
    Clock,
    Fault,
    Learned,
    SensorFault,
    Swap,
    Tacho,
    Way,
    Work,
    sound,
)
from soak.histories.sounds import Sounds
from tests.soak.plain_history import DAY_S, PLAN, SUDDEN

RUNS = Work(run_s=1_500.0, stand_s=2_100.0)
CASES = {
    "steady": PLAN,
    "runs": msgspec.structs.replace(PLAN, work=RUNS),
    "numbers": msgspec.structs.replace(PLAN, cheap=True, speed="reading"),
    "clock": msgspec.structs.replace(PLAN, clock=Clock(1_000.0, ahead_s=3_600.0)),
    "points": msgspec.structs.replace(PLAN, points=3, thermometer=True),
    "other way": msgspec.structs.replace(PLAN, other_way=Way(25_600.0, 2048), changed_s=0.3 * DAY_S),
}
ORDERS = ("in-order", "newest-first", "after-live", "interleaved", "four-uploaders", "twice")


@pytest.mark.parametrize("name", CASES)
def test_the_sound_twin_is_the_history_up_to_its_fault(name):
    plan = CASES[name]
    history, twin = history_of(plan), history_of(sound(plan))
    begun = sum(one.measured_us < history.faulty_us[0] for one in history.sent)
    assert 200 < begun < len(history.sent) == len(twin.sent)
    for mine, its in zip(history.sent[:begun], twin.sent[:begun], strict=True):
        assert mine.observation == its.observation
    assert history.sent[begun].observation != twin.sent[begun].observation
    assert twin.faulty_us is None
    assert [one.truth.running_s for one in history.sent] == [one.truth.running_s for one in twin.sent]


def test_the_twin_has_neither_the_fault_nor_what_deceives_but_what_people_were_told():
    deceived = msgspec.structs.replace(
        PLAN,
        tacho=Tacho(10.0, "zero"),
        sensor=SensorFault("repeats", 10.0),
        swap=Swap(10.0, 0.1),
        learned=Learned(4.0, 20_000.0),
    )
    twin = sound(deceived)
    assert (twin.fault, twin.tacho, twin.sensor, twin.swap) == (None, None, None, None)
    assert any(isinstance(one.observation, MaintenanceObserved) for one in history_of(twin).sent)
    assert Course(twin).fault_times(np.array([10.0]))[0] == 1.0
    said = msgspec.structs.replace(deceived, swap=Swap(10.0, 0.1, said="maintenance"))
    assert sound(said).swap == said.swap


@pytest.mark.parametrize("name", ["steady", "runs", "numbers", "points"])
def test_observations_speak_for_all_running_time_and_for_no_standstill(name):
    plan = CASES[name]
    course, history = Course(plan), history_of(plan)
    since_us, until_us = history.faulty_us
    main = [one for one in history.sent if getattr(one.observation, "point", "") == MAIN]
    slack_s = 2 * plan.interval_s
    assert sum(one.truth.running_s for one in main) == pytest.approx(course.total_s, abs=slack_s)
    faulty_s = course.total_s - course.ran(SUDDEN.at_s)
    assert sum(one.truth.faulty_s for one in main) == pytest.approx(faulty_s, abs=slack_s)
    others = [one for one in history.sent if one not in main]
    assert not any(one.truth.faulty_s for one in others)
    assert all(since_us <= one.measured_us <= until_us + 1 for one in main if one.truth.faulty_s)


@pytest.mark.parametrize("name", ["runs"])
def test_the_last_observation_of_a_run_speaks_for_its_end_and_one_of_a_standstill_for_nothing(name):
    plan = CASES[name]
    course, history = Course(plan), history_of(plan)
    for one in history.sent:
        if one.truth.running_s:
            assert course.runs_at(np.array([(one.measured_us - START_US) / 1e6]))[0]


@pytest.mark.parametrize(("ahead_s", "left_out"), [(-7_200.0, True), (7_200.0, False)])
def test_what_comes_once_a_clock_was_set_back_counts_for_the_twin_when_its_stamps_have_caught_up(ahead_s, left_out):
    at_s = 0.5 * DAY_S
    history = history_of(msgspec.structs.replace(PLAN, fault=None, clock=Clock(at_s, ahead_s=ahead_s)))
    behind_us = (START_US + at_s * 1e6, START_US + (at_s + 7_000.0) * 1e6)
    meanwhile = [one.truth.learned for one in history.sent if behind_us[0] < one.measured_us < behind_us[1]]
    afterwards = [one.truth.learned for one in history.sent if one.measured_us > behind_us[1] + 3e8]
    assert meanwhile
    assert set(meanwhile) == {not left_out}
    assert set(afterwards) == {True}


def test_a_machine_is_known_after_150_observations_and_again_when_it_is_measured_otherwise():
    history = history_of(CASES["other way"])
    known = [one.truth.learned for one in history.sent]
    changed = next(i for i, one in enumerate(history.sent) if one.observation.rate_hz == 25_600.0)
    assert known.index(True) == 150
    assert known[changed : changed + 151] == [False] * 150 + [True]


@given(st.floats(0.01, 0.99), st.integers(0, 50))
@settings(max_examples=50, deadline=None)
def test_the_moment_by_which_it_had_run_so_long_is_found(share, seed):
    course = Course(msgspec.structs.replace(PLAN, seed=seed, work=RUNS))
    moment_s = course.moment_s(share * course.total_s)
    assert course.ran(moment_s) == pytest.approx(share * course.total_s)
    assert course.moment_s(course.total_s + 1.0) == float("inf")


def test_a_fault_that_grows_is_one_from_four_times_the_level_on():
    slow = Fault(at_s=0.0, size=16.0, growth="slow", grows_s=40_000.0)
    course = Course(msgspec.structs.replace(PLAN, fault=slow))
    assert course.faulty_s() == pytest.approx((20_000.0, DAY_S))
    assert course.fault_times(np.array([0.0, 20_000.0, 80_000.0])) == pytest.approx([1.0, 4.0, 16.0])
    falls = Course(msgspec.structs.replace(PLAN, fault=Fault(at_s=9.0, size=0.2, growth="sudden", lasts_s=7_200.0)))
    assert falls.faulty_s() == pytest.approx((9.0, 7_209.0))


@pytest.mark.parametrize("order", ORDERS)
def test_a_backlog_comes_in_its_order_and_whole(order):
    plan = msgspec.structs.replace(PLAN, backlog=Backlog(40_000.0, 60_000.0, order))
    plain, history = history_of(PLAN), history_of(plan)
    arrived = [one.arrived_us for one in history.sent]
    assert arrived == sorted(arrived)
    copies = Counter(one.observation.digest for one in history.sent)
    assert set(copies) == {one.observation.digest for one in plain.sent}
    held = 0.05 * len(plain.sent)
    assert (sum(copies.values()) - len(copies) > held) == (order == "twice")
    late = sum(b.measured_us < a.measured_us for a, b in zip(history.sent, history.sent[1:], strict=False))
    assert late == {"in-order": 0, "after-live": 1, "twice": 1}.get(order, late)
    assert late or order == "in-order"
    running_s = sum(one.truth.running_s for one in history.sent)
    assert running_s == pytest.approx(sum(one.truth.running_s for one in plain.sent))


def test_what_is_lost_never_comes_and_counts_for_two_intervals_at_most():
    history = history_of(msgspec.structs.replace(PLAN, backlog=Backlog(40_000.0, 60_000.0, "lost")))
    assert len(history.sent) < len(history_of(PLAN).sent)
    assert max(one.truth.running_s for one in history.sent) <= 2 * PLAN.interval_s


def test_what_a_worker_reads_late_is_observed_late_and_nobody_ticks_meanwhile():
    history = history_of(msgspec.structs.replace(PLAN, away=Away(40_000.0, 60_000.0)))
    plain = history_of(PLAN)
    assert [one.arrived_us for one in history.sent] == [one.arrived_us for one in plain.sent]
    back_us = START_US + 60_000_000_000
    waited = [one for one in history.sent if one.observation.observed_us == back_us]
    assert len(waited) == pytest.approx(20_000 / PLAN.interval_s, abs=2)
    ticks = [each.observed_us for each in told_in_order(history) if isinstance(each, Tick)]
    assert not any(START_US + 40_000_000_000 <= at_us < back_us for at_us in ticks)


def test_a_silent_machine_is_told_each_minute_that_time_has_passed():
    history = history_of(msgspec.structs.replace(PLAN, backlog=Backlog(40_000.0, 60_000.0, "lost")))
    ticks = [each for each in told_in_order(history) if isinstance(each, Tick)]
    assert 20_000 / 60 <= len(ticks) <= DAY_S / 60 + 60
    assert all(tick.observed_us % 60_000_000 == 0 for tick in ticks)


@pytest.mark.parametrize("colour", ["same", "impacts", "shaft", "standing"])
def test_a_louder_block_is_observed_as_if_it_had_been_so_loud(colour):
    sounds, way = Sounds(configuration_of(PLAN), 3), Way(2560.0, 2560)
    sounds.observed(way, colour, 4, level_g=0.1, rpm=1480.0)
    louder = sounds.observed(way, colour, 4, level_g=0.7, rpm=1480.0)
    really = Sounds(configuration_of(PLAN), 3).observed(way, colour, 4, level_g=0.7, rpm=1480.0)
    assert louder.indicators["rms_g"] == pytest.approx(0.7)
    assert louder.indicators == pytest.approx(really.indicators, rel=1e-4, abs=1e-6)
    assert louder.flags == really.flags


def test_a_signal_beyond_its_rail_is_flagged_by_the_quality_check():
    plan = msgspec.structs.replace(PLAN, way=Way(6400.0, 6400), sensor=SensorFault("rail", 0.0, rail=5.0))
    flags = Counter(flag for one in history_of(plan).sent for flag in one.observation.flags)
    assert flags["clipped"] > 100


def test_a_dead_instrument_gives_its_last_value_with_new_times():
    plan = msgspec.structs.replace(PLAN, sensor=SensorFault("repeats", 30_000.0))
    dead = [one.observation for one in history_of(plan).sent if one.measured_us / 1e6 % DAY_S > 0][-200:]
    assert all(isinstance(one, VibrationObserved) for one in dead)
    assert len({one.indicators["rms_g"] for one in dead}) == 1
    assert len({one.time_us for one in dead}) == 200


def test_a_swap_that_people_tell_is_to_a_less_sensitive_sensor_in_the_same_unit():
    for seed in range(40):
        swap = draw(seed, ("sensor swapped",)).swap
        assert swap.said == "none" or swap.factor < 0.5


@given(st.integers(0, 100_000))
@settings(max_examples=25, deadline=None)
def test_whatever_is_drawn_is_drawn_the_same_twice_and_leaves_time_to_learn_and_to_say_it(seed):
    plan = draw(seed)
    assert plan == draw(seed)
    course = Course(plan)
    since_s, until_s = course.faulty_s()
    assert course.ran(plan.fault.at_s) > 7_200
    assert course.ran(until_s) - course.ran(since_s) > 3_600
    assert 1 <= plan.days <= 14


def test_a_history_is_the_same_twice():
    plan = draw(12, ("backlog",))
    first, second = history_of(plan), history_of(plan)
    assert first == second
    assert plan.backlog is not None


@pytest.mark.parametrize("kind", KINDS)
def test_each_situation_can_be_asked_for(kind):
    assert kind in draw(1, (kind,)).kinds


def test_a_situation_that_there_is_not_is_refused():
    with pytest.raises(KeyError, match="flood"):
        draw(1, ("flood",))
