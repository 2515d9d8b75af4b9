"""What becomes of the verdicts when one constant is another."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import msgspec

from evaluation.diagnosis.blind import said
from evaluation.diagnosis.constants import CONSTANTS, changed
from evaluation.diagnosis.judged import Task, diagnosed, outcome
from evaluation.recorded import recorded
from evaluation.simulated import BEARING_FAULTS, MACHINE_FAULTS, simulated
from evaluation.tables import Table
from models.diagnosis import diagnose as diagnosis

__all__ = ["Tried", "cases", "sensitivity_table", "tried"]

FIRST_SEED = 2_000_000
_SECONDS = 3.0
_STAGES = {
    "envelope_spectra": {"envelopes"},
    "averaged_spectrum": {"envelopes"},
    "search_harmonics": {"envelopes", "harmonic_evidence", "harmonic_search", "shaft_speed"},
}
"""What is computed once for all constants that do not stand in these modules."""


class Tried(msgspec.Struct, frozen=True):
    """The outcomes for one case: with the constants as they are, then with each at its low and its high value."""

    real: bool
    truth: str
    outcomes: tuple[str, ...]


def cases(path: Path | None) -> list[tuple[Path | None, int, Task]]:
    """Give real recordings by their number, and simulated machines."""
    made = [Task(FIRST_SEED + k, "healthy") for k in range(80)]
    made += [
        Task(FIRST_SEED + 100 + k, fault, level)
        for fault in BEARING_FAULTS
        for level in (-10, -3, 4)
        for k in range(5)
    ]
    made += [Task(FIRST_SEED + 200 + k, fault, 4) for fault in MACHINE_FAULTS for k in range(2)]
    real = sum(1 for _ in recorded(path)) if path is not None else 0
    return [*((path, k, Task(0, "")) for k in range(real)), *((None, 0, task) for task in made)]


def tried(case: tuple[Path | None, int, Task]) -> Tried:
    """Judge one case with every value of every constant."""
    path, number, task = case
    if path is not None:
        recording = next(one for k, one in enumerate(recorded(path)) if k == number)
        truth = recording.fault

        def ask() -> str:
            return said(recording).verdict

    else:
        made = simulated(task.seed, task.fault, snr_db=task.level_db, seconds=_SECONDS)
        truth = task.fault

        def ask() -> str:
            return diagnosed(made).verdict

    kept = {stage: _Once(getattr(diagnosis, stage)) for stage in _STAGES}
    with _keeping(kept, set(_STAGES)):
        outcomes = [outcome(truth, ask())]
    for constant in CONSTANTS:
        free = {stage for stage, modules in _STAGES.items() if constant.module not in modules}
        for value in (constant.low, constant.high):
            with changed(constant, value), _keeping(kept, free if constant.name not in _SHAPING else set()):
                outcomes.append(outcome(truth, ask()))
    return Tried(path is not None, truth, tuple(outcomes))


_SHAPING = {"HARMONICS", "TOLERANCE"}
"""On these the length of the spectra depends as well."""


class _Once:
    """A stage that is computed at its first call for some bands, and gives the same ever after."""

    def __init__(self, work: Callable[..., object]) -> None:
        self._work = work
        self._results: dict[tuple[object, object], object] = {}

    def __call__(self, *args: object, **kwargs: object) -> object:
        bands = (kwargs.get("first", 0), getattr(args[0], "deepest", None))
        if bands not in self._results:
            self._results[bands] = self._work(*args, **kwargs)
        return self._results[bands]


@contextmanager
def _keeping(kept: dict[str, _Once], stages: set[str]) -> Iterator[None]:
    """Compute these stages only where they have not been."""
    with ExitStack() as stack:
        for stage in stages:
            stack.enter_context(patch.object(diagnosis, stage, kept[stage]))
        yield


def sensitivity_table(all_tried: Iterable[Tried]) -> Table:
    """Put the counts side by side."""
    found = list(all_tried)
    rows = [("as it is", "", *_counts(found, 0))]
    for k, constant in enumerate(CONSTANTS):
        name = f"{constant.module}.{constant.name} = {constant.value:g}"
        rows += [
            (name, f"{value:g}", *_counts(found, 1 + 2 * k + side))
            for side, value in enumerate((constant.low, constant.high))
        ]
    return Table(
        "Sensitivity to each constant",
        (
            "constant",
            "changed to",
            "real: right",
            "missed",
            "wrong",
            "damaged: right",
            "missed",
            "wrong",
            "sound: wrong",
        ),
        tuple(rows),
        "Real recordings, simulated damaged machines and simulated sound ones; the rest is unknown.",
    )


def _counts(found: list[Tried], column: int) -> tuple[str, ...]:
    real = Counter(one.outcomes[column] for one in found if one.real)
    damaged = Counter(one.outcomes[column] for one in found if not one.real and one.truth != "healthy")
    sound = Counter(one.outcomes[column] for one in found if not one.real and one.truth == "healthy")
    numbers = [counts[each] for counts in (real, damaged) for each in ("right", "missed", "wrong")]
    return (*map(str, numbers), str(sound["wrong"]))
