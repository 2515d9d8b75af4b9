"""Upgrades an older version's schema to the present one, inside the transaction of whoever opens the file."""

import logging
import sqlite3

from stream.stores.sqlite.rows import TABLES, WIDTH, assign_places

__all__ = ["from_schema_1"]

log = logging.getLogger(__name__)

_VALUE = "(SELECT value FROM value_1 WHERE point = r.point AND field = %d AND time_us = r.time_us)"


def from_schema_1(connection: sqlite3.Connection) -> None:
    """Bring the values of a row, each a record of its own in schema 1, together in one."""
    (count,) = connection.execute("SELECT count(*) FROM row").fetchone()
    log.info("store: bringing %d rows into the present form; once, half a minute for a million", count)
    for table in ("point", "field", "row", "value"):
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_1")
    for statement in TABLES.split(";"):
        connection.execute(statement)
    connection.execute("INSERT INTO point SELECT * FROM point_1")
    for (point,) in connection.execute("SELECT id FROM point").fetchall():
        _bring_together(connection, point)
    for table in ("value", "row", "field", "point"):
        connection.execute(f"DROP TABLE {table}_1")


def _bring_together(connection: sqlite3.Connection, point: int) -> None:
    names = connection.execute(
        "SELECT name, id FROM field_1 WHERE id IN (SELECT DISTINCT field FROM value_1 WHERE point = ?) ORDER BY id",
        (point,),
    ).fetchall()
    place = assign_places(connection, point, (name for name, _ in names))
    field = {place[name]: field for name, field in names}
    for first in range(0, max(len(field), 1), WIDTH):
        values = ", ".join(_VALUE % field[n] if n in field else "NULL" for n in range(first, first + WIDTH))
        connection.execute(
            f"INSERT INTO row SELECT point, ?, time_us, flags, {values} FROM row_1 AS r WHERE point = ?",  # noqa: S608
            (first // WIDTH, point),
        )
