"""What comes of machines, in the embedded store: the newest record of each, and no others."""

import sqlite3
from collections.abc import Sequence

import msgspec

from models.clock import from_datetime
from models.outputs import Intake
from stream.stores.output_checks import record

__all__ = ["TABLE", "list_intakes", "write_intakes"]

TABLE = """
CREATE TABLE IF NOT EXISTS intake (
    machine TEXT PRIMARY KEY, time_us INTEGER NOT NULL, record TEXT NOT NULL) WITHOUT ROWID
"""
"""Older versions leave it alone, so adding it to their files needs no new schema version."""


def write_intakes(connection: sqlite3.Connection, intakes: Sequence[Intake]) -> None:
    """Keep the newest of each machine."""
    connection.executemany(
        "INSERT INTO intake VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET time_us = excluded.time_us, "
        "record = excluded.record WHERE excluded.time_us >= time_us",
        [(each.machine, from_datetime(each.time), record(each)) for each in intakes],
    )


def list_intakes(connection: sqlite3.Connection) -> list[Intake]:
    """Give the newest of each machine, by machine."""
    rows = connection.execute("SELECT record FROM intake ORDER BY machine")
    return [msgspec.json.decode(text, type=Intake) for (text,) in rows]
