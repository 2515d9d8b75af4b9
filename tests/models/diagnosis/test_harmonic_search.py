"""The map of all harmonic series, up to its very last column."""

import pytest

from models.diagnosis.envelopes import envelope_spectra
from models.diagnosis.harmonic_search import search_harmonics, series_at
from tests.models.diagnosis.made_up import RATE_HZ, noise


@pytest.mark.parametrize("highest_hz", [180.0, 400.0, 401.3])
def test_a_comb_at_the_edge_of_the_spectrum_is_read_like_any_other(highest_hz):
    spectra = envelope_spectra(noise(1.3), rate_hz=RATE_HZ, shaft_hz=24.7, highest_hz=highest_hz)
    harmonic_map = search_harmonics(spectra, shaft_hz=24.7, mains_hz=(50.0,))
    bands, columns = harmonic_map.evidence.shape
    for band in range(bands):
        series = series_at(harmonic_map, band, columns - 1, 10.0)
        assert series.fundamental <= columns
        assert 0 <= series.seen <= 4
