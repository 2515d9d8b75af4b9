"""Whether the file is sound: SQLite's own check, bounded in time, and what people are told of a damaged one."""

import sqlite3
import time
from pathlib import Path

__all__ = ["DAMAGED", "damage_in", "is_damage", "named"]

DAMAGED = (
    "it is damaged (results wait in Kafka meanwhile, for 30 days): stop worker and page, put a backup in its place "
    "or what `sqlite3 FILE .recover` saves of it, without the old -wal and -shm, and start them again"
)
_STEPS = 20_000
"""So many of SQLite's instructions between two looks at the clock: about a millisecond."""


def damage_in(connection: sqlite3.Connection, *, patience_s: float) -> str | None:
    """Look at the structure of the whole file; gives what is wrong, empty for nothing, None where time ran out.

    Raises `sqlite3.Error` where even that can't be read.
    """
    deadline = time.monotonic() + patience_s
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return "" if found == "ok" else str(found)


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether SQLite met a page that cannot be right."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def named(path: Path, found: str) -> str:
    """Say that a file is damaged, and how it is mended."""
    return f"{path} ({' '.join(found.split())}): {DAMAGED}"
