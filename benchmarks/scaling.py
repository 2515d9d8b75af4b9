"""Whether two workers do twice one worker's work, where each has so much of a core to itself and no more.

python benchmarks/scaling.py [messages] [share of a core] [times]

Needs a real Kafka (Java and Maven, see tests/services), and Linux where control groups may be made (root). On a
computer whose cores broker and workers share, two workers can't show what they would do on cores of their own. So
each is held to the same share of one, small enough that broker and both find room: what two then do more than one
is what the software lets them, not the computer. Machines are as many as partitions, one each, so that the work can
be halved at all.
"""

import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.pipeline import PARTITIONS, SAMPLES, fill, owned, settings, stored
from stream.config.settings import Settings
from stream.delivery.outbox import partition_of
from stream.kafka.topic_admin import ensure_topics
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.workers import start_worker

__all__ = ["main"]

_PERIOD_US = 20_000
_GROUPS = Path("/sys/fs/cgroup")


def machines() -> list[str]:
    """Give one name for each partition: the first that Kafka's partitioner puts there.

    >>> sorted(partition_of(name.encode(), PARTITIONS) for name in machines()) == list(range(PARTITIONS))
    True
    """
    found: dict[int, str] = {}
    number = 0
    while len(found) < PARTITIONS:
        found.setdefault(partition_of(b"M-%d" % number, PARTITIONS), f"M-{number}")
        number += 1
    return list(found.values())


@contextmanager
def held_to(share: float, name: str) -> Iterator[Path]:
    """Make a control group (version 1 or 2) with `share` of one core; gives its list of processes."""
    first = (_GROUPS / "cpu").is_dir()
    group = (_GROUPS / "cpu" if first else _GROUPS) / name
    quota_us = round(share * _PERIOD_US)
    group.mkdir()
    try:
        if first:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
        yield group / "cgroup.procs"
    finally:
        group.rmdir()


def took(workers: int, share: float, folder: Path, count: int) -> float:
    """Measure the seconds that so many workers take until everything is stored."""
    (folder / "work").mkdir(parents=True)
    kafka = Kafka(folder)
    processes: list[Process] = []
    with ExitStack() as groups:
        lists = [groups.enter_context(held_to(share, f"stethos-{os.getpid()}-{n}")) for n in range(workers)]
        try:
            kafka.start()
            environment = settings(kafka, folder / "work")
            ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
            processes.extend(start_worker(folder / "work", environment) for _ in range(workers))
            wait_until(lambda: sum(map(owned, processes)) == PARTITIONS, "the partitions are shared out")
            for process, members in zip(processes, lists, strict=True):
                process.signal(signal.SIGSTOP)
                members.write_text(str(process.pid))
            fill(kafka, count, machines())
            for process in processes:
                process.signal(signal.SIGCONT)
            begun, database = time.perf_counter(), folder / "work" / "results.db"
            wait_until(lambda: stored(database) >= count, "all is stored", deadline_s=300, every_s=0.05)
            return time.perf_counter() - begun
        finally:
            for process in processes:
                process.stop()
            kafka.stop()


def main(arguments: Sequence[str] = ()) -> None:
    """Print messages a second of one worker and of two, and the ratio."""
    count = int(arguments[0]) if arguments else 3000
    share = float(arguments[1]) if len(arguments) > 1 else 0.3
    times = int(arguments[2]) if len(arguments) > 2 else 3
    try:
        with held_to(share, f"stethos-{os.getpid()}"):
            pass
    except OSError as error:
        print(f"left out: control groups can't be made here, run this as root on Linux ({error})")
        return
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="stethos-bench-") as folder:
        for turn in range(times):
            for workers, of in seconds.items():
                of.append(took(workers, share, Path(folder) / f"{turn}-{workers}", count))
    one, two = (statistics.median(of) for of in seconds.values())
    print(f"{count} messages of {SAMPLES} float32 samples; each worker has {share:g} of a core, medians of {times}")
    print(f"one worker {count / one:,.0f} messages/s, two {count / two:,.0f}: {one / two:.2f} times as many")


if __name__ == "__main__":
    main(sys.argv[1:])
