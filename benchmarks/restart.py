"""How long nothing is judged after a worker is killed, and how its memory grows while it works.

python benchmarks/restart.py [seconds]

Needs a real Kafka (Java and Maven, see tests/services) and Linux. Blocks of 4,096 samples come at an even pace from
twelve machines for so many seconds, in which memory is read; then the worker is killed (SIGKILL) while they go on
coming, and another is started at once.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.latency import publish
from benchmarks.pipeline import settings, stored
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.workers import start_worker

__all__ = ["main"]

BLOCKS_PER_S = 60.0
SECONDS = 120.0
AFTER_S = 45.0
LOOK_S = 1.0


def main(arguments: Sequence[str] = ()) -> None:
    """Print memory and its growth, then the seconds until the first row after the kill."""
    seconds = float(arguments[0]) if arguments else SECONDS
    with tempfile.TemporaryDirectory(prefix="stethos-bench-") as name:
        folder = Path(name)
        kafka = Kafka(folder)
        try:
            kafka.start()
            ensure_topics(Settings(broker=kafka.bootstrap))
            measure(kafka, folder / "work", seconds)
        finally:
            kafka.stop()


def measure(kafka: Kafka, work: Path, seconds: float) -> None:
    """Let blocks come; read memory; kill; wait for the first row of what came after the kill."""
    worker = start_worker(work, settings(kafka, work))
    source = threading.Thread(target=publish, args=(kafka, BLOCKS_PER_S, seconds + AFTER_S), daemon=True)
    source.start()
    try:
        moments, held_mb = watched(worker, seconds)
        tell_memory(moments, held_mb, stored(work / "results.db"))
        worker.kill()
        killed, rows = time.perf_counter(), stored(work / "results.db")
        worker = start_worker(work, settings(kafka, work))
        ready_s = time.perf_counter() - killed
        wait_until(lambda: stored(work / "results.db") > rows, "there is a new row", every_s=0.02)
        first_s = time.perf_counter() - killed
        print(f"after a kill: machines restored in {ready_s:.1f} s, first new row in the store in {first_s:.1f} s")
        source.join()
        wait_until(lambda: stored(work / "results.db") >= BLOCKS_PER_S * (seconds + AFTER_S), "all is stored")
        print("nothing is missing: as many rows as blocks")
    finally:
        worker.stop()


def watched(worker: Process, seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read a worker's resident memory now and then; gives seconds since the beginning, and MB."""
    begun, moments, held_mb = time.perf_counter(), [], []
    page_mb = os.sysconf("SC_PAGE_SIZE") / 2**20
    while time.perf_counter() - begun < seconds:
        held_mb.append(int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1]) * page_mb)
        moments.append(time.perf_counter() - begun)
        worker.linger(LOOK_S)
    return np.array(moments), np.array(held_mb)


def tell_memory(moments: NDArray[np.float64], held_mb: NDArray[np.float64], rows: int) -> None:
    """Print the memory held, and the slope of its second half."""
    half = len(moments) // 2
    slope = np.polyfit(moments[half:], held_mb[half:], 1)[0] * 60
    places = ", ".join(f"{held_mb[i]:.0f} MB after {moments[i]:.0f} s" for i in (0, half, -1))
    print(f"memory: {places} and {rows} blocks; {slope:+.2f} MB a minute in the second half")


if __name__ == "__main__":
    main(sys.argv[1:])
