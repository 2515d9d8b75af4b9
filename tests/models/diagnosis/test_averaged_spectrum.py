"""Lines, bands and prominence of the averaged spectrum, against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.diagnosis.averaged_spectrum import averaged_spectrum
from models.diagnosis.envelopes import segments_of
from tests.models.diagnosis.made_up import noise, tone_g


def averaged(samples, rate_hz=25_600.0, shaft_hz=25.0):
    return averaged_spectrum(samples, rate_hz=rate_hz, shaft_hz=shaft_hz)


@given(
    hz=st.floats(20, 900),
    velocity=st.floats(0.1, 50),
    phase=st.floats(0, 6.28),
    rate_hz=st.sampled_from([6_400.0, 12_000.0, 25_600.0, 48_000.0]),
    seconds=st.floats(3, 8),
)
@settings(max_examples=40, deadline=None)
def test_line_anywhere_between_bins_has_its_velocity_and_acceleration(hz, velocity, phase, rate_hz, seconds):
    signal = tone_g(hz, velocity, seconds=seconds, rate_hz=rate_hz, phase=phase)
    spectrum = averaged(signal, rate_hz)
    assert spectrum.line_rms_mm_s(hz) == pytest.approx(velocity, rel=0.03)
    assert spectrum.line_rms_g(hz) == pytest.approx(signal.std(), rel=0.02)
    assert spectrum.velocity_rms_mm_s(10, 1000) == pytest.approx(velocity, rel=0.02)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-6, 1e3), seconds=st.floats(0.5, 9))
@settings(max_examples=25, deadline=None)
def test_bins_add_up_to_the_mean_square_and_scale_with_the_signal(seed, scale, seconds):
    signal = noise(seconds=seconds, rms_g=1.0, seed=seed)
    spectrum = averaged(signal)
    assert spectrum.power.sum() == pytest.approx(signal.var(), rel=0.06)
    scaled = averaged(scale * signal)
    assert scaled.rms_g(100, 5000) == pytest.approx(scale * spectrum.rms_g(100, 5000), rel=1e-9)
    assert scaled.prominence(777.0) == pytest.approx(spectrum.prominence(777.0), rel=1e-9)


def test_noise_has_prominence_one_and_a_line_its_ratio_to_the_noise():
    spectrum = averaged(noise(seconds=20, rms_g=0.1) + tone_g(300.0, 1.0, seconds=20))
    around = [spectrum.prominence(hz, reach=0.0, around=200.0) for hz in range(1000, 9000, 20)]
    assert np.mean(around) == pytest.approx(np.log(2), rel=0.1)  # an average's median is nearly its mean
    power, noise_in_a_bin = tone_g(300.0, 1.0, seconds=20).var(), 0.1**2 / spectrum.power.size
    assert spectrum.prominence(300.0) == pytest.approx(power * 2 / 3 / noise_in_a_bin * np.log(2), rel=0.3)


@pytest.mark.parametrize("hz", [0.0, -20.0, 12_799.0, 12_800.0, 1e9])
def test_what_lies_outside_the_spectrum_is_nothing(hz):
    spectrum = averaged(noise(rms_g=1.0))
    assert spectrum.line_rms_g(hz) == 0.0
    assert spectrum.prominence(hz) == 0.0
    assert spectrum.top_near(hz, 3.0) == hz
    assert spectrum.velocity_rms_mm_s(13_000.0, 14_000.0) == 0.0


@given(
    samples=st.integers(64, 3_000_000),
    rate_hz=st.floats(100, 200_000),
    shaft_hz=st.floats(0.05, 2_000),
)
@settings(max_examples=200, deadline=None)
def test_segments_cover_a_recording_and_overlap_by_half(samples, rate_hz, shaft_hz):
    cut = segments_of(samples, rate_hz, shaft_hz)
    starts = np.array(cut.starts)
    assert starts[0] == 0
    assert samples - 0.06 * cut.size - 300 <= starts[-1] + cut.size <= samples
    assert cut.size % 2 == 0
    assert 1 <= cut.independent <= len(starts)
    assert (np.diff(starts) <= cut.size * 0.56 + 1).all()


def test_overlapping_segments_count_as_so_many_independent_ones():
    """Half-overlapped Hann segments: the variance of the average is measured, not assumed."""
    spectrum = averaged(noise(seconds=60, rms_g=1.0))
    inner = spectrum.power[100:-100]
    assert (inner.mean() / inner.std()) ** 2 == pytest.approx(spectrum.segments, rel=0.06)
