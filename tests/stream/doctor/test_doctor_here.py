"""What the doctor says of the computer, its files and an embedded store: without any server."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from stream.config.machines import load_fleet
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult
from stream.doctor.computer import check_disk, check_space, check_versions
from stream.doctor.examination import examine
from stream.doctor.sqlite import check_sqlite
from stream.doctor.workers import compared
from stream.kafka.groups import WorkerIdentity, parse_client_id, worker_identity
from stream.stores.sqlite.file import connect
from tests.services.processes import free_port
from tests.services.workers import STETHOS
from tests.stream.doctor.checks import good_in, only_wrong, states

GIB = 1024**3


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("STETHOS_")]:
        monkeypatch.delenv(name)


def test_versions_here_are_good_and_others_are_named():
    assert "libraries as they should be" in good_in(check_versions())[0]
    said = only_wrong(check_versions(lambda name: "0.1" if name == "numpy" else version(name)))
    assert said.found.startswith("numpy is 0.1 (needs ")
    assert "an environment of its own" in said.fix

    def without_river(name: str) -> str:
        if name == "river":
            raise PackageNotFoundError(name)
        return version(name)

    assert "river is missing" in only_wrong(check_versions(without_river)).found
    old = states(check_versions(python=(3, 9)))["wrong"]
    assert (old[0].found, old[0].fix) == ("Python is 3.9", "use Python 3.11, 3.12 or 3.13")


def test_a_disk_that_is_nearly_full_is_told():
    assert check_space("disk", "d", 100 * GIB, 50 * GIB).state == "good"
    assert check_space("disk", "d", 4000 * GIB, 30 * GIB).state == "good", "30 GiB last, whatever share they are"
    assert check_space("disk", "d", 100 * GIB, 9 * GIB).state == "warning"
    full = check_space("disk", "d", 100 * GIB, GIB // 2)
    assert (full.state, full.found) == ("wrong", "d has 0.5 GiB of 100.0 GiB free")
    settings = Settings(sqlite={"path": "new/folder/stethos.db"})
    looked_at: list[Path] = []
    only_wrong(check_disk(settings, lambda path: looked_at.append(path) or (GIB, GIB, 0)))
    assert looked_at == [Path()], "the nearest folder that is there"
    assert good_in(check_disk(settings, lambda _: (100 * GIB, 0, 100 * GIB)))


def test_the_embedded_store():
    path = Path("var/stethos.db")
    assert good_in(check_sqlite(path)) == ["var/stethos.db: it will be created"]
    assert not path.parent.exists(), "looking changes nothing"
    path.parent.mkdir()
    assert "is a folder" in only_wrong(check_sqlite(path.parent)).found
    path.write_bytes(b"no database" * 1000)
    assert "no SQLite database" in str(only_wrong(check_sqlite(path)))
    path.unlink()
    connect(path).close()
    assert good_in(check_sqlite(path)) == ["var/stethos.db can be written, and is sound"]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in states(check_sqlite(path))["warning"][0].found
        other.execute("ROLLBACK")
        other.execute("PRAGMA user_version=99")
    assert "newer" in only_wrong(check_sqlite(path)).found


def test_a_store_in_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    said = only_wrong(check_sqlite(tmp_path / "stethos.db"))
    assert "cannot be created" in said.found
    assert "Permission denied" in said.found


IDENTITY = WorkerIdentity("0.1.0", "aaaaaaaa", "bbbbbbbb")


def at_work(*identities: WorkerIdentity | None) -> list[tuple[str, WorkerIdentity | None]]:
    return [(f"10.0.0.{number}", identity) for number, identity in enumerate(identities, 1)]


def test_workers_alike_are_good_and_different_ones_are_named():
    assert good_in(compared(at_work(IDENTITY, IDENTITY), IDENTITY, partitions=12)) == [
        "2 at work, by the same settings"
    ]
    assert states(compared([], IDENTITY, partitions=12))["warning"][0].found == "none is at work"
    other = WorkerIdentity("0.1.0", "cccccccc", "bbbbbbbb")
    said = only_wrong(compared(at_work(IDENTITY, other, IDENTITY), IDENTITY, partitions=12))
    assert "judge by different machines, thresholds, learning or limits" in said.found
    assert "aaaaaaaa at 10.0.0.1, 10.0.0.3 / cccccccc at 10.0.0.2" in said.found
    assert (
        "versions"
        in only_wrong(
            compared(at_work(IDENTITY, WorkerIdentity("0.2.0", "aaaaaaaa", "bbbbbbbb")), IDENTITY, partitions=4)
        ).found
    )
    assert (
        "keep results"
        in only_wrong(
            compared(at_work(IDENTITY, WorkerIdentity("0.1.0", "aaaaaaaa", "dddddddd")), None, partitions=4)
        ).found
    )
    assert "10.0.0.2: not a worker" in only_wrong(compared(at_work(IDENTITY, None), IDENTITY, partitions=4)).found
    changed = states(compared(at_work(IDENTITY, IDENTITY), other, partitions=4))["warning"]
    assert "than the settings read here" in changed[0].found
    assert (
        "nothing to do" in states(compared(at_work(IDENTITY, IDENTITY), IDENTITY, partitions=1))["warning"][0].found
    )


def test_an_identity_tells_what_must_be_equal_and_nothing_else():
    def identity(**others: object) -> WorkerIdentity:
        settings = Settings(**others)
        return worker_identity(settings, load_fleet(settings))

    usual = identity()
    assert parse_client_id(usual.client_id() + "-uuid") == usual
    same = {"broker": "kafka:9093", "log_format": "json", "health": {"port": 9464}, "web": {"port": 9000}}
    assert identity(**same) == usual
    assert identity(store="influxdb", influxdb={"token": "a"}) == identity(
        store="influxdb", influxdb={"token": "b"}
    )
    assert identity(thresholds={"change_low": 1.7}).judgement_digest != usual.judgement_digest
    assert identity(learning={"observations": 7}).judgement_digest != usual.judgement_digest
    assert identity(limits={"unknown_machines": "refuse"}).judgement_digest != usual.judgement_digest
    Path("machines.toml").write_text('[[machine]]\nid = "泵-1"\n', "utf-8")
    assert identity().judgement_digest != usual.judgement_digest
    assert identity().storage_digest == usual.storage_digest
    assert identity(partitions=4).storage_digest != usual.storage_digest
    assert (
        identity(store="influxdb").storage_digest
        != identity(store="influxdb", influxdb={"bucket": "other"}).storage_digest
    )


def test_settings_that_cannot_be_read_are_all_that_is_told(tmp_path: Path):
    Path("stethos.toml").write_text("partitions = 'many'")
    found = states(examine())
    assert "partitions" in found["wrong"][0].found
    assert [result.area for result in found["skipped"]] == ["broker", "store"]


def test_the_command_without_a_broker(tmp_path: Path):
    environment = {**os.environ, "STETHOS_BROKER": f"127.0.0.1:{free_port()},127.0.0.1:{free_port()}"}
    command = [STETHOS, "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "does not answer (Connection refused)\n" in done.stdout
    assert "-> start Kafka there, or correct `broker`" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("2 wrong")
    done = subprocess.run(
        [*command, "--json"], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    results = [CheckResult(**result) for result in told["findings"]]
    assert [result.area for result in states(results)["wrong"]] == ["broker", "broker"]
    assert {"versions", "settings", "machines", "disk", "store"} <= {each.area for each in states(results)["good"]}


def test_a_damaged_file_of_results_is_told_with_what_loses_nothing(tmp_path: Path):
    path = tmp_path / "stethos.db"
    with closing(connect(path)) as connection:
        connection.executemany(
            "INSERT INTO health VALUES (?, ?, '', 1, 'healthy', '')", [(f"m{n}", n) for n in range(9999)]
        )
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 5000)
    said = only_wrong(check_sqlite(path))
    assert f"{path} (" in said.found
    assert "it is damaged (results wait in Kafka meanwhile" in said.found
    assert said.fix.startswith("stop worker and page, put a backup in its place")


def test_a_file_too_large_for_the_time_is_said_to_be_so(tmp_path: Path):
    path = tmp_path / "stethos.db"
    with closing(connect(path)) as connection:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO health VALUES (?, ?, '', 1, 'healthy', '')", [(f"m{n}", n) for n in range(99_999)]
        )
        connection.execute("COMMIT")
    (told,) = states(check_sqlite(path, check_s=0.0))["warning"]
    assert "too large" in told.found
    assert "PRAGMA quick_check" in told.fix


def test_a_file_that_is_not_there_although_workers_are_at_work_is_told(tmp_path: Path):
    path = tmp_path / "stethos.db"
    (told,) = states(check_sqlite(path, at_work=True))["warning"]
    assert "does not exist although workers are at work" in told.found
