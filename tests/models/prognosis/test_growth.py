"""Growth is certain where it is, at any rate of sampling; what stands, steps, settles or swings does not grow."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from models.clock import HOUR_US, SECOND_US
from models.prognosis.growth import GrowthTrend

OCTAVE = np.log(6.3)
"""One level, in logarithms."""
LEAST = 0.2 / OCTAVE


def course(levels, every_h, *, least=LEAST):
    """Give the trend of levels that were measured so often, and the hour at which it was certain, if ever."""
    trend, certain_h = GrowthTrend(since_us=0, begun_us=0, regime=0), None
    for number, level in enumerate(smoothed(levels), start=1):
        trend.add(float(level), round(number * every_h * HOUR_US), least_rise=least)
        if trend.certain and certain_h is None:
            certain_h = number * every_h
    return trend, certain_h


def smoothed(levels):
    """Running medians of seven."""
    whole = np.concatenate([np.full(6, np.nan), levels])
    return np.nanmedian(np.lib.stride_tricks.sliding_window_view(whole, 7), axis=1)


def noise(seed, count, sigma=0.05):
    return np.random.default_rng(seed).normal(0.0, sigma / OCTAVE, count)


def wandering(seed, count, every_h, *, hours, sigma=0.05):
    """What strays by so much and comes back within some hours."""
    kept = np.exp(-every_h / hours)
    return lfilter([1.0], [1.0, -kept], noise(seed, count, sigma * np.sqrt(1.0 - kept * kept)))


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 10**6),
    st.sampled_from([1 / 60, 1 / 6, 1.0]),
    st.integers(48, 300),
    st.floats(0.6, 2.0),
    st.floats(0.26, 0.6),
)
def test_steady_growth_is_certain_before_it_has_doubled_twice(seed, every_h, count, grown, begun):
    """From 1.6 times the baseline or more, at least by a factor of 1.8, in hours, days or weeks."""
    hours = np.arange(count) * every_h * max(1.0, 4.0 / (count * every_h))
    every_h = float(hours[1])
    levels = begun + grown / OCTAVE * hours / hours[-1] + noise(seed, count)
    _, certain_h = course(levels, every_h)
    assert certain_h is not None


@pytest.mark.parametrize("every_h", [1 / 60, 1 / 6, 1.0])
@pytest.mark.parametrize(
    "kind", ["stands", "wanders by hours", "wanders by days", "swings by day", "steps", "settles", "falls"]
)
def test_what_does_not_grow_is_hardly_ever_said_to(kind, every_h):
    """Two hundred hours after a change: of thirty at most one."""
    count = round(200 / every_h)
    hours = np.arange(count) * every_h
    told = 0
    for seed in range(30):
        more = {
            "stands": 0.0,
            "wanders by hours": wandering(seed, count, every_h, hours=6.0),
            "wanders by days": wandering(seed, count, every_h, hours=48.0),
            "swings by day": 0.1 / OCTAVE * np.sin(2 * np.pi * (hours / 24 + seed / 30)),
            "steps": 0.3 / OCTAVE * (hours > 12 + seed),
            "settles": 0.15 / OCTAVE * (1.0 - np.exp(-hours / 3)),
            "falls": -0.3 / OCTAVE * hours / 200,
        }[kind]
        least = max(0.2, 2.5 * np.hypot(0.05, 0.071 if "day" in kind or "wanders" in kind else 0.0)) / OCTAVE
        told += course(0.3 + more + noise(seed + 1000, count), every_h, least=least)[1] is not None
    assert told <= 1


def test_what_grows_faster_and_faster_is_certain_before_its_end():
    hours = np.arange(300) / 6
    certain = [course(0.26 + 0.4 * (hours / 50) ** 3 + noise(seed, 300), 1 / 6)[1] for seed in range(10)]
    assert sum(each is not None for each in certain) >= 8


@pytest.mark.parametrize("count", [3, 12, 19])
def test_fewer_than_twenty_values_never_make_it_certain(count):
    trend, _ = course(np.linspace(0.3, 0.9, count), 1.0, least=0.0)
    assert not trend.certain


def test_nor_does_less_than_an_hour():
    assert not course(np.linspace(0.3, 0.9, 300), 0.9 / 300)[0].certain


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(st.floats(), st.floats(-1.0, 4.0)), max_size=200),
    st.lists(st.integers(-(10**9), 10**13), max_size=200),
)
def test_anything_is_survived_by_a_state_of_fixed_size(levels, steps):
    trend, time_us = GrowthTrend(since_us=0, begun_us=0, regime=0), 0
    for level, step in zip(levels, steps, strict=False):
        time_us += step
        trend.add(level, time_us, least_rise=0.1)
    assert len(trend.levels) == len(trend.times_s) < 16
    assert len(msgspec.msgpack.encode(trend)) <= 240


def test_it_takes_two_hundred_bytes_however_long_it_lasts():
    trend, _ = course(np.linspace(0.3, 0.9, 20_000), 1 / 6)
    assert len(msgspec.msgpack.encode(trend)) <= 200


def test_a_standstill_is_left_out():
    trend = GrowthTrend(since_us=0, begun_us=0, regime=0)
    trend.add(0.3, 10 * SECOND_US, least_rise=0.1)
    trend.pause(HOUR_US)
    trend.add(0.3, HOUR_US + 20 * SECOND_US, least_rise=0.1)
    assert trend.times_s == [10, 20]
    assert trend.begun_us == 0, "people are told when it began by the clock"
