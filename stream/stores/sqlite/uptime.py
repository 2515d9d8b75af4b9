"""Uptime by the hour in the embedded store: its table, and what is written to and read from it."""

import sqlite3
from collections.abc import Sequence

from models.clock import from_datetime, to_datetime
from models.outputs import Uptime

__all__ = ["TABLE", "list_uptime", "write_uptime"]

TABLE = """
CREATE TABLE IF NOT EXISTS uptime (
    machine TEXT, time_us INTEGER, running_s REAL NOT NULL, stopped_s REAL NOT NULL, unknown_s REAL NOT NULL,
    PRIMARY KEY (machine, time_us)) WITHOUT ROWID
"""
"""Older versions leave it alone, so adding it to their files needs no new schema version."""


def write_uptime(connection: sqlite3.Connection, hours: Sequence[Uptime]) -> None:
    """Keep these; an hour that is there already is replaced."""
    connection.executemany(
        "INSERT OR REPLACE INTO uptime VALUES (?, ?, ?, ?, ?)",
        [(h.machine, from_datetime(h.time), h.running_s, h.stopped_s, h.unknown_s) for h in hours],
    )


def list_uptime(connection: sqlite3.Connection, machine: str, since_us: int, until_us: int) -> list[Uptime]:
    """Give a machine's hours, oldest first."""
    query = (
        "SELECT time_us, running_s, stopped_s, unknown_s FROM uptime "
        "WHERE machine = ? AND time_us BETWEEN ? AND ? ORDER BY time_us"
    )
    return [
        Uptime(
            machine=machine,
            time=to_datetime(time_us),
            running_s=running_s,
            stopped_s=stopped_s,
            unknown_s=unknown_s,
        )
        for time_us, running_s, stopped_s, unknown_s in connection.execute(query, (machine, since_us, until_us))
    ]
