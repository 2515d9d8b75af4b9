"""The cases from the field, where they are at hand: each ends as its page says."""

import re

import pytest

from models.errors import RecordingError
from stream.analysis.analysing import Conditions, analyse
from stream.analysis.readers.waveform import Hints
from stream.analysis.readers.waveform_files import read_waveforms

pytestmark = pytest.mark.recordings

G = {"unit": "g"}
REFUSED = [
    ("02*/none.csv", {}, "no such file"),
    ("05*/DATA-001.CSV", {}, "time, Ax, Ay, Az"),
    ("05*/DATA-001.CSV", {"column": "3", **G}, "--scale"),
    ("05*/without_footer.csv", {"column": "3", **G}, "--scale"),
    ("05*/small_vibration.csv", {"column": "3", "rate_hz": 400.0, **G}, "--scale"),
    ("06*/us.csv", {}, "Timestamp, X .g., Y .g."),
    ("08*/no_index.csv", {}, "0, 1, 2, 3, 4, 5"),
    ("11*/daq.csv", {"column": "Acceleration (g)"}, "2 or 3"),
    ("11*/daq.csv", {"column": "Acceleration"}, "2 or 3"),
    ("12*/scope.csv", {}, "--scale 10 of volts"),
    ("16*/cell.mat", {}, r"data\.1 .*data\.2"),
    ("16*/fs_in_khz.mat", G, "12800 Hz if that was kHz"),
    ("17*/decimated.csv", {}, "25600 Hz.* 1600 Hz; give --rate"),
    ("21*/row.csv", {}, "--rate HZ .* and --unit"),
]
READ = [
    ("01*/sensor_export.csv", {}, 1000.0, 110.0),
    ("02*/minutes.csv", {}, 100.0, 221.0),
    ("02*/excel_serial.csv", {}, 100.0, 221.0),
    ("05*/small_vibration.csv", {"column": "Ay", "scale": 1 / 2048, **G}, 400.0, 0.45),
    ("06*/us.csv", {"column": "Y"}, 1000.0, 110.0),
    ("06*/de.csv", {"column": "Y"}, 1000.0, 110.0),
    ("06*/de.csv", {"column": "Y", "rate_hz": 1000.0}, 1000.0, 110.0),
    ("11*/daq.csv", {"column": "3"}, 1000.0, 110.0),
    ("12*/scope.csv", {"scale": 10.0, **G}, 1000.0, 110.0),
    ("16*/cell.mat", {"key": "data", "column": "1", **G}, 12_800.0, None),
    ("17*/decimated.csv", {"rate_hz": 1600.0}, 1600.0, 110.0),
    ("21*/row.csv", {"rate_hz": 12_800.0, **G}, 12_800.0, None),
]


@pytest.fixture
def read(recordings_path):
    folder = recordings_path.parent / "field" / "files"
    if not folder.is_dir():
        pytest.skip("the cases from the field are not here")

    def waveform(pattern, hints):
        file = next(folder.glob(pattern), folder / "none.csv")
        (found,) = read_waveforms(file, Hints(**hints), lambda line, error: None)
        return found

    return waveform


@pytest.mark.parametrize(("pattern", "hints", "told"), REFUSED)
def test_what_is_left_open_is_asked_for(read, pattern, hints, told):
    with pytest.raises(RecordingError) as caught:
        read(pattern, hints)
    assert re.search(told, str(caught.value)), str(caught.value)


@pytest.mark.parametrize(("pattern", "hints", "rate_hz", "velocity_mm_s"), READ)
def test_what_the_file_says_is_read(read, pattern, hints, rate_hz, velocity_mm_s):
    found = analyse(read(pattern, hints), Conditions())
    assert found.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    if velocity_mm_s is not None:
        assert found.indicators["velocity_rms_mm_s"] == pytest.approx(velocity_mm_s, rel=0.02)


@pytest.mark.parametrize("name", ["no_index", "with_index"])
def test_a_header_of_numbers_is_none_of_the_samples(read, name):
    fourth = read(f"08*/{name}.csv", {"column": "4", "rate_hz": 12_800.0, **G})
    assert abs(fourth.samples).max() == pytest.approx(1.1, rel=0.1)
    fifth = read(f"08*/{name}.csv", {"column": "5", "rate_hz": 12_800.0, **G})
    assert fifth.samples.std() == pytest.approx(0.0018, rel=0.1)


def test_hum_of_60_hz_mains_is_not_healthy(read):
    motor = read("24*/motor.npz", {"speed_rpm": 1750.0})
    found = analyse(motor, Conditions())
    assert found.diagnosis.verdict == "electrical"
    assert found.assumed["line_frequency_hz"] == (50.0, 60.0)
