"""A copy of the embedded store: whole while others write, and brought back under those who have it open."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from models.errors import ConfigurationError, ServiceError
from stream.stores.sqlite.backup import back_up, clear, restore
from stream.stores.sqlite.file import connect


def put(connection: sqlite3.Connection, machine: str) -> None:
    connection.execute("INSERT INTO health VALUES (?, 1, '', 50, 'watch', '{}')", (machine,))


def machines(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT machine FROM health ORDER BY machine")]


def test_a_copy_holds_what_was_committed_while_the_store_is_open(tmp_path: Path):
    store, copy = tmp_path / "stethos.db", tmp_path / "kept" / "copy.db"
    with closing(connect(store)) as writer:
        put(writer, "A")
        writer.execute("BEGIN IMMEDIATE")
        put(writer, "B")
        assert back_up(store, copy) == copy.stat().st_size
        writer.execute("COMMIT")
    assert machines(copy) == ["A"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["copy.db"]


def test_who_has_the_store_open_reads_and_writes_the_restored_one(tmp_path: Path):
    store, copy = tmp_path / "stethos.db", tmp_path / "copy.db"
    with closing(connect(store)) as worker:
        put(worker, "A")
        back_up(store, copy)
        put(worker, "B")
        restore(store, copy)
        put(worker, "C")
        assert machines(store) == ["A", "C"]


def test_who_has_the_store_open_goes_on_with_the_emptied_one(tmp_path: Path):
    store = tmp_path / "stethos.db"
    with closing(connect(store)) as worker:
        put(worker, "A")
        clear(store)
        put(worker, "B")
        assert machines(store) == ["B"]


def test_a_store_that_was_lost_is_made_anew(tmp_path: Path):
    connect(tmp_path / "stethos.db").close()
    back_up(tmp_path / "stethos.db", tmp_path / "copy.db")
    restore(tmp_path / "elsewhere" / "stethos.db", tmp_path / "copy.db")
    with closing(connect(tmp_path / "elsewhere" / "stethos.db")) as connection:
        put(connection, "A")


def test_what_is_no_copy_of_ours_replaces_nothing(tmp_path: Path):
    store, other = tmp_path / "stethos.db", tmp_path / "other.db"
    with closing(connect(store)) as connection:
        put(connection, "A")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    for wrong in (other, tmp_path / "nowhere"):
        with pytest.raises(ConfigurationError):
            restore(store, wrong)
    other.write_bytes(b"no database" * 1000)
    with pytest.raises(ServiceError, match="no SQLite database"):
        restore(store, other)
    assert machines(store) == ["A"]


def test_nothing_is_written_over_and_nothing_is_copied_from_nowhere(tmp_path: Path):
    connect(tmp_path / "stethos.db").close()
    (tmp_path / "copy.db").write_text("dear")
    with pytest.raises(ConfigurationError, match="is there already"):
        back_up(tmp_path / "stethos.db", tmp_path / "copy.db")
    with pytest.raises(ConfigurationError, match="no such store"):
        back_up(tmp_path / "none.db", tmp_path / "new.db")
    assert (tmp_path / "copy.db").read_text() == "dear"
