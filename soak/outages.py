"""An hour of work through joins, freezes, kills and outages: nothing lost, nothing learned twice, memory bounded.

python -m soak.outages [minutes]

Needs a real Kafka and a real InfluxDB (see tests/services). A steady load is published. At fixed parts of the time
a second worker joins, one is frozen for 15 s, the broker is killed for 30 s, InfluxDB is stopped for two minutes, a
worker is killed. In the end the log is folded afresh and compared with all that was said, saved and stored.
"""

import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from kafka.errors import KafkaError

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import HEALTH
from stream.stores.influxdb.setup import prepare
from tests.grafana.queries import run
from tests.services.influxdb import InfluxServer, binary, running
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.topics import lag, read_topic, wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.worker.exactness import assert_exact, message, publish, publish_last_words

__all__ = ["main"]

PARTITIONS = 4
MESSAGES_A_SECOND = 60
FREEZE_S, BROKER_AWAY_S, STORE_AWAY_S = 15.0, 30.0, 120.0
SHORTEST_MINUTES = 8.0
CATCH_UP_S = 600.0


class Load:
    """Publishes at a steady rate from a thread of its own, and goes on after the broker was away."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._noise = np.random.default_rng(1)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._away = threading.Lock()
        self.published = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def pause(self) -> None:
        """Publish nothing until `go_on`: what a producer holds when its broker dies is not what is tested."""
        self._away.acquire()

    def go_on(self) -> None:
        """Publish again."""
        self._away.release()

    def end(self) -> None:
        """Stop for good, with everything published."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            with self._away:
                publish(self._bootstrap, self.published, MESSAGES_A_SECOND, self._noise)
                self.published += MESSAGES_A_SECOND
            due = max(due + 1.0, time.monotonic() - 5.0)
            self._ended.wait(max(0.0, due - time.monotonic()))


class Run:
    """Servers, workers, what is done to them, and the memory that they take."""

    def __init__(self, folder: Path, kafka: Kafka, influxdb: InfluxServer, minutes: float) -> None:
        self.folder, self.kafka, self.influxdb, self.minutes = folder, kafka, influxdb, minutes
        self.load = Load(kafka.bootstrap)
        self.workers: dict[str, Process] = {}
        self.memory_mb: list[tuple[float, float]] = []
        self.begun = time.monotonic()
        self.environment = {
            "STETHOS_BROKER": kafka.bootstrap,
            "STETHOS_PARTITIONS": str(PARTITIONS),
            "STETHOS_LEARNING__DURATION_S": "600",
            "STETHOS_STORE": "influxdb",
            "STETHOS_INFLUXDB__URL": influxdb.url,
            "STETHOS_INFLUXDB__ORG": influxdb.org,
            "STETHOS_INFLUXDB__TOKEN_FILE": str(influxdb.token_file),
        }

    def tell(self, what: str) -> None:
        """Say what happens, with the time, what was published and the memory now."""
        memory = f"{self.memory_mb[-1][1]:.0f} MB" if self.memory_mb else ""
        spent = time.monotonic() - self.begun
        print(f"{spent / 60:6.1f} min  {self.load.published:8d} messages  {memory:>7}  {what}", flush=True)

    def join(self, name: str) -> None:
        """Start a worker."""
        self.workers[name] = start_worker(self.folder / name, self.environment)

    def until(self, part: float) -> None:
        """Let it work until a part of the time has gone, and watch the memory of the first worker."""
        told = time.monotonic()
        while time.monotonic() - self.begun < part * self.minutes * 60:
            for worker in self.workers.values():
                worker.linger(1.0)
            self.memory_mb.append((time.monotonic() - self.begun, resident_mb(self.workers["first"].pid)))
            if time.monotonic() - told > 60:
                told = time.monotonic()
                self.tell("at work")

    def steps(self) -> list[tuple[float, str, Callable[[], None]]]:
        """Give what is done, each at its part of the time."""
        return [
            (0.10, "a second worker joins", lambda: self.join("second")),
            (0.20, "the second is frozen for 15 s", lambda: self.freeze("second")),
            (0.30, "the second leaves", self.leave),
            (0.40, "the broker is killed for 30 s", self.lose_broker),
            (0.55, "InfluxDB is stopped for two minutes", self.lose_store),
            (0.80, "the worker is killed and started again", self.kill),
        ]

    def freeze(self, name: str) -> None:
        """Stop a process in its tracks for a while."""
        self.workers[name].signal(signal.SIGSTOP)
        time.sleep(FREEZE_S)
        self.workers[name].signal(signal.SIGCONT)

    def leave(self) -> None:
        """End the second worker as an operator does."""
        worker = self.workers.pop("second")
        if (status := worker.stop()) != 0:
            raise RuntimeError(f"the second worker ended with {status}:\n{worker.text()[-2000:]}")

    def lose_broker(self) -> None:
        """Kill the broker, and bring it back."""
        self.load.pause()
        self.kafka.kill()
        time.sleep(BROKER_AWAY_S)
        self.kafka.start()
        wait_until(self.knows_groups, "the broker knows its groups again")
        self.load.go_on()

    def knows_groups(self) -> bool:
        """Whether the broker has read its groups after a start."""
        try:
            lag(self.kafka.bootstrap)
        except KafkaError:
            return False
        return True

    def lose_store(self) -> None:
        """Stop InfluxDB, and bring it back."""
        self.influxdb.stop()
        time.sleep(STORE_AWAY_S)
        self.influxdb.start()

    def kill(self) -> None:
        """Kill the first worker in the middle of its work."""
        self.workers["first"].kill()
        self.join("first")

    def work(self) -> None:
        """Do all of it, and prove the result."""
        self.join("first")
        self.load.start()
        self.begun = time.monotonic()
        for part, what, happens in self.steps():
            self.until(part)
            self.tell(what)
            happens()
        self.until(1.0)
        self.load.end()
        self.tell("all is published; waiting until all is stored")
        wait_for_no_lag(self.kafka.bootstrap, deadline_s=CATCH_UP_S)
        self.load.published += publish_last_words(self.kafka.bootstrap, self.load.published)
        for worker in self.workers.values():
            if (status := worker.stop()) != 0:
                raise RuntimeError(f"a worker ended with {status}:\n{worker.text()[-2000:]}")
        self.tell("folding the log afresh")
        assert_exact(self.kafka.bootstrap, self.load.published)
        self.prove_stored()

    def prove_stored(self) -> None:
        """Every health that was said is a row of InfluxDB, once."""
        said = {record.value for records in read_topic(self.kafka.bootstrap, HEALTH).values() for record in records}
        rows = run(self.influxdb, "stethos", "SELECT count(withheld) FROM health")
        if [row["count"] for row in rows] != [len(said)]:
            raise AssertionError(f"{len(said)} healths were said, stored are {rows}")

    def memory(self) -> str:
        """Give the memory of the first worker's first life: median of its second and of its last quarter."""
        life = [(at, mb) for at, mb in self.memory_mb if at < 0.8 * self.minutes * 60]
        quarter = len(life) // 4
        early = statistics.median(mb for _, mb in life[quarter : 2 * quarter])
        late = statistics.median(mb for _, mb in life[-quarter:])
        most = max(mb for _, mb in life)
        return f"{early:.0f} MB in the second quarter of its life, {late:.0f} MB in the last, {most:.0f} MB at most"


def resident_mb(pid: int) -> float:
    """Give the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(minutes: float) -> None:
    """Run for so many minutes and print what was found; raises where anything was lost, or came twice."""
    if minutes < SHORTEST_MINUTES:
        sys.exit(f"all that happens takes {SHORTEST_MINUTES:g} minutes at least")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        kafka = Kafka(folder)
        stack.callback(kafka.stop)
        kafka.start()
        influxdb = stack.enter_context(running(binary(print)))
        prepare(influxdb.wanted())
        ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
        soaking = Run(folder, kafka, influxdb, minutes)
        stack.callback(lambda: [worker.kill() for worker in soaking.workers.values()])
        soaking.work()
        kinds = ", ".join(sorted({message(number, np.random.default_rng(0))[0] for number in range(97)}))
        print(f"exact: {soaking.load.published} messages ({kinds}) observed, folded once, stored once")
        print(f"memory of the first worker: {soaking.memory()}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
