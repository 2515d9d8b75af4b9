"""`python -m evaluation remaining`: the remaining life that is foretold, on simulated and on real lives."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
import numpy as np
import typer

from evaluation.condition.lives import Life, read_lives
from evaluation.condition.recordings import Measured, folded
from evaluation.condition.simulated_lives import SHAPES, simulated_life
from evaluation.recorded import data_path
from evaluation.tables import Table
from models.clock import HOUR_US
from models.outputs import Health, RemainingLife
from models.prognosis.degradation import CLAIMED

__all__ = ["remaining"]

_PARTS = (0.25, 0.5, 0.75)
_ALPHA = 0.2


class Foretold(msgspec.Struct, frozen=True):
    """What was said at one moment of one life, in hours."""

    name: str
    shape: str
    part: float
    """Of the time from onset to failure."""
    left_h: float
    elapsed_h: float
    """Since the beginning of the recording."""
    said: RemainingLife | None

    @property
    def held(self) -> bool:
        """Whether the failure fell into the interval."""
        return self.said is not None and self.said.low <= self.left_h <= self.said.high


def remaining(
    lives: Annotated[int, typer.Option(min=1, help="How many lives to make up.")] = 240,
    first_seed: Annotated[int, typer.Option(help="Where their seeds begin.")] = 1_000_000,
) -> None:
    """Score the remaining life at a quarter, half and three quarters of the way from onset to failure."""
    made = []
    for seed in range(first_seed, first_seed + lives):
        life = simulated_life(seed)
        made += _at_parts(f"simulated {seed}", life.shape, life.observations, life.onset_us, life.end_us)
    typer.echo("\n" + _summary(f"Remaining life, {lives} simulated lives", made).markdown())
    typer.echo("\n" + _by_shape(made).markdown())
    path = data_path()
    if not (path / "pronostia").is_dir():
        typer.echo("no bearings run to failure: set STETHOS_DATA to the folder of the recordings", err=True)
        return
    real = [foretold for life in read_lives(path) for foretold in _of_real(life)]
    typer.echo("\n" + _real_table(real).markdown())
    typer.echo("\n" + _summary("Remaining life, real lives", real).markdown())


def _of_real(life: Life) -> list[Foretold]:
    times = [o.time_us for o in life.observations]
    begin, end = min(times), max(times)
    span = (end - begin) / max(1, life.snapshots - 1)
    return _at_parts(life.name, "", life.observations, begin + round(life.onset * span), end)


def _at_parts(
    name: str, shape: str, observations: Sequence[Measured], onset_us: int, end_us: int
) -> list[Foretold]:
    said, newest_us = list[tuple[int, RemainingLife | None]](), 0
    for observation, out in zip(observations, folded(observations), strict=True):
        newest_us = max(newest_us, observation.time_us)
        health = next((o for o in out if isinstance(o, Health)), None)
        said.append((newest_us, None if health is None else health.remaining_life_h))
    found = []
    for part in _PARTS:
        moment_us = onset_us + round(part * (end_us - onset_us))
        at = bisect_right(said, moment_us, key=lambda item: item[0]) - 1
        found.append(
            Foretold(
                name=name,
                shape=shape,
                part=part,
                left_h=(end_us - moment_us) / HOUR_US,
                elapsed_h=(moment_us - observations[0].time_us) / HOUR_US,
                said=said[at][1],
            )
        )
    return found


def phm_score(actual_h: float, foretold_h: float) -> float:
    """Score of the PHM 2012 challenge: 1 on the spot, 0.5 at 20 % too early or 5 % too late.

    >>> round(phm_score(10.0, 8.0), 3), round(phm_score(10.0, 10.5), 3)
    (0.5, 0.5)
    """
    error = 100 * (actual_h - foretold_h) / actual_h
    return float(np.exp(np.log(0.5) * (error / 20 if error > 0 else -error / 5)))


def _cells(foretold: Sequence[Foretold]) -> tuple[str, ...]:
    given = [(f, f.said) for f in foretold if f.said is not None]
    if not given:
        return (f"0 of {len(foretold)}", *("-",) * (len(_COLUMNS) - 1))
    errors = [abs(said.median - f.left_h) / f.left_h for f, said in given]
    return (
        f"{len(given)} of {len(foretold)}",
        f"{100 * sum(f.held for f, _ in given) / len(given):.0f}",
        f"{100 * float(np.median(errors)):.0f}",
        f"{100 * sum(error <= _ALPHA for error in errors) / len(given):.0f}",
        f"{np.mean([phm_score(f.left_h, said.median) for f, said in given]):.2f}",
        _own_tests([said for _, said in given]),
    )


def _own_tests(said: Sequence[RemainingLife]) -> str:
    """Give how many of the forecasts that the declines tested by themselves have held, of all."""
    held, checked = sum(life.held for life in said), sum(life.checked for life in said)
    return f"{100 * held / checked:.0f} of {checked}" if checked else "-"


_COLUMNS = ("given", "interval held %", "error %", "within 20 %", "PHM score", "own tests held %")


def _summary(title: str, foretold: Sequence[Foretold]) -> Table:
    rows = [
        (f"at {100 * part:.0f} % of the decline", *_cells([f for f in foretold if f.part == part]))
        for part in _PARTS
    ]
    rows.append(("all", *_cells(foretold)))
    left = [f.left_h for f in foretold]
    rows.append(("always the median of all lives", *_guess(foretold, [float(np.median(left))] * len(left))))
    rows.append(("as long as it has run already", *_guess(foretold, [f.elapsed_h for f in foretold])))
    return Table(
        title=title,
        columns=("foretold", *_COLUMNS),
        rows=tuple(rows),
        note=f"Intervals are to hold 67 %, their own tests {100 * CLAIMED:.0f} %. Error: median "
        "of |median foretold - actual| / actual. The two last rows are guesses that know nothing of the machine.",
    )


def _guess(foretold: Sequence[Foretold], hours: Iterable[float]) -> tuple[str, ...]:
    pairs = [(f.left_h, guess) for f, guess in zip(foretold, hours, strict=True)]
    errors = [abs(guess - left) / left for left, guess in pairs]
    return (
        f"{len(pairs)} of {len(pairs)}",
        "-",
        f"{100 * float(np.median(errors)):.0f}",
        f"{100 * sum(error <= _ALPHA for error in errors) / len(pairs):.0f}",
        f"{np.mean([phm_score(left, max(guess, 1e-9)) for left, guess in pairs]):.2f}",
        "-",
    )


def _by_shape(foretold: Sequence[Foretold]) -> Table:
    rows = tuple((shape, *_cells([f for f in foretold if f.shape == shape])) for shape in SHAPES)
    return Table(title="Remaining life by the shape of the decline", columns=("shape", *_COLUMNS), rows=rows)


def _real_table(foretold: Sequence[Foretold]) -> Table:
    rows = []
    for f in foretold:
        said = (
            "-" if f.said is None else f"{60 * f.said.low:.1f} - {60 * f.said.median:.1f} - {60 * f.said.high:.1f}"
        )
        held = "abstained" if f.said is None else "yes" if f.held else "no"
        rows.append((f.name, f"{100 * f.part:.0f} %", f"{60 * f.left_h:.1f}", said, held))
    return Table(
        title="Remaining life of real bearings, in minutes",
        columns=("life", "of the decline", "actual", "low - median - high", "held"),
        rows=tuple(rows),
        note="The decline runs from the earlier derived onset to the end of the recording.",
    )
