"""Deletes all that a file holds of one machine, but for what people said of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from stream.stores.sqlite.file import connect, service_error_of

__all__ = ["forget_results"]

_STATEMENTS = (
    "DELETE FROM row WHERE point IN (SELECT id FROM point WHERE machine = ?)",
    "DELETE FROM field WHERE point IN (SELECT id FROM point WHERE machine = ?)",
    "DELETE FROM point WHERE machine = ?",
    "DELETE FROM latest_alert WHERE json_extract(record, '$.machine') = ?",
    "DELETE FROM alert_transition WHERE machine = ?",
    "DELETE FROM health WHERE machine = ?",
    "DELETE FROM latest_health WHERE machine = ?",
    "DELETE FROM uptime WHERE machine = ?",
    "DELETE FROM intake WHERE machine = ?",
    "DELETE FROM capture WHERE machine = ?",
)
"""Each by itself, so that a worker need not wait for all of it; a repeat deletes what is left."""


def forget_results(path: Path, machine: str) -> None:
    """Delete a machine's results; its actions stay, for they say who did it. Raises `ServiceError`."""
    with closing(connect(path)) as connection:
        try:
            for statement in _STATEMENTS:
                connection.execute(statement, (machine,))
        except sqlite3.Error as error:
            raise service_error_of(error, path) from error
