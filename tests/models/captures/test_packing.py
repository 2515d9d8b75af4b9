"""Packing: what comes back, how little room it takes, and damaged bytes."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.captures.packing import (
    MAX_LINES,
    MAX_SAMPLES,
    pack_spectrum,
    pack_waveform,
    thinned,
    unpack_spectrum,
    unpack_waveform,
)
from models.errors import MessageError

AMPLITUDES = arrays(np.float64, st.integers(0, 200), elements=st.floats(0, 1e6, allow_subnormal=False))
SAMPLES = arrays(np.float64, st.integers(0, 200), elements=st.floats(-1e6, 1e6))


@given(AMPLITUDES)
def test_amplitudes_come_back_to_a_twentieth_of_a_decibel(amplitudes):
    data, top = pack_spectrum(amplitudes)
    back = unpack_spectrum(data, count=amplitudes.size, top=top)
    assert top == amplitudes.max(initial=0.0)
    strong = amplitudes > 1e-5 * top
    assert np.allclose(back[strong], amplitudes[strong], rtol=10 ** (0.051 / 20) - 1, atol=0)
    assert np.all(back[~strong] <= 1.1e-5 * top)
    assert np.all(np.isfinite(back))


@given(SAMPLES)
def test_samples_come_back_to_a_count(samples):
    data, top = pack_waveform(samples)
    back = unpack_waveform(data, count=samples.size, top=top)
    assert np.all(np.abs(back - samples) <= 0.5001 * top / 32_767 + 1e-300)


@given(AMPLITUDES.filter(lambda values: values.size > 0), st.integers(1, 50))
def test_thinning_keeps_every_peak(amplitudes, most):
    kept, width = thinned(amplitudes, most)
    assert kept.size <= most
    assert kept.max() == amplitudes.max()
    for place, value in enumerate(kept):
        assert value == amplitudes[place * width : (place + 1) * width].max()


def test_the_worst_waveform_fits_into_a_string_of_influxdb():
    noise = np.random.default_rng(0).uniform(-1, 1, MAX_SAMPLES)
    data, _ = pack_waveform(noise)
    assert len(data) * 4 / 3 + 4 < 65_535


def test_a_spectrum_of_noise_takes_about_a_byte_a_line(figure):
    noise = np.abs(np.random.default_rng(0).standard_normal((3, MAX_LINES))).mean(axis=0)
    data, _ = pack_spectrum(noise)
    figure(f"a spectrum of 3,200 lines of noise takes {len(data)} bytes")
    assert len(data) < 1.3 * MAX_LINES


@pytest.mark.parametrize("unpack", [unpack_spectrum, unpack_waveform])
@pytest.mark.parametrize(
    "data",
    [b"", b"not deflated", zlib.compress(bytes(7)), zlib.compress(bytes(9)), pack_spectrum(np.ones(4))[0][:-4]],
)
def test_damaged_data_are_refused(unpack, data):
    with pytest.raises(MessageError, match="data"):
        unpack(data, count=4, top=1.0)


def test_no_claim_makes_it_take_much_memory():
    bomb = zlib.compress(bytes(100_000_000))
    with pytest.raises(MessageError, match="do not hold"):
        unpack_waveform(bomb, count=MAX_SAMPLES, top=1.0)
    for count in (-1, MAX_SAMPLES + 1, 1 << 40):
        with pytest.raises(MessageError, match="none of ours"):
            unpack_waveform(bomb, count=count, top=1.0)
