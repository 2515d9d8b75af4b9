"""A small plant to hurt: a worker that is started again, a machine that will shake and its sound neighbour.

A block stands for a minute of event time, in the past, so that hours of machines pass in seconds of a test.
"""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from kafka import KafkaProducer

from models.outputs import Alert, Health
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.measurements import Vibration, encode
from stream.messages.records import decode_output
from stream.messages.topics import ALERTS, HEALTH, VIBRATION
from tests.services.processes import Process, wait_until
from tests.services.topics import read_topic
from tests.services.workers import STETHOS

__all__ = ["FAULTY", "POINT", "SOUND", "Plant", "Supervisor", "supervised"]

FAULTY, SOUND, POINT = "P-faulty", "P-sound", "DE"
LEARNED_BLOCKS = 60
LOUDER = 8.0
_RATE_HZ, _SAMPLES = 2048.0, 1024
_PAUSE_S = 0.5


class Supervisor:
    """Keeps a worker running, as systemd does: starts it again whenever it ends, until it is told to stop."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "worker.log"
        self.starts = 0
        self._folder, self._environment = folder, environment
        self._process: Process | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self, *, deadline_s: float = 90) -> None:
        self._thread.start()
        self.wait_ready(1, deadline_s=deadline_s)

    def _run(self) -> None:
        while not self._over.is_set():
            self._process = Process([STETHOS, "worker"], self.log, self._environment, folder=self._folder)
            self.starts += 1
            while self._process.running and not self._over.wait(_PAUSE_S):
                pass
            self._process.stop()

    def wait_ready(self, times: int, *, deadline_s: float = 90) -> None:
        """Wait until a worker has been ready so often since the beginning."""
        wait_until(
            lambda: self.text().count(" ready: ") >= times,
            f"a worker is ready for the {times}. time",
            deadline_s=deadline_s,
        )

    def kill(self) -> None:
        """End the present worker at once; another one is started."""
        if self._process is not None:
            self._process.kill()

    def signal(self, number: signal.Signals) -> None:
        """Freeze the present worker, or let it go on."""
        if self._process is not None:
            self._process.signal(number)

    def text(self) -> str:
        """Give what all of them have written."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(60)


@contextmanager
def supervised(folder: Path, environment: Mapping[str, str]) -> Iterator[Supervisor]:
    """Keep a worker running until the block ends."""
    supervisor = Supervisor(folder, environment)
    try:
        supervisor.start()
        yield supervisor
    finally:
        supervisor.stop()


class Plant:
    """Two machines on a broker. `environment` is that of worker and commands; more settings may be added to it."""

    def __init__(self, bootstrap: str, folder: Path, *, partitions: int = 3, **environment: str) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.environment = {
            "STETHOS_BROKER": bootstrap,
            "STETHOS_PARTITIONS": str(partitions),
            "STETHOS_SQLITE__PATH": str(folder / "stethos.db"),
            "STETHOS_LEARNING__DURATION_S": "1800",
            "STETHOS_LEARNING__OBSERVATIONS": "30",
            **environment,
        }
        self._noise = np.random.default_rng(12)
        self._next = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=12)
        self.sent = 0
        ensure_topics(Settings(broker=bootstrap, partitions=partitions))

    def moved_to(self, bootstrap: str) -> "Plant":
        """Give the same plant, which goes on with another broker, its store and its settings as they were."""
        moved = Plant(bootstrap, self.folder, **(self.environment | {"STETHOS_BROKER": bootstrap}))
        moved._next, moved._noise = self._next, self._noise
        return moved

    def run(self, minutes: int, *, shaking: bool = False) -> datetime:
        """Send so many minutes of both machines, the one shaking or not; gives their first event time."""
        began = self._next
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, acks="all", linger_ms=5)
        try:
            for _ in range(minutes):
                for machine in (FAULTY, SOUND):
                    block = self.block(machine, louder=LOUDER if shaking and machine == FAULTY else 1.0)
                    producer.send(VIBRATION, key=machine.encode(), value=encode(block))
                    self.sent += 1
                self._next += timedelta(minutes=1)
            producer.flush()
        finally:
            producer.close()
        return began

    def block(self, machine: str, *, louder: float = 1.0) -> Vibration:
        """Give the next block of a machine."""
        samples = (louder * 0.1 * self._noise.standard_normal(_SAMPLES)).astype("<f4").tobytes()
        return Vibration(
            machine=machine, point=POINT, time=self._next, rate=_RATE_HZ, unit="g", samples=samples, speed=1500.0
        )

    def learn(self, *, deadline_s: float = 60) -> None:
        """Run until both have learned what is usual for them."""
        self.run(LEARNED_BLOCKS)
        self.wait_judged(deadline_s=deadline_s)

    def wait_judged(self, *, deadline_s: float = 60) -> None:
        """Wait until all that was sent has a health."""
        wait_until(lambda: len(self.healths()) >= self.sent, f"{self.sent} are judged", deadline_s=deadline_s)

    def healths(self, machine: str = "") -> list[Health]:
        """Give the distinct healths in the topic, of one machine or of both, in their order."""
        return [
            each for each in self._outputs(HEALTH) if isinstance(each, Health) and machine in ("", each.machine)
        ]

    def alerts(self, machine: str) -> list[Alert]:
        """Give the distinct transitions of a machine's alerts above low, in their order."""
        found = [each for each in self._outputs(ALERTS) if isinstance(each, Alert)]
        return [each for each in found if each.machine == machine and each.priority != "low"]

    def _outputs(self, topic: str) -> list[object]:
        records = [record.value for part in read_topic(self.bootstrap, topic).values() for record in part]
        return [decode_output(value) for value in dict.fromkeys(records)]  # a repeat is byte for byte equal

    def expect_alert(self, *, minutes: int = 15, deadline_s: float = 60) -> None:
        """Shake the one machine: its point raises an alert above low within that time, its neighbour none."""
        began = self.run(minutes, shaking=True)

        def raised() -> list[Alert]:
            return [each for each in self.alerts(FAULTY) if each.state == "active" and each.time >= began]

        wait_until(raised, f"{FAULTY} raises a serious alert", deadline_s=deadline_s)
        assert {each.point for each in raised()} <= {POINT, ""}
        assert all(each.time <= self._next for each in raised())
        assert not self.alerts(SOUND)

    def command(self, *arguments: object, deadline_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command with the plant's settings, in its folder."""
        return subprocess.run(  # noqa: PLW1510 -- some are meant to fail
            [STETHOS, *map(str, arguments)],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", **self.environment},
            capture_output=True,
            text=True,
            timeout=deadline_s,
        )

    def doctor(self) -> list[dict[str, str]]:
        """Give the doctor's lines: `area`, `state`, `found` and `fix` of each."""
        return list(json.loads(self.command("doctor", "--json").stdout)["findings"])

    def doctor_says(self, area: str) -> str:
        """Give what the doctor says of an area, as one text."""
        return "\n".join(f"{line['found']}: {line['fix']}" for line in self.doctor() if line["area"] == area)
