"""Where a message's time goes in the worker: its stacks, sampled by py-spy while it works off a load, by part.

python benchmarks/where_time_goes.py [messages] [picture.svg]

Needs a real Kafka (Java and Maven, see tests/services) and Linux, where py-spy may look at a child's stacks. Each
sample belongs to the first of the parts below whose code is on the stack. Only what has a processor counts.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib as mpl

from benchmarks.pipeline import PARTITIONS, fill, owned, processor_s, settings, stored
from stream.agents.condition import Condition
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.workers import start_worker

mpl.use("Agg")
from matplotlib import pyplot as plt

__all__ = ["check_paths", "main", "part_of"]

MESSAGES = 4000
SAMPLES_A_SECOND = 200

PARTS: dict[str, tuple[str, ...]] = {
    "indicators of the waveform": ("stream/messages/observe.py",),
    "the fold": ("models/fold.py", "stream/delivery/partition.py"),
    "reading and writing records": ("stream/messages/measurements.py", "stream/messages/records.py"),
    "captures, metrics": ("stream/agents/capture_policy.py", "stream/monitoring"),
    "checkpoints, acknowledging": (Condition.checkpoint.__qualname__, "stream/delivery/acknowledger.py"),
    "store": ("stream/stores", "stream/agents/storage.py"),
    "sending (outbox, aiokafka)": ("stream/delivery/outbox.py", "aiokafka/producer"),
    "fetching (aiokafka)": ("aiokafka/consumer", "aiokafka/conn", "aiokafka/client"),
    "Faust's events": ("faust/transport", "faust/streams", "faust/sensors", "faust/channels", "faust/app", "mode/"),
}
"""How a part's code is named in a stack, by function or path, in the order in which they are asked."""
REST = "event loop and the rest"
_AROUND = ("mode/worker.py", "mode/threads.py", "asyncio/events.py", "asyncio/base_events.py")
"""What is around an event loop, and so on every stack."""
_FOLDERS = (Path(__file__).parents[1], *sys.path)
_ASLEEP = ("select (selectors", "_worker (concurrent/futures/thread", "wait (threading")


def check_paths(places: Iterable[str]) -> None:
    """Raise `FileNotFoundError` for paths where nothing is: what has moved would be counted with the rest.

    >>> check_paths(place for places in PARTS.values() for place in places)
    >>> check_paths(["asyncio/events.py", "models/signal", "no_such_package/file.py"])
    Traceback (most recent call last):
    FileNotFoundError: nothing is at no_such_package/file.py; correct the table of parts
    """
    for place in places:
        paths = [Path(folder, each) for folder in _FOLDERS for each in (place, f"{place}.py")]
        if "/" in place and not any(path.exists() for path in paths):
            raise FileNotFoundError(f"nothing is at {place}; correct the table of parts")


def part_of(stack: Sequence[str]) -> str:
    """Give the part that a stack (outermost frame first) belongs to.

    >>> part_of(["main (stream/cli/worker.py:1)", "Handle._run (asyncio/events.py:1)", "step (models/fold.py:9)"])
    'the fold'
    """
    around = [i for i, frame in enumerate(stack) if any(place in frame for place in _AROUND)]
    at_work = stack[around[-1] + 1 :] if around else stack
    for part, places in PARTS.items():
        if any(place in frame for frame in at_work for place in places):
            return part
    return REST


def parts_of(lines: Iterable[str]) -> Counter[str]:
    """Count samples by part, from py-spy's raw format: frames with semicolons between them, and how often."""
    found: Counter[str] = Counter()
    for line in lines:
        frames, _, count = line.rpartition(" ")
        stack = frames.split(";")
        if not any(place in stack[-1] for place in _ASLEEP):
            found[part_of(stack)] += int(count)
    return found


def sampled(folder: Path, count: int) -> tuple[Counter[str], float]:
    """Let a worker work off so many messages; gives samples by part, and processor's microseconds a message."""
    kafka, work, raw = Kafka(folder), folder / "work", folder / "stacks.txt"
    try:
        kafka.start()
        ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
        worker = start_worker(work, settings(kafka, work))
        try:
            wait_until(lambda: owned(worker) == PARTITIONS, "the partitions are the worker's")
            worker.signal(signal.SIGSTOP)
            fill(kafka, count)
            worker.signal(signal.SIGCONT)
            before = processor_s([worker])
            sampler = subprocess.Popen(
                [_py_spy(), "record", "-p", str(worker.pid), "-r", str(SAMPLES_A_SECOND), "-f", "raw", "-o", raw],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                wait_until(lambda: stored(work / "results.db") >= count, "all is stored", deadline_s=300)
            finally:
                sampler.send_signal(signal.SIGINT)
                sampler.wait(60)
            worked = processor_s([worker]) - before
        finally:
            worker.stop()
    finally:
        kafka.stop()
    return parts_of(raw.read_text().splitlines()), worked / count * 1e6


def _py_spy() -> str:
    beside = Path(sys.executable).with_name("py-spy")
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if found is None:
        raise SystemExit("py-spy is missing: pip install py-spy")
    return found


def draw(parts: dict[str, float], path: Path) -> None:
    """Draw one stacked bar, in microseconds of the processor a message."""
    mpl.rcParams["svg.hashsalt"] = "stethos"
    figure, axes = plt.subplots(figsize=(9, 2.6), layout="constrained")
    left = 0.0
    for number, (part, us) in enumerate(parts.items()):
        axes.barh(0, us, left=left, color=plt.get_cmap("tab10")(number % 10), label=f"{part} ({us:.0f})")
        left += us
    axes.set_yticks([])
    axes.set_xlim(0, left)
    axes.set_xlabel("processor's microseconds a message of 4,096 samples, from Kafka to the store")
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def main(arguments: Sequence[str] = ()) -> None:
    """Print each part's share and microseconds, largest first; draw them where a picture is asked for."""
    check_paths(place for places in (*PARTS.values(), _AROUND) for place in places)
    count = int(arguments[0]) if arguments else MESSAGES
    with tempfile.TemporaryDirectory(prefix="stethos-bench-") as folder:
        found, whole_us = sampled(Path(folder), count)
    parts = {part: samples / found.total() * whole_us for part, samples in found.most_common()}
    print(f"{count} messages, {whole_us:,.0f} us of the processor each ({os.cpu_count()} CPUs, py-spy beside it)")
    for part, us in parts.items():
        print(f"{part:30} {us:6.0f} us {us / whole_us:6.1%}")
    if len(arguments) > 1:
        draw(parts, Path(arguments[1]))
        print(f"drawn into {re.sub(r'^.*/docs/', 'docs/', arguments[1])}")


if __name__ == "__main__":
    main(sys.argv[1:])
