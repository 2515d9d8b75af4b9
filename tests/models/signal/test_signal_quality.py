"""A fault is found, and ordinary signals have none."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.signal.quality import FAULTS, NOTES, is_fault, waveform_faults

RNG = np.random.default_rng(5)


def sine(amplitude, per_sample, size=4096, phase=0.0):
    return amplitude * np.sin(2 * np.pi * per_sample * np.arange(size) + phase)


def faults(samples, unit="g"):
    return waveform_faults(np.asarray(samples, dtype=np.float64), unit)


def test_faults_and_notes_are_apart():
    assert not FAULTS & NOTES
    assert not is_fault(tuple(NOTES))
    assert all(is_fault((flag,)) for flag in FAULTS)
    assert not is_fault(())


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 1000, -1])
def test_one_bad_number_is_enough(bad, place):
    samples = sine(1.0, 0.013)
    samples[place] = bad
    assert faults(samples) == ("not_finite",)


def test_both_infinities_are_not_finite():
    assert faults([math.inf, -math.inf] * 50) == ("not_finite",)


@pytest.mark.parametrize("size", [0, 1, 2, 63])
def test_few_samples_are_too_short(size):
    assert faults(RNG.standard_normal(size)) == ("too_short",)


def test_short_and_bad_are_both_told():
    assert faults([math.nan]) == ("too_short", "not_finite")
    assert faults([1e300, -1e300]) == ("too_short", "out_of_range")


@pytest.mark.parametrize("huge", [1e7, 1e300, 1.7e308, -1.7e308])
def test_huge_values_are_out_of_range(huge):
    samples = sine(1.0, 0.013)
    samples[7] = huge
    samples[8] = -huge
    assert faults(samples) == ("out_of_range",)
    assert faults(samples * 9.8 if abs(huge) < 1e300 else samples, "m/s2") == ("out_of_range",)


@pytest.mark.parametrize("value", [0.0, 1.0, -2.5, 1e5, 1e-300])
def test_constant_is_stuck(value):
    assert faults(np.full(100, value)) == ("stuck",)
    assert faults(np.full(100, value) + 1e-12 * RNG.standard_normal(100)) == ("stuck",)


@pytest.mark.parametrize("length", [40, 400, 2000])
def test_held_value_in_a_live_signal_is_stuck(length):
    samples = RNG.standard_normal(4096)
    samples[1000 : 1000 + length] = 0.123
    assert "stuck" in faults(samples)
    counts = np.round(samples * 1000)
    assert "stuck" in faults(counts / 1000)


def test_dead_but_for_a_twitch_is_stuck():
    samples = np.zeros(2560)
    samples[2500:] = RNG.standard_normal(60)
    assert "stuck" in faults(samples)


@given(
    amplitude=st.floats(0.6, 40),
    per_sample=st.floats(1e-4, 0.49),
    phase=st.floats(0, 6.28),
    size=st.integers(256, 6000),
)
@settings(max_examples=200, deadline=None)
def test_low_resolution_is_no_fault(amplitude, per_sample, phase, size):
    """Whole counts of a sine of few counts: long runs of equal values, flat tops, and nothing wrong with it."""
    counts = np.round(sine(amplitude, per_sample, size, phase))
    if np.ptp(counts) and np.count_nonzero(np.diff(counts)) > 0.02 * size:
        assert faults(counts * 0.001) == ()


@example(per_sample=0.03515625, phase=0.0, size=64, bits=6, offset=0.359375)
@given(
    per_sample=st.floats(1e-4, 0.5),
    phase=st.floats(0, 6.28),
    size=st.integers(64, 6000),
    bits=st.sampled_from([6, 8, 12, 16, 24, None]),
    offset=st.floats(-1, 1),
)
@settings(max_examples=400, deadline=None)
def test_sine_is_not_clipped(per_sample, phase, size, bits, offset):
    samples = sine(1.0, per_sample, size, phase) + offset
    if np.ptp(samples) < 1e-3:
        return
    if bits is not None:
        samples = np.round(samples * 2 ** (bits - 1)) / 2 ** (bits - 1)
    assert "clipped" not in faults(samples)


@pytest.mark.parametrize("per_sample", [1 / 3, 1 / 4, 3 / 8, 1 / 8, 1 / 10, 1 / 32, 1 / 64, 1 / 256, 1 / 1024])
@pytest.mark.parametrize("phase", [0.0, math.pi / 8, math.pi / 4, math.pi / 2, 1.0])
@pytest.mark.parametrize("drift", [0.0, 1e-7, 1e-6, 1e-5])
def test_sine_locked_to_the_rate_is_not_clipped(per_sample, phase, drift):
    assert faults(sine(1.0, per_sample + drift, 2560, phase)) == ()


@given(
    harmonics=st.lists(st.floats(-1, 1), min_size=2, max_size=6),
    per_sample=st.floats(1e-3, 0.05),
    noise=st.sampled_from([0.0, 1e-5, 1e-3, 0.1]),
)
@settings(max_examples=200, deadline=None)
def test_shaft_harmonics_are_not_clipped(harmonics, per_sample, noise):
    samples = sum(sine(a, k * per_sample, phase=k) for k, a in enumerate(harmonics, start=1))
    samples = samples + noise * np.random.default_rng(1).standard_normal(4096)
    if np.ptp(samples) > 0.1:
        assert faults(samples) == ()
        assert faults(np.round(samples * 2048) / 2048) == ()


@pytest.mark.parametrize("counts", [0.4, 0.7, 1.0, 2.0, 5.0, 1000.0])
def test_noise_of_any_resolution_is_good(counts):
    for seed in range(200):
        samples = np.round(np.random.default_rng(seed).standard_normal(2560) * counts)
        assert faults(samples * 0.01) == (), seed


def test_impacts_are_good():
    impacts = 0.05 * RNG.standard_normal(25_600)
    ring = np.exp(-np.arange(200) / 30) * np.sin(np.arange(200) * 1.1)
    for start in range(100, 25_000, 239):
        impacts[start : start + 200] += 8 * ring
    assert faults(impacts) == ()
    assert faults(np.round(impacts * 1000) / 1000) == ()


@pytest.mark.parametrize("limit", [0.3, 0.7, 0.9, 0.97])
@pytest.mark.parametrize("per_sample", [0.0013, 0.011, 0.03])
def test_clipped_sine_is_found(limit, per_sample):
    samples = np.clip(sine(1.0, per_sample, phase=0.3), -limit, limit)
    assert "clipped" in faults(samples)
    assert "clipped" in faults(np.clip(sine(1.0, per_sample, phase=0.3), -2, limit)), "one rail only"
    assert "clipped" in faults(np.round(samples * 20_000) / 20_000)


@pytest.mark.parametrize("sigmas", [0.5, 1.0, 2.0, 2.5])
def test_clipped_noise_is_found(sigmas):
    noise = np.random.default_rng(8).standard_normal(4096)
    assert "clipped" in faults(np.clip(noise, -sigmas, sigmas))
    assert "clipped" in faults(np.round(np.clip(noise, -sigmas, sigmas) * 1000) / 1000)


def test_clipping_under_the_noise_of_the_converter_is_found():
    samples = np.clip(sine(1.0, 0.004), -0.8, 0.8) + 2e-5 * RNG.standard_normal(4096)
    assert "clipped" in faults(samples)


def test_one_clipped_shock_is_found():
    samples = 0.1 * RNG.standard_normal(4096)
    samples[2000:2004] = 50.0
    assert "clipped" in faults(samples)


def test_a_long_rail_is_clipped_not_stuck():
    assert faults(np.clip(sine(1.0, 0.001, phase=0.3), -0.7, 0.7)) == ("clipped",)


@pytest.mark.parametrize(("mean", "found"), [(1.0, ()), (-1.0, ()), (1.6, ("offset",)), (-5.0, ("offset",))])
def test_gravity_is_no_offset_and_lost_bias_is(mean, found):
    samples = 0.2 * RNG.standard_normal(2560) + mean
    assert faults(samples) == found
    assert faults(samples * 9.80665, "m/s2") == found


def test_mean_of_a_strong_signal_is_no_offset():
    assert faults(10 * RNG.standard_normal(2560) + 3.0) == ()


def test_velocity_has_its_own_limits():
    assert faults(RNG.standard_normal(2560) + 4.0, "mm/s") == ()
    assert faults(RNG.standard_normal(2560) + 6.0, "mm/s") == ("offset",)
