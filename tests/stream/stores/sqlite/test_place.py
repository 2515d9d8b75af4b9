"""A file that goes away under those who have it open: each notices by itself, and none harms another's."""

import asyncio
import contextlib
import logging
import sqlite3
from contextlib import closing

import pytest

from models.clock import from_datetime
from models.errors import ServiceError
from stream.stores.sqlite.store import SqliteStore
from stream.stores.store import Progress, ReopenedError, Written
from tests.stream.stores.outputs import START, at, row

LONG_AGO, LATER = START, at(seconds=3600)


async def times_in(store):
    return [each.time for each in await store.series("indicators", "m", "drive end", "rms_g", LONG_AGO, LATER)]


def batch(number):
    return [row("m", at(seconds=number), rms_g=1.0)]


def rows_in(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM row").fetchone()[0], connection.execute(
            "PRAGMA integrity_check"
        ).fetchone()[0]


async def write(store, number):
    """Write as the agent does: whatever has been opened anew, the batch comes again."""
    while True:
        await store.open()
        try:
            return await store.write(batch(number))
        except ReopenedError:
            continue


@pytest.mark.parametrize("first", [0, 1], ids=["the writer first", "the reader first"])
@pytest.mark.parametrize("backup", [False, True], ids=["moved", "replaced"])
def test_two_who_have_it_open_go_on_in_the_new_one_and_the_old_one_is_whole(tmp_path, first, backup, caplog):
    path, old = tmp_path / "x.db", tmp_path / "old.db"

    async def main():
        stores = SqliteStore(path), SqliteStore(path)
        writer, reader = stores
        for store in stores:
            await store.open()
        for number in range(20):
            await writer.write(batch(number))
        assert len(await times_in(reader)) == 20
        if backup:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
                source.backup(copy)
            old.hardlink_to(path)
            (tmp_path / "backup.db").rename(path)
        else:
            path.rename(old)
        before = 20 if backup else 0
        assert len(await times_in(stores[first])) == before
        assert await write(writer, 20) == Written(kept=1)
        assert len(await times_in(reader)) == before + 1
        for number in range(21, 40):
            assert await writer.write(batch(number)) == Written(kept=1)
            assert len(await times_in(reader)) == before + number - 19
        for store in stores:
            await store.close()
        return before

    caplog.set_level(logging.ERROR)
    before = asyncio.run(main())
    assert rows_in(path) == (before + 20, "ok")
    assert rows_in(old) == (20, "ok")
    assert caplog.text.count(str(path)) == 2  # each says it once


def test_what_stood_in_the_log_alone_is_in_the_file_though_both_companions_go(tmp_path):
    path = tmp_path / "x.db"

    async def main():
        stores = writer, reader = SqliteStore(path), SqliteStore(path)
        for store in stores:
            await store.open()
        for number in range(20):
            await writer.write(batch(number))
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink()
        assert len(await times_in(reader)) == 20
        await write(writer, 20)
        assert len(await times_in(reader)) == 21
        for store in stores:
            await store.close()

    asyncio.run(main())
    assert rows_in(path) == (21, "ok")


def test_a_file_that_goes_while_a_batch_is_written_counts_for_nothing(tmp_path, monkeypatch):
    path = tmp_path / "x.db"

    async def main():
        store = SqliteStore(path)
        await store.open()
        with monkeypatch.context() as patched:
            patched.setattr("stream.stores.sqlite.store._write", lambda *_: path.unlink())
            with pytest.raises(ReopenedError):
                await store.write(batch(0))
        assert await store.open()
        assert not await store.open()
        assert await store.progress() == Progress({}, whole=True)
        await store.close()

    asyncio.run(main())


def test_a_link_that_leads_elsewhere_from_now_on_is_followed(tmp_path):
    path, (one, two) = tmp_path / "x.db", (tmp_path / "one.db", tmp_path / "two.db")
    path.symlink_to(one)

    async def main():
        store = SqliteStore(path)
        await store.open()
        await store.write(batch(0))
        path.unlink()
        path.symlink_to(two)
        await write(store, 1)
        await store.close()

    asyncio.run(main())
    assert rows_in(one) == rows_in(two) == (1, "ok")


def test_a_path_that_cannot_be_looked_at_is_told_until_it_can(tmp_path, monkeypatch):
    """As on a disk of the network whose handle has gone stale."""
    path = tmp_path / "far" / "x.db"

    async def main():
        store = SqliteStore(path)
        await store.open()
        await store.write(batch(0))
        path.parent.rename(tmp_path / "away")
        (tmp_path / "far").write_text("")  # no folder any more
        for _ in range(2):
            with pytest.raises(ServiceError, match="far"):
                await store.write(batch(1))
        (tmp_path / "far").unlink()
        (tmp_path / "away").rename(tmp_path / "far")
        await write(store, 1)
        assert len(await times_in(store)) == 2
        await store.close()

    asyncio.run(main())


def test_a_file_knows_how_far_it_is_and_one_of_an_older_version_does_not(tmp_path):
    path = tmp_path / "x.db"

    async def main():
        store = SqliteStore(path)
        await store.open()
        assert await store.progress() == Progress({}, whole=True)
        await store.note_progress({("rows", 0): 7, ("health", 1): 3})
        await store.note_progress({("rows", 0): 9})
        assert await store.progress() == Progress({("rows", 0): 9, ("health", 1): 3}, whole=True)
        await store.close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TABLE progress")
        await store.open()
        assert await store.progress() == Progress({}, whole=False)
        await store.note_progress({("rows", 0): 9})
        assert await store.progress() == Progress({("rows", 0): 9}, whole=False)
        await store.close()

    asyncio.run(main())


def test_a_damaged_file_is_told_as_it_is_opened_and_a_mended_one_is_used_at_once(tmp_path):
    path, good = tmp_path / "x.db", tmp_path / "good.db"

    async def main():
        store = SqliteStore(path)
        await store.open()
        for number in range(200):
            await store.write(batch(number))
        await store.close()
        good.write_bytes(path.read_bytes())
        with path.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * (path.stat().st_size - 12_288))
        with pytest.raises(ServiceError, match=r"x\.db .*: it is damaged \(results wait in Kafka"):
            await store.open()
        with pytest.raises(ServiceError, match="it is damaged"):
            await times_in(store)
        good.rename(path)
        assert len(await times_in(store)) == 200
        await store.close()

    asyncio.run(main())


def test_a_new_file_does_not_take_over_the_log_of_one_that_was_moved(tmp_path):
    path, old = tmp_path / "x.db", tmp_path / "old.db"

    async def main():
        writer, fresh = SqliteStore(path), SqliteStore(path)
        await writer.open()
        for number in range(20):
            await writer.write(batch(number))
        path.rename(old)
        await fresh.open()  # before the writer has noticed
        assert await times_in(fresh) == []
        await fresh.write(batch(99))
        await write(writer, 20)
        assert len(await times_in(fresh)) == 2
        await writer.close()
        await fresh.close()

    asyncio.run(main())
    assert rows_in(path) == (2, "ok")
    assert rows_in(old) == (20, "ok")


def seconds_found(folder):
    """Give the seconds of all rows of both writers, in whole files only."""
    found = {0: set(), 1: set()}
    for file in folder.glob("*.db"):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'row'").fetchone():
                query = "SELECT machine, time_us FROM row JOIN point ON point.id = row.point"
                for machine, time_us in connection.execute(query):
                    found[int(machine[1])].add((time_us - from_datetime(START)) // 1_000_000)
    return found


@pytest.mark.slow
def test_what_was_acknowledged_is_in_some_file_and_all_are_whole_though_it_is_moved_all_the_time(tmp_path):
    path = tmp_path / "x.db"
    acknowledged = {0: set(), 1: set()}

    async def main():
        stores, ended = [SqliteStore(path) for _ in range(4)], asyncio.Event()
        for store in stores:
            await store.open()

        async def writing(which):
            number = 0
            while not ended.is_set():
                output = row(f"w{which}", at(seconds=number), rms_g=1.0)
                with contextlib.suppress(ServiceError):  # told, and tried again
                    await stores[which].open()
                    await stores[which].write([output])
                    acknowledged[which].add(number)
                    number += 1

        async def reading(which):
            while not ended.is_set():
                with contextlib.suppress(ServiceError):
                    await times_in(stores[which])
                await asyncio.sleep(0.005)

        async def moving():
            for number in range(20):
                await asyncio.sleep(0.1)
                with contextlib.suppress(FileNotFoundError):
                    path.rename(tmp_path / f"moved-{number}.db")
            await asyncio.sleep(0.3)
            ended.set()

        await asyncio.gather(writing(0), writing(1), reading(2), reading(3), moving())
        for store in stores:
            await store.close()

    asyncio.run(main())
    found = seconds_found(tmp_path)
    assert min(map(len, acknowledged.values())) > 20
    assert acknowledged[0] <= found[0]
    assert acknowledged[1] <= found[1]
