"""What comes and is not judged, on a real Kafka: told in log, metrics, store, doctor and page."""

import asyncio
import json
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from models.condition.intake import all_strangers, causes
from models.outputs import Intake
from stream.config.settings import Settings
from stream.doctor.intake import check_intake
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import ACTIONS, DEAD_LETTER, OBSERVATIONS, READINGS
from stream.stores.sqlite.store import SqliteStore
from stream.web.data.feed import Feed
from stream.web.fleet.view import fleet_view
from tests.services.kafka import Kafka
from tests.services.processes import free_port, wait_until
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import start_worker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

FLOOD, LIMIT, PARTITIONS = 100_000, 50, 4
DESCRIBED = ("P-101", "泵-2")


def environment(kafka: Kafka, port: int, **more: str) -> dict[str, str]:
    return {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": str(PARTITIONS),
        "STETHOS_HEALTH__PORT": str(port),
        **more,
    }


def reading(machine: str, time: datetime, point: str = "p") -> bytes:
    said = {"type": "reading", "machine": machine, "point": point, "time": time.isoformat(), "values": {"a": 1.0}}
    return json.dumps(said).encode()


def metric(port: int, name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.partition(" ")[0].startswith(name))


def intakes(database: Path) -> list[Intake]:
    async def read() -> list[Intake]:
        store = SqliteStore(database)
        await store.open()
        try:
            return await store.intakes()
        finally:
            await store.close()

    return asyncio.run(read()) if database.exists() else []


async def points_of(database: Path, machine: str) -> list[str]:
    store = SqliteStore(database)
    await store.open()
    try:
        return await store.points("readings", machine)
    finally:
        await store.close()


def page(database: Path, machines):
    async def shown():
        feed = Feed(SqliteStore(database), machines)
        await feed.read()
        await feed.close()
        return fleet_view(feed.snapshot, machines, clock=datetime.now(UTC), zone=UTC, language="en")

    return asyncio.run(shown())


@pytest.mark.timeout(400)
def test_machines_that_send_in_vain_are_named_everywhere_and_their_sound_neighbour_is_not(
    kafka: Kafka, tmp_path: Path
):
    port = free_port()
    settings = Settings(
        broker=kafka.bootstrap, partitions=PARTITIONS, sqlite={"path": tmp_path / "var" / "stethos.db"}
    )
    ensure_topics(settings)
    worker = start_worker(tmp_path, environment(kafka, port))
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    try:
        now = datetime.now(UTC)
        for i in range(20):
            for machine, time in {
                "ahead": now + timedelta(hours=8, seconds=i),
                "twice": now,
                "newest-first": now - timedelta(seconds=10 * i),
                "sound": now - timedelta(seconds=60 - i),
            }.items():
                producer.send(READINGS, key=machine.encode(), value=reading(machine, time))
            for k in range(5):
                invented = reading("inventive", now - timedelta(seconds=60 - i), f"point {i} {k}")
                producer.send(READINGS, key=b"inventive", value=invented)
            producer.send(READINGS, key=b"garbled", value=b'{"type":"reading"')
        producer.flush()
        wait_until(
            lambda: sum(bool(causes(each)) for each in intakes(settings.sqlite.path)) == 5,
            "five machines are told of",
            deadline_s=90,
        )
        found = {each.machine: causes(each) for each in intakes(settings.sqlite.path)}
        expected = {
            "ahead": "future",
            "twice": "duplicates",
            "newest-first": "late",
            "garbled": "put_aside",
            "inventive": "crowded",
        }
        assert found == {name: (why,) for name, why in expected.items()} | {"sound": ()}
        assert metric(port, "stethos_machines_unjudged") == 5
        assert metric(port, 'stethos_unjudged_total{why="future"}') == 20
        said = [line for line in worker.text().splitlines() if "stream.agents.intake" in line]
        assert Counter(name for name in expected for line in said if f" {name}: " in line) == Counter(
            expected.keys()
        )
        points = asyncio.run(points_of(settings.sqlite.path, "inventive"))
        assert len(points) == 64, "what further points sent is nowhere kept"
        told = {line.found.partition(":")[0] for line in check_intake(settings) if line.state == "warning"}
        assert told == set(expected)
        (notice,) = [each for each in page(settings.sqlite.path, {}).notices if each.about == "intake"]
        assert all(name in notice.title for name in expected)
    finally:
        producer.close()
        worker.stop()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("unknown_machines", ["accept", "refuse"])
def test_a_flood_of_invented_names_is_put_aside_and_described_machines_are_judged(
    kafka: Kafka, tmp_path: Path, unknown_machines: str
):
    port = free_port()
    settings = Settings(
        broker=kafka.bootstrap, partitions=PARTITIONS, sqlite={"path": tmp_path / "var" / "stethos.db"}
    )
    ensure_topics(settings)
    (tmp_path / "machines.toml").write_text("".join(f'[[machine]]\nid = "{name}"\n' for name in DESCRIBED), "utf-8")
    limits = {
        "STETHOS_LIMITS__UNKNOWN_MACHINES": unknown_machines,
        "STETHOS_LIMITS__MACHINES_PER_PARTITION": str(LIMIT),
    }
    flood = FLOOD if unknown_machines == "accept" else FLOOD // 20
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, linger_ms=20, batch_size=256 * 1024)
    now = datetime.now(UTC)
    for i in range(flood):
        name = f"invented {i}"
        producer.send(READINGS, key=name.encode(), value=reading(name, now))
    said = {"type": "accept", "machine": "invented", "by": "me", "time": now.isoformat()}
    producer.send(ACTIONS, key=b"invented", value=json.dumps(said).encode())
    for i in range(10):
        for name in DESCRIBED:
            producer.send(READINGS, key=name.encode(), value=reading(name, now + timedelta(seconds=i)))
    producer.flush()
    producer.close()
    worker = start_worker(tmp_path, environment(kafka, port, **limits))
    try:
        wait_for_no_lag(kafka.bootstrap, deadline_s=400)
        taken = LIMIT * PARTITIONS if unknown_machines == "accept" else 0
        wait_until(
            lambda: all_strangers(intakes(settings.sqlite.path), datetime.now(UTC)) is not None,
            "the strangers are told of",
            deadline_s=60,
        )
        machines = {
            key.decode()
            for records in read_topic(kafka.bootstrap, OBSERVATIONS).values()
            for key in {record.key for record in records}
        }
        assert machines >= set(DESCRIBED)
        strangers = machines - set(DESCRIBED)
        assert taken <= len(strangers) <= taken + (1 if taken else 0), "an action of before its limit was reached"
        letters = [each for records in read_topic(kafka.bootstrap, DEAD_LETTER).values() for each in records]
        assert len(letters) >= flood - taken
        assert all(b"machines.toml" in dict(each.headers)["reason"] for each in letters)
        assert len(worker.text().splitlines()) < 100
        assert metric(port, "stethos_dead_letters_total{") == len(letters)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b"invented" not in answer.read()
        warned = [line for line in check_intake(settings) if line.state == "warning"]
        assert any("machines that nobody has described sent" in line.found for line in warned)
        about = [each.about for each in page(settings.sqlite.path, {}).notices]
        assert "strangers" in about
    finally:
        worker.stop()
