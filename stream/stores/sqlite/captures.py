"""Captures, spectra and waveforms, in the embedded store: their table, what is written to and read from it."""

import sqlite3
from collections.abc import Sequence

from models.captures.capture import Capture, CaptureKind
from models.clock import DAY_US, from_datetime
from models.errors import ServiceError
from stream.stores.output_checks import kept_capture, kept_captures, record

__all__ = ["TABLE", "list_captures", "read_capture", "write_captures"]

TABLE = """
CREATE TABLE IF NOT EXISTS capture (
    machine TEXT NOT NULL, point TEXT NOT NULL, kind TEXT NOT NULL, time_us INTEGER NOT NULL,
    record TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (machine, point, kind, time_us))
"""
"""Older versions leave it alone, so adding it to their files needs no new schema version."""


def write_captures(connection: sqlite3.Connection, captures: Sequence[Capture], *, retention_days: int) -> None:
    """Keep these, and of their points nothing older than so many days before their newest; 0 keeps all."""
    for capture in captures:
        key = (capture.machine, capture.point, capture.kind)
        connection.execute(
            "INSERT OR REPLACE INTO capture VALUES (?, ?, ?, ?, ?, ?)",
            (*key, from_datetime(capture.time), record(capture), capture.data),
        )
    if retention_days:
        for key in sorted({(capture.machine, capture.point, capture.kind) for capture in captures}):
            where = "machine = ? AND point = ? AND kind = ?"
            connection.execute(
                f"DELETE FROM capture WHERE {where} AND time_us < "  # noqa: S608 (a constant)
                f"(SELECT max(time_us) FROM capture WHERE {where}) - ?",
                (*key, *key, retention_days * DAY_US),
            )


def list_captures(
    connection: sqlite3.Connection, machine: str, point: str, kind: CaptureKind, since_us: int, until_us: int
) -> list[Capture]:
    """Give captures without their data, oldest first."""
    query = (
        "SELECT record FROM capture WHERE machine = ? AND point = ? AND kind = ? AND time_us BETWEEN ? AND ? "
        "ORDER BY time_us"
    )
    rows = connection.execute(query, (machine, point, kind, since_us, until_us))
    return kept_captures(text for (text,) in rows)


def read_capture(
    connection: sqlite3.Connection, machine: str, point: str, kind: CaptureKind, time_us: int
) -> Capture | None:
    """Give one capture with its data, or None."""
    query = "SELECT record, data FROM capture WHERE machine = ? AND point = ? AND kind = ? AND time_us = ?"
    row = connection.execute(query, (machine, point, kind, time_us)).fetchone()
    if row is None:
        return None
    text, data = row
    if not isinstance(data, bytes):
        raise ServiceError(f"the {kind} of {machine!r} is damaged: restore a backup of the database")
    return kept_capture(text, data)
