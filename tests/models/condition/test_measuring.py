"""Ways of measuring: which blocks are the same measurement, and what two ways share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.measuring import HELD, Measuring, Way, way_of
from tests.models.fold.observed import vibration

WAYS = st.builds(
    lambda rate, samples, unit: Way(rate, samples / rate, samples / rate, unit),
    st.floats(100.0, 100_000.0),
    st.integers(64, 100_000),
    st.sampled_from(["", "g", "m/s2", "mm/s"]),
)


def way(rate_hz, samples, unit="g"):
    return Way(rate_hz, samples / rate_hz, samples / rate_hz, unit)


def block(i, rate_hz, samples, unit="g"):
    return vibration(i, rate_hz=rate_hz, seconds=samples / rate_hz, samples=samples, unit=unit)


@given(WAYS, WAYS)
def test_what_two_ways_share_does_not_depend_on_which_comes_first(one, other):
    assert one.is_like(other) == other.is_like(one)
    assert one.unshared(other) == other.unshared(one)


@given(WAYS)
def test_a_way_shares_everything_with_itself(one):
    assert one.is_like(one)
    assert one.unshared(one) == []


@pytest.mark.parametrize(
    ("one", "other", "unshared"),
    [
        (way(2560, 2560), way(25_600, 25_600), ["rms_g", "envelope_rms_g"]),
        (way(2560, 256), way(25_600, 1024), ["rms_g", "velocity_rms_mm_s", "envelope_rms_g"]),
        (way(1000, 4000), way(2560, 10_240), ["rms_g", "velocity_rms_mm_s", "envelope_rms_g"]),
        (way(2560, 2560), way(2560, 10_240), ["envelope_rms_g"]),
        (way(2560, 128), way(2560, 4096), ["velocity_rms_mm_s", "envelope_rms_g"]),
        (way(2560, 2560), way(2561, 2560), []),
        (way(2560, 2560, "g"), way(2560, 2560, "mm/s"), ["rms_g", "envelope_rms_g"]),
        (way(2560, 2560, ""), way(2560, 2560, "g"), []),
    ],
)
def test_what_is_measured_over_another_band_is_not_shared(one, other, unshared):
    assert one.unshared(other) == unshared


def test_a_third_way_does_not_take_the_second_s_place_at_once():
    measuring = Measuring()
    assert measuring.is_usual(block(0, 2560, 256))
    second = measuring.update_run(block(1, 25_600, 2560), 1)
    measuring.end_run()
    for k in range(HELD - 1):
        assert measuring.update_run(block(2 + k, 6400, 6400), 2 + k) is not second
        assert measuring.other is second
    measuring.update_run(block(9, 6400, 6400), 9)
    assert measuring.other.way == way_of(block(9, 6400, 6400))


def test_a_unit_that_was_not_told_at_first_is_the_one_told_later():
    measuring = Measuring()
    assert measuring.is_usual(block(0, 2560, 256, ""))
    assert measuring.is_usual(block(1, 2560, 256, "m/s2"))
    assert not measuring.is_usual(block(2, 2560, 256, "g"))
