"""What only SQLite does: its file, its schema's version, full disks, and other processes."""

import asyncio
import multiprocessing
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from models.captures.taking import hourly_spectra
from models.errors import ServiceError
from models.outputs import Uptime
from stream.stores.sqlite.file import SCHEMA_VERSION, service_error_of
from stream.stores.sqlite.store import SqliteStore
from stream.stores.store import PermanentStoreError, ValueAt, Written
from tests.stream.stores.outputs import START, alert, at, full_health, health, row
from tests.stream.stores.running import run


def opening(path):
    run(SqliteStore(path), lambda store: store.latest_health())


def contents(path):
    """Every row of every table, as bytes of an SQL dump."""
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())


def test_writing_again_leaves_the_file_as_it_was(tmp_path):
    batch = [row("m", at(i), rms_g=i, flags=("short",)) for i in range(50)]
    batch += [full_health("m", at(i)) for i in range(50)]
    batch += [alert("m", START), alert("m", at(1), state="cleared")]

    async def work(store):
        await store.write(batch)
        once = contents(store.path)
        await store.write(batch)
        return once, contents(store.path)

    once, twice = run(SqliteStore(tmp_path / "x.db"), work)
    assert once == twice
    assert once.count("INSERT INTO") == 2 * 50 + 6  # point, field, latest health, two transitions, latest alert


def test_the_file_is_as_durable_as_kafkas_offsets_assume(tmp_path):
    async def work(store):
        pragmas = ("journal_mode", "synchronous", "user_version")
        return [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]

    assert run(SqliteStore(tmp_path / "x.db"), work) == ["wal", 2, SCHEMA_VERSION]


def test_a_newer_schema_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "x.db"
    opening(path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    before = contents(path)
    with pytest.raises(ServiceError, match=r"newer Stethos \(schema 3, this one knows 2\): upgrade Stethos"):
        opening(path)
    assert contents(path) == before


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(ServiceError, match=r"another program: name another file in \[sqlite\] path"):
        opening(path)
    assert "theirs" in contents(path)


def test_a_directory_in_its_place_is_named(tmp_path):
    with pytest.raises(ServiceError, match=r"is a directory: \[sqlite\] path names a file, such as .*stethos\.db"):
        opening(tmp_path)


def test_a_file_in_the_directorys_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError, match=r"cannot create .*file: .*; change \[sqlite\] path"):
        opening(tmp_path / "file" / "x.db")


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"no database at all " * 1000)
    with pytest.raises(
        ServiceError, match=r"no SQLite database .*: stop worker and page, put a backup in its place"
    ):
        opening(path)
    assert path.read_bytes() == b"no database at all " * 1000


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "x.db"
    run(SqliteStore(path), lambda store: store.write([health("m", at(i)) for i in range(500)]))
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + os.urandom(len(whole) - 8192))
    with pytest.raises(
        ServiceError, match=r"damaged \(results wait in Kafka .*\): stop worker and page, put a backup"
    ):
        run(SqliteStore(path), lambda store: store.health_history("m", START, at(seconds=1)))


def test_a_place_where_nothing_can_be_written_is_named():
    with pytest.raises(ServiceError, match=r"cannot create /proc/stethos: .*; change \[sqlite\] path"):
        opening(Path("/proc/stethos/x.db"))


def test_a_read_only_file_is_named(tmp_path):
    path = tmp_path / "x.db"
    opening(path)

    async def work(store):
        store._connection.execute("PRAGMA query_only=1")  # What a read-only file system gives, for any user.
        with pytest.raises(ServiceError, match="read-only: let the user who runs Stethos write it"):
            await store.write([row("m", rms_g=1.0)])
        assert await store.latest_health() == []

    run(SqliteStore(path), work)


def test_a_full_disk_is_named_and_nothing_of_the_batch_stays(tmp_path):
    async def work(store):
        await store.write([row("m", START, rms_g=1.0)])
        before = contents(store.path)
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count={pages + 2}")  # As if the disk ended there.
        batch = [row("m", at(i), rms_g=1.0) for i in range(10_000)]
        with pytest.raises(
            ServiceError, match=r"disk is full \(results wait in Kafka meanwhile\): free some space"
        ) as caught:
            await store.write(batch)
        assert not isinstance(caught.value, PermanentStoreError)
        assert contents(store.path) == before
        store._connection.execute("PRAGMA max_page_count=1000000")
        assert await store.write(batch) == Written(kept=10_000)

    run(SqliteStore(tmp_path / "x.db"), work)


def test_an_unknown_error_is_told_in_sqlites_words(tmp_path):
    with sqlite3.connect(":memory:") as connection:
        try:
            connection.execute("SELECT * FROM missing")
        except sqlite3.Error as error:
            told = service_error_of(error, tmp_path)
    assert str(told) == f"{tmp_path}: no such table: missing"


def _write_for_long(path, batches, begun):
    async def work(store):
        for batch in range(batches):
            await store.write(
                [row("m", at(batch * 100 + i), rms_g=1.0) for i in range(100)] + [health("m", at(batch))]
            )
            begun.set()

    run(SqliteStore(path), work)


@pytest.mark.slow
def test_two_processes_write_while_a_third_reads_whole_batches(tmp_path):
    path, context = tmp_path / "x.db", multiprocessing.get_context("spawn")
    begun = context.Event()
    writers = [context.Process(target=_write_for_long, args=(path, 40, begun)) for _ in range(2)]
    for writer in writers:
        writer.start()

    async def work(store):
        assert await asyncio.to_thread(begun.wait, 60)
        seen = []
        while any(writer.is_alive() for writer in writers) or not seen:
            seen.append(len(await store.series("indicators", "m", "drive end", "rms_g", START, at(seconds=1))))
        return seen

    try:
        seen = run(SqliteStore(path), work)
    finally:
        for writer in writers:
            writer.join(timeout=60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert all(count % 100 == 0 for count in seen)
    assert run(SqliteStore(path), lambda store: store.health_history("m", START, at(seconds=1))) != []


def test_a_cancelled_write_is_whole_or_not_there(tmp_path):
    batch = [row("m", at(i), rms_g=1.0) for i in range(5000)]

    async def work(store):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store.write(batch), timeout=0.001)
        return len(await store.series("indicators", "m", "drive end", "rms_g", START, at(seconds=1)))

    assert run(SqliteStore(tmp_path / "x.db"), work) in {0, 5000}


@pytest.mark.parametrize("table", ["capture", "uptime", "intake"])
def test_a_file_from_before_a_table_gets_it_and_keeps_its_rows(tmp_path, table):
    path = tmp_path / "old.db"
    run(SqliteStore(path), lambda store: store.write([row("m", rms_g=1.0)]))
    with closing(sqlite3.connect(path)) as old:
        old.execute(f"DROP TABLE {table}")
        old.commit()
    spectrum = hourly_spectra(
        np.ones(25_600), machine="m", point="p", measured=START, rate_hz=25_600.0, unit="g", speed_rpm=None
    )[0]
    hour = Uptime(machine="m", time=START, running_s=1.0, stopped_s=2.0, unknown_s=3.0)

    async def work(store):
        await store.write([spectrum, hour])
        assert await store.uptime("m", START, START) == [hour]
        return (
            await store.capture("m", "p", spectrum.kind, spectrum.time),
            await store.series("indicators", "m", "drive end", "rms_g", START, START),
        )

    assert run(SqliteStore(path), work) == (spectrum, [ValueAt(START, 1.0)])


def test_spectra_older_than_their_retention_go_and_the_newest_decides(tmp_path):
    days = [
        hourly_spectra(
            np.ones(25_600),
            machine="m",
            point=point,
            measured=START + timedelta(days=day),
            rate_hz=25_600.0,
            unit="g",
            speed_rpm=None,
        )[0]
        for point, day in (("a", 0), ("a", 5), ("a", 11), ("b", 0))
    ]

    async def work(store):
        await store.write(days)
        span = (START - timedelta(days=1), START + timedelta(days=99))
        return [
            [each.time for each in await store.captures("m", point, "velocity_spectrum", *span)] for point in "ab"
        ]

    assert run(SqliteStore(tmp_path / "a.db", retention_spectra_days=10), work) == [
        [days[1].time, days[2].time],
        [days[3].time],
    ]
