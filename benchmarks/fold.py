"""How fast the fold is on one core, and how large a machine's state gets: observations made up, nothing measured.

python benchmarks/fold.py
"""

import time

import numpy as np

from models import fold
from models.clock import MINUTE_US
from models.observations import Observation, ReadingObserved, TemperatureObserved, VibrationObserved

__all__ = ["main", "observations"]

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


def observations(kind: str, count: int) -> list[Observation]:
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
    return found


def main() -> None:
    """Print a line for each kind, best of three."""
    print(f"{'observations':>14} {'a second':>9} {'state, bytes':>13}")
    for kind in ("vibration", "readings", "all"):
        made, best = observations(kind, 20_000), float("inf")
        for _ in range(3):
            state, started = fold.initial_state("made up"), time.process_time()
            for observation in made:
                state, _ = fold.step(state, observation)
            best = min(best, time.process_time() - started)
        print(f"{kind:>14} {len(made) / best:>9.0f} {len(fold.dump_state(state)):>13}")


if __name__ == "__main__":
    main()
