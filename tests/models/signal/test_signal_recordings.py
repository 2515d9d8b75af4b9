"""Real machines: sound ones have no faults, and the known defects of the recordings are found."""

from collections import Counter

import numpy as np
import pytest

from models.signal.indicators import waveform_indicators
from models.signal.quality import FAULTS
from models.signal.temperature import temperature_indicators

pytestmark = pytest.mark.recordings

BEARINGS = ("Bearing1_1", "Bearing1_2", "Bearing2_1", "Bearing2_7", "Bearing3_1")
OPEN_BLOCKS = {0, 1, 2, 3, 6, 7, 30, 35, 36}
"""Of Bearing2_7's thermometer: the nine blocks with samples above 250 degC."""


def temperature_blocks(recording):
    values = recording["temp_mC"] / 1000
    return [values[start : start + 600] for start in range(0, len(values), 600)]


@pytest.mark.parametrize("bearing", BEARINGS)
def test_whole_lives_have_trustworthy_vibration(recordings_path, bearing):
    """All but one block: 2791 of Bearing1_1, in its last two minutes, stands on the rail of -48.148 g."""
    with np.load(recordings_path / "pronostia" / f"{bearing}.npz") as recording:
        acceleration_g = recording["acc_mg"] / 1000
    found = Counter()
    for block in acceleration_g:
        for axis in (0, 1):
            indicators = waveform_indicators(block[:, axis], rate_hz=25_600.0, unit="g", speed_rpm=1800.0)
            assert indicators.flags[-1:] == ("short",)
            assert {
                "velocity_rms_mm_s",
                "kurtosis",
                "envelope_rms_g",
                "band_44_88_hz_g",
            } <= indicators.values.keys()
            assert not any(name.startswith("order") for name in indicators.values), "a tenth of a second is 3 turns"
            found.update(FAULTS.intersection(indicators.flags))
    assert found == ({"clipped": 1} if bearing == "Bearing1_1" else {})


def test_shocks_in_healthy_life_are_no_faults_and_stand_out(recordings_path):
    """Snapshot 1300, and the burst at 1316-1326 in the vertical channel: velocity up to 57 times the baseline."""
    with np.load(recordings_path / "pronostia" / "Bearing1_1.npz") as recording:
        vertical_g = recording["acc_mg"][:1400, :, 1] / 1000
    found = [waveform_indicators(block, rate_hz=25_600.0, unit="g", speed_rpm=None) for block in vertical_g]
    assert {one.flags for one in found} == {("short",)}
    velocities = np.array([one.values["velocity_rms_mm_s"] for one in found])
    times = velocities / np.median(velocities)
    assert 55 < times.max() < 58
    high = set(np.flatnonzero(times > 4) + 1)
    assert {1300, 1318, 1319, 1320, 1321} <= high
    assert len(high) == 8


@pytest.mark.parametrize("bearing", BEARINGS)
def test_open_thermometer_is_found_and_the_others_are_good(recordings_path, bearing):
    with np.load(recordings_path / "pronostia" / f"{bearing}.npz") as recording:
        blocks = temperature_blocks(recording)
    flags = [set(temperature_indicators(block, unit="C", rate_hz=10.0).flags) for block in blocks]
    if bearing != "Bearing2_7":
        assert not any(flags)
        return
    assert {k for k, found in enumerate(flags) if "open" in found} == OPEN_BLOCKS
    erratic = {k for k, found in enumerate(flags) if "erratic" in found}
    assert erratic == OPEN_BLOCKS | {4, 5, 8, 9, 10, 13, 15, 18, 26, 29}
    highest = [temperature_indicators(block, unit="C", rate_hz=10.0).values["maximum_c"] for block in blocks]
    assert max(highest) <= 250.0


@pytest.mark.parametrize("seconds", [0.1, 1.0, None])
def test_seeded_faults_are_the_machine_s_not_the_sensor_s(recordings_path, seconds):
    """Strong impacts, a healthy record with a mean of a sixth of its RMS, coarse steps: all good signals."""
    files = [*sorted(recordings_path.glob("cwru/*/*.npz")), *sorted(recordings_path.glob("mfpt/*.npz"))]
    assert len(files) == 26
    for file in files:
        with np.load(file) as record:
            rate_hz = float(record["fs_hz"])
            samples = record["DE"] * float(record["DE_lsb_g"]) if "DE" in record.files else record["acc_g"]
        size = len(samples) if seconds is None else int(seconds * rate_hz)
        for start in range(0, len(samples) - size + 1, size):
            block = samples[start : start + size]
            found = waveform_indicators(block, rate_hz=rate_hz, unit="g", speed_rpm=1500.0)
            assert found.flags == (("short",) if seconds == 0.1 else ()), (file.name, start)
