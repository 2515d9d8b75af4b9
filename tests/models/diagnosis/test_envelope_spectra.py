"""Envelope spectra in many bands: depth of a known modulation, whitening, chance levels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.diagnosis.envelopes import envelope_spectra
from models.diagnosis.harmonic_evidence import prominence_of
from tests.models.diagnosis.made_up import RATE_HZ, noise, times_s, tone_g


def spectra(samples, *, rate_hz=RATE_HZ, shaft_hz=25.0, highest_hz=600.0):
    return envelope_spectra(samples, rate_hz=rate_hz, shaft_hz=shaft_hz, highest_hz=highest_hz)


@pytest.mark.parametrize("depth", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("band", [0, 1, 4])
def test_modulated_noise_has_its_depth_in_every_band(depth, band):
    """Noise times sqrt(1 + a cos): its squared envelope is modulated by a; whitening and segments leave that."""
    swing = np.sqrt(1 + depth * np.cos(2 * np.pi * 97.0 * times_s(40)))
    found = spectra(swing * noise(seconds=40, rms_g=1.0))
    place = round(97.0 / found.bin_hz)
    excess = found.power[band, place - 1 : place + 2].max() - 1.0
    assert found.depth(band, excess) == pytest.approx(depth, rel=0.3)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-9, 1e5))
@settings(max_examples=15, deadline=None)
def test_scale_of_the_signal_does_not_matter(seed, scale):
    signal = noise(seconds=3, rms_g=1.0, seed=seed)
    assert spectra(scale * signal).power == pytest.approx(spectra(signal).power, rel=1e-6)


@pytest.mark.parametrize("rate_hz", [6_400.0, 25_600.0, 97_656.0])
@pytest.mark.parametrize("seconds", [2.0, 7.3, 30.0])
def test_gaussian_noise_is_one_in_every_band(rate_hz, seconds):
    found = spectra(noise(seconds=seconds, rate_hz=rate_hz, rms_g=0.3), rate_hz=rate_hz, highest_hz=100.0)
    assert found.power[:, 5:].mean() == pytest.approx(1.0, abs=0.12)
    prominence = prominence_of(found.power, segments=found.segments, block=40)
    assert prominence[:, 5:].mean() == pytest.approx(1.0, abs=0.1)


def test_whitening_takes_a_discrete_comb_away_and_leaves_the_modulation_of_noise():
    """Lines 30 times the noise, 80 Hz apart, beat at 80 Hz in a plain envelope; whitened they are bins of noise."""
    comb = sum(tone_g(4_000.0 + 80.0 * k, 5.0, seconds=10, phase=k * k) for k in range(-10, 11))
    comb *= 30 * 0.05 / comb.std()
    swing = np.sqrt(1 + 0.8 * np.cos(2 * np.pi * 97.0 * times_s(10)))
    found = spectra(comb + 0.05 * swing * noise(seconds=10, rms_g=1.0))
    prominence = prominence_of(found.power, segments=found.segments, block=60)
    at_comb, at_modulation = (round(hz / found.bin_hz) for hz in (80.0, 97.0))
    assert prominence[0, at_modulation] > 10
    assert prominence[0, at_comb - 1 : at_comb + 2].max() < 0.2 * prominence[0, at_modulation]


def test_jump_between_the_ends_is_no_impact():
    """A slope makes the last sample differ from the first by a hundred times the noise."""
    sloping = noise(rms_g=0.01) + np.linspace(-0.5, 0.5, round(6 * RATE_HZ))
    plain = spectra(noise(rms_g=0.01))
    assert spectra(sloping).power[:, 5:].max() < 2.5 * plain.power[:, 5:].max()


def test_bands_lie_below_the_nyquist_frequency_and_each_holds_twice_what_is_asked_for():
    found = spectra(noise(), highest_hz=500.0)
    assert all(0 <= low < high <= RATE_HZ / 2 for low, high in found.bands_hz)
    assert all(high - low >= 2 * 500.0 for low, high in found.bands_hz)
    assert found.power.shape == (len(found.bands_hz), found.widths.size and found.power.shape[1])
    assert len(set(found.bands_hz)) == len(found.bands_hz)


def test_rate_too_low_for_the_lines_that_are_asked_for_gives_nothing():
    assert spectra(noise(rate_hz=1_000.0), rate_hz=1_000.0, highest_hz=400.0) is None
