"""How fast a worker is from Kafka to its store, beside floors that read the same messages in the same run.

python benchmarks/pipeline.py [messages] [times] [--against PATH [--together]]

With `--against` a worker of this checkout and one of another take their turn (`benchmarks/two_checkouts.py`).

Needs a real Kafka (Java and Maven, see tests/services) and Linux. Each reader is a process of its own, one after
the other, on the same load of 4,096-sample float32 blocks; all of them take their turn so many times, and medians
are told. A floor's time runs from its first message to its last, a worker's from the moment it may begin to the
last row in its store. Ratios say more than rates: a reader shares this computer with its broker, and whatever else
runs; the processor's time of the reader itself says most.
"""

import argparse
import os
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from kafka import KafkaProducer

from benchmarks import two_checkouts
from stream.messages.measurements import Vibration, encode
from stream.messages.topics import VIBRATION
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.workers import STETHOS, start_worker

__all__ = ["main"]

SAMPLES, RATE_HZ = 4096, 25_600.0
MACHINES = 12
MACHINE_NAMES = tuple(f"M-{number}" for number in range(MACHINES))
PARTITIONS = 12
CHECKOUT = Path(__file__).resolve().parents[1]
FLOORS = {"bare aiokafka consumer": "consumer", "bare Faust agent": "agent"}


class Taken(NamedTuple):
    """What a load has cost: seconds of the clock, and seconds of the processor in the reader itself."""

    wall_s: float
    processor_s: float


def blocks(count: int, machines: Sequence[str] = MACHINE_NAMES) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of messages of these machines in turn, each machine's a second apart."""
    generator = np.random.default_rng(1)
    waveform = [generator.standard_normal(SAMPLES).astype("<f4").tobytes() for _ in range(64)]
    begin = datetime.now(UTC) - timedelta(seconds=count // len(machines) + 60)
    for number in range(count):
        machine = machines[number % len(machines)]
        message = Vibration(
            machine=machine,
            point="DE",
            time=begin + timedelta(seconds=number // len(machines)),
            rate=RATE_HZ,
            unit="g",
            samples=waveform[number % 64],
            speed=1480.0,
        )
        yield machine.encode(), encode(message)


def fill(kafka: Kafka, count: int, machines: Sequence[str] = MACHINE_NAMES) -> None:
    """Publish the load and wait until all of it is there."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, linger_ms=20, batch_size=1 << 20)
    for key, value in blocks(count, machines):
        producer.send(VIBRATION, key=key, value=value)
    producer.flush()
    producer.close()


def settings(kafka: Kafka, folder: Path | None = None, checkout: Path = CHECKOUT) -> dict[str, str]:
    """Give the environment of a process of a checkout; results go to SQLite in `folder`."""
    store = {"STETHOS_SQLITE__PATH": str(folder / "results.db")} if folder else {}
    broker = {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": str(PARTITIONS)}
    return {"PYTHONPATH": str(checkout), **broker, **store}


def floor_s(kind: str, kafka: Kafka, count: int) -> Taken:
    """Measure what a reader which only counts takes from its first message to its last."""
    script = Path(__file__).parent / "floors" / "bare_readers.py"
    done = subprocess.run(
        [sys.executable, script, kind, kafka.bootstrap, str(count)],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    wall, processor = done.stdout.split()[-2:]
    return Taken(float(wall), float(processor))


def stored(database: Path) -> int:
    """How many blocks' rows are in the store."""
    if not database.exists():
        return 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM row WHERE part = 0").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # made, but still empty
    finally:
        connection.close()


def processor_s(processes: Sequence[Process]) -> float:
    """Seconds that these processes have had a processor, their threads included."""
    told = [Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split() for process in processes]
    return sum(int(fields[11]) + int(fields[12]) for fields in told) / os.sysconf("SC_CLK_TCK")


def worker_s(
    kafka: Kafka,
    folder: Path,
    count: int,
    workers: int,
    checkout: Path = CHECKOUT,
    wait_for_others: Callable[[], object] = bool,
) -> Taken:
    """Measure what it takes until everything is stored by workers that stand still while it is published."""
    folder.mkdir()
    processes: list[Process] = []
    try:
        environment, probes = settings(kafka, folder, checkout), two_checkouts.knows_probes(checkout)
        processes.extend(start_worker(folder, environment, knows_probes=probes) for _ in range(workers))
        wait_until(lambda: sum(map(owned, processes)) == PARTITIONS, "the partitions are shared out")
        for process in processes:
            process.signal(signal.SIGSTOP)
        fill(kafka, count)
        wait_for_others()
        for process in processes:
            process.signal(signal.SIGCONT)
        begun, worked = time.perf_counter(), processor_s(processes)
        wait_until(lambda: stored(folder / "results.db") >= count, "all is stored", deadline_s=300, every_s=0.05)
        return Taken(time.perf_counter() - begun, processor_s(processes) - worked)
    finally:
        for process in processes:
            process.stop()


def owned(process: Process) -> int:
    """How many partitions a worker's log says it has now."""
    told = re.findall(r" ready: (\d+) partitions", process.text())
    return int(told[-1]) if told else 0


def main(arguments: Sequence[str] = ()) -> None:
    """Print one line a reader: messages a second, the share of the bare Faust agent's, and processor's time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("messages", nargs="?", type=int, default=4000)
    parser.add_argument("times", nargs="?", type=int, default=3)
    parser.add_argument("--against", type=Path, help="another checkout, with which workers are compared")
    parser.add_argument("--together", action="store_true", help="both at once instead of in turns")
    asked = parser.parse_args(arguments)
    if asked.against:
        two_checkouts.compare(asked.against, asked.messages, asked.times, measured, together=asked.together)
        return
    table(asked.messages, asked.times)


def table(count: int, times: int) -> None:
    """Print what each reader takes: medians of so many times."""
    readers = {**FLOORS, "worker to store": "1", "two workers to store": "2"}
    took: dict[str, list[Taken]] = {name: [] for name in readers}
    folder = Path(tempfile.mkdtemp(prefix="stethos-bench-"))
    try:
        for turn in range(times):
            for name, kind in readers.items():
                took[name].append(measured(kind, folder / f"{turn}-{kind}", count))
    finally:
        shutil.rmtree(folder)
    told = {name: median(of) for name, of in took.items()}
    floor, one, two = (told[name] for name in ("bare Faust agent", "worker to store", "two workers to store"))
    print(
        f"{count} messages of {SAMPLES} float32 samples, {MACHINES} machines, {os.cpu_count()} CPUs, "
        f"medians of {times}"
    )
    print(f"{'reader':24} {'messages/s':>11} {'of the bare agent':>18} {'processor us':>13} {'agent/it':>9}")
    for name, taken in told.items():
        print(
            f"{name:24} {count / taken.wall_s:11,.0f} {floor.wall_s / taken.wall_s:18.2f} "
            f"{taken.processor_s / count * 1e6:13,.0f} {floor.processor_s / taken.processor_s:9.2f}"
        )
    print(f"two workers do {one.wall_s / two.wall_s:.2f} times one worker's work")


def median(taken: list[Taken]) -> Taken:
    """Give the median of each."""
    return Taken(*(statistics.median(column) for column in zip(*taken, strict=True)))


def measured(
    kind: str,
    folder: Path,
    count: int,
    checkout: Path = CHECKOUT,
    wait_for_others: Callable[[], object] = bool,
) -> Taken:
    """Let one kind of reader work on a broker of its own; workers are those of a checkout."""
    folder.mkdir(parents=True)
    kafka = Kafka(folder)
    try:
        kafka.start()
        environment = {**os.environ, **settings(kafka, checkout=checkout)}
        # In a folder without settings of its own: another checkout may not know ours.
        subprocess.run([STETHOS, "topics"], cwd=folder, env=environment, check=True, capture_output=True)
        if kind not in FLOORS.values():
            return worker_s(kafka, folder / "work", count, int(kind), checkout, wait_for_others)
        fill(kafka, count)
        return floor_s(kind, kafka, count)
    finally:
        kafka.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
