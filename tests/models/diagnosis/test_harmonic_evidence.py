"""Evidence: chance keeps its word on noise, lines of a series add up, one line never makes a series."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincc

from models.diagnosis.harmonic_evidence import CAP, fisher, harmonic_evidence, line_evidence, prominence_of


def gamma_noise(segments, bands=40, bins=4_000, seed=3):
    generator = np.random.default_rng(seed)
    return generator.gamma(segments, 1 / segments, (bands, bins))


def evidence_of(power, segments=1.0, block=64, ignored=()):
    mask = np.zeros(power.shape[1], dtype=bool)
    mask[list(ignored)] = True
    return line_evidence(prominence_of(power, segments=segments, block=block), segments=segments, ignored=mask)


@pytest.mark.parametrize("segments", [1.0, 2.0, 3.7, 8.0, 40.0])
@pytest.mark.parametrize("nats", [3.0, 5.0, 7.0])
def test_noise_reaches_a_line_evidence_no_oftener_than_it_says(segments, nats):
    """But for a factor of two: the background itself is an estimate, from the median of 64 bins."""
    found = evidence_of(gamma_noise(segments), segments)
    for evidence in (found.narrow, found.wide):
        share = np.count_nonzero(evidence[:, 100:-100] >= nats) / evidence[:, 100:-100].size
        assert share <= 2.0 * math.exp(-nats)


@pytest.mark.parametrize("segments", [1.0, 4.0, 12.0])
@pytest.mark.parametrize("harmonics", [3, 4, 8])
def test_noise_reaches_a_comb_evidence_no_oftener_than_it_says(segments, harmonics):
    total = harmonic_evidence(evidence_of(gamma_noise(segments, bins=12_000), segments), harmonics)[:, 100:]
    for nats in (4.0, 6.0):
        least = next(value for value in np.arange(0, 60, 0.05) if fisher(value, harmonics) >= nats)
        assert np.count_nonzero(total >= least) / total.size <= 2.0 * math.exp(-nats)


@given(total=st.floats(0, 300), lines=st.integers(1, 12))
def test_fisher_is_the_gamma_tail(total, lines):
    assert fisher(total, lines) == pytest.approx(-math.log(max(gammaincc(lines, total), 1e-300)))
    assert fisher(total, 1) == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("segments", [1.0, 5.0])
def test_background_is_the_level_of_the_noise_whatever_lines_stand_in_it(segments):
    power = gamma_noise(segments) * np.linspace(1, 5, 4_000)
    power[:, 50::50] *= 1_000
    prominence = prominence_of(power, segments=segments, block=100)
    quiet = np.ones(4_000, dtype=bool)
    quiet[50::50] = False
    assert np.median(prominence[:, quiet].mean(axis=0)) == pytest.approx(1.0, abs=0.08)


def test_comb_counts_all_its_harmonics_and_a_single_line_only_to_the_cap():
    power = gamma_noise(4.0, bands=1, bins=2_000)
    power[0, [100, 200, 300, 400]] = 12.0
    power[0, 333] = 1e9
    total = harmonic_evidence(evidence_of(power, 4.0), 4)[0]
    assert total[90:].argmax() + 90 in (99, 100, 101)
    assert total[100] > 40
    assert total[333] < CAP + 16
    assert fisher(float(total[333]), 4) < 14 + math.log(total.size)


def test_ignored_bins_count_for_nothing_even_from_beside():
    power = gamma_noise(4.0, bands=1, bins=1_000)
    power[0, 100] = 1e6
    found = evidence_of(power, 4.0, ignored=(99, 100, 101))
    assert found.prominence[0, 100] == 1.0
    assert found.narrow[0, 100] < 1


def test_silence_divides_nothing_by_zero():
    found = evidence_of(np.zeros((2, 200)), 1.0)
    assert np.isfinite(found.narrow).all()
    assert found.narrow.max() == 0.0
