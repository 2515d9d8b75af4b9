"""How far the file is: up to which offset of each topic and partition everything is kept in it.

The consumer group's committed offsets say what was written somewhere. Where that file is gone, or an older copy of
it has been put back, only the file itself knows what it lacks, and Kafka may still hold that.
"""

import sqlite3
from collections.abc import Mapping

from stream.stores.store import Progress

__all__ = ["TABLE", "note_progress", "read_progress", "trust_what_is_there"]

TABLE = """
CREATE TABLE IF NOT EXISTS progress (
    topic TEXT, partition INTEGER, next_offset INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID
"""
"""Older versions leave it alone, so adding it to their files needs no new schema version."""

_OF_BEFORE = ("", 0, 0)
"""Stands in a file that was filled before it knew its own progress: there the group's offsets are believed."""


def trust_what_is_there(connection: sqlite3.Connection) -> None:
    """Mark a file of an older version, which may hold anything."""
    if connection.execute("SELECT 1 FROM progress").fetchone() is None:
        connection.execute("INSERT INTO progress VALUES (?, ?, ?)", _OF_BEFORE)


def note_progress(connection: sqlite3.Connection, offsets: Mapping[tuple[str, int], int]) -> None:
    """Say that everything before these offsets is kept here."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(
            "INSERT OR REPLACE INTO progress VALUES (?, ?, ?)",
            [(*place, offset) for place, offset in offsets.items()],
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def read_progress(connection: sqlite3.Connection) -> Progress:
    """Give what has been noted."""
    noted = {
        (topic, partition): offset
        for topic, partition, offset in connection.execute("SELECT topic, partition, next_offset FROM progress")
    }
    of_before = noted.pop(_OF_BEFORE[:2], None)
    return Progress(noted, whole=of_before is None)
