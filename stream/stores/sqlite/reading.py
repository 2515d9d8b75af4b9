"""Reading the embedded store's file from beside it: nothing is created, upgraded or written."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

__all__ = ["read_table"]

_BUSY_S = 3.0

T = TypeVar("T")


def read_table(path: Path, table: str, read: Callable[[sqlite3.Connection], list[T]]) -> list[T]:
    """Give what `read` finds in the file that stands there now; raises `sqlite3.Error`.

    A file that isn't there, or was made before it had such a table, holds none.
    """
    if not path.is_file():
        return []
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        return read(connection) if known else []
