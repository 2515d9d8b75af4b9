"""Copies the embedded store into another file, and back, by SQLite's own means: also while others use it."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from models.errors import ConfigurationError, ServiceError
from stream.stores.sqlite.file import SCHEMA_VERSION, connect, service_error_of

__all__ = ["back_up", "clear", "restore"]


def back_up(store: Path, copy: Path) -> int:
    """Write a whole copy of the store into a new file, for its owner alone; gives its bytes.

    Raises `ConfigurationError` where there is no store, or no room for the copy, `ServiceError` where SQLite fails.
    """
    if not store.exists():
        raise ConfigurationError(f"{store}: there is no such store; name it in [sqlite] path")
    if copy.exists():
        raise ConfigurationError(f"{copy}: is there already; name a new file")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=copy.parent, prefix=f".{copy.name}.")  # mode 0600
        os.close(handle)
    except OSError as error:
        raise ConfigurationError(f"{copy} cannot be written ({error.strerror}); name another file") from None
    try:
        with _opened(store) as source, _opened(Path(part), write=True) as target:
            source.backup(target)
            _check(target, Path(part))
        Path(part).replace(copy)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return copy.stat().st_size


def restore(store: Path, copy: Path) -> None:
    """Make the store what the copy holds; what it holds now is gone. Who has it open goes on with the new content.

    Raises `ConfigurationError` where the copy is none of ours, `ServiceError` where SQLite fails.
    """
    if not copy.is_file():
        raise ConfigurationError(f"{copy}: there is no such file; name the copy that `stethos store backup` wrote")
    with _opened(copy) as source:
        _check(source, copy)
        _make(store)
        with _opened(store, write=True) as target:
            source.backup(target)


def _make(store: Path) -> None:
    """Make the file and its folder where there are none."""
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(f"cannot create {store.parent}: {error.strerror}; change [sqlite] path") from None
    connect(store).close()


def clear(store: Path) -> None:
    """Make the store an empty one, also under those who have it open. Raises `ServiceError` where SQLite fails."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        connect(empty).close()
        restore(store, empty)


@contextmanager
def _opened(path: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode={'rw' if write else 'ro'}", uri=True, timeout=30)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise service_error_of(error, path) from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """See that a copy is whole and of Stethos."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not 1 <= version <= SCHEMA_VERSION:
        raise ConfigurationError(f"{path}: is no store that this version of Stethos knows (schema {version})")
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise ServiceError(f"{path} is damaged ({said}); use an older copy")
