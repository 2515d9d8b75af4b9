"""How fast the fold is on one core, and how large a machine's state gets: observations made up, nothing measured.

python benchmarks/fold.py [--only KIND] [--every 10]
python benchmarks/fold.py --against PATH [--turns 9] [--only KIND] [--every 10]

With `--against` the same observations go through this code and through that of another checkout, a process each and
in turns, and medians of the processor's time are compared. Of what is late, contradicts itself or is stamped wildly
one hour in ten is so (`--every 2`: every other one): `+` is that hour alone.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import msgspec
import numpy as np

import models
from models import fold
from models.clock import DAY_US, MINUTE_US
from models.observations import Observation, ReadingObserved, TemperatureObserved, VibrationObserved

__all__ = ["KINDS", "main", "observations"]

HERE = Path(__file__).resolve().parents[1]
BEGIN_US = 1_700_000_000_000_000
POINTS = ("drive end", "other end", "pump", "gear")
BANDS = ("11_22", "22_44", "44_88", "88_177", "177_354", "354_707", "707_1414", "1414_2828", "2828_5657")
LOUD = (
    "rms_g",
    "velocity_rms_mm_s",
    "envelope_rms_g",
    "kurtosis",
    "crest_factor",
    "spectral_centroid_hz",
    *(f"band_{band}_hz_g" for band in BANDS),
)
USUAL = ("vibration", "readings", "all")
UNUSUAL = ("late", "contradicting", "wild")
KINDS = USUAL + UNUSUAL
COUNT, SPELL = 12_000, 60
"""Observations of a run, and how many in a row are usual, or are not, where a kind has both."""


class Run(msgspec.Struct):
    """What one run took."""

    code: str
    """Where the code stands that was run."""
    count: int
    seconds: float
    unusual_seconds: float
    state_bytes: int


def observations(kind: str, count: int, every: int = 10) -> list[Observation]:
    """Make up a machine's observations, one a minute and point; `all` is of four points."""
    rng = np.random.default_rng(1)
    found: list[Observation] = []
    for i in range(count):
        minute, point = divmod(i, len(POINTS)) if kind == "all" else (i, 0)
        time_us = BEGIN_US + minute * MINUTE_US
        common = {
            "machine": "made up",
            "point": POINTS[point],
            "time_us": time_us,
            "observed_us": time_us,
            "digest": f"{i:016x}",
        }
        values = dict(zip(LOUD, np.exp(rng.normal(0, 0.05, len(LOUD))).tolist(), strict=True))
        if kind == "readings":
            found.append(ReadingObserved(values=dict(list(values.items())[:8]), **common))
        elif kind == "all" and minute % 10 == 9:
            found.append(TemperatureObserved(indicators={"value_c": 60 + float(rng.normal())}, **common))
        else:
            found.append(VibrationObserved(seconds=1.0, rate_hz=12_000.0, indicators=values, **common))
    return _unusual(kind, found, rng, every) if kind in UNUSUAL else found


def _unusual(kind: str, sound: list[Observation], rng: np.random.Generator, every: int) -> list[Observation]:
    """Make one hour in `every` unusual: of the hour before, told to stand while it runs, or stamped days ahead."""
    found: list[Observation] = []
    for begin in range(0, len(sound), every * SPELL):
        *before, first, second = (sound[at : at + SPELL] for at in range(begin, begin + every * SPELL, SPELL))
        if kind == "late" and second:
            came_us = second[-1].observed_us
            first, second = second, [msgspec.structs.replace(each, observed_us=came_us) for each in first]
        elif kind == "contradicting":
            *before, first = ([_at(1_500.0, each) for each in hour] for hour in (*before, first))
            second = [_at(0.0, each) for each in second]
        elif kind == "wild":
            ahead_us = [int(days * DAY_US) for days in rng.uniform(1, 300, len(second))]
            second = [
                msgspec.structs.replace(each, time_us=each.time_us + by_us)
                for each, by_us in zip(second, ahead_us, strict=True)
            ]
        found += [each for hour in (*before, first, second) for each in hour]
    return found


def _at(speed_rpm: float, observation: Observation) -> Observation:
    return msgspec.structs.replace(observation, speed_rpm=speed_rpm)


def run(kind: str, every: int) -> Run:
    """Fold a kind's observations once."""
    made, state, seconds = observations(kind, COUNT, every), fold.initial_state("made up"), [0.0, 0.0]
    for spell in range(0, COUNT, SPELL):
        now, started = made[spell : spell + SPELL], time.process_time()
        for observation in now:
            state, _ = fold.step(state, observation)
        seconds[kind in UNUSUAL and spell // SPELL % every == every - 1] += time.process_time() - started
    code = str(Path(str(models.__file__)).parents[1])
    return Run(code, COUNT, sum(seconds), seconds[1], len(fold.dump_state(state)))


def run_elsewhere(kind: str, checkout: Path, every: int) -> Run:
    """Fold a kind's observations once by the code of a checkout, in a process of its own."""
    made = subprocess.run(
        [sys.executable, __file__, "--once", kind, "--every", str(every)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
    )
    found = msgspec.json.decode(made.stdout, type=Run)
    if Path(found.code) != checkout:
        raise SystemExit(f"asked for the code in {checkout}, got that in {found.code}")
    return found


def _print_here(kinds: tuple[str, ...], every: int) -> None:
    """Print a line for each kind, best of three."""
    print(f"{'observations':>14} {'a second':>9} {'state, bytes':>13}")
    for kind in kinds:
        best = min((run(kind, every) for _ in range(3)), key=lambda each: each.seconds)
        print(f"{kind:>14} {best.count / best.seconds:>9.0f} {best.state_bytes:>13}", flush=True)


def _print_against(kinds: tuple[str, ...], checkout: Path, turns: int, every: int) -> None:
    """Print a line for each kind: medians of both, and their ratio, which is that of their speeds."""
    print(f"us an observation, medians of {turns} turns; there: {checkout}")
    print(f"{'observations':>14} {'here':>7} {'there':>7} {'speed':>7} {'state, bytes':>13}")
    for kind in kinds:
        here, there = [], []
        for _ in range(turns):
            here.append(run_elsewhere(kind, HERE, every))
            there.append(run_elsewhere(kind, checkout, every))
        _print_ratio(kind, [each.seconds for each in here], [each.seconds for each in there], COUNT, here[0])
        if kind in UNUSUAL:
            unusual = [[each.unusual_seconds for each in runs] for runs in (here, there)]
            _print_ratio("+ alone", unusual[0], unusual[1], COUNT // every, here[0])


def _print_ratio(name: str, here: list[float], there: list[float], count: int, shown: Run) -> None:
    here_us, there_us = (median(seconds) / count * 1e6 for seconds in (here, there))
    speed = there_us / here_us
    print(f"{name:>14} {here_us:>7.1f} {there_us:>7.1f} {speed:>7.1%} {shown.state_bytes:>13}", flush=True)


def main() -> None:
    """Print a line for each kind."""
    asked = argparse.ArgumentParser(description="How fast the fold is.")
    asked.add_argument("--against", type=Path, metavar="PATH", help="another checkout to compare with")
    asked.add_argument("--turns", type=int, default=9, help="how often both are run in turns")
    asked.add_argument("--only", action="append", choices=KINDS, help="this kind of observations only")
    asked.add_argument("--every", type=int, choices=(2, 4, 10), default=10, help="one hour in so many is unusual")
    asked.add_argument("--once", choices=KINDS, help=argparse.SUPPRESS)
    given = asked.parse_args()
    kinds = tuple(given.only or KINDS)
    if given.once:
        sys.stdout.buffer.write(msgspec.json.encode(run(given.once, given.every)))
    elif given.against:
        _print_against(kinds, given.against.resolve(), given.turns, given.every)
    else:
        _print_here(kinds, given.every)


if __name__ == "__main__":
    main()
