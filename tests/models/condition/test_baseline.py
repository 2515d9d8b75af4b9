from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.baseline import FOLLOW_S, MIN_BASELINE_VALUES, Baseline


@pytest.fixture
def noise():
    return np.random.default_rng(7).normal(2.0, 0.3, 2000)


def test_it_finds_location_and_scale_of_a_normal_signal(noise):
    baseline = Baseline(floor=0.01)
    for value in noise:
        baseline.learn_one(float(value))
    assert baseline.location == pytest.approx(2.0, abs=0.03)
    assert baseline.scale == pytest.approx(0.3, rel=0.1)


def test_one_shock_in_ten_hardly_moves_it(noise):
    baseline = Baseline(floor=0.01)
    for i, value in enumerate(noise):
        baseline.learn_one(float(value) + (50.0 if i % 10 == 0 else 0.0))
    assert baseline.location == pytest.approx(2.0, abs=0.15)
    assert baseline.scale < 0.5


def test_it_judges_nothing_while_young_and_more_widely_while_youthful(noise):
    baseline = Baseline(floor=0.01)
    for value in noise[: MIN_BASELINE_VALUES - 1]:
        baseline.learn_one(float(value))
    assert not baseline.ready
    baseline.learn_one(2.0)
    assert baseline.ready
    assert baseline.sigma() > 1.5 * baseline.scale
    assert not baseline.young


def test_a_quiet_signal_keeps_the_least_scale():
    baseline = Baseline(floor=0.05)
    for _ in range(200):
        baseline.learn_one(1.0)
    assert baseline.sigma() >= 0.05


def test_it_follows_slowly_and_never_further_than_a_quarter():
    baseline = Baseline(floor=0.05)
    for _ in range(500):
        baseline.learn_one(0.0)
    for _ in range(1000):
        baseline.follow(0.1, FOLLOW_S / 100)
    assert 0.05 < baseline.location <= 0.1
    for _ in range(100_000):
        baseline.follow(5.0, FOLLOW_S)
    assert baseline.location == pytest.approx(log(1.25))


@given(st.lists(st.floats(-1e12, 1e12), max_size=200), st.floats(0, 1e9))
def test_it_stays_finite(values, elapsed_s):
    baseline = Baseline(floor=0.05)
    for i, value in enumerate(values):
        if i < 100:
            baseline.learn_one(value)
        else:
            baseline.follow(value, elapsed_s)
    assert np.isfinite([baseline.location, baseline.scale, baseline.sigma()]).all()
    assert len(baseline.young) < MIN_BASELINE_VALUES


def test_running_in_it_sinks_to_what_is_held_for_an_hour_and_by_a_quarter_at_most():
    rng, baseline = np.random.default_rng(3), Baseline(floor=0.01)
    for value in rng.normal(0.0, 0.2, 200).tolist():
        baseline.learn_one(value)
    for value in rng.normal(-0.1, 0.05, 3000).tolist():
        baseline.tighten(value, 10.0)
    assert baseline.location == pytest.approx(-0.1, abs=0.02)
    assert baseline.scale == pytest.approx(0.05, rel=0.2)
    for value in rng.normal(0.5, 0.3, 3000).tolist():
        baseline.tighten(value, 10.0)
    assert baseline.location == pytest.approx(-0.1, abs=0.02)
    assert baseline.scale < 0.07
    for _ in range(3000):
        baseline.tighten(-5.0, 10.0)
    assert baseline.location == pytest.approx(-log(1.25), abs=0.05)


def test_sparse_values_settle_it_no_faster_than_thirty_of_them():
    baseline = Baseline(floor=0.05)
    for _ in range(100):
        baseline.learn_one(0.0)
    baseline.tighten(-1.0, 86_400.0)
    assert -0.01 < baseline.location < 0.0


def test_a_wear_of_a_day_is_followed_by_a_seventh():
    baseline, minute_s = Baseline(floor=0.05), 60
    for _ in range(100):
        baseline.learn_one(0.0)
    for _ in range(24 * 60):
        baseline.follow(0.05, minute_s)
    assert baseline.location == pytest.approx(0.05 / 7, rel=0.1)
