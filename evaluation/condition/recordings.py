"""Real recordings as observations, read by the converter that stands beside them."""

import csv
import importlib.util
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
from numpy.typing import NDArray

from models import fold
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, Observation, ReadingObserved, TemperatureObserved, VibrationObserved
from models.outputs import Output
from stream.messages.measurements import decode
from stream.messages.observe import observe

__all__ = ["Labelled", "converter", "folded", "observations_of", "skab_files"]

Measured = VibrationObserved | TemperatureObserved | ReadingObserved


class Labelled(msgspec.Struct, frozen=True):
    """One file of the pump test bed: values of shape (n, 8), and which rows are anomalous."""

    name: str
    names: list[str]
    """Of the columns of `values`."""
    values: NDArray[np.float64]
    anomalous: NDArray[np.bool_]


@cache
def converter(path: Path) -> ModuleType:
    """Load the converter below `path`, the folder beside the recordings'; raises FileNotFoundError without it."""
    spec = importlib.util.spec_from_file_location("recordings", path / "tools" / "recordings.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"no converter in {path / 'tools'}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def observations_of(path: Path, data_set: str, *name: str) -> list[Measured]:
    """Turn a recording below `path` into observations, noticed when they were measured."""
    found, newest_us = list[Measured](), 0
    for content in getattr(converter(path.parent), data_set)(path, *name):
        message = decode(json.dumps(content).encode())
        configuration = Configuration(machine=Machine(id=message.machine))
        one = observe(message, configuration, observed_us=0, source=None)
        newest_us = max(newest_us, one.time_us)
        found.append(msgspec.structs.replace(one, observed_us=newest_us))
    return found


def folded(observations: Sequence[Measured], learning: Learning | None = None) -> list[tuple[Output, ...]]:
    """Fold a machine's whole recording; the outputs of each observation."""
    machine = observations[0].machine
    configuration = Configuration(machine=Machine(id=machine), learning=learning or Learning())
    first: Observation = Configured(machine=machine, observed_us=0, configuration=configuration)
    state, _ = fold.step(fold.initial_state(machine), first)
    outputs = []
    for observation in observations:
        state, out = fold.step(state, observation)
        outputs.append(out)
    return outputs


def skab_files(path: Path) -> Iterator[Labelled]:
    """Read the labelled files of the pump test bed, those of its second folder too where it is there."""
    folders = (path / "skab" / "data", path / "skab_more")
    found = [file for each in folders for group in ("valve*", "other") for file in each.glob(f"{group}/*.csv")]
    for file in sorted(found, key=lambda each: (each.parent.name, int(each.stem))):
        with file.open(newline="", encoding="utf-8") as rows:
            table = list(csv.DictReader(rows, delimiter=";"))
        names = [name for name in table[0] if name not in {"datetime", "anomaly", "changepoint"}]
        yield Labelled(
            name=f"{file.parent.name}/{file.name}",
            names=names,
            values=np.array([[float(row[name]) for name in names] for row in table]),
            anomalous=np.array([float(row["anomaly"]) > 0 for row in table]),
        )
