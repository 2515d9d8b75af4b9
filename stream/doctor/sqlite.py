"""The SQLite store: whether its file can be written, without changing anything."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from stream.doctor.check_result import CheckResult, good, warning, wrong
from stream.stores.sqlite.file import SCHEMA_VERSION, service_error_of

__all__ = ["check_sqlite"]

_BUSY_S = 3.0


def check_sqlite(path: Path) -> Iterator[CheckResult]:
    """Look at the file, or at the folder where it will be."""
    if path.is_dir():
        yield wrong("store", f"{path} is a folder", f"name a file in [sqlite] path, such as {path / 'stethos.db'}")
    elif path.exists():
        yield from _file(path)
    else:
        yield _folder(path)


def _folder(path: Path) -> CheckResult:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return good("store", f"{path}: it will be created")
    except OSError as error:
        return wrong(
            "store",
            f"{path} cannot be created ({folder}: {error.strerror})",
            "let the user who runs Stethos write there, or name another file in [sqlite] path",
        )


def _file(path: Path) -> Iterator[CheckResult]:
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_S, isolation_level=None)
        ) as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        told = str(service_error_of(error, path))
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            yield warning("store", f"{path}: another process has kept it locked", told.rpartition(": ")[2])
        else:
            yield wrong("store", told)
        return
    if found > SCHEMA_VERSION:
        yield wrong("store", f"{path} was written by a newer Stethos", "upgrade Stethos, or name another file")
    else:
        yield good("store", f"{path} can be written")
