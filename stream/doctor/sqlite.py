"""The SQLite store: whether its file is there, sound and can be written, without changing anything."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from stream.doctor.check_result import CheckResult, good, warning, wrong
from stream.stores.sqlite.file import SCHEMA_VERSION, service_error_of
from stream.stores.sqlite.soundness import damage_in, named

__all__ = ["check_sqlite"]

_BUSY_S = 3.0
_CHECK_S = 30.0
"""Enough for some gigabytes."""


def check_sqlite(path: Path, *, at_work: bool = False, check_s: float = _CHECK_S) -> Iterator[CheckResult]:
    """Look at the file, or at the folder where it will be; where workers are `at_work` it should be there."""
    if path.is_dir():
        yield wrong("store", f"{path} is a folder", f"name a file in [sqlite] path, such as {path / 'stethos.db'}")
    elif path.exists():
        yield from _file(path, check_s)
    elif at_work:
        yield warning(
            "store",
            f"{path} does not exist although workers are at work",
            "it comes with the first result; if there have been some, it was moved or deleted, or the workers run "
            "elsewhere or with another [sqlite] path: run this where they run",
        )
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


def _file(path: Path, check_s: float) -> Iterator[CheckResult]:
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_S, isolation_level=None)
        ) as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            damage = damage_in(connection, patience_s=check_s)
    except sqlite3.Error as error:
        told = str(service_error_of(error, path))
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            yield warning("store", f"{path}: another process has kept it locked", told.rpartition(": ")[2])
        else:
            yield wrong("store", told)
        return
    if found > SCHEMA_VERSION:
        yield wrong("store", f"{path} was written by a newer Stethos", "upgrade Stethos, or name another file")
    elif damage:
        yield wrong("store", named(path, damage))
    elif damage is None:
        yield warning(
            "store",
            f"{path} is too large to be looked through in {check_s:.0f} s; so far it is sound",
            f"look through all of it: sqlite3 {path} 'PRAGMA quick_check'",
        )
    else:
        yield good("store", f"{path} can be written, and is sound")
