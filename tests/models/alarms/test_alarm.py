import msgspec
from hypothesis import given
from hypothesis import strategies as st

from models.alarms.alarm import Alarm, Delays
from models.clock import SECOND_US

DELAYS = Delays(on_us=(60 * SECOND_US, 180 * SECOND_US, 180 * SECOND_US), off_us=600 * SECOND_US)


def run(alarm, degrees, step_s=10, start_s=0):
    levels = []
    for i, degree in enumerate(degrees):
        alarm.level = alarm.update(degree, (start_s + i * step_s) * SECOND_US, DELAYS)
        levels.append(alarm.level)
    return levels


def test_evidence_must_hold_for_the_delay():
    assert run(Alarm(), [1.0] * 6) == [0] * 6
    assert run(Alarm(), [1.0] * 7) == [0] * 6 + [1]
    assert run(Alarm(), [2.5] * 20)[-2:] == [2, 2]


def test_one_observation_is_never_enough_however_long_it_stands():
    assert run(Alarm(), [3.0, 0.0, 3.0, 0.0, 3.0], step_s=3600) == [0] * 5
    assert run(Alarm(), [3.0, 3.0], step_s=3600) == [0, 3]


def test_an_interruption_starts_the_delay_again():
    assert max(run(Alarm(), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0] * 20)) == 0


def test_within_the_deadband_a_level_is_kept_for_ever():
    assert run(Alarm(), [1.0] * 7 + [0.8] * 200)[-1] == 1
    assert run(Alarm(), [1.0] * 7 + [0.7] * 62)[-1] == 0


def test_it_is_cleared_only_after_the_off_delay_and_five_observations():
    assert run(Alarm(), [1.0] * 7 + [0.0] * 60)[-1] == 1
    assert run(Alarm(), [1.0] * 7 + [0.0] * 61)[-1] == 0
    alarm = Alarm()
    run(alarm, [1.0] * 7)
    assert run(alarm, [0.0] * 5, step_s=3600, start_s=4000) == [1, 1, 1, 1, 0]


def test_a_level_falls_through_the_ones_that_still_hold():
    levels = run(Alarm(), [3.5] * 20 + [1.5] * 70 + [0.0] * 70)
    assert [level for i, level in enumerate(levels) if i == 0 or levels[i - 1] != level] == [0, 1, 3, 1, 0]


@given(st.lists(st.floats(0, 4), max_size=200), st.integers(1, 7200))
def test_it_never_shows_a_level_whose_evidence_never_came(degrees, step_s):
    levels = run(Alarm(), degrees, step_s)
    highest = 0.0
    for level, degree in zip(levels, degrees, strict=True):
        highest = max(highest, degree)
        assert level <= highest


def test_a_level_takes_two_observations_more_where_the_newest_value_is_back_to_usual():
    def levels(newest, degree=2.0, step_us=600 * SECOND_US):
        alarm = Alarm()
        return [alarm.update(degree, i * step_us, DELAYS, each) for i, each in enumerate(newest)]

    assert levels([2.0, 2.0]) == [0, 2]
    assert levels([2.0, 1.5]) == [0, 2]
    assert levels([2.0, 1.4]) == [0, 1]
    assert levels([2.0, 0.4]) == [0, 0]
    assert levels([2.0, 0.4, 0.4, 0.4, 0.0]) == [0, 0, 0, 2, 2], "what is on goes by the smoothed value alone"
    assert levels([0.0] * 40, step_us=10 * SECOND_US) == levels([2.0] * 40, step_us=10 * SECOND_US), "none is lost"


@given(st.floats(0.0, 1.0), st.floats(0.01, 0.2))
def test_a_wider_deadband_keeps_what_hovers_about_its_limit_as_one(deadband, stray):
    delays = msgspec.structs.replace(DELAYS, deadband=deadband)
    alarm, levels = Alarm(), []
    degrees = [1.0] * 7 + [1.0 - deadband + stray, 1.0] * 200 + [1.0 - deadband - stray] * 70
    for i, degree in enumerate(degrees):
        levels.append(alarm.update(degree, i * 10 * SECOND_US, delays))
    assert set(levels[6:-61]) == {1}
    assert levels[-1] == 0
