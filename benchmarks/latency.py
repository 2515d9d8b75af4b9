"""From publishing a block to its row in the store, at half of what one worker can do: p50 and p99.

python benchmarks/latency.py [seconds] [messages a second]

Needs a real Kafka (Java and Maven, see tests/services). One worker, SQLite, 4,096-sample float32 blocks of twelve
machines. What one worker can do is measured first, with a load that waits for it. Publisher and the eye on the
store share this computer with broker and worker, so figures are upper bounds. With a rate of its own nothing is
measured first. The first 20 s don't count: Java compiles its broker then.
"""

import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from kafka import KafkaProducer

from benchmarks.pipeline import MACHINES, RATE_HZ, SAMPLES, measured, settings
from models.clock import from_datetime
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.measurements import Vibration, encode
from stream.messages.topics import VIBRATION
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.workers import start_worker

__all__ = ["main"]

CAPACITY_MESSAGES = 2000
WARM_UP_S = 20.0
LOOK_S = 0.004
BLOCK_S = SAMPLES / RATE_HZ
AS_STETHOS_PUBLISHES = {"acks": "all", "batch_size": 512 * 1024, "linger_ms": 10}
"""What `stream.recordings.publishing` asks of its producer; the ten milliseconds count."""


class Eye:
    """Sees when each row appears in the store."""

    def __init__(self, database: Path) -> None:
        self.seen: dict[tuple[str, int], float] = {}
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        connection = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)
        newest: dict[int, int] = {}
        points: dict[int, str] = {}
        query = "SELECT time_us FROM row WHERE point = ? AND part = 0 AND time_us > ?"
        version = None
        while not self._stop.is_set():
            time.sleep(LOOK_S)
            before, version = version, connection.execute("PRAGMA data_version").fetchone()
            if version == before:
                continue  # nobody has written: to ask for rows all the same would take the worker's processor
            if len(points) < MACHINES:
                points = dict(connection.execute("SELECT id, machine FROM point WHERE measurement = 'indicators'"))
            for point, machine in points.items():
                rows = connection.execute(query, (point, newest.get(point, 0))).fetchall()
                now = time.time()
                for (time_us,) in rows:
                    self.seen[machine, time_us] = now
                    newest[point] = max(time_us, newest.get(point, 0))
        connection.close()


def publish(kafka: Kafka, rate: float, seconds: float) -> dict[tuple[str, int], float]:
    """Send blocks at an even pace, each as it ends; gives when each was sent."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, **AS_STETHOS_PUBLISHES)
    waveform = np.random.default_rng(1).standard_normal(SAMPLES).astype("<f4").tobytes()
    sent: dict[tuple[str, int], float] = {}
    begun = time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        machine = f"M-{number % MACHINES}"
        end = datetime.now(UTC)
        message = Vibration(
            machine=machine,
            point="DE",
            time=end - timedelta(seconds=BLOCK_S),
            rate=RATE_HZ,
            unit="g",
            samples=waveform,
            speed=1480.0,
        )
        sent[machine, from_datetime(end)] = time.time()
        producer.send(VIBRATION, key=machine.encode(), value=encode(message))
    producer.flush()
    producer.close()
    return sent


def latencies_s(folder: Path, rate: float, seconds: float) -> np.ndarray:
    """Seconds from sending a block until its row is there, without those of the first seconds."""
    kafka = Kafka(folder)
    try:
        kafka.start()
        ensure_topics(Settings(broker=kafka.bootstrap))
        worker = start_worker(folder / "work", settings(kafka, folder / "work"))
        try:
            publish(kafka, rate, WARM_UP_S)
            wait_until((folder / "work" / "results.db").exists, "the store is there")
            eye = Eye(folder / "work" / "results.db")
            eye.start()
            try:
                sent = publish(kafka, rate, seconds)
                wait_until(lambda: sent.keys() <= eye.seen.keys(), "all is stored")
            finally:
                eye.stop()
        finally:
            worker.stop()
    finally:
        kafka.stop()
    return np.array([eye.seen[key] - at for key, at in sent.items()])


def main(arguments: Sequence[str] = ()) -> None:
    """Print what one worker can do, and the latency at half of it; or at the rate that is given."""
    seconds = float(arguments[0]) if arguments else 20.0
    told_rate = float(arguments[1]) if len(arguments) > 1 else None
    folder = Path(tempfile.mkdtemp(prefix="stethos-bench-"))
    try:
        rate = told_rate or CAPACITY_MESSAGES / measured("1", folder / "capacity", CAPACITY_MESSAGES).wall_s / 2
        (folder / "latency").mkdir()
        found = latencies_s(folder / "latency", rate, seconds)
    finally:
        shutil.rmtree(folder)
    p50, p99 = np.quantile(found, [0.5, 0.99]) * 1e3
    if told_rate is None:
        print(f"one worker: {2 * rate:,.0f} messages/s of {SAMPLES} float32 samples")
    told = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, {len(found)} messages"
    print(f"at {rate:,.0f} messages/s, from publishing to the stored row: {told}")


if __name__ == "__main__":
    main(sys.argv[1:])
