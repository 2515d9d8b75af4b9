"""The real recordings with a known fault: CWRU and MFPT, as described in their folders' tables."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.machinery.kinematics import BearingGeometry, BearingOrders, bearing_orders

__all__ = ["Recorded", "data_path", "recorded"]

_FAULTS = {
    "outer": "bearing_outer_race",
    "inner": "bearing_inner_race",
    "ball": "bearing_rolling_element",
    "normal": "healthy",
}
_SKF_6205 = BearingOrders(bpfo=3.5848, bpfi=5.4152, bsf2=4.7135, ftf=0.3983)
_MFPT = BearingGeometry(rolling_elements=8, element_diameter=0.235, pitch_diameter=1.245)


class Recorded(msgspec.Struct, frozen=True):
    """One recording with what is known of it."""

    data_set: str
    name: str
    fault: str
    grade: str
    """Of Smith and Randall (2015): Y diagnosable, P partly, N not; empty where they gave none."""
    samples_g: NDArray[np.float64]
    rate_hz: float
    speed_rpm: float
    orders: BearingOrders


def data_path() -> Path:
    """Give the folder of the recordings: STETHOS_DATA, or the one beside the project."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("STETHOS_DATA") or beside)


def recorded(path: Path) -> Iterator[Recorded]:
    """Read all recordings of bearings whose fault is known, one at a time."""
    for row in _rows(path / "cwru" / "records.csv"):
        with np.load(path / "cwru" / row["file"]) as file:
            yield Recorded(
                data_set="cwru",
                name=Path(row["file"]).stem,
                fault=_FAULTS[row["fault"]],
                grade=row["smith_randall_2015_DE_grade_method1"],
                samples_g=file["DE"] * float(file["DE_lsb_g"]),
                rate_hz=float(file["fs_hz"]),
                speed_rpm=float(row["rpm_reported"] or row["rpm_nominal"]),
                orders=_SKF_6205,
            )
    for row in _rows(path / "mfpt" / "records.csv"):
        with np.load(path / "mfpt" / row["file"]) as file:
            yield Recorded(
                data_set="mfpt",
                name=Path(row["file"]).stem,
                fault=_FAULTS[row["fault"]],
                grade="",
                samples_g=file["acc_g"].astype(np.float64),
                rate_hz=float(file["fs_hz"]),
                speed_rpm=60 * float(file["shaft_hz"]),
                orders=bearing_orders(_MFPT),
            )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
