"""Bearings with nearly whole orders: the shaft's lines are not named as theirs, nor theirs called healthy."""

import pytest

from models.diagnosis.diagnose import diagnose
from models.machinery.kinematics import BearingOrders
from tests.models.diagnosis.made_up import RATE_HZ, SHAFT_HZ, impacts, noise

NEARLY_WHOLE = BearingOrders(bpfo=3.006, bpfi=4.994, bsf2=3.776, ftf=0.376)


def judged(samples, told=1.0):
    return diagnose(samples, rate_hz=RATE_HZ, speed_rpm=60 * SHAFT_HZ * told, orders=NEARLY_WHOLE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_race_whose_lines_fall_on_the_shaft_s_is_not_called_healthy(seed):
    struck = impacts(3 * SHAFT_HZ, slip=0.002, seed=seed)
    found = judged(noise(seed=seed) + 0.02 * struck)
    assert (found.verdict, found.reason) == ("unknown", "near_shaft")
    assert found.reason_value == pytest.approx(3 * SHAFT_HZ, rel=0.001)
    assert "3 x speed" in found.reason_en
    assert "3 倍" in found.reason_zh


@pytest.mark.parametrize("told", [0.995, 0.998, 1.0, 1.002, 1.005])
def test_knocks_once_a_turn_are_no_race_of_such_a_bearing(told):
    knocks = impacts(SHAFT_HZ, slip=0.0005)
    for height in (0.3, 1.0):
        found = judged(noise() + 0.02 * height * knocks, told)
        assert not found.verdict.startswith("bearing")


def test_noise_is_healthy_with_such_a_bearing_too():
    assert judged(noise()).verdict == "healthy"
