"""Closed forms of everything that is read from the spectrum."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.signal.envelope import rms_of, windowed_envelope
from models.signal.indicators import waveform_indicators
from models.signal.octaves import octave_rms
from models.signal.spectrum import differentiate, grid, spectrum
from models.signal.units import velocity_mm_s


def sine(amplitude, frequency_hz, *, rate_hz=10_000.0, seconds=1.0, phase=0.0):
    time = np.arange(round(rate_hz * seconds)) / rate_hz
    return amplitude * np.sin(2 * np.pi * frequency_hz * time + phase)


@given(
    frequency_hz=st.floats(20, 990),
    phase=st.floats(0, 6.28),
    offset=st.floats(-3, 3),
    rate_hz=st.sampled_from([2560.0, 6400.0, 10_000.0, 25_600.0]),
)
@settings(max_examples=60, deadline=None)
def test_sine_anywhere_has_its_velocity(frequency_hz, phase, offset, rate_hz):
    lines = spectrum(sine(5.0, frequency_hz, rate_hz=rate_hz, phase=phase) + offset, rate_hz)
    velocity = math.sqrt(lines.velocity_mean_square(lines.grid.bins(10, 1000)))
    assert velocity == pytest.approx(velocity_mm_s(5.0, frequency_hz) / math.sqrt(2), rel=1e-3)


@pytest.mark.parametrize("turns", [3.0, 3.5, 4.0, 6.3])
def test_velocity_holds_in_a_block_of_few_turns(turns):
    """A tenth of a second at 1800 rpm is three turns; without the correction of the lobe this is 7 % too much."""
    lines = spectrum(sine(1.0, turns * 10, rate_hz=25_600.0, seconds=0.1), 25_600.0)
    velocity = math.sqrt(lines.velocity_mean_square(lines.grid.bins(10, 1000)))
    assert velocity == pytest.approx(velocity_mm_s(1.0, turns * 10) / math.sqrt(2), rel=0.025)


@pytest.mark.parametrize("below_hz", [1.0, 4.3, 7.0, 7.5])
def test_component_below_the_band_does_not_leak_into_the_velocity(below_hz):
    lines = spectrum(sine(1.0, below_hz, phase=1.0), 10_000.0)
    leaked = math.sqrt(lines.velocity_mean_square(lines.grid.bins(10, 1000)))
    assert leaked < 0.02 * velocity_mm_s(1.0, below_hz) / math.sqrt(2)


@pytest.mark.parametrize("above_hz", [1010.5, 3000.7, 4999.0])
def test_sine_above_the_band_does_not_leak_into_the_velocity(above_hz):
    """Leakage at 10 Hz counts (f / 10)^2 times more than the sine itself: why the window is needed."""
    lines = spectrum(sine(5.0, above_hz, phase=0.3), 10_000.0)
    leaked = math.sqrt(lines.velocity_mean_square(lines.grid.bins(10, 1000)))
    assert leaked < 0.01 * velocity_mm_s(5.0, above_hz) / math.sqrt(2)


@given(st.integers(64, 3000), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_powers_add_up_to_the_windowed_mean_square(size, seed):
    samples = np.random.default_rng(seed).standard_normal(size)
    lines = spectrum(samples, 1000.0)
    window = lines.grid.window
    deviation = samples - (samples * window).sum() / window.sum()
    expected = ((deviation * window) ** 2).sum() / (window**2).sum()
    assert lines.mean_square(slice(0, None)) == pytest.approx(expected, rel=1e-12)


def test_broad_band_rms_has_no_bias():
    noise = np.random.default_rng(1).standard_normal((400, 2560))
    found = [spectrum(block, 25_600.0).mean_square(slice(0, None)) for block in noise]
    assert np.mean(found) == pytest.approx(1.0, abs=0.005)


def test_velocity_of_white_noise_has_no_bias():
    """Density d (g^2/Hz) integrates to d (g / 2 pi)^2 (1/f1 - 1/f2)."""
    rate_hz, size = 5000.0, 20_000
    noise = np.random.default_rng(2).standard_normal((200, size))
    axes = grid(size, rate_hz)
    found = np.mean([spectrum(block, rate_hz).velocity_mean_square(axes.bins(10, 1000)) for block in noise])
    density = 1.0 / (rate_hz / 2)
    assert found == pytest.approx(density * (9806.65 / (2 * math.pi)) ** 2 * (1 / 10 - 1 / 1000), rel=0.03)


@given(st.floats(10, 4900), st.floats(0, 6.28), st.floats(1e-3, 100))
@settings(max_examples=60, deadline=None)
def test_lone_line_is_exact_off_the_bins(frequency_hz, phase, amplitude):
    found = spectrum(sine(amplitude, frequency_hz, phase=phase), 10_000.0).peaks(3)
    assert len(found) == 1, "side lobes are no lines"
    assert found[0].frequency_hz == pytest.approx(frequency_hz, abs=0.01)
    assert found[0].amplitude == pytest.approx(amplitude, rel=2e-3)


def test_lines_come_strongest_first():
    samples = sine(1.0, 50.3) + sine(3.0, 1210.8) + sine(0.2, 61.1) + sine(0.1, 3333.3)
    found = spectrum(samples, 10_000.0).peaks(3)
    assert [round(tone.frequency_hz, 1) for tone in found] == [1210.8, 50.3, 61.1]
    assert [tone.amplitude for tone in found] == pytest.approx([3.0, 1.0, 0.2], rel=0.01)


@pytest.mark.parametrize("drift", [-0.018, 0.0, 0.013])
def test_line_is_found_where_the_shaft_is_a_little_off_its_speed(drift):
    lines = spectrum(sine(0.3, 100 * (1 + drift)), 10_000.0)
    tone = lines.line_near(100.0, 0.02)
    assert tone is not None
    assert tone.amplitude == pytest.approx(0.3, rel=0.01)
    assert lines.line_near(5001.0, 0.02) is None


def test_centroid_lies_between_lines_by_their_power():
    lines = spectrum(sine(2.0, 1000.0) + sine(1.0, 2000.0), 10_000.0)
    assert lines.centroid_hz() == pytest.approx((4 * 1000 + 2000) / 5, rel=1e-6)


@given(st.integers(64, 100_000), st.floats(1.0, 200_000.0))
@settings(max_examples=100, deadline=None)
def test_octaves_keep_their_names_at_any_rate(size, rate_hz):
    names = octave_rms(spectrum(np.ones(size), rate_hz))
    known = (
        "11_22 22_44 44_88 88_177 177_354 354_707 707_1414 1414_2828 2828_5657 5657_11314 11314_22627 22627_45255"
    )
    all_names = [f"band_{band}_hz_g" for band in known.split()]
    assert list(names) == [name for name in all_names if name in names]
    uppers = [int(name.split("_")[2]) for name in names]
    assert all(upper <= rate_hz / 2 + 1 for upper in uppers)
    assert all(b == pytest.approx(2 * a, rel=0.02) for a, b in pairwise(uppers))


def test_octave_holds_the_sine_within_it():
    found = octave_rms(spectrum(sine(1.0, 1003.7, rate_hz=25_600.0), 25_600.0))
    assert found.pop("band_707_1414_hz_g") == pytest.approx(1 / math.sqrt(2), rel=1e-4)
    assert max(found.values()) < 1e-4


def test_envelope_of_a_modulated_carrier():
    """A (1 + m cos) has an envelope whose RMS about its mean is A m / sqrt 2."""
    time = np.arange(25_600) / 25_600
    carrier = 2.0 * (1 + 0.5 * np.cos(2 * np.pi * 107 * time)) * np.sin(2 * np.pi * 4321.7 * time)
    shaft = 3.0 * np.sin(2 * np.pi * 29.6 * time)  # stands below the band, must not count
    assert rms_of(windowed_envelope(spectrum(carrier + shaft, 25_600.0))) == pytest.approx(
        2.0 * 0.5 / math.sqrt(2), rel=0.01
    )
    steady = spectrum(shaft + 2.0 * np.sin(2 * np.pi * 4321.7 * time), 25_600.0)
    assert rms_of(windowed_envelope(steady)) == pytest.approx(0.0, abs=0.002)


def test_envelope_of_noise_is_rayleigh():
    blocks = np.random.default_rng(3).standard_normal((200, 2560))
    found = np.mean([rms_of(windowed_envelope(spectrum(block, 25_600.0))) for block in blocks])
    in_band = math.sqrt((0.9 * 12_800 - 2000) / 12_800)
    assert found == pytest.approx(in_band * math.sqrt(2 - math.pi / 2), rel=0.02)


def test_no_envelope_where_the_band_is_too_narrow():
    assert windowed_envelope(spectrum(np.sin(np.arange(64.0)) / 3, 1000.0)) is not None
    assert windowed_envelope(spectrum(np.sin(np.arange(40.0)) / 3, 1000.0)) is None


@given(st.floats(5, 400), st.floats(0, 6.28))
@settings(max_examples=50, deadline=None)
def test_derivative_of_a_sine_is_right_up_to_the_ends(frequency_hz, phase):
    rate_hz = 6400.0
    time = np.arange(6400) / rate_hz
    omega = 2 * np.pi * frequency_hz
    found = differentiate(np.sin(omega * time + phase) + 3.0, rate_hz)
    error = np.abs(found - omega * np.cos(omega * time + phase)) / omega
    assert error.max() < 0.01 + 1.5 * frequency_hz / rate_hz
    assert np.sqrt((error**2).mean()) < 0.01


def test_derivative_of_a_line_is_its_slope():
    assert differentiate(np.arange(100.0) * 3 + 7, 10.0) == pytest.approx(np.full(100, 30.0))


@pytest.mark.parametrize("size", [4, 5, 64, 65, 1 << 18, (1 << 18) + 1])
def test_grid_is_shared_and_cannot_be_changed(size):
    axes = grid(size, 100.0)
    assert axes.frequency_hz[-1] == pytest.approx(size // 2 / size * 100)
    assert axes.velocity[0] == axes.velocity[1] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        axes.window[0] = 1.0


@pytest.mark.parametrize("modulation_hz", [37.0, 211.0])
def test_envelope_spectrum_holds_the_modulation_at_its_frequency(modulation_hz):
    time = np.arange(25_600) / 25_600
    carrier = (1 + 0.4 * np.cos(2 * np.pi * modulation_hz * time)) * np.sin(2 * np.pi * 6000 * time)
    found = waveform_indicators(carrier, rate_hz=25_600.0, unit="g", speed_rpm=None, with_envelope=True)
    power = found.envelope
    assert power.argmax() == modulation_hz
    assert math.sqrt(power[int(modulation_hz) - 2 : int(modulation_hz) + 3].sum()) == pytest.approx(
        0.4 / math.sqrt(2), rel=0.01
    )
    assert math.sqrt(power.sum()) == pytest.approx(found.values["envelope_rms_g"], rel=0.01)
