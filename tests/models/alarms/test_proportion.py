"""Bounds of a share hold as often as they claim, and are wide where little was counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms.proportion import wilson_interval


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_share_lies_between_its_bounds_within_0_and_1(hits, misses):
    low, high = wilson_interval(hits, hits + misses)
    assert 0.0 <= low <= high <= 1.0
    if hits + misses:
        assert low - 1e-12 <= hits / (hits + misses) <= high + 1e-12


@given(st.integers(0, 50), st.integers(1, 50))
def test_more_of_the_same_narrows_it_and_a_hit_raises_both(hits, misses):
    trials = hits + misses
    low, high = wilson_interval(hits, trials)
    narrow = wilson_interval(4 * hits, 4 * trials)
    assert narrow[1] - narrow[0] < high - low
    more = wilson_interval(hits + 1, trials + 1)
    assert more[0] >= low
    assert more[1] >= high


@pytest.mark.parametrize("trials", [5, 20, 80])
def test_over_many_shares_each_bound_is_wrong_about_once_in_ten_times(trials):
    generator = np.random.default_rng(1)
    shares = generator.uniform(0.05, 0.95, 4_000)
    bounds = [wilson_interval(int(count), trials) for count in generator.binomial(trials, shares)]
    above = np.mean([high < share for (_, high), share in zip(bounds, shares, strict=True)])
    below = np.mean([low > share for (low, _), share in zip(bounds, shares, strict=True)])
    assert 0.07 < above < 0.13
    assert 0.07 < below < 0.13


def test_a_wider_bound_is_surer():
    assert wilson_interval(1, 20, 0.84)[1] < wilson_interval(1, 20, 1.28)[1] < wilson_interval(1, 20, 2.0)[1]
