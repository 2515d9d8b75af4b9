import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import HOUR_US
from models.prognosis.degradation import DegradationTrend, quantiles


def trend_of(levels, hours):
    trend = DegradationTrend(since_us=0)
    for level, hour in zip(levels, hours, strict=True):
        trend.add(float(level), round(float(hour) * HOUR_US))
    return trend


def straight(part, *, hours=100.0, count=400, seed=1):
    """A straight trend from 0.27 to 1 within so many hours, seen up to a part of it."""
    course = np.linspace(0, 1, count + 1)[1:]
    levels = 0.27 + 0.73 * course + np.random.default_rng(seed).normal(0, 0.02, count)
    seen = course <= part
    return trend_of(levels[seen], hours * course[seen])


@pytest.mark.parametrize("part", [0.4, 0.6, 0.8])
def test_a_straight_trend_ends_about_where_it_does(part):
    low, median, high = straight(part).remaining_h(round(100 * part * HOUR_US))
    left = 100 * (1 - part)
    assert low < left < high
    assert 0.4 * left < median < 2.0 * left


def test_the_interval_narrows_as_the_end_comes_nearer():
    widths = []
    for part in (0.4, 0.6, 0.9):
        low, _, high = straight(part).remaining_h(round(100 * part * HOUR_US))
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_nothing_is_foretold_of_a_short_a_small_or_a_level_change():
    hours = np.linspace(0.1, 40, 400)
    assert trend_of([0.3, 0.6, 0.9], hours[:3]).remaining_h(HOUR_US) is None
    assert trend_of(np.linspace(0.1, 0.3, 400), hours).remaining_h(40 * HOUR_US) is None
    noise = np.random.default_rng(2).normal(0, 0.03, 400)
    assert trend_of(0.6 + noise, hours).remaining_h(40 * HOUR_US) is None


def test_a_level_beyond_the_limit_leaves_little():
    low, median, high = straight(1.0).remaining_h(100 * HOUR_US)
    assert 0 <= low <= median <= high < 60
    trend = trend_of(np.linspace(0.3, 3.0, 200), np.linspace(0.1, 10, 200))
    assert trend.remaining_h(10 * HOUR_US)[2] < 2.0


def test_a_standstill_is_not_counted():
    trend, whole = straight(0.6), straight(0.6)
    trend.pause(160 * HOUR_US)
    assert trend.remaining_h(160 * HOUR_US) == pytest.approx(whole.remaining_h(60 * HOUR_US))


def test_it_tests_its_own_foresight():
    trend = straight(1.0)
    assert trend.checked >= 3
    assert trend.held / trend.checked >= 0.5


def test_a_forecast_is_tested_only_near_the_hour_it_was_made_for():
    trend = straight(0.5)
    checked = trend.checked
    at = trend.check[0]
    trend.add(1.0, round(3 * at * HOUR_US))
    assert (trend.checked, trend.check is None or trend.check[0] > 3 * at) == (checked, True)


def test_nothing_is_tested_before_an_interval_was_given():
    hours = np.linspace(0.1, 40, 400)
    trend = trend_of(np.linspace(0.1, 0.3, 400), hours)
    assert (trend.remaining_h(40 * HOUR_US), trend.checked) == (None, 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-10, 50), st.floats(0, 1e6)), max_size=80), st.integers(0, 80))
def test_whatever_comes_it_stays_in_order_and_continues_bit_for_bit(observed, cut):
    whole, restored = DegradationTrend(since_us=0), DegradationTrend(since_us=0)
    for i, (level, hours) in enumerate(observed):
        if i == cut:
            restored = msgspec.msgpack.decode(msgspec.msgpack.encode(restored), type=DegradationTrend)
        for trend in (whole, restored):
            trend.add(level, round(hours * HOUR_US))
    assert msgspec.msgpack.encode(whole) == msgspec.msgpack.encode(restored)
    said = whole.remaining_h(round(1e6 * HOUR_US))
    assert said is None or (0 <= said[0] <= said[1] <= said[2] and np.isfinite(said).all())


def test_quantiles_of_one_value_are_it():
    assert quantiles([(7.0, 2.0)], (0.1, 0.5, 0.9)) == [7.0, 7.0, 7.0]
