"""A worker of this checkout beside one of another, in turns on the same load: what of the other's speed it has.

python -m benchmarks.pipeline 4000 10 --against PATH [--together]

Both run by this interpreter and its libraries; PYTHONPATH says whose code it is. Who begins changes with each
pair, as whatever else runs on the computer does. Compare the processor's time (user and system, all threads of the
worker) first: the clock's swings with what else is at work, by a factor of two. A ratio is of one pair's two runs.

Where much else is at work, and comes and goes, let both run at once (`--together`), each with a broker of its own:
then both have the same to put up with, and the processor's time of a pair can be compared; the clock's says little.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

__all__ = ["check_checkout", "compare", "knows_probes", "share"]

HERE = Path(__file__).resolve().parents[1]

Measure = Callable[[str, Path, int, Path, Callable[[], object]], Any]
"""`measured` of `benchmarks.pipeline`."""

_PATIENCE_S = 300.0
"""For the other worker to have its load."""


def check_checkout(checkout: Path) -> None:
    """Raise `SystemExit` where a worker told to run this checkout would run other code."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    asked = [sys.executable, "-c", "import models, stream; print(models.__file__); print(stream.__file__)"]
    told = subprocess.run(asked, env=environment, cwd="/", check=True, capture_output=True, text=True).stdout
    for path in map(Path, told.split()):
        if not path.is_relative_to(checkout):
            raise SystemExit(f"{path} would be run, and not what is in {checkout}")


def knows_probes(checkout: Path) -> bool:
    """Say whether a checkout's workers send probes, which are turned off for a measurement.

    >>> knows_probes(HERE)
    True
    """
    return any("probe_s" in path.read_text() for path in (checkout / "stream").rglob("settings*.py"))


def share(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Give our speed as a share of theirs by what each took: lowest, median and highest of the pairs.

    >>> share([2.0, 1.0, 4.0], [1.0, 1.0, 1.0])
    (0.25, 0.5, 1.0)
    """
    shares = [other / own for own, other in zip(ours, theirs, strict=True)]
    return min(shares), statistics.median(shares), max(shares)


def pair(
    checkouts: Mapping[str, Path], folder: Path, count: int, measured: Measure, *, together: bool
) -> list[Any]:
    """Measure a worker of each checkout: at once, or one after the other in the order given; gives both."""
    waiting = Barrier(len(checkouts) if together else 1)

    def measure(name: str) -> Any:  # noqa: ANN401 -- what the benchmark of one worker tells
        return measured(
            "1", folder / name.replace(" ", "-"), count, checkouts[name], lambda: waiting.wait(_PATIENCE_S)
        )

    with ThreadPoolExecutor(len(checkouts) if together else 1) as executor:
        return list(executor.map(measure, checkouts))


def compare(other: Path, count: int, times: int, measured: Measure, *, together: bool = False) -> None:
    """Print a line a pair of runs, and what comes of all of them."""
    checkouts = {"this checkout": HERE, "the other": other.resolve()}
    for checkout in checkouts.values():
        check_checkout(checkout)
    took: dict[str, list[Any]] = {name: [] for name in checkouts}
    folder = Path(tempfile.mkdtemp(prefix="stethos-bench-"))
    try:
        for turn in range(times):
            order = sorted(checkouts, reverse=bool(turn % 2))
            in_turn = {name: checkouts[name] for name in order}
            for name, taken in zip(
                order, pair(in_turn, folder / str(turn), count, measured, together=together), strict=True
            ):
                took[name].append(taken)
            shutil.rmtree(folder / str(turn))
            ours, theirs = (took[name][-1] for name in checkouts)
            print(
                f"pair {turn + 1:2}: {ours.processor_s / count * 1e6:6,.0f} us of the processor against "
                f"{theirs.processor_s / count * 1e6:6,.0f} ({theirs.processor_s / ours.processor_s:.3f}), "
                f"{count / ours.wall_s:6,.0f} messages/s against {count / theirs.wall_s:6,.0f}; "
                f"load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    finally:
        shutil.rmtree(folder)
    for what in ("processor_s", "wall_s"):
        ours, theirs = ([getattr(each, what) for each in took[name]] for name in checkouts)
        lowest, median, highest = share(ours, theirs)
        of_medians, best = statistics.median(theirs) / statistics.median(ours), min(theirs) / min(ours)
        print(
            f"speed by {what.removesuffix('_s')}: {median:.3f} of the other's, the median of {times} pairs "
            f"({lowest:.3f} to {highest:.3f}); of medians {of_medians:.3f}, of the best runs {best:.3f}"
        )
