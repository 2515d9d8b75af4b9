"""The file behind the embedded store: its schema, opening it, and what its errors mean for people."""

import sqlite3
from pathlib import Path

from models.errors import ServiceError
from stream.stores.sqlite import actions, captures, intake, probes, progress, rows, upgrade, uptime
from stream.stores.sqlite.place import Place, leave, on_its_own, place_of, put_away_left_companions
from stream.stores.sqlite.soundness import DAMAGED, damage_in, named
from stream.stores.store import PermanentStoreError

__all__ = ["SCHEMA_VERSION", "connect", "open_file", "service_error_of"]

SCHEMA_VERSION = 2
"""Kept in the file itself; a change that an older version would misread gets a new one."""

_BUSY_S = 10.0
"""How long to wait while another process writes; its batches take milliseconds."""

_CHECK_S = 5.0
"""How long to look for damage as a file is opened: enough for a gigabyte."""

_SCHEMA = f"""
{rows.TABLES};

CREATE TABLE health (
    machine TEXT, time_us INTEGER, point TEXT, score REAL, status TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (machine, time_us, point)) WITHOUT ROWID;
CREATE TABLE latest_health (
    machine TEXT, point TEXT, time_us INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (machine, point)) WITHOUT ROWID;

CREATE TABLE alert_transition (
    machine TEXT, time_us INTEGER, point TEXT, rule TEXT, record TEXT NOT NULL,
    PRIMARY KEY (machine, time_us, point, rule)) WITHOUT ROWID;
CREATE TABLE latest_alert (
    id TEXT PRIMARY KEY, time_us INTEGER NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX latest_alert_by_state ON latest_alert (state, time_us);
CREATE INDEX latest_alert_by_time ON latest_alert (time_us);
"""


def open_file(path: Path) -> tuple[sqlite3.Connection, Place]:
    """Open the file, see that it is sound, and note where it lies. Raises `ServiceError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(f"cannot create {path.parent}: {error.strerror}; change [sqlite] path") from error
    with on_its_own(path.resolve().parent):
        before = place_of(path)
        put_away_left_companions(before)
        connection = connect(path)
        place = place_of(path)
    try:
        _see_that_it_is_sound(connection, path, replaced=before.file not in (None, place.file))
    except BaseException as error:
        leave(connection, place)
        if isinstance(error, sqlite3.Error):
            raise service_error_of(error, path) from error
        raise
    return connection, place


def _see_that_it_is_sound(connection: sqlite3.Connection, path: Path, *, replaced: bool) -> None:
    if replaced:
        raise ServiceError(f"{path} was replaced while it was being opened: opening it again helps")
    damage = damage_in(connection, patience_s=_CHECK_S)
    if damage:
        raise ServiceError(named(path, damage))


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, create what is missing; may be used by any one thread at a time. Raises `ServiceError`."""
    if path.is_dir():
        raise ServiceError(f"{path} is a directory: [sqlite] path names a file, such as {path / 'stethos.db'}")
    try:
        # No isolation level: transactions begin and end where the code says so.
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise service_error_of(error, path) from error
    try:
        _prepare(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise service_error_of(error, path) from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Switch to WAL, so that others read while one writes, and make every commit survive a power cut."""
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise ServiceError(f"{path} cannot use a write-ahead log here: put it on a local disk, in [sqlite] path")
    connection.execute("PRAGMA synchronous=FULL")
    if _version(connection) == SCHEMA_VERSION and _has_all(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _create(connection, path)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _create(connection: sqlite3.Connection, path: Path) -> None:
    """Create or complete the schema; look again first, as another process may just have done so."""
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise ServiceError(
            f"{path} was written by a newer Stethos (schema {version}, this one knows {SCHEMA_VERSION}): "
            "upgrade Stethos, or name another file in [sqlite] path"
        )
    if version == 1:
        upgrade.from_schema_1(connection)
    elif version == 0:
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise ServiceError(f"{path} is the database of another program: name another file in [sqlite] path")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
    for statement in _ADDED.values():
        connection.execute(statement)
    if version:
        progress.trust_what_is_there(connection)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


_ADDED = {
    "action": actions.TABLE,
    "capture": captures.TABLE,
    "intake": intake.TABLE,
    "pipeline": probes.TABLE,
    "progress": progress.TABLE,
    "uptime": uptime.TABLE,
}
"""Tables that were added without a new version: a file of a version before lacks them."""


def _has_all(connection: sqlite3.Connection) -> bool:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return names >= set(_ADDED)


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full (results wait in Kafka meanwhile): free some space, or stop worker and "
    "page, move the file and name it in [sqlite] path",
    sqlite3.SQLITE_READONLY: "it is read-only: let the user who runs Stethos write it and its directory",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that its directory exists and may be written",
    sqlite3.SQLITE_PERM: "access is denied: let the user who runs Stethos write it",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database (results wait in Kafka meanwhile): stop worker and page, put "
    "a backup in its place, or name another file in [sqlite] path, and start them again",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_IOERR: "the disk reports errors (results wait in Kafka meanwhile): check it and its free space",
    sqlite3.SQLITE_BUSY: f"another process kept it locked for {_BUSY_S:.0f} s: stop a backup or a stray worker",
}


def service_error_of(error: sqlite3.Error, path: Path) -> ServiceError:
    """Give the error that names the fix; extended result codes carry the primary one in their low byte."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Raised by Python's module, not by SQLite: a value that it cannot bind.
        return PermanentStoreError(f"{path}: {error}")
    return ServiceError(f"{path}: {_ADVICE.get(code & 0xFF, str(error))}")
