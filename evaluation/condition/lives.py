"""`python -m evaluation lives`: bearings run to failure; when they are told, and what they raise while sound."""

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import typer
from numpy.typing import NDArray

from evaluation.condition.recordings import Measured, folded, observations_of
from evaluation.recorded import data_path
from evaluation.tables import Table
from models.observations import VibrationObserved
from models.outputs import Alert

__all__ = ["Life", "lives", "read_lives"]

_SNAPSHOT_S = 10.0
_PER_HALF_HOUR = 180
_LASTING = 18
_HOURS_PER_MONTH = 730.5
_CONDITION = ("severity", "change", "temperature", "anomaly")
_LONG_MIN = 10.0


class Life(msgspec.Struct, frozen=True):
    """One bearing from its first snapshot to its failure."""

    name: str
    snapshots: int
    onset: int
    """The earlier of the two channels' derived onsets, a snapshot."""
    observations: list[Measured]
    rms_g: NDArray[np.float64]
    """Of the horizontal channel, one a snapshot."""

    @property
    def left_min(self) -> float:
        """Minutes from onset to failure."""
        return (self.snapshots - self.onset) * _SNAPSHOT_S / 60

    @property
    def sound_hours(self) -> float:
        """Hours before three quarters of the onset."""
        return 0.75 * self.onset * _SNAPSHOT_S / 3600


def read_lives(path: Path) -> list[Life]:
    """Read all lives with their onsets as the recordings' table derives them."""
    with (path / "pronostia" / "bearings.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        observations = observations_of(path, "pronostia", row["bearing"])
        onsets = [int(row[key]) for key in ("derived_onset_rms_h", "derived_onset_rms_v") if row[key]]
        horizontal = [
            o.indicators["rms_g"]
            for o in observations
            if isinstance(o, VibrationObserved) and o.point == "horizontal"
        ]
        found.append(
            Life(
                name=row["bearing"],
                snapshots=int(row["n_acc_files"]),
                onset=min(onsets),
                observations=observations,
                rms_g=np.array(horizontal),
            )
        )
    return found


def lives() -> None:
    """Tell when bearings that ran to failure got their alerts, beside plain rules."""
    path = data_path()
    if not (path / "pronostia").is_dir():
        typer.echo("no bearings run to failure: set STETHOS_DATA to the folder of the recordings", err=True)
        return
    recorded = read_lives(path)
    raised = {life.name: _alerts(life) for life in recorded}
    for table in (_alert_table(recorded, raised), _rule_table(recorded, raised)):
        typer.echo("\n" + table.markdown())


def _alerts(life: Life) -> list[tuple[int, str]]:
    """Every condition alert that became active: snapshot and priority."""
    snapshot, found = -1, []
    for observation, out in zip(life.observations, folded(life.observations), strict=True):
        snapshot += isinstance(observation, VibrationObserved) and observation.point == "horizontal"
        found += [
            (snapshot, o.priority)
            for o in out
            if isinstance(o, Alert) and o.state == "active" and o.rule in _CONDITION
        ]
    return found


def _first(alerts: list[tuple[int, str]], *priorities: str) -> int | None:
    return min((snapshot for snapshot, priority in alerts if priority in priorities), default=None)


def _shown(snapshot: int | None) -> str:
    return "-" if snapshot is None else str(snapshot)


def _alert_table(recorded: Sequence[Life], raised: dict[str, list[tuple[int, str]]]) -> Table:
    rows = []
    for life in recorded:
        alerts = raised[life.name]
        serious = _first(alerts, "medium", "high")
        quarter = life.onset + (life.snapshots - life.onset) / 4
        rows.append(
            (
                life.name,
                str(life.snapshots),
                str(life.onset),
                f"{life.left_min:.0f}",
                _shown(_first(alerts, "low")),
                _shown(_first(alerts, "medium")),
                _shown(_first(alerts, "high")),
                "-" if serious is None else f"{(life.snapshots - serious) * _SNAPSHOT_S / 60:.0f}",
                str(sum(s < 0.75 * life.onset and p != "low" for s, p in alerts)),
                _in_time(life, serious, quarter),
            )
        )
    return Table(
        title="Bearings run to failure (PRONOSTIA)",
        columns=(
            "life", "snapshots", "onset", "left min", "low", "medium", "high", "lead min", "too early", "in time",
        ),
        rows=tuple(rows),
        note="First alert of each priority, as snapshots of ten seconds. Lead: from the first of medium or high to "
        "the failure. Too early: of these before three quarters of the onset. In time: one within a quarter of "
        "what is left after onset, where that is longer than ten minutes. 2_1's channels disagree about its onset.",
    )  # fmt: skip


def _in_time(life: Life, serious: int | None, quarter: float) -> str:
    if life.left_min <= _LONG_MIN:
        return "(short)"
    return "yes" if serious is not None and serious <= quarter else "no"


def _rule_table(recorded: Sequence[Life], raised: dict[str, list[tuple[int, str]]]) -> Table:
    ours = {life.name: _first(raised[life.name], "medium", "high") for life in recorded}
    rules = {
        "an alert after half an hour": {life.name: _PER_HALF_HOUR for life in recorded},
        "three sigma of the first half hour, twice": {n.name: _three_sigma(n.rms_g) for n in recorded},
        "twice the first half hour, three minutes": {n.name: _factor(n.rms_g, 2.0) for n in recorded},
        "three times it, three minutes": {n.name: _factor(n.rms_g, 3.0) for n in recorded},
        "Stethos, medium or high": ours,
    }
    months = sum(life.sound_hours for life in recorded) / _HOURS_PER_MONTH
    rows = []
    for name, first in rules.items():
        early = sum(
            first[life.name] is not None and (first[life.name] or 0) < 0.75 * life.onset for life in recorded
        )
        if name.startswith("Stethos"):
            early = sum(s < 0.75 * n.onset and p != "low" for n in recorded for s, p in raised[n.name])
        long = [life for life in recorded if life.left_min > _LONG_MIN]
        told = sum(
            (snapshot := first[life.name]) is not None
            and 0.75 * life.onset <= snapshot <= life.onset + (life.snapshots - life.onset) / 4
            for life in long
        )
        seen = sum(first[life.name] is not None for life in recorded)
        rows.append(
            (name, str(early), f"{early / months:.0f}", f"{told} of {len(long)}", f"{seen} of {len(recorded)}")
        )
    return Table(
        title="Bearings run to failure, beside plain rules on the horizontal RMS",
        columns=("rule", "too early", "a machine-month", "in time", "told at all"),
        rows=tuple(rows),
        note=f"The sound part, up to three quarters of the onset, is {24 * 30.4 * months:.1f} hours in all, so one "
        f"false alarm makes {1 / months:.0f} a machine-month.",
    )


def _three_sigma(rms_g: NDArray[np.float64]) -> int | None:
    first = rms_g[:_PER_HALF_HOUR]
    return _held(rms_g > first.mean() + 3 * first.std(), 2)


def _factor(rms_g: NDArray[np.float64], factor: float) -> int | None:
    return _held(rms_g > factor * np.median(rms_g[:_PER_HALF_HOUR]), _LASTING)


def _held(above: NDArray[np.bool_], run: int) -> int | None:
    """Give the first snapshot after learning at which a condition has held for `run` snapshots."""
    held = 0
    for i, yes in enumerate(above):
        held = held + 1 if yes else 0
        if i >= _PER_HALF_HOUR and held >= run:
            return i
    return None
