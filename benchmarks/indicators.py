"""How fast indicators are computed, beside the floor: one rfft of the same block, measured in the same run.

python benchmarks/indicators.py
"""

import time
from collections.abc import Callable

import numpy as np

from models.signal.indicators import waveform_indicators

__all__ = ["main", "seconds_per_call"]

ROUNDS = 15
SECONDS_PER_ROUND = 0.05


def seconds_per_call(call: Callable[[], object]) -> float:
    """Best of several rounds: what else the machine does only ever adds."""
    call()
    started = time.perf_counter()
    call()
    calls = max(1, int(SECONDS_PER_ROUND / (time.perf_counter() - started)))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (time.perf_counter() - started) / calls)
    return best


def main() -> None:
    """Print a line for each length: time, throughput and ratio to the floor."""
    rng = np.random.default_rng(1)
    rate_hz = 25_600.0
    print(f"{'samples':>8} {'unit':>5} {'ms':>8} {'samples/s':>12} {'rfft ms':>8} {'ratio':>6}")
    for size in (2560, 4096, 25_600, 262_144):
        block = rng.standard_normal(size)
        floor = seconds_per_call(lambda block=block: np.fft.rfft(block))
        for unit in ("g", "mm/s"):
            taken = seconds_per_call(
                lambda block=block, unit=unit: waveform_indicators(
                    block, rate_hz=rate_hz, unit=unit, speed_rpm=1480.0
                )
            )
            print(
                f"{size:8} {unit:>5} {taken * 1e3:8.3f} {size / taken:12,.0f} {floor * 1e3:8.3f} "
                f"{taken / floor:6.1f}"
            )


if __name__ == "__main__":
    main()
