"""What workers of both revisions store of the same observations, on a real Kafka, in the embedded store.

Three runs, each on a broker of its own with the same observations in the same order: the other revision alone, this
one alone, and the other one for the first half, ended with SIGTERM, and this one from its checkpoints on. All three
must have stored the same, and the last must have taken up every machine. Nobody finds anything at these machines:
what a finding teaches reaches the others whenever it does. The observations are dated ahead of the clock, so that
no worker takes a machine for silent.
"""

import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from kafka import KafkaProducer

from evaluation.compare.outputs import Compared, compared
from evaluation.compare.revisions import Revision, environment_of
from models.errors import ServiceError
from models.observations import Configured, Observation
from stream.config.machines import load_fleet
from stream.config.settings import Settings
from stream.messages.measurements import decode
from stream.messages.observe import observe
from stream.messages.records import encode_observation
from stream.messages.topics import OBSERVATIONS
from stream.recordings.reading import Recordings
from tests.services.kafka import running
from tests.services.processes import Process
from tests.services.topics import wait_for_no_lag

__all__ = ["stored"]

_OBSERVED_US = 4_000_000_000_000_000
_PARTITIONS = 1
_OF_THE_WORK = frozenset({"intake", "pipeline", "progress"})
"""Tables that say how the work went, which differs from run to run, and nothing of how a machine is."""
"""What is stored comes in one order then, and with it the numbers that the store gives to names."""
_STETHOS = (sys.executable, "-m", "stream.cli.main")
_RESTORED = re.compile(r" ready: \d+ partitions, (\d+) machines restored")


def stored(before: Revision, after: Revision, tell: Callable[[str], None]) -> Iterator[Compared]:
    """Compare what is stored; raises `ServiceError` where a worker does not what it should."""
    tell("making observations")
    observations = list(_observations(after.folder))
    middle = len(observations) // 2
    tell(f"worker: {before.name} alone, {len(observations)} observations")
    old, _ = _run([(before, observations)])
    tell("worker: this one alone")
    new, _ = _run([(after, observations)])
    tell(f"worker: {before.name}, then this one from its checkpoints")
    both, restored = _run([(before, observations[:middle]), (after, observations[middle:])])
    yield compared("worker: rows", old, new)
    yield compared("worker: rows after going on from its checkpoints", old, both)
    machines = len({observation.machine for observation in observations[:middle]})
    yield compared("worker: machines that were taken up", f"{machines}\n".encode(), f"{restored[-1]}\n".encode())


def _observations(folder: Path) -> Iterator[Observation]:
    """Give what the indicator agents make of a recording with maintenance and new normals."""
    fleet = load_fleet(Settings(machines=folder / "machines.toml", partitions=_PARTITIONS, replication=1))
    known, clock = set[str](), count(_OBSERVED_US, 1_000_000)
    for line in Recordings([folder / "worked-on.jsonl"]):
        message = decode(line.data)
        configuration = fleet.configuration(message.machine)
        if message.machine not in known:
            known.add(message.machine)
            yield Configured(machine=message.machine, observed_us=next(clock), configuration=configuration)
        yield observe(message, configuration, observed_us=next(clock), source=None)


def _run(parts: Sequence[tuple[Revision, Sequence[Observation]]]) -> tuple[bytes, list[int]]:
    """Let one worker after the other fold its part on one broker; what is stored then, and what each took up."""
    restored = []
    with tempfile.TemporaryDirectory(prefix="stethos-worker-") as name, running(Path(name)) as kafka:
        folder = Path(name)
        for number, (revision, observations) in enumerate(parts):
            environment = _settings(revision, kafka.bootstrap, folder)
            if number == 0:
                _create_topics(revision, environment, folder)
            with _worker(revision, environment, folder / f"worker-{number}.log") as worker:
                restored.append(int(_RESTORED.findall(worker.text())[-1]))
                _publish(kafka.bootstrap, observations)
                wait_for_no_lag(kafka.bootstrap, deadline_s=600)
                if status := worker.stop():
                    raise ServiceError(f"{revision.name}: the worker ended with {status}:\n{worker.text()[-2000:]}")
        return _rows(folder / "stethos.db"), restored


def _settings(revision: Revision, bootstrap: str, folder: Path) -> dict[str, str]:
    return {
        **environment_of(revision.tree),
        "STETHOS_BROKER": bootstrap,
        "STETHOS_PARTITIONS": str(_PARTITIONS),
        "STETHOS_SQLITE__PATH": str(folder / "stethos.db"),
        "STETHOS_CHECKPOINT__EVERY_EVENTS": "100",
    }


def _create_topics(revision: Revision, environment: dict[str, str], folder: Path) -> None:
    ended = subprocess.run([*_STETHOS, "topics"], cwd=folder, env=environment, capture_output=True, check=False)
    if ended.returncode:
        raise ServiceError(f"{revision.name}: no topics: {ended.stderr.decode()}")


@contextmanager
def _worker(revision: Revision, environment: dict[str, str], log: Path) -> Iterator[Process]:
    worker = Process([*_STETHOS, "worker"], log, environment, folder=log.parent)
    try:
        worker.ready(
            lambda: _RESTORED.search(worker.text()), f"{revision.name}: the worker is ready", deadline_s=300
        )
        yield worker
    finally:
        worker.stop()


def _publish(bootstrap: str, observations: Sequence[Observation]) -> None:
    """Send them in their order, each machine's to its partition."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", max_in_flight_requests_per_connection=1)
    for observation in observations:
        producer.send(OBSERVATIONS, key=observation.machine.encode(), value=encode_observation(observation))
    producer.flush()
    producer.close()


def _rows(path: Path) -> bytes:
    """Give everything in the store, a row a line, in order."""
    with closing(sqlite3.connect(path)) as file:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in names if name not in _OF_THE_WORK]
        rows = [f"{table} {row!r}\n" for table in tables for row in file.execute(f"SELECT * FROM {table}")]
    return "".join(sorted(rows)).encode()
