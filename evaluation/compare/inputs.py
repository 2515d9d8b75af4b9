"""What both revisions are given: real recordings turned into ours, a simulated plant, actions, odd files."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import scipy.io

from evaluation.compare.revisions import Revision
from evaluation.recorded import data_path
from models.errors import ConfigurationError

__all__ = ["LIVES", "PLANT", "WAVEFORMS", "Waveform", "make_inputs", "missing", "with_actions"]

LIVES = {
    "Bearing2_7.jsonl": ("pronostia", "Bearing2_7"),
    "Bearing3_1.jsonl": ("pronostia", "Bearing3_1"),
    "skab-valve1-0.jsonl": ("skab", "valve1/0.csv"),
    "skab-valve1-7.jsonl": ("skab", "valve1/7.csv"),
    "skab-other-5.jsonl": ("skab", "other/5.csv"),
}
"""Files that the converter beside the recordings makes, and what it is asked for."""

PLANT = ("--scenario", "plant", "--healthy", "40m", "--development", "80m", "--block", "0.4s")


class Waveform(msgspec.Struct, frozen=True):
    """A file for `analyze`, where it comes from below the recordings (empty: made here), and what is said of it."""

    file: str
    source: str
    options: tuple[str, ...] = ()


_CWRU = ("--unit", "g", "--key", "DE", "--scale", "1e-4", "--bearing", "6205", "--line-frequency", "60")
_MFPT = ("--unit", "g", "--key", "acc_g", "--bearing", "n=8,d=0.235,D=1.245,angle=0")
_COUNTS = ("--unit", "g", "--key", "acc", "--scale", "1e-4")
_PUMP = ("--kind", "pump", "--power", "37", "--mounting", "rigid", "--bearing", "6205")
WAVEFORMS = (
    Waveform("cwru-outer.npz", "cwru/12k_de/1772_OR@6_21_DE12.npz", (*_CWRU, "--rate", "12000", "--speed", "1772")),
    Waveform("cwru-normal.npz", "cwru/48k/1797_Normal.npz", (*_CWRU, "--rate", "48000", "--speed", "1797")),
    Waveform("mfpt.npz", "mfpt/InnerRaceFault_vload_4.npz", (*_MFPT, "--rate", "48828", "--speed", "1500")),
    Waveform(
        "uestc.npz", "uestc/O_1000_1.npz", (*_COUNTS, "--rate", "20480", "--speed", "1000", "--bearing", "6205")
    ),
    Waveform("hit.npz", "hit_sm/self_OR5_600.npz", (*_COUNTS, "--rate", "20000", "--speed", "600")),
    Waveform("made.csv", "", ("--unit", "g", "--speed", "1480", *_PUMP)),
    Waveform("made.wav", "", ("--unit", "g", "--scale", "5", "--speed", "1480")),
    Waveform("made.mat", "", ("--unit", "mm/s", "--key", "signal", "--rate", "12800", "--speed", "1480")),
    Waveform("made.txt", "", ("--unit", "m/s2", "--rate", "12800", "--language", "zh")),
    Waveform("blocks.jsonl", ""),
)
_RATE = 12_800
_FINE = b"exit 0\n"


def missing() -> str:
    """Say what of the real recordings is not there; empty where all is."""
    return "" if (data_path().parent / "tools" / "recordings.py").is_file() else f"no recordings in {data_path()}"


def make_inputs(folder: Path, by: Revision) -> None:
    """Write all inputs, simulated ones by the revision `by`."""
    if not missing():
        _convert(folder)
        for each in WAVEFORMS:
            if each.source:
                (folder / each.file).write_bytes((data_path() / each.source).read_bytes())
    _make_waveforms(folder)
    (folder / "machines.toml").write_bytes(_made(by, "--machines"))
    (folder / "plant.toml").write_bytes(_made(by, "--scenario", "plant", "--machines"))
    _made(by, *PLANT, "--output", "plant.jsonl")
    _made(by, "--block", "2s", "--duration", "4m", "--output", "blocks.jsonl")
    _made(by, "--healthy", "100m", "--development", "80m", "--block", "0.2s", "--output", "quiet.jsonl")
    lines = (folder / "quiet.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "actions.jsonl").write_bytes(b"".join(with_actions(lines, findings=True)))
    (folder / "worked-on.jsonl").write_bytes(b"".join(with_actions(lines, findings=False)))


def _made(by: Revision, *options: str) -> bytes:
    """Let the simulator write something; raises `ConfigurationError` where it fails."""
    written = by.run("simulate", *options)
    if not written.endswith(_FINE):
        raise ConfigurationError(f"simulate {' '.join(options)}: {written.decode()}")
    return written.removesuffix(_FINE)


def _convert(folder: Path) -> None:
    tool = data_path().parent / "tools" / "recordings.py"
    for file, asked in LIVES.items():
        with (folder / file).open("wb") as output:
            subprocess.run([sys.executable, tool, *asked, "--data", data_path()], stdout=output, check=True)


_SAID: tuple[tuple[float, dict[str, str]], ...] = (
    (0.55, {"type": "maintenance", "machine": "F-201", "point": "drive-end", "done": "new cable", "by": "Wang"}),
    (0.62, {"type": "finding", "machine": "M-301", "verdict": "false_alarm", "note": "门开着", "by": "Li"}),
    (0.80, {"type": "finding", "machine": "P-101", "verdict": "confirmed", "fault": "bearing_outer_race"}),
    (0.85, {"type": "accept", "machine": "M-301", "point": "winding"}),
    (0.90, {"type": "finding", "machine": "M-301", "verdict": "confirmed", "fault": "overheating"}),
    (0.95, {"type": "maintenance", "machine": "P-101", "done": "new bearing"}),
)
"""What people say, by the share of the recording that is over."""


def with_actions(lines: list[bytes], *, findings: bool) -> Iterator[bytes]:
    """Give a recording of the demo's machines in which people say this and that, at the time of the line before."""
    said = {round(share * len(lines)): words for share, words in _SAID}
    for number, line in enumerate(lines):
        yield line
        words = said.get(number)
        if words is not None and (findings or words["type"] != "finding"):
            time = json.loads(line)["time"]
            yield json.dumps({**words, "time": time}, ensure_ascii=False).encode() + b"\n"


def _make_waveforms(folder: Path) -> None:
    """Write a shaft with an impact five times a turn, in every form of file."""
    noise, time_s = np.random.default_rng(3), np.arange(4 * _RATE) / _RATE
    turns = time_s * 1480 / 60
    ring = np.exp(-((5.4 * turns) % 1) * 30) * np.sin(2 * np.pi * 3100 * time_s)
    signal = 0.3 * np.sin(2 * np.pi * turns) + 0.8 * ring + noise.normal(0, 0.1, time_s.size)
    header = "time (s),acceleration (g)"
    np.savetxt(folder / "made.csv", np.column_stack([time_s, signal]), "%.6f", ",", header=header, comments="")
    np.savetxt(folder / "made.txt", 9.80665 * signal, "%.5f")
    scipy.io.wavfile.write(folder / "made.wav", _RATE, np.rint(signal / 5 * 32767).astype(np.int16))
    scipy.io.savemat(folder / "made.mat", {"signal": signal})
