"""A file of an older version is brought into the present form when it is opened, with all that is in it."""

import sqlite3
from datetime import timedelta

import pytest

from models.clock import from_datetime
from models.errors import ServiceError
from stream.stores.sqlite.file import SCHEMA_VERSION
from stream.stores.sqlite.rows import WIDTH
from stream.stores.sqlite.store import SqliteStore
from stream.stores.store import ExtremesAt, ValueAt
from tests.stream.stores.outputs import at, row
from tests.stream.stores.running import run

SCHEMA_1 = """
CREATE TABLE point (
    id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, machine TEXT NOT NULL, point TEXT NOT NULL,
    UNIQUE (measurement, machine, point));
CREATE TABLE field (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE row (point INTEGER, time_us INTEGER, flags TEXT NOT NULL, PRIMARY KEY (point, time_us)) WITHOUT ROWID;
CREATE TABLE value (
    point INTEGER, field INTEGER, time_us INTEGER, value REAL NOT NULL,
    PRIMARY KEY (point, field, time_us)) WITHOUT ROWID;
CREATE TABLE health (
    machine TEXT, time_us INTEGER, point TEXT, score REAL, status TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (machine, time_us, point)) WITHOUT ROWID;
CREATE TABLE latest_health (
    machine TEXT, point TEXT, time_us INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (machine, point)) WITHOUT ROWID;
PRAGMA user_version=1;
"""
MANY = [f"v{number}" for number in range(WIDTH + 3)]
"""More fields than a record has columns."""


def write_schema_1(path):
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA_1)
        points = [(1, "indicators", "水泵", "DE"), (2, "readings", "M-2", ""), (3, "indicators", "M-3", "NDE")]
        connection.executemany("INSERT INTO point VALUES (?, ?, ?, ?)", points)
        fields = ["rms_g", "kurtosis", *MANY]
        connection.executemany("INSERT INTO field VALUES (?, ?)", enumerate(fields, start=1))
        for second in range(10):
            time_us = from_datetime(at(second))
            connection.execute("INSERT INTO row VALUES (1, ?, 'short')", (time_us,))
            connection.execute("INSERT INTO value VALUES (1, 1, ?, ?)", (time_us, second / 3))
            if second % 2:
                connection.execute("INSERT INTO value VALUES (1, 2, ?, 3.0)", (time_us,))
        time_us = from_datetime(at(0))
        connection.execute("INSERT INTO row VALUES (2, ?, '')", (time_us,))
        for number, name in enumerate(MANY):
            connection.execute("INSERT INTO value VALUES (2, ?, ?, ?)", (fields.index(name) + 1, time_us, number))
        connection.execute("INSERT INTO row VALUES (3, ?, 'stuck')", (time_us,))  # a faulty sensor: no values
    connection.close()


def test_all_that_an_older_version_wrote_is_there_after_it(tmp_path):
    path = tmp_path / "old.db"
    write_schema_1(path)

    async def work(store):
        whole = (at(0), at(100))
        rms = await store.series("indicators", "水泵", "DE", "rms_g", *whole)
        assert rms == [ValueAt(at(second), second / 3) for second in range(10)]
        kurtosis = await store.series("indicators", "水泵", "DE", "kurtosis", *whole)
        assert kurtosis == [ValueAt(at(second), 3.0) for second in range(1, 10, 2)]
        assert await store.extremes("indicators", "水泵", "DE", "rms_g", at(4), at(7), timedelta(days=1)) == [
            ExtremesAt(at(0).replace(hour=0, minute=0, second=0, microsecond=0), 4 / 3, 7 / 3)
        ]
        for number, name in enumerate(MANY):
            assert await store.series("readings", "M-2", "", name, *whole) == [ValueAt(at(0), number)]
        assert await store.points("indicators", "M-3") == ["NDE"]
        flags = store._connection.execute("SELECT flags FROM row WHERE part = 0 ORDER BY point, time_us").fetchall()
        assert flags == [("short",)] * 10 + [("",), ("stuck",)]
        await store.write([row("水泵", at(10), point="DE", rms_g=7.0, crest_factor=4.0)])
        assert len(await store.series("indicators", "水泵", "DE", "rms_g", *whole)) == 11
        assert await store.series("indicators", "水泵", "DE", "crest_factor", *whole) == [ValueAt(at(10), 4.0)]

    run(SqliteStore(path), work)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        left = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '*_1'"
        ).fetchall()
        assert left == []
    connection.close()


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "old.db"
    write_schema_1(path)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE row_1 (x)")  # in the way
        before = "\n".join(connection.iterdump())
    with pytest.raises(ServiceError, match="row_1"):
        run(SqliteStore(path), lambda store: store.latest_health())
    with sqlite3.connect(path) as connection:
        assert "\n".join(connection.iterdump()) == before
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
