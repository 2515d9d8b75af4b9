"""Each stage cut in turn, on a real Kafka, while all else goes on: the worker says which, within 2.5 probes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from models.clock import SECOND_US
from models.errors import ServiceError
from models.probes.records import INPUTS
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.probes import PROBE_KEY, encode_probe, probe_of
from stream.messages.topics import DEAD_LETTER, OBSERVATIONS, VIBRATION
from stream.monitoring.http_probe import ask
from stream.stores.sqlite.probes import read_probes
from tests.services.kafka import Kafka
from tests.services.processes import Process, free_port, started, wait_until
from tests.services.topics import read_topic
from tests.services.workers import STETHOS
from tests.stream.monitoring.test_a_real_worker import health, metrics, wait_until_ill, wait_until_well
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 2
PROBE_S = 2.0
TOLD_S = 2.5 * PROBE_S + 10
"""Two and a half probes, and a little for a computer that does other things as well."""

CUT = """
import asyncio, sys
from stream.agents.condition import Condition
from stream.agents.indicators import _Observer
from stream.agents.storage import _Storage

async def swallow(self, record):
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done

async def keep_nothing(self, outputs):
    return None

match sys.argv[1]:
    case "indicators":
        _Observer.handle = swallow
    case "fold":
        Condition._fold = lambda self, partition, record: None
    case "storage":
        _Storage._write_with_retry = keep_nothing
sys.argv[1:] = ["worker"]
from stream.cli.main import main
main()
"""
"""A worker with a stage that takes everything, acknowledges it, and gives nothing."""


@pytest.fixture
def environment(kafka: Kafka, tmp_path: Path) -> dict[str, str]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    return {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": str(PARTITIONS),
        "STETHOS_CHECKPOINT__EVERY_S": "0.5",
        "STETHOS_HEALTH__PORT": str(free_port()),
        "STETHOS_HEALTH__PATIENCE_S": "6",
        "STETHOS_HEALTH__PROBE_S": str(PROBE_S),
        "STETHOS_SQLITE__PATH": str(tmp_path / "stethos.db"),
        "STETHOS_WEB__PORT": str(free_port()),
    }


@contextmanager
def at_work(folder: Path, environment: dict[str, str], cut: str = "") -> Iterator[Process]:
    command = [sys.executable, "-c", CUT, cut] if cut else [STETHOS, "worker"]
    worker = Process(command, folder / f"worker-{cut or 'whole'}.log", environment, folder=folder)
    try:
        worker.ready(lambda: "ready: " in worker.text(), "the worker is ready", deadline_s=90)
        yield worker
    finally:
        worker.stop(patience_s=10)


@contextmanager
def page(folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    with started([STETHOS, "web"], folder / "web.log", environment) as server:
        server.ready(lambda: asked_page(environment)[0], "the page answers")
        yield server


def asked_page(environment: dict[str, str]) -> tuple[int, str]:
    """Status and body of the page's /health; 0 where it does not answer."""
    try:
        answer = ask(f"http://127.0.0.1:{environment['STETHOS_WEB__PORT']}/health", timeout_s=5)
    except ServiceError:
        return 0, ""
    return answer.status, answer.body.decode()


def page_has_seen_probes(environment: dict[str, str]) -> bool:
    status, body = asked_page(environment)
    return status == 200 and json.loads(body)["probe_s"] is not None


def page_tells(environment: dict[str, str]) -> bool:
    status, body = asked_page(environment)
    return status == 503 and "easurements" in body


def doctor(folder: Path, environment: dict[str, str]) -> dict[str, set[str]]:
    """What the doctor says of probes and page."""
    said = subprocess.run(
        [STETHOS, "doctor", "--json"],
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        check=False,
    )
    found: dict[str, set[str]] = {"probes": set(), "page": set()}
    for each in json.loads(said.stdout)["findings"]:
        found.setdefault(each["area"], set()).add(each["state"])
    return {area: found[area] for area in ("probes", "page")}


def refuse_writes(kafka: Kafka, topic: str, *, refuse: bool) -> None:
    """A broker that takes nothing more for one topic, while all else goes on."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    limit = "1" if refuse else str(8 * 1024 * 1024)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"max.message.bytes": limit})])
    admin.close()


def newest(folder: Path) -> int:
    """The oldest of the newest probes in the store, in microseconds; 0 where one is missing."""
    found = read_probes(folder / "stethos.db")
    times = [each.time.timestamp() for each in found]
    return int(min(times) * 1e6) if len(found) == PARTITIONS * len(INPUTS) else 0


def wait_for_probes(folder: Path) -> None:
    before = newest(folder)
    wait_until(lambda: newest(folder) > before, "every input and partition has a new probe", deadline_s=60)


def test_probes_go_all_the_way_and_leave_nothing_else_behind(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    with at_work(tmp_path, environment) as worker:
        wait_for_probes(tmp_path)
        wait_for_probes(tmp_path)
        publish_readings(kafka.bootstrap, 0, 60)
        wait_for_probes(tmp_path)
        report = wait_until_well(environment)
        assert report["signs"]["machines"] == 6
        assert report["signs"]["probes"]["oldest_s"] < TOLD_S
        counted = metrics(environment)
        ages = {name for name in counted if name.startswith("stethos_probe_age_seconds{")}
        assert ages == {
            f'stethos_probe_age_seconds{{input="{each}",partition="{number}"}}'
            for each in INPUTS
            for number in range(PARTITIONS)
        }
        assert not [name for name in counted if "probe" in name and name not in ages]
        assert worker.stop() == 0
    with closing(sqlite3.connect(tmp_path / "stethos.db")) as store:
        for table in ("point", "latest_health", "action", "capture", "uptime"):
            columns = " ".join(str(row) for row in store.execute(f"SELECT * FROM {table}"))
            assert "probe" not in columns, table
    assert "WARNING" not in worker.text()
    assert not any(read_topic(kafka.bootstrap, DEAD_LETTER).values())


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ("indicators", "no probe of actions/0, .* and 5 more has been observed"),
        ("fold", "no probe of .* has been judged"),
        ("storage", "no probe of .* has come back from the store"),
    ],
)
def test_a_stage_that_takes_everything_and_gives_nothing_is_told_by_worker_page_and_doctor(
    environment: dict[str, str], tmp_path: Path, cut: str, said: str
):
    with page(tmp_path, environment):
        with at_work(tmp_path, environment):
            wait_for_probes(tmp_path)
            wait_until(lambda: page_has_seen_probes(environment), "the page is well")
            assert doctor(tmp_path, environment) == {"probes": {"good"}, "page": {"good"}}
        with at_work(tmp_path, environment, cut):
            wait_until_ill(environment, said, deadline_s=TOLD_S)
            wait_until(lambda: asked_page(environment)[0] == 503, "the page tells", deadline_s=TOLD_S)
            assert "Measurements have not been judged since" in asked_page(environment)[1]
            assert doctor(tmp_path, environment) == {"probes": {"wrong"}, "page": {"wrong"}}
        with at_work(tmp_path, environment):
            wait_for_probes(tmp_path)
            wait_until_well(environment)
            wait_until(lambda: asked_page(environment)[0] == 200, "the page is well again")


def test_no_worker_a_frozen_page_and_none_at_all_are_told(environment: dict[str, str], tmp_path: Path):
    with page(tmp_path, environment) as server:
        with at_work(tmp_path, environment):
            wait_until(lambda: page_has_seen_probes(environment), "the page is well")
        wait_until(lambda: page_tells(environment), "the page tells", deadline_s=TOLD_S)
        assert doctor(tmp_path, environment) == {"probes": {"wrong"}, "page": {"wrong"}}
        server.signal(signal.SIGSTOP)
        try:
            assert doctor(tmp_path, environment)["page"] == {"wrong"}
        finally:
            server.signal(signal.SIGCONT)
    assert doctor(tmp_path, environment)["page"] == {"skipped"}


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        (VIBRATION, r"no probe could be sent to vibration/0, vibration/1 for .*MessageSizeTooLarge"),
        (OBSERVATIONS, "the agent .*-indicators has made no progress"),
    ],
)
def test_a_topic_that_takes_nothing_more_is_told(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path, topic: str, said: str
):
    with at_work(tmp_path, environment) as worker:
        wait_for_probes(tmp_path)
        refuse_writes(kafka, topic, refuse=True)
        wait_until_ill(environment, said, deadline_s=TOLD_S + 15)
        refuse_writes(kafka, topic, refuse=False)
        wait_until_well(environment)
        wait_for_probes(tmp_path)
        assert worker.running


def test_an_input_that_takes_no_probe_holds_up_no_measurement(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    with at_work(tmp_path, environment) as worker:
        wait_for_probes(tmp_path)
        refuse_writes(kafka, VIBRATION, refuse=True)
        wait_until_ill(environment, "no probe could be sent", deadline_s=TOLD_S)
        publish_readings(kafka.bootstrap, 0, 60)

        def stored() -> bool:
            with closing(sqlite3.connect(tmp_path / "stethos.db")) as store:
                return store.execute("SELECT count(*) FROM row").fetchone() == (60,)

        wait_until(stored, "the readings are stored")
        assert worker.text().count("takes none") == 1, "told once, not at each try"


def test_probes_are_looked_for_in_the_file_that_lies_at_the_path(environment: dict[str, str], tmp_path: Path):
    """The worker makes a file that was moved anew; what it kept open would give back what nobody else sees."""
    with at_work(tmp_path, environment) as worker:
        wait_for_probes(tmp_path)
        for file in tmp_path.glob("stethos.db*"):
            file.rename(file.with_name(f"moved-{file.name}"))
        wait_until(lambda: "was moved or deleted while it was open" in worker.text(), "the worker says so")
        wait_for_probes(tmp_path)
        wait_until_well(environment)


def test_a_store_that_gives_back_something_else_is_told(kafka: Kafka, environment: dict[str, str], tmp_path: Path):
    with at_work(tmp_path, environment):
        wait_for_probes(tmp_path)
        with closing(sqlite3.connect(tmp_path / "stethos.db", isolation_level=None)) as store:
            store.execute(
                "CREATE TRIGGER garble AFTER UPDATE ON pipeline "
                "WHEN new.input = 'vibration' AND new.value > 0.2 BEGIN "
                "UPDATE pipeline SET value = 0.1 WHERE input = 'vibration' AND partition = new.partition; END"
            )
            wait_until_ill(environment, "gives back other values .* of vibration/0, vibration/1", deadline_s=TOLD_S)
            store.execute("DROP TRIGGER garble")
        wait_until_well(environment)


def test_what_looks_like_a_probe_harms_nothing(kafka: Kafka, environment: dict[str, str], tmp_path: Path):
    with at_work(tmp_path, environment) as worker:
        wait_for_probes(tmp_path)
        now_us = newest(tmp_path)
        forged = [
            (VIBRATION, encode_probe(probe_of("vibration", 1, now_us))),  # of another partition
            (VIBRATION, encode_probe(probe_of("readings", 0, now_us))),  # of another input
            (VIBRATION, encode_probe(probe_of("vibration", 0, now_us + 3600 * SECOND_US))),
            (VIBRATION, b"x" * 1_000_000),
            (VIBRATION, None),
            (OBSERVATIONS, b"nonsense"),
            (OBSERVATIONS, b'{"type":"observed_probe","input":"vibration","partition":0}'),
        ]
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
        for topic, value in forged:
            producer.send(topic, key=PROBE_KEY, value=value, partition=0)
        producer.close()
        consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=None)
        place = TopicPartition(DEAD_LETTER, 0)
        consumer.assign([place])
        wait_until(lambda: consumer.end_offsets([place])[place] == len(forged), "all of them are put aside")
        consumer.close()
        wait_for_probes(tmp_path)
        wait_until_well(environment)
        assert max(each.time.timestamp() for each in read_probes(tmp_path / "stethos.db")) < now_us / 1e6 + 600
        assert worker.running


def test_two_workers_and_one_that_is_killed_make_no_false_alarm(environment: dict[str, str], tmp_path: Path):
    """Partitions of results are shared out by themselves: mostly the other one stores what this one judges."""
    other = environment | {"STETHOS_HEALTH__PORT": str(free_port())}
    with at_work(tmp_path, environment) as survivor:
        (tmp_path / "other").mkdir()
        with at_work(tmp_path / "other", other) as second:
            wait_for_probes(tmp_path)
            for _ in range(10):
                survivor.linger(PROBE_S)
                assert [health(each)[1].get("reasons") for each in (environment, other)] == [[], []]
            second.kill()
            wait_for_probes(tmp_path)
            wait_until_well(environment)
