"""A file of results moved, deleted, replaced or damaged under a running worker: it is told, and nothing is lost."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from tests.services.kafka import Kafka
from tests.services.processes import Process, wait_until
from tests.services.topics import wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.worker.readings import publish_readings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4
Harm = Callable[[Path], None]


@pytest.fixture
def environment(kafka: Kafka) -> dict[str, str]:
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    return {"STETHOS_BROKER": kafka.bootstrap, "STETHOS_PARTITIONS": str(PARTITIONS)}


def beside(file: Path, end: str) -> Path:
    return file.with_name(file.name + end)


def kept(file: Path) -> tuple[int, int]:
    """Count rows and healths in a file, 0 where there is none, or nothing to count yet."""
    if not file.exists():
        return 0, 0
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            (rows,) = connection.execute("SELECT count(*) FROM row").fetchone()
            (healths,) = connection.execute("SELECT count(*) FROM health").fetchone()
    except sqlite3.Error:
        return 0, 0
    return rows, healths


def backed_up(file: Path) -> Path:
    """Copy a file as `sqlite3 FILE .backup` does, while it is in use."""
    copy = file.parent.parent / "backup.db"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def move(file: Path) -> None:
    file.rename(file.with_name("moved.db"))


def put_back_a_backup(file: Path) -> None:
    (file.parent.parent / "backup.db").rename(file)


def replace_the_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("old"))
    file.parent.mkdir()


def delete_all(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        beside(file, end).unlink()


HARMS: dict[str, Harm] = {
    "moved": move,
    "deleted": Path.unlink,
    "deleted with its log": delete_all,
    "folder replaced": replace_the_folder,
    "backup put in its place": put_back_a_backup,
    "log deleted": lambda file: beside(file, "-wal").unlink(),
    "index deleted": lambda file: beside(file, "-shm").unlink(),
}


def started_with_some(kafka: Kafka, environment: dict[str, str], folder: Path) -> tuple[Process, Path]:
    """Give a worker whose file holds 200 readings, of which a backup holds 100."""
    file = folder / "var" / "stethos.db"
    worker = start_worker(folder, environment)
    publish_readings(kafka.bootstrap, 0, 100)
    wait_for_no_lag(kafka.bootstrap)
    backed_up(file)
    publish_readings(kafka.bootstrap, 100, 100)
    wait_for_no_lag(kafka.bootstrap)
    assert kept(file) == (200, 200)
    return worker, file


@pytest.mark.parametrize("how", HARMS)
def test_what_was_sent_is_in_the_file_at_the_path_whatever_becomes_of_it(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path, how: str
):
    worker, file = started_with_some(kafka, environment, tmp_path)
    try:
        HARMS[how](file)
        wait_until(lambda: f"store: {file.relative_to(tmp_path)} " in worker.text(), "it is told, with the path")
        wait_until(lambda: kept(file) == (200, 200), "what was there before is there again")
        publish_readings(kafka.bootstrap, 200, 200)
        wait_until(lambda: kept(file) == (400, 400), f"all is there: {kept(file)}\n{worker.text()[-2000:]}")
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    if how == "moved":
        assert kept(file.with_name("moved.db")) == (200, 200)
    assert worker.text().count("while it was open") == 1
    assert kept(file) == (400, 400)


def flip(file: Path) -> None:
    """Overwrite the middle of a file, once its log has been written into it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * (size - 8192))


def truncate(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.truncate(8192)


@pytest.mark.parametrize("harm", [flip, truncate])
def test_a_damaged_file_is_told_and_a_backup_in_its_place_mends_it(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path, harm: Harm
):
    worker, file = started_with_some(kafka, environment, tmp_path)
    try:
        harm(file)
        publish_readings(kafka.bootstrap, 200, 200)
        wait_until(lambda: "it is damaged (results wait in Kafka" in worker.text(), "damage is told")
        put_back_a_backup(file)
        wait_until(lambda: kept(file) == (400, 400), f"all is there\n{worker.text()[-2000:]}", deadline_s=90)
        wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    assert kept(file) == (400, 400)


def test_a_backup_put_back_while_the_worker_stands_gets_what_it_lacks(
    kafka: Kafka, environment: dict[str, str], tmp_path: Path
):
    worker, file = started_with_some(kafka, environment, tmp_path)
    assert worker.stop() == 0
    shutil.copy(tmp_path / "backup.db", file)
    worker = start_worker(tmp_path, environment)
    try:
        publish_readings(kafka.bootstrap, 200, 1)
        wait_until(lambda: kept(file) == (201, 201), f"all is there\n{worker.text()[-2000:]}")
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    assert "it lacks results that were written before" in worker.text()
