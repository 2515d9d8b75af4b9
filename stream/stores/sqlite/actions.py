"""Actions in the embedded store: their table, and what is written to and read from it."""

import sqlite3
from collections.abc import Sequence

import msgspec

from models.clock import from_datetime
from models.outputs import Action
from stream.stores.output_checks import record

__all__ = ["TABLE", "list_actions", "write_actions"]

TABLE = """
CREATE TABLE IF NOT EXISTS action (
    machine TEXT, time_us INTEGER, point TEXT, kind TEXT, record TEXT NOT NULL,
    PRIMARY KEY (machine, time_us, point, kind)) WITHOUT ROWID
"""
"""Older versions leave it alone, so adding it to their files needs no new schema version."""


def write_actions(connection: sqlite3.Connection, actions: Sequence[Action]) -> None:
    """Keep these; one that is there already is replaced."""
    connection.executemany(
        "INSERT OR REPLACE INTO action VALUES (?, ?, ?, ?, ?)",
        [(act.machine, from_datetime(act.time), act.point, act.kind, record(act)) for act in actions],
    )


def list_actions(connection: sqlite3.Connection, machine: str | None, limit: int) -> list[Action]:
    """Give what was said of a machine, or of all, newest first."""
    which, values = ("", ()) if machine is None else ("WHERE machine = ? ", (machine,))
    query = f"SELECT record FROM action {which}ORDER BY time_us DESC, machine, point, kind LIMIT ?"  # noqa: S608 (two constants)
    rows = connection.execute(query, (*values, max(limit, 0)))
    return [msgspec.json.decode(kept, type=Action) for (kept,) in rows]
