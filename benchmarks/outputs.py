"""What one output more costs an agent: by Faust's own `topic.send`, and through our outbox.

python benchmarks/outputs.py [messages] [times]

Needs a real Kafka (Java and Maven, see tests/services). Three agents count the same small messages; one sends
nothing, the two others send 600 bytes for each. What they take more than the first, by message, is an output's
marginal cost.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kafka import KafkaProducer

from benchmarks.pipeline import MACHINES, PARTITIONS, Taken, median
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import READINGS
from tests.services.kafka import Kafka

__all__ = ["main"]

WAYS = {"nothing sent": "nothing", "Faust's topic.send": "faust", "our outbox": "outbox"}


def main(arguments: Sequence[str] = ()) -> None:
    """Print microseconds an event for each way, and the ratio of the marginal costs."""
    count = int(arguments[0]) if arguments else 20_000
    times = int(arguments[1]) if len(arguments) > 1 else 3
    took: dict[str, list[Taken]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory(prefix="stethos-bench-") as folder:
        for turn in range(times):
            for name, way in WAYS.items():
                took[name].append(measured(way, Path(folder) / f"{turn}-{way}", count))
    floors = took["nothing sent"]
    print(f"{count} small messages, one output each, medians of {times}")
    print(f"{'way':20} {'us an event':>12} {'an output':>10} {'processor us':>13} {'an output':>10}")
    more: dict[str, Taken] = {}
    for name, taken in took.items():
        beside = zip(taken, floors, strict=True)
        more[name] = median([Taken(a.wall_s - b.wall_s, a.processor_s - b.processor_s) for a, b in beside])
        whole, us = median(taken), 1e6 / count
        print(
            f"{name:20} {whole.wall_s * us:12.0f} {more[name].wall_s * us:10.0f} "
            f"{whole.processor_s * us:13.0f} {more[name].processor_s * us:10.0f}"
        )
    ours, theirs = more["our outbox"], more["Faust's topic.send"]
    wall, processor = ours.wall_s / theirs.wall_s, ours.processor_s / theirs.processor_s
    print(f"an output through our outbox: {wall:.2f} of topic.send's time, {processor:.2f} of its processor's time")


def measured(way: str, folder: Path, count: int) -> Taken:
    """Let one way of sending work on a broker of its own."""
    folder.mkdir(parents=True)
    kafka = Kafka(folder)
    try:
        kafka.start()
        ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, linger_ms=20)
        for number in range(count):
            producer.send(READINGS, key=b"M-%d" % (number % MACHINES), value=b"%0100d" % number)
        producer.flush()
        producer.close()
        script = Path(__file__).parent / "floors" / "sending_agent.py"
        done = subprocess.run(
            [sys.executable, script, way, kafka.bootstrap, str(count), str(PARTITIONS)],
            check=True, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        wall, processor = done.stdout.split()[-2:]
        return Taken(float(wall), float(processor))
    finally:
        kafka.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
