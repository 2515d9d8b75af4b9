"""A real Apache Kafka (KRaft, one node) out of Maven Central's jars: fetched once, started in seconds.

`python -m tests.services.kafka` fetches them beforehand.
"""

import shutil
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.errors import CoordinatorLoadInProgressError

from tests.services.cache import alone, cached
from tests.services.processes import Process, free_port, wait_until
from tests.services.required import required

__all__ = ["Kafka", "broker", "brokers", "emptied", "kafka", "running"]

VERSION = "4.1.0"
# One for all: a drawn one begins with "-" now and then, and Kafka's tool takes that for an option.
CLUSTER = urlsafe_b64encode(b"stethos-tests-16").decode().rstrip("=")


def fetch() -> Path:
    """Give the folder of Kafka's jars, fetching them first where they are missing."""
    folder = cached(f"kafka-{VERSION}")
    jars = folder / "lib"
    if not (jars / "complete").exists():
        for tool in ("java", "mvn"):
            required(shutil.which(tool), f"a real Kafka needs {tool} (Debian: default-jre-headless maven)")
        pom = Path(__file__).with_name("kafka-pom.xml")
        with alone(folder):
            if not (jars / "complete").exists():  # another process may have been quicker
                command = [
                    "mvn",
                    "-q",
                    "-B",
                    "-f",
                    pom,
                    "dependency:copy-dependencies",
                    f"-DoutputDirectory={jars}",
                ]
                subprocess.run(command, check=True)
                (jars / "complete").touch()
    required(shutil.which("java"), "a real Kafka needs java (Debian: default-jre-headless)")
    return jars


class Kafka:
    """One broker on loopback; `stop` and `start` keep its port and its data.

    A short-lived one starts in half the time, and would be slower after minutes of heavy work.
    """

    def __init__(
        self, folder: Path, *, heap_mb: int = 512, short_lived: bool = False, creates_topics: bool = False
    ) -> None:
        self._jars, self._folder = fetch(), folder
        self.data = folder / "data"
        self._options = [f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", *(["-XX:TieredStopAtLevel=1"] * short_lived)]
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
auto.create.topics.enable={str(creates_topics).lower()}
message.max.bytes=9437184
"""
        )
        shutil.copytree(self._formatted(), folder / "data")
        self._process: Process | None = None

    def _formatted(self) -> Path:
        """Give a data folder as Kafka's tool prepares it: the same for all, so it is made once."""
        target = self._jars.with_name(f"formatted-{CLUSTER}")
        with alone(self._jars.parent):
            if not target.exists():
                subprocess.run(
                    self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._properties)),
                    check=True,
                    stdout=subprocess.DEVNULL,  # what went wrong is told on the other
                )
                part = target.with_suffix(".part")
                shutil.rmtree(part, ignore_errors=True)
                shutil.move(self.data, part)  # the cache may lie on another disk, to which nothing can be renamed
                part.rename(target)
        return target

    def _java(self, main: str, *arguments: str) -> list[str]:
        return ["java", *self._options, "-cp", f"{self._jars}/*", main, *arguments]

    def start(self) -> None:
        self._process = Process(self._java("kafka.Kafka", str(self._properties)), self._folder / "kafka.log")
        self._process.ready(self._listens, "Kafka listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

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
    broker = Kafka(folder, short_lived=True)
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


class OneAfterTheOther:
    """Lends a broker to one test after the other, emptied in between; a test may do with it what it likes."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        self._new_folder = new_folder
        self._broker: Kafka | None = None

    def empty_one(self) -> Kafka:
        """Give the one that there is, or a new one where that has been ended or cannot be emptied."""
        if self._broker is None or not emptied(self._broker):
            self.end()
            self._broker = Kafka(self._new_folder(), short_lived=True)
            self._broker.start()
        return self._broker

    def end(self) -> None:
        if self._broker is not None:
            self._broker.stop()


def emptied(broker: Kafka) -> bool:
    """Delete all groups and topics; false where that can't be done at once: a killed member is still waited for."""
    if not broker.running:
        return False
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    try:
        groups = admin.list_groups()
        if any(group["group_state"] != "Empty" for group in groups):
            return False
        admin.delete_groups([group["group_id"] for group in groups])
        if topics := _topics(admin):
            admin.delete_topics(topics)
            wait_until(lambda: not _topics(admin), "the topics are gone")
        return not admin.list_groups()
    except CoordinatorLoadInProgressError:  # it has just begun, and has not read its groups yet
        return False
    finally:
        admin.close()


def _topics(admin: KafkaAdminClient) -> list[str]:
    return [name for name in admin.list_topics() if not name.startswith("__")]


@pytest.fixture(scope="session")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneAfterTheOther]:
    brokers = OneAfterTheOther(lambda: tmp_path_factory.mktemp("kafka"))
    yield brokers
    brokers.end()


@pytest.fixture
def kafka(brokers: OneAfterTheOther) -> Kafka:
    """Give a broker for this test alone, empty."""
    return brokers.empty_one()


if __name__ == "__main__":
    print(fetch())  # noqa: T201 -- this is what it is started for
