"""What the largest message there may be costs those behind it: eight megabytes every five seconds in one partition.

python -m benchmarks.large_blocks [seconds]

Needs a real Kafka (Java and Maven, see tests/services). Small blocks of ten machines come forty times a second, all
in the one partition that there is; for as long again a large block comes with them, bytes and a JSON list in turn.
Told are the times from a message's append to that of its observation and of its health, and the worker's memory.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from kafka import KafkaProducer

from models.outputs import Health
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.measurements import Vibration, encode
from stream.messages.records import decode_observation, decode_output
from stream.messages.topics import HEALTH, MAXIMUM_MESSAGE_BYTES, OBSERVATIONS, VIBRATION
from tests.services.kafka import Kafka
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import start_worker

__all__ = ["main"]

MACHINES, RATE_HZ, SAMPLES = 10, 25_600.0, 4096
A_SECOND, LARGE_EVERY_S, WARM_UP_S = 20, 5.0, 15.0
LARGE_SAMPLES, LIST_SAMPLES = MAXIMUM_MESSAGE_BYTES // 4 - 1024, 830_000
LARGE = "large"


def block(machine: str, samples: bytes, seconds: float) -> bytes:
    """Give a block that ends now."""
    time_ = datetime.now(UTC) - timedelta(seconds=seconds)
    return encode(
        Vibration(machine=machine, point="DE", time=time_, rate=RATE_HZ, unit="g", samples=samples, speed=1480.0)
    )


def large_blocks() -> Iterator[bytes]:
    """Give large blocks for ever, bytes and a JSON list in turn."""
    noise = np.random.default_rng(1).standard_normal(LARGE_SAMPLES)
    as_bytes = noise.astype("<f4").tobytes()
    as_list = json.dumps([round(float(sample), 5) for sample in noise[:LIST_SAMPLES]])
    head = {"type": "vibration", "machine": LARGE, "point": "DE", "rate": RATE_HZ, "unit": "g", "speed": 1480.0}
    while True:
        yield block(LARGE, as_bytes, LARGE_SAMPLES / RATE_HZ)
        time_ = datetime.now(UTC) - timedelta(seconds=LIST_SAMPLES / RATE_HZ)
        begun = json.dumps({**head, "time": time_.isoformat()})[:-1]
        yield f'{begun},"samples":{as_list}}}'.encode()


def publish(kafka: Kafka, seconds: float, *, large: bool) -> None:
    """Send small blocks at an even pace, and large ones among them."""
    small = np.random.default_rng(2).standard_normal(SAMPLES).astype("<f4").tobytes()
    producer = KafkaProducer(
        bootstrap_servers=kafka.bootstrap, acks="all", max_request_size=MAXIMUM_MESSAGE_BYTES + 64 * 1024
    )
    blocks, next_s = large_blocks(), LARGE_EVERY_S / 2
    begun = time.perf_counter()
    for number in range(int(A_SECOND * seconds)):
        time.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
        if large and number / A_SECOND >= next_s:
            next_s += LARGE_EVERY_S
            producer.send(VIBRATION, key=LARGE.encode(), value=next(blocks))
        machine = f"M-{number % MACHINES}"
        producer.send(VIBRATION, key=machine.encode(), value=block(machine, small, SAMPLES / RATE_HZ))
    producer.flush()
    producer.close()


def latencies_s(kafka: Kafka, since: int) -> tuple[np.ndarray, np.ndarray]:
    """Seconds from append to observation and to health of the small blocks from an offset on."""
    inputs = {each.offset: each.timestamp for each in read_topic(kafka.bootstrap, VIBRATION)[0]}
    observed: list[int] = []
    asked: dict[tuple[str, int], int] = {}
    for record in read_topic(kafka.bootstrap, OBSERVATIONS)[0]:
        observation = decode_observation(record.value)
        source = observation.source
        if source is not None and source.offset >= since and observation.machine != LARGE:
            observed.append(record.timestamp - inputs[source.offset])
            asked[observation.machine, observation.time_us] = inputs[source.offset]
    judged = []
    for record in read_topic(kafka.bootstrap, HEALTH)[0]:
        health = decode_output(record.value)
        assert isinstance(health, Health)
        sent = asked.get((health.machine, round(health.time.timestamp() * 1e6)))
        if sent is not None:
            judged.append(record.timestamp - sent)
    return np.array(observed) / 1e3, np.array(judged) / 1e3


def memory_mb(pid: int) -> int:
    """Give the most that a process has taken of the memory so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise LookupError(f"Linux does not tell how large process {pid} was")


def tell(what: str, seconds: np.ndarray) -> None:
    """Print quantiles."""
    p50, p99 = np.quantile(seconds, [0.5, 0.99])
    print(
        f"  {what:12}{seconds.size:6} messages   p50 {p50:6.3f} s   p99 {p99:6.3f} s   most {seconds.max():6.3f} s"
    )


def main(seconds: float = 60.0) -> None:
    """Measure both, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="stethos-large-"))
    kafka = Kafka(folder)
    try:
        kafka.start()
        ensure_topics(Settings(broker=kafka.bootstrap, partitions=1))
        worker = start_worker(folder / "work", {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": "1"})
        try:
            publish(kafka, WARM_UP_S, large=False)
            for large in (False, True):
                wait_for_no_lag(kafka.bootstrap)
                since = len(read_topic(kafka.bootstrap, VIBRATION)[0])
                publish(kafka, seconds, large=large)
                wait_for_no_lag(kafka.bootstrap)
                print("with 8 MB every 5 s" if large else "small blocks alone")
                observed, judged = latencies_s(kafka, since)
                tell("observed", observed)
                tell("judged", judged)
                print(f"  worker {memory_mb(worker.pid)} MB at most")
        finally:
            worker.stop()
    finally:
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:2]))
