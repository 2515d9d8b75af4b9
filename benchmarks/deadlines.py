"""What a large fleet costs a worker while it is quiet: memory, the queue of deadlines, records, processor time.

python benchmarks/deadlines.py [machines [seconds]] [--against PATH]

First the queue, in this process: a look while nothing is due, one after every machine has been folded, and one that
finds every machine due. Then a worker on a real Kafka (Java and Maven, see tests/services; Linux): its resident
memory without machines and with all of them restored, and what it writes and computes in so many seconds of quiet.
PATH is another checkout whose worker is measured as well, by this interpreter.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.two_checkouts import check_checkout, knows_probes
from models.clock import DAY_US, HOUR_US, SECOND_US
from models.fold import MachineState, dump_state, initial_state, load_state, step
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, Tick, VibrationObserved
from stream.agents.ticks import Ticks
from stream.config.settings import Settings
from stream.delivery.checkpoint_merging import RestoredPartition
from stream.delivery.checkpoints import checkpoint_records
from stream.delivery.partition import Partition
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import CHECKPOINTS, HEALTH, OBSERVATIONS, ROWS
from tests.services.kafka import Kafka
from tests.services.processes import Process
from tests.services.topics import read_topic
from tests.services.workers import start_worker
from tests.stream.agents.workers import context_of
from tests.stream.worker.observations import publish_observations, write_checkpoints

__all__ = ["main"]

MACHINES, SECONDS, LEARNED = 5_000, 120, 130
_WRITTEN = (OBSERVATIONS, CHECKPOINTS, HEALTH, ROWS)


def main(arguments: Sequence[str] = ()) -> None:
    """Print the queue's cost, then what a worker holds and does."""
    parser = argparse.ArgumentParser(prog="benchmarks/deadlines.py")
    parser.add_argument("machines", nargs="?", type=int, default=MACHINES)
    parser.add_argument("seconds", nargs="?", type=int, default=SECONDS)
    parser.add_argument("--against", type=Path)
    given = parser.parse_args(arguments)
    measure_queue(given.machines)
    checkouts = {"this checkout": None} | ({"the other one": given.against.resolve()} if given.against else {})
    for name, checkout in checkouts.items():
        if checkout is not None:
            check_checkout(checkout)
        with tempfile.TemporaryDirectory(prefix="stethos-bench-") as folder:
            kafka = Kafka(Path(folder))
            try:
                kafka.start()
                measure_worker(kafka, Path(folder), name, checkout, given.machines, given.seconds)
            finally:
                kafka.stop()


def learned(now_us: int) -> MachineState:
    """Give a machine with one point that has learned what is usual, heard until `now_us`."""
    state = initial_state("made up")
    begun_us = now_us - LEARNED * 20 * SECOND_US
    configuration = Configuration(
        machine=Machine(id="made up"), learning=Learning(duration_s=600.0, observations=60)
    )
    state, _ = step(state, Configured(machine="made up", observed_us=begun_us, configuration=configuration))
    for number in range(LEARNED):
        time_us = begun_us + number * 20 * SECOND_US
        values = {
            "rms_g": 0.3,
            "velocity_rms_mm_s": 1.5,
            "envelope_rms_g": 0.2,
            "kurtosis": 3.0,
            "crest_factor": 4.0,
        }
        block = VibrationObserved(
            machine="made up",
            point="drive-end",
            time_us=time_us,
            observed_us=time_us,
            digest=f"{number:016x}",
            seconds=1.0,
            rate_hz=25_600.0,
            indicators={name: value * (1.0 + 0.02 * (number * 7 % 11)) for name, value in values.items()},
        )
        state, _ = step(state, block)
    return state


def copies(state: MachineState, count: int) -> Iterator[MachineState]:
    """Give as many machines in that state, each its own."""
    data = dump_state(state)
    for number in range(count):
        copy = load_state(data)
        copy.machine = f"M-{number:05}"
        yield copy


def measure_queue(count: int) -> None:
    """Print what a look costs: nothing due, all folded since, all due."""
    now_us = time.time_ns() // 1000
    states = {each.machine: each for each in copies(learned(now_us), count)}
    asyncio.run(_looks(states, now_us))


async def _looks(states: dict[str, MachineState], now_us: int) -> None:
    context, condition = context_of()
    partition = condition.partitions[0] = Partition(0, RestoredPartition(machines=states))
    ticks = Ticks(context, condition, done_until=lambda _: time.monotonic())
    print(f"{len(states)} machines: deadlines noted at the start in {await _look_ms(ticks):.1f} ms;", end=" ")
    quiet = sorted([await _look_ms(ticks) for _ in range(100)])[50]
    partition.moved.update(states)
    print(
        f"a look at a quiet fleet {quiet:.3f} ms, when all were folded since {await _look_ms(ticks):.1f} ms;",
        end=" ",
    )
    for state in states.values():
        state.heard_us = now_us - DAY_US
    partition.moved.update(states)
    looking = asyncio.create_task(_look_ms(ticks))
    while not looking.done():
        await asyncio.sleep(0)
        context.outbox.confirm()
    print(f"when all are due {await looking:.0f} ms for {len(context.outbox.sent)} ticks")


async def _look_ms(ticks: Ticks) -> float:
    begun = time.perf_counter()
    await ticks.look()
    return 1e3 * (time.perf_counter() - begun)


def measure_worker(kafka: Kafka, folder: Path, name: str, checkout: Path | None, count: int, seconds: int) -> None:
    """Print a worker's memory without and with its machines, and what it does while nothing comes."""
    environment = {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": "1"}
    if checkout is not None:
        environment |= {"PYTHONPATH": str(checkout)}
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=1))
    probes = checkout is None or knows_probes(checkout)
    empty_mb = _held_mb(_run(folder, environment, probes), 10)
    now_us = time.time_ns() // 1000
    state = learned(now_us - DAY_US)
    state, _ = step(state, Tick(machine="made up", observed_us=now_us - DAY_US + HOUR_US))  # its silence is told
    publish_observations(kafka.bootstrap, [Tick(machine="M-00000", observed_us=now_us - DAY_US + HOUR_US)])
    states = list(copies(state, count))
    folded = dict.fromkeys((each.machine for each in states), 0)
    write_checkpoints(kafka.bootstrap, checkpoint_records(states, folded, 1, count))
    size = len(dump_state(states[0]))
    del states
    worker = _run(folder, environment, probes)
    try:
        worker.linger(10)
        before, cpu_s = _written(kafka), _cpu_s(worker)
        worker.linger(seconds)
        after, cpu_s = _written(kafka), _cpu_s(worker) - cpu_s
        full_mb = _rss_mb(worker)
    finally:
        worker.stop()
    hourly = {topic: round((after[topic] - before[topic]) * 3600 / seconds) for topic in after}
    print(
        f"{name}: {empty_mb:.0f} MB without machines, {full_mb:.0f} MB with {count} ({size} bytes each in a "
        f"checkpoint); in {seconds} s of quiet {cpu_s:.1f} s of processor's time; records an hour: "
        + ", ".join(f"{topic} {records}" for topic, records in hourly.items())
    )


def _run(folder: Path, environment: Mapping[str, str], probes: bool) -> Process:  # noqa: FBT001 -- one call's own
    return start_worker(folder / "work", environment, knows_probes=probes)


def _held_mb(worker: Process, seconds: float) -> float:
    try:
        worker.linger(seconds)
        return _rss_mb(worker)
    finally:
        worker.stop()


def _rss_mb(worker: Process) -> float:
    pages = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _cpu_s(worker: Process) -> float:
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _written(kafka: Kafka) -> dict[str, int]:
    """Give how many records stand in each topic."""
    return {topic: sum(map(len, read_topic(kafka.bootstrap, topic).values())) for topic in _WRITTEN}


if __name__ == "__main__":
    main(sys.argv[1:])
