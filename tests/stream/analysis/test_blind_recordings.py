"""Every real recording of a known bearing through the command itself, as a file of arrays and as a recording."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evaluation.recorded import Recorded, recorded
from models.diagnosis.diagnose import diagnose

STETHOS = Path(sys.executable).with_name("stethos")
BEARINGS = {"cwru": "6205-2RS", "mfpt": "n=8,d=0.235,D=1.245,angle=0"}

pytestmark = [pytest.mark.recordings, pytest.mark.slow]


def analyzed(file: Path, *arguments: str) -> dict:
    done = subprocess.run(
        [STETHOS, "analyze", file, *arguments, "--json"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def of_arrays(each: Recorded, path: Path) -> dict:
    file = next((path / each.data_set).rglob(f"{each.name}.npz"))
    with np.load(file) as arrays:
        counts = ["--unit", "g", "--scale", repr(float(arrays["DE_lsb_g"]))] if each.data_set == "cwru" else []
    return analyzed(file, "--bearing", BEARINGS[each.data_set], "--speed", repr(each.speed_rpm), *counts)


def of_messages(each: Recorded, path: Path, folder: Path) -> dict:
    """Analyse the recording as messages of a second each, made by the tool beside the data."""
    tool, file = path.parent / "tools" / "recordings.py", next((path / each.data_set).rglob(f"{each.name}.npz"))
    made = folder / "messages.jsonl"
    with made.open("w") as out:
        name = file.relative_to(path / each.data_set)
        subprocess.run(
            [sys.executable, tool, each.data_set, name, "--seconds", "1"], stdout=out, check=True, timeout=60
        )
    return analyzed(made, "--bearing", BEARINGS[each.data_set])


def test_the_command_names_what_the_diagnosis_names_and_nothing_wrong(recordings_path, tmp_path):
    seen = []
    for each in recorded(recordings_path):
        verdict = diagnose(
            each.samples_g, rate_hz=each.rate_hz, speed_rpm=each.speed_rpm, orders=each.orders
        ).verdict
        found = of_arrays(each, recordings_path)
        assert found["diagnosis"]["verdict"] == verdict, each.name
        assert found["seconds"] == pytest.approx(each.samples_g.size / each.rate_hz)
        told = of_messages(each, recordings_path, tmp_path)
        assert told["machine"] == each.name
        seen.append((each, verdict, told["diagnosis"]["verdict"]))
    assert len(seen) == 26
    for each, *verdicts in seen:
        if each.data_set == "mfpt" or each.fault == "healthy" or each.grade.startswith("Y"):
            assert set(verdicts) == {each.fault}, each.name
        elif each.grade:  # hardly or not to be diagnosed: what has no grade is only reported
            assert set(verdicts) <= {each.fault, "unknown", "healthy"}, each.name
