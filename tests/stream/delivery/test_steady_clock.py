"""Steps of the computer's clock: what really passed is what counts, until the step is believed."""

import pytest

from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from stream.delivery.steady_clock import SteadyClock

NOW_US = 1_700_000_000 * SECOND_US


class Clocks:
    """A computer's two clocks."""

    def __init__(self):
        self.wall, self.steady = NOW_US, 5 * SECOND_US

    def pass_by(self, us):
        self.wall += us
        self.steady += us

    def clock(self):
        return SteadyClock(wall_us=lambda: self.wall, steady_us=lambda: self.steady)


@pytest.mark.parametrize("step_us", [3 * HOUR_US, -3 * HOUR_US, 400 * DAY_US, -400 * DAY_US])
def test_times_from_before_a_step_and_after_it_are_each_taken_as_they_were_meant(step_us):
    clocks = Clocks()
    clock = clocks.clock()
    before = clocks.wall
    clocks.pass_by(SECOND_US)
    clocks.wall += step_us
    assert clock.look() == (False, step_us)
    after = clocks.wall
    assert before - clock.difference_us(before) == clocks.steady - SECOND_US
    assert after - clock.difference_us(after) == clocks.steady
    clocks.pass_by(59 * MINUTE_US)
    assert clock.look() == (False, 0)
    assert before - clock.difference_us(before) == clocks.steady - SECOND_US - 59 * MINUTE_US
    clocks.pass_by(2 * MINUTE_US)
    assert clock.look() == (True, 0), "now it is believed"
    assert before - clock.difference_us(before) == clocks.steady - 61 * MINUTE_US - SECOND_US - step_us


def test_a_step_that_is_taken_back_leaves_nothing():
    clocks = Clocks()
    clock = clocks.clock()
    stamp = clocks.wall
    clocks.wall += 5 * HOUR_US
    clock.look()
    clocks.pass_by(10 * MINUTE_US)
    clocks.wall -= 5 * HOUR_US
    assert clock.look() == (False, -5 * HOUR_US)
    assert stamp - clock.difference_us(stamp) == clocks.steady - 10 * MINUTE_US


@pytest.mark.parametrize("step_us", [2 * SECOND_US, -40 * SECOND_US])
def test_a_small_step_is_followed_at_once(step_us):
    clocks = Clocks()
    clock = clocks.clock()
    clocks.wall += step_us
    assert clock.look() == (True, 0)
    assert clocks.wall - clock.difference_us(clocks.wall) == clocks.steady
    assert clock.look() == (False, 0)


def test_a_clock_that_steps_all_the_time_costs_nothing_more():
    clocks = Clocks()
    clock = clocks.clock()
    for turn in range(1_000):
        clocks.pass_by(SECOND_US)
        clocks.wall += (-1) ** turn * (turn + 2) * MINUTE_US
        clock.look()
    assert clocks.wall - clock.difference_us(clocks.wall) == clocks.steady
