"""The backup of docs/operations.md on another broker: machines go on from it; offsets there begin at 0 again."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.kafka import Kafka, running
from tests.services.plant import FAULTY, SOUND, Plant, supervised
from tests.services.processes import wait_until
from tests.services.topics import folded, wait_for_no_lag

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

BACKUP = "observations.jsonl.gz"


@pytest.fixture
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with running(tmp_path_factory.mktemp("second")) as second:
        yield second


@pytest.fixture
def backup(kafka: Kafka, tmp_path: Path) -> Plant:
    """A plant whose faulty machine has had an alert, and that is calm again; its backup lies in its folder."""
    plant = Plant(kafka.bootstrap, tmp_path)
    with supervised(tmp_path, plant.environment):
        plant.learn()
        plant.expect_alert()
        plant.run(30)
        plant.wait_judged()
        wait_for_no_lag(plant.bootstrap)
    assert plant.command("record", "--output", BACKUP).returncode == 0
    return plant


def as_0_1_0_wrote_it(file: Path) -> None:
    """Leave out what observations have been told since."""
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    for line in lines:
        del line["arrived_us"]
        if line["source"]:
            del line["source"]["topic_id"]
    file.write_bytes(gzip.compress(b"\n".join(json.dumps(line).encode() for line in lines)))


@pytest.mark.parametrize("version", ["0.1.0", "now"])
def test_machines_of_a_backup_are_judged_on_another_broker_from_their_first_message_on(
    backup: Plant, second: Kafka, tmp_path: Path, version: str
):
    if version == "0.1.0":
        as_0_1_0_wrote_it(tmp_path / BACKUP)
    before, alerts = folded(backup.bootstrap), stored_alerts(backup)
    assert alerts
    moved = backup.moved_to(second.bootstrap)
    assert moved.command("publish", BACKUP).returncode == 0
    with supervised(tmp_path / "moved", moved.environment):
        moved.run(30)
        wait_until(lambda: len(moved.healths()) == backup.sent + 60, "all of before and after is judged")
        assert {each.status for each in moved.healths()[-60:]} <= {"healthy", "watch", "warning", "critical"}
        wait_for_no_lag(second.bootstrap)
        assert stored_alerts(moved) == alerts
        moved.expect_alert()
        after = folded(second.bootstrap)
    for name in (FAULTY, SOUND):
        assert after[name].counts.accepted == before[name].counts.accepted + 45
        assert after[name].counts.duplicates == 0


def test_a_backup_that_is_published_twice_counts_once(backup: Plant, second: Kafka, tmp_path: Path):
    moved = backup.moved_to(second.bootstrap)
    for _ in range(2):
        assert moved.command("publish", BACKUP).returncode == 0
    with supervised(tmp_path / "moved", moved.environment):
        moved.expect_alert()
        after, before = folded(second.bootstrap), folded(backup.bootstrap)
    assert all(after[name].counts.accepted == before[name].counts.accepted + 15 for name in (FAULTY, SOUND))


def stored_alerts(plant: Plant) -> set[tuple[str, ...]]:
    store = sqlite3.connect(plant.environment["STETHOS_SQLITE__PATH"], timeout=30)
    try:
        return set(store.execute("SELECT id, state FROM latest_alert WHERE record NOT LIKE '%no_data%'"))
    finally:
        store.close()
