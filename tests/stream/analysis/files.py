"""Signals and files that the tests of reading and reporting share."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import RecordingError
from models.simulation.bearing import impact_train
from models.simulation.signal_synthesis import Resonance
from stream.analysis.readers.waveform import Hints, Waveform
from stream.analysis.readers.waveform_files import read_waveforms

__all__ = [
    "BEARING",
    "RATE_HZ",
    "SPEED_RPM",
    "faulty_g",
    "message",
    "read",
    "refused",
    "sound_g",
    "write_messages",
]

RATE_HZ = 25_600.0
SPEED_RPM = 1500.0
BEARING = "n=9,d=7.94,D=39.04"
_OUTER_RACE_ORDER = 3.5848


def sound_g(seconds: float = 4.0, seed: int = 1) -> NDArray[np.float64]:
    """Give a sound machine's acceleration: noise, and a little of the shaft."""
    size = round(seconds * RATE_HZ)
    generator = np.random.default_rng(seed)
    turning = 0.01 * np.sin(2 * np.pi * SPEED_RPM / 60 * np.arange(size) / RATE_HZ)
    return turning + 0.05 * generator.standard_normal(size)


def faulty_g(seconds: float = 4.0, seed: int = 1) -> NDArray[np.float64]:
    """Give the same with a damaged outer race, as the simulator makes it."""
    sound = sound_g(seconds, seed)
    train = impact_train(
        np.random.default_rng(seed),
        frequency_hz=0.99 * _OUTER_RACE_ORDER * SPEED_RPM / 60,
        slip=0.005,
        length=sound.size,
        rate_hz=RATE_HZ,
    )
    return sound + Resonance(frequency_hz=3000, damping=0.04).response(train, rate_hz=RATE_HZ)


def message(samples: NDArray[np.float64], seconds: float = 0.0, **fields: object) -> dict[str, object]:
    """Give one block as a message that begins `seconds` after midnight."""
    start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    plain = {
        "type": "vibration", "machine": "P1", "point": "DE", "time": start.isoformat(), "rate": RATE_HZ,
        "unit": "g", "samples": base64.b64encode(samples.astype("<f4").tobytes()).decode(), "speed": SPEED_RPM,
    }  # fmt: skip
    return {key: value for key, value in (plain | fields).items() if value is not None}


def write_messages(file: Path, messages: list[dict[str, object]]) -> Path:
    """Write a recording."""
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in messages)
    file.write_text(lines, encoding="utf-8")
    return file


def read(file: Path, **hints: object) -> Waveform:
    """Read the one waveform of a file."""
    (waveform,) = read_waveforms(file, Hints(**hints), lambda line, error: None)
    return waveform


def refused(file: Path, **hints: object) -> str:
    """Give the one line that says why a file is not read."""
    with pytest.raises(RecordingError) as caught:
        read(file, **hints)
    assert file.name in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)
