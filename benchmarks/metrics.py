"""What metrics cost an event that is counted and timed on its way: `python benchmarks/metrics.py`.

An event is one message: one input observed, one observation judged, and two results stored.
"""

import time

from stream.monitoring.metrics import Metrics

ROUNDS = 50_000
REPEATS = 5


def main() -> None:
    """Print microseconds an event, the best of several rounds, and what reading everything costs."""
    metrics, events = Metrics(), {}
    now_us = time.time_ns() // 1000

    def event() -> None:
        events["vibration-indicators"] = time.monotonic()
        metrics.observed("vibration", "vibration", now_us / 1e6)
        events["condition"] = time.monotonic()
        metrics.judged("observations", "observed_vibration", now_us)
        metrics.stored("rows", "row", now_us // 1000)
        metrics.stored("health", "health", now_us // 1000)

    best_s = float("inf")
    for _ in range(REPEATS):
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            event()
        best_s = min(best_s, (time.perf_counter() - begun) / ROUNDS)
    print(f"counting and timing: {best_s * 1e6:.1f} us an event")
    begun = time.perf_counter()
    size = len(metrics.text())
    print(f"/metrics: {(time.perf_counter() - begun) * 1e3:.1f} ms, {size} bytes")


if __name__ == "__main__":
    main()
