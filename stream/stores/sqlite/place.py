"""Which file is open, and whether it still lies where it is looked for.

A program goes on writing into a file that was moved or deleted under it, and nothing tells it so. So the file at
the path is compared with the open one, and its two companions (the write-ahead log and the index of that) as well.
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ["Place", "leave", "on_its_own", "place_of", "put_away_left_companions"]

_GONE = (
    "was moved or deleted while it was open: a new file is made there. What was kept so far is in the file that "
    "was moved; stop worker and page before you move one"
)
_REPLACED = (
    "was replaced by another file while it was open: going on in the one that lies there now. What was kept so far "
    "is in the one that lay there before"
)
_ALONE = "lost its write-ahead log (-wal or -shm) while it was open: what was in that is written into the file"

_Identity = tuple[int, int]
"""Device and inode."""


class Place(NamedTuple):
    """A path, and what lay there and beside it when the file was opened; None where nothing did."""

    path: Path
    real_path: Path
    """Without links: the companions lie beside this one."""
    file: _Identity | None
    beside: tuple[Path, ...]
    """Where its companions lie."""
    companions: tuple[_Identity | None, ...]

    def gone(self) -> str:
        """Say what has become of the file, and what is done about it; empty where all still lies where it did."""
        now = _identity(self.path)
        if now is None:
            return _GONE
        if now != self.file:
            return _REPLACED
        beside = zip(self.beside, self.companions, strict=True)
        return _ALONE if any(_identity(path) != before for path, before in beside) else ""


def place_of(path: Path) -> Place:
    """Look at a path and what lies beside it; asks the disk, and raises nothing."""
    real_path = path.resolve()
    beside = tuple(real_path.with_name(f"{real_path.name}{end}") for end in ("-wal", "-shm"))
    return Place(path, real_path, _identity(path), beside, tuple(map(_identity, beside)))


def _identity(path: Path) -> _Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116 -- asked for three paths, twice a batch: half of `Path.stat`
    except OSError:  # a stale handle, or a folder that nobody may enter, is as good as none
        return None
    return found.st_dev, found.st_ino


@contextmanager
def on_its_own(folder: Path) -> Iterator[None]:
    """Keep every other process of ours from opening or leaving a file of this folder meanwhile."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # gone, and with it all that could be in anybody's way
        yield
        return
    try:
        with contextlib.suppress(OSError):  # some network disks know no locks on folders
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def leave(connection: sqlite3.Connection, place: Place) -> None:
    """Close a file that no longer lies at its path: what its log holds goes into it first, wherever it is now.

    SQLite deletes companions by their names as it closes, and takes over whatever lies under these names as it
    opens: so others' are put out of the way meanwhile, and ours don't stay for the file that comes.
    """
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with on_its_own(place.real_path.parent):
        ours = dict(zip(place.beside, place.companions, strict=True))
        of_others = [path for path, before in ours.items() if _identity(path) not in (None, before)]
        for path in of_others:
            path.rename(_aside(path))
        try:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        finally:
            for path in of_others:
                _aside(path).rename(path)
        if _identity(place.path) != place.file:
            for path, before in ours.items():
                if before is not None and _identity(path) == before:
                    path.unlink(missing_ok=True)


def put_away_left_companions(place: Place) -> None:
    """Where there is no file, its companions are those of one that was moved: a new file must not take them over.

    They stay under another name, in case whoever had that file open has ended before it could write them into it.
    """
    if place.file is None:
        for path, found in zip(place.beside, place.companions, strict=True):
            if found is not None:
                path.rename(path.with_name(f"{path.name}.left"))


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.aside")
