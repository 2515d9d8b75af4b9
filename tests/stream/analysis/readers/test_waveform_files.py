"""Whatever is in a file: a waveform, or one error that names the file."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat, wavfile

from models.errors import RecordingError
from stream.analysis.readers.waveform import Hints
from stream.analysis.readers.waveform_files import read_waveforms
from tests.stream.analysis.files import refused

HINTS = Hints(rate_hz=1000.0, unit="g", scale=1.0)
VALUES = np.random.default_rng(1).standard_normal(200)


def of(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


SOUND_FILES = {
    ".npz": of(lambda file: np.savez_compressed(file, acc=VALUES, rate=1000)),
    ".npy": of(lambda file: np.save(file, VALUES)),
    ".mat": of(lambda file: savemat(file, {"acc": VALUES, "s": {"x": 1.0}}, do_compression=True)),
    ".wav": of(lambda file: wavfile.write(file, 8000, VALUES.astype(np.float32))),
    ".csv": "\n".join(["time,acc_g", *(f"{k / 1000},{v}" for k, v in enumerate(VALUES))]).encode(),
    ".jsonl": (
        b'{"type":"vibration","machine":"P","point":"D","time":"2026-03-01T00:00:00Z","rate":1000,"unit":"g",'
        b'"samples":[1,2,3,null]}\n'
    ),
}


def check(file):
    told = ""
    try:
        found = list(read_waveforms(file, HINTS, lambda line, error: None))
    except RecordingError as error:
        told = str(error)
    assert file.name in told or all(each.samples.ndim == 1 and each.samples.size for each in found)


@pytest.mark.parametrize("suffix", SOUND_FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_is_told_or_harmless(tmp_path, suffix, data):
    content = bytearray(SOUND_FILES[suffix])
    for _ in range(data.draw(st.integers(1, 8), "damages")):
        place = data.draw(st.integers(0, len(content) - 1), "place")
        content[place] = data.draw(st.integers(0, 255), "byte")
    content = content[: data.draw(st.integers(1, len(content)), "kept")]
    file = tmp_path / f"泵{suffix}"
    file.write_bytes(content)
    check(file)


@pytest.mark.parametrize("suffix", [".csv", ".wav", ".mat", ".npz", ".npy", ".jsonl"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(min_size=1, max_size=400), st.text(min_size=1, max_size=200).map(str.encode)))
def test_any_bytes_are_told_or_harmless(tmp_path, suffix, content):
    file = tmp_path / f"a{suffix}"
    file.write_bytes(content)
    check(file)


def test_what_is_not_read_is_told(tmp_path):
    assert "check the path" in refused(tmp_path / "missing.csv")
    (tmp_path / "a.xlsx").write_bytes(b"x")
    assert "save the sheet as .csv" in refused(tmp_path / "a.xlsx")
    (tmp_path / "a.abc").write_bytes(b"x")
    assert ".jsonl" in refused(tmp_path / "a.abc")
    (tmp_path / "b").write_bytes(b"x")
    assert "no ending" in refused(tmp_path / "b")
    (tmp_path / "c.csv").write_bytes(b"")
    assert "is empty" in refused(tmp_path / "c.csv")
    (tmp_path / "d.csv").mkdir()
    assert "no such file" in refused(tmp_path / "d.csv")
