"""Waveforms from sound files."""

import numpy as np
import pytest
from scipy.io import wavfile

from tests.stream.analysis.files import read, refused


@pytest.mark.parametrize(
    ("dtype", "full_scale"), [(np.int16, 2**15), (np.int32, 2**31), (np.float32, 1.0), (np.float64, 1.0)]
)
def test_sound_is_scaled_from_full_scale(tmp_path, dtype, full_scale):
    values = np.sin(np.arange(4000) / 7) / 2
    wavfile.write(tmp_path / "泵.wav", 8000, (values * full_scale).astype(dtype))
    found = read(tmp_path / "泵.wav", unit="g", scale=50.0)
    assert (found.rate_hz, found.machine, found.unit) == (8000.0, "泵", "g")
    assert np.allclose(found.samples, 50 * values, atol=50 / 2**15)


def test_eight_bit_sound_has_its_zero_in_the_middle(tmp_path):
    wavfile.write(tmp_path / "a.wav", 8000, np.array([0, 64, 128, 192] * 100, np.uint8))
    assert read(tmp_path / "a.wav", unit="g", scale=1.0).samples[:4].tolist() == [-1.0, -0.5, 0.0, 0.5]


def test_sound_asks_what_full_scale_is_and_which_channel(tmp_path):
    wavfile.write(tmp_path / "a.wav", 8000, np.zeros((400, 2), np.int16))
    told = refused(tmp_path / "a.wav")
    assert "full scale is not 1 g" in told
    assert "--unit" in told
    assert "--scale" in told
    assert "1 to 2" in refused(tmp_path / "a.wav", unit="g", scale=1.0)
    assert read(tmp_path / "a.wav", unit="g", scale=1.0, column="2").point == "channel-2"


@pytest.mark.parametrize("kept", [0, 10, 44, 3000])
def test_sound_that_is_cut_off_is_told(tmp_path, kept):
    file = tmp_path / "a.wav"
    wavfile.write(file, 8000, np.ones(4000, np.int16))
    file.write_bytes(file.read_bytes()[:kept])
    assert "empty" in refused(file, unit="g", scale=1.0) or "cut off" in refused(file, unit="g", scale=1.0)
