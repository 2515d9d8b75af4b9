"""A real Apache Kafka (KRaft, one node) out of Maven Central's jars: fetched once, started in seconds.

`python -m tests.services.kafka` fetches them beforehand.
"""

import os
import shutil
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services.processes import Process, free_port
from tests.services.required import required

__all__ = ["Kafka", "broker", "kafka", "running"]

VERSION = "4.1.0"
# One for all: a drawn one begins with "-" now and then, and Kafka's tool takes that for an option.
CLUSTER = urlsafe_b64encode(b"stethos-tests-16").decode().rstrip("=")


def cache_folder() -> Path:
    return Path(os.environ.get("STETHOS_CACHE", Path.home() / ".cache" / "stethos")) / f"kafka-{VERSION}"


def fetch() -> Path:
    """Give the folder of Kafka's jars, fetching them first where they are missing."""
    folder = cache_folder() / "lib"
    if not (folder / "complete").exists():
        for tool in ("java", "mvn"):
            required(shutil.which(tool), f"a real Kafka needs {tool} (Debian: default-jre-headless maven)")
        pom = Path(__file__).with_name("kafka-pom.xml")
        subprocess.run(
            ["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
            check=True,
        )
        (folder / "complete").touch()
    required(shutil.which("java"), "a real Kafka needs java (Debian: default-jre-headless)")
    return folder


class Kafka:
    """One broker on loopback; `stop` and `start` keep its port and its data."""

    def __init__(self, folder: Path, *, heap_mb: int = 512) -> None:
        self._jars, self._folder, self._heap = fetch(), folder, f"-Xmx{heap_mb}m"
        self.port, controller = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._properties = folder / "server.properties"
        self._properties.write_text(
            f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}
controller.listener.names=CONTROLLER
log.dirs={folder / "data"}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
message.max.bytes=9437184
"""
        )
        subprocess.run(
            self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._properties)),
            check=True,
            stdout=subprocess.DEVNULL,  # what went wrong is told on the other
        )
        self._process: Process | None = None

    def _java(self, main: str, *arguments: str) -> list[str]:
        return ["java", self._heap, "-XX:+UseSerialGC", "-cp", f"{self._jars}/*", main, *arguments]

    def start(self) -> None:
        self._process = Process(self._java("kafka.Kafka", str(self._properties)), self._folder / "kafka.log")
        self._process.ready(self._listens, "Kafka listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()


@contextmanager
def running(folder: Path) -> Iterator[Kafka]:
    """Run a broker whose data are in a folder, until the block ends."""
    broker = Kafka(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """Give one broker for the tests of a file, in their order."""
    with running(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Kafka]:
    """Give a broker of one's own, empty."""
    with running(tmp_path) as broker:
        yield broker


if __name__ == "__main__":
    print(fetch())  # noqa: T201 -- this is what it is started for
