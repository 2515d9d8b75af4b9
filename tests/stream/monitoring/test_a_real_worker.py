"""A real worker on a real Kafka tells the truth of itself: idle, at work, stuck, without store, without broker."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from stream.config.settings import Settings
from stream.kafka.groups import FAUST_GROUP, STORAGE_GROUP, parse_client_id
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import VIBRATION
from tests.services.kafka import Kafka
from tests.services.processes import Process, free_port, wait_until
from tests.services.topics import CONSUMED, wait_for_no_lag
from tests.services.workers import STETHOS
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4

HANGING = """
import asyncio, sys, time
from stream.delivery.outbox import Outbox
from stream.agents.condition import Condition

async def wait_for_ever(self):
    await asyncio.Event().wait()

def block(self, partition, record):
    time.sleep(3600)

if sys.argv[1] == "agent":
    Outbox.wait_for_room = wait_for_ever
else:
    Condition._fold = block
sys.argv[1:] = ["worker"]
from stream.cli.main import main
main()
"""
"""A worker with a fault put into it: an agent that waits for ever, or code that never comes back."""


@pytest.fixture
def environment(kafka: Kafka) -> dict[str, str]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    return {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": str(PARTITIONS),
        "STETHOS_CHECKPOINT__EVERY_S": "0.5",
        "STETHOS_HEALTH__PORT": str(free_port()),
        "STETHOS_HEALTH__PATIENCE_S": "6",
        "STETHOS_LOG_FORMAT": "json",
    }


@contextmanager
def started(
    folder: Path, environment: dict[str, str], command: Sequence[str] = (STETHOS, "worker")
) -> Iterator[Process]:
    worker = Process(command, folder / "worker.log", environment, folder=folder)
    try:
        worker.ready(lambda: "ready: " in worker.text(), "the worker is ready", deadline_s=90)
        yield worker
    finally:
        worker.stop(patience_s=10)


def health(environment: dict[str, str]) -> tuple[int, dict]:
    address = f"http://127.0.0.1:{environment['STETHOS_HEALTH__PORT']}/health"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def metrics(environment: dict[str, str]) -> dict[str, float]:
    address = f"http://127.0.0.1:{environment['STETHOS_HEALTH__PORT']}/metrics"
    with urllib.request.urlopen(address, timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def wait_until_ill(environment: dict[str, str], pattern: str, deadline_s: float = 60) -> None:
    def said() -> bool:
        status, report = health(environment)
        return status == 503 and any(re.search(pattern, reason) for reason in report["reasons"])

    wait_until(said, f"health says {pattern}", deadline_s=deadline_s)


def wait_until_well(environment: dict[str, str], deadline_s: float = 60) -> dict:
    reports: list[tuple[int, dict]] = []

    def well() -> bool:
        reports[:] = [health(environment)]
        return reports[0][0] == 200

    try:
        wait_until(well, "the worker is well", deadline_s=deadline_s)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; it says {reports}") from None
    return reports[0][1]


def listening_ports(pid: int) -> set[str]:
    """Addresses on which a process listens, from Linux itself."""
    links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    inodes = {match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", str(link)))}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                address, port = columns[1].split(":")
                host = socket.inet_ntoa(bytes.fromhex(address)[::-1]) if table == "tcp" else address
                found.add(f"{host}:{int(port, 16)}")
    return found


def test_idle_at_work_and_stopped(kafka: Kafka, environment: dict[str, str], tmp_path: Path):
    with started(tmp_path, environment) as worker:
        assert wait_until_well(environment)["signs"]["partitions"] == PARTITIONS
        worker.linger(8)  # longer than the patience, without a message
        assert health(environment)[0] == 200
        port = environment["STETHOS_HEALTH__PORT"]
        assert listening_ports(worker.pid) == {f"127.0.0.1:{port}"}, "and Faust's own server does not"
        asked = subprocess.run(
            [STETHOS, "health"],
            env={**os.environ, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert asked.stdout.startswith(f"well: running, {PARTITIONS} partitions, 0 machines")

        publish_readings(kafka.bootstrap, 0, 600)
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
        producer.send(VIBRATION, value=b"nonsense", partition=1)
        producer.close()
        wait_for_no_lag(kafka.bootstrap)
        counted = metrics(environment)
        assert counted['stethos_messages_total{topic="readings",type="reading"}'] == 600
        assert counted['stethos_messages_total{topic="observations",type="observed_reading"}'] == 600
        assert counted['stethos_messages_total{topic="health",type="health"}'] == 600
        assert counted['stethos_dead_letters_total{reason="unreadable",topic="vibration"}'] == 1
        for step in ("observe", "judge", "store"):
            name = f'stethos_latency_seconds_count{{step="{step}"}}'
            assert counted[name] >= 600, step
            mean = counted[name.replace("count", "sum")] / counted[name]
            assert 0 < mean < 30, f"{step}: {mean} s"
        assert counted["stethos_checkpoint_seconds_count"] >= 1
        wait_until(lambda: metrics(environment)["stethos_machines"] == 6, "the machines are counted")
        assert sum(value for name, value in counted.items() if name.startswith("stethos_lag_messages{")) >= 0
        places = [name for name in metrics(environment) if name.startswith("stethos_lag_messages{")]
        assert len(places) == len(CONSUMED) * PARTITIONS
        check_marks(kafka)
        assert worker.stop() == 0
    lines = [json.loads(line) for line in worker.text().splitlines()]
    assert any(line["message"].startswith("dead letter: vibration/1@") for line in lines)
    assert {"time", "level", "logger", "message"} <= lines[0].keys()
    assert health(environment) == (0, {})


def check_marks(kafka: Kafka) -> None:
    """Both groups say what settings their members work by."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    groups = admin.describe_groups([FAUST_GROUP, STORAGE_GROUP])
    admin.close()
    marks = {parse_client_id(member["client_id"]) for group in groups.values() for member in group["members"]}
    assert len(marks) == 1, groups
    assert None not in marks


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("agent", "the agent readings-indicators has made no progress in readings/"),
        ("process", "the process is stuck"),
    ],
)
def test_a_stuck_agent_and_a_stuck_process_are_told(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path, fault: str, said: str
):
    with started(tmp_path, environment, [sys.executable, "-c", HANGING, fault]):
        wait_until_well(environment)
        publish_readings(kafka.bootstrap, 0, 60)
        wait_until_ill(environment, said)


def test_a_store_that_is_away_is_told_and_its_return_too(kafka: Kafka, environment: dict[str, str], tmp_path: Path):
    environment |= {"STETHOS_SQLITE__PATH": str(tmp_path / "stethos.db")}
    with started(tmp_path, environment):
        publish_readings(kafka.bootstrap, 0, 60)
        wait_for_no_lag(kafka.bootstrap)
        with closing(sqlite3.connect(tmp_path / "stethos.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            publish_readings(kafka.bootstrap, 60, 60)
            wait_until_ill(environment, "nothing could be stored for .*locked")
            assert metrics(environment)["stethos_store_retries_total"] >= 1
            (reason,) = health(environment)[1]["reasons"]
            assert "storage" not in reason, "it only waits for the store"
        assert wait_until_well(environment)["signs"]["store"]["last_success_s"] < 60


def test_a_broker_that_is_away_is_told_and_its_return_too(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    with started(tmp_path, environment):
        publish_readings(kafka.bootstrap, 0, 60)
        wait_until_well(environment)
        kafka.kill()
        wait_until_ill(environment, "the broker has not answered")
        kafka.start()
        wait_until_well(environment)
        publish_readings(kafka.bootstrap, 60, 60)
        wait_for_no_lag(kafka.bootstrap)
        assert wait_until_well(environment)["signs"]["state"] == "running"
