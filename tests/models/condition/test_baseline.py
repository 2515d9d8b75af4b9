from math import log, pi, sin, sqrt

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


def followed(signal, *, noise=0.05, step_s=600, days=40.0, floor=0.01):
    """Learn noise, then follow `signal` (of the time in days) with that noise; give scales over the last half."""
    rng, baseline = np.random.default_rng(5), Baseline(floor=floor)
    for value in rng.normal(signal(0.0), noise, 200).tolist():
        baseline.learn_one(value)
    count = int(days * 86_400 / step_s)
    scales = []
    for i, stray in enumerate(rng.normal(0.0, noise, count).tolist()):
        baseline.follow(signal(i * step_s / 86_400) + stray, step_s)
        scales.append(baseline.scale)
    return baseline, scales[count // 2 :]


@pytest.mark.parametrize("step_s", [60, 600, 3_600])
def test_stationary_noise_keeps_a_scale_without_bias(step_s):
    _, scales = followed(lambda _: 0.0, step_s=step_s)
    assert np.mean(scales) == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize("step_s", [60, 600, 3_600])
@pytest.mark.parametrize("a_day", [0.1, 0.2, 0.4])
def test_a_slow_rise_widens_the_scale_by_no_more_than_what_it_rises_in_a_day(a_day, step_s):
    """A value lies s sigma off what is recent, on average; and E|N(s, 1)| grows slower than sqrt(1 + s^2)."""
    _, scales = followed(lambda day: 0.05 * a_day * day, step_s=step_s, days=min(40.0, 0.2 / (0.05 * a_day)))
    recent_days = max(1.0, 30 * step_s / 86_400)
    assert np.mean(scales) / 0.05 <= 1.04 * sqrt(1.0 + (a_day * recent_days) ** 2)


@pytest.mark.parametrize("step_s", [300, 600])
@pytest.mark.parametrize("swing", [0.1, 0.2])
def test_a_daily_swing_is_learned_as_wide_as_it_is(swing, step_s):
    """A sine of amplitude 1 has a mean stray of 2 / pi, and 2 % of it get into the mean of a day."""
    _, scales = followed(lambda day: swing * sin(2 * pi * day), noise=0.0, step_s=step_s, days=70.0)
    assert np.mean(scales) == pytest.approx(swing * (2 / pi) / 0.7809, rel=0.05)


def test_at_its_band_a_rise_that_goes_on_widens_it_no_more_than_before():
    """There the location follows no further, but what is recent does."""
    baseline, scales = followed(lambda day: min(0.01 * day, 0.45), days=60.0, floor=0.05)
    assert baseline.location == pytest.approx(log(1.25), abs=0.01)
    assert max(scales) < 1.1 * 0.05


def test_a_state_of_before_whose_recent_location_is_old_comes_back_to_its_scale():
    """Older versions followed the location alone: what they kept as recent is of the first day."""
    baseline, _ = followed(lambda _: 0.0)
    baseline.recent = -0.2
    widest = 0.0
    rng = np.random.default_rng(8)
    for stray in rng.normal(0.0, 0.05, 30 * 144).tolist():
        baseline.follow(stray, 600)
        widest = max(widest, baseline.scale)
    assert widest < 1.5 * 0.05
    assert baseline.scale == pytest.approx(0.05, rel=0.07)


@given(st.lists(st.floats(-0.4, 0.4), min_size=50, max_size=200), st.floats(1.0, 7_200.0))
def test_what_is_recent_lies_among_what_came(values, step_s):
    baseline = Baseline(floor=0.05)
    for value in values[:30]:
        baseline.learn_one(value)
    for value in values[30:]:
        baseline.follow(value, step_s)
    assert min(values) - 1e-9 <= baseline.recent <= max(values) + 1e-9
    assert baseline.scale <= 2.0 * max(baseline.floor, *map(abs, values)) / 0.7809 + 0.4
