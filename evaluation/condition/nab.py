"""`python -m evaluation nab`: an industrial machine's temperature up to its failure, scored as its benchmark does.

Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms": a window is worth up to 1, more the
earlier it is told, and -1 where it is missed; a detection outside costs up to 0.11, less shortly after a window.
"""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from math import exp
from pathlib import Path

import numpy as np
import typer

from evaluation.condition.recordings import folded, observations_of
from evaluation.recorded import data_path
from evaluation.tables import Table
from models.outputs import Alert, Health

__all__ = ["nab", "nab_score"]

_FILE = "realKnownCause/machine_temperature_system_failure.csv"
_FALSE_WEIGHT = 0.11
_PROBATION = 750
"""15 % of the first 5,000 rows: nothing counts there."""
_FAR = 3.0
_SHOWN = ("ARTime", "numentaTM", "random", "numenta", "contextOSE", "randomCutForest", "windowedGaussian")

Window = tuple[int, int]


def nab_score(detections: Sequence[int], windows: Sequence[Window]) -> float:
    """Score rows called anomalous against windows (first and last row); the standard profile, not normalised.

    >>> nab_score([1_000], [(1_000, 1_100)]), nab_score([], [(1_000, 1_100)])
    (1.0, -1.0)
    >>> round(nab_score([5_000], [(1_000, 1_100)]), 3)
    -1.11
    """
    total, best = 0.0, dict[Window, float]()
    for row in detections:
        if row < _PROBATION:
            continue
        inside = next((window for window in windows if window[0] <= row <= window[1]), None)
        if inside is not None:
            position = -(inside[1] - row + 1) / (inside[1] - inside[0] + 1)
            best[inside] = max(best.get(inside, 0.0), _sigmoid(position) / _sigmoid(-1.0))
            continue
        before = [window for window in windows if window[1] < row]
        position = (row - before[-1][1]) / (before[-1][1] - before[-1][0]) if before else _FAR + 1
        total += _FALSE_WEIGHT * (_sigmoid(position) if position <= _FAR else -1.0)
    counted = [window for window in windows if window[1] >= _PROBATION]
    return total + sum(best.get(w, -1.0) for w in counted)


def _sigmoid(position: float) -> float:
    return 2.0 / (1.0 + exp(5.0 * position)) - 1.0


def nab() -> None:
    """Score the anomalies of a machine's temperature, beside trivial guesses and published detectors."""
    path = data_path()
    if not (path / "nab").is_dir():
        typer.echo("no machine temperature: set STETHOS_DATA to the folder of the recordings", err=True)
        return
    observations = observations_of(path, "nab")
    windows = _windows(path, [observation.time_us for observation in observations])
    outputs = folded(observations)
    verdicts = [i for i, out in enumerate(outputs) if _anomalous(out)]
    raised = [i for i, out in enumerate(outputs) for o in out if isinstance(o, Alert) and o.state == "active"]
    every_day = list(range(0, len(observations), 288))
    rows = [
        ("nothing", *_cells([], windows)),
        ("one row a day", *_cells(every_day, windows)),
        ("every row", *_cells(list(range(len(observations))), windows)),
        ("three sigma of the first week", *_cells(_three_sigma(_values(observations)), windows)),
        ("Stethos, rows called anomalous", *_cells(verdicts, windows)),
        ("Stethos, alerts raised", *_cells(raised, windows)),
    ]
    with (path / "nab" / "published_scores_two_files.csv").open(newline="", encoding="utf-8") as file:
        rows += [
            (f"{row['detector']} (published)", f"{float(row['score']):.2f}", "", row["FP"])
            for row in csv.DictReader(file)
            if row["file"] == _FILE and row["profile"] == "standard" and row["detector"] in _SHOWN
        ]
    table = Table(
        title="Machine temperature (NAB), 79 days",
        columns=("detector", "score", "windows told", "rows outside"),
        rows=tuple(rows),
        note="Standard profile, not normalised: 4 at best, -4 for nothing. Random rows score 1.55, so one file "
        "separates nobody: look at windows and false rows as well.",
    )
    typer.echo("\n" + table.markdown())


def _windows(path: Path, times_us: list[int]) -> list[Window]:
    with (path / "nab" / "labels" / "combined_windows.json").open(encoding="utf-8") as file:
        spans = json.load(file)[_FILE]
    stamps = np.array(times_us)
    found = []
    for span in spans:
        first, last = (int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6) for text in span)
        inside = np.flatnonzero((stamps >= first) & (stamps <= last))
        found.append((int(inside[0]), int(inside[-1])))
    return found


def _anomalous(out: Sequence[object]) -> bool:
    return any(isinstance(o, Health) and o.anomaly is not None and bool(o.anomaly.anomalous) for o in out)


def _values(observations: Sequence[object]) -> list[float]:
    return [observation.indicators["value_c"] for observation in observations]  # type: ignore[attr-defined]


def _three_sigma(values: list[float]) -> list[int]:
    x = np.array(values)
    week = x[: 7 * 288]
    return [int(i) for i in np.flatnonzero(np.abs(x - week.mean()) > 3 * week.std())]


def _cells(detections: list[int], windows: list[Window]) -> tuple[str, str, str]:
    told = sum(any(first <= row <= last for row in detections) for first, last in windows)
    outside = sum(not any(first <= row <= last for first, last in windows) for row in detections)
    return f"{nab_score(detections, windows):.2f}", f"{told} of {len(windows)}", str(outside)
