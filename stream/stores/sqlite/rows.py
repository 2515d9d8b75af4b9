"""Rows of measured values in the embedded store: their tables, and what is written to and read from them.

All values of a row stand side by side in one record, so that a row costs one place in the file and not one for each
of its values: writing is ten times cheaper so, and the file less than half as large. Which column holds a field is
settled for each point when the field first comes; a point with more fields than columns has several records a row.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from models.clock import from_datetime
from models.outputs import Measurement, Row

__all__ = ["TABLES", "WIDTH", "assign_places", "list_extremes", "list_points", "list_values", "write_rows"]

WIDTH = 32
"""Columns of a record: a waveform has 20 to 30 indicators."""
_COLUMNS = ", ".join(f"v{number}" for number in range(WIDTH))

TABLES = f"""
CREATE TABLE point (
    id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, machine TEXT NOT NULL, point TEXT NOT NULL,
    UNIQUE (measurement, machine, point));
CREATE TABLE field (point INTEGER, name TEXT, place INTEGER NOT NULL, PRIMARY KEY (point, name)) WITHOUT ROWID;
CREATE TABLE row (
    point INTEGER, part INTEGER, time_us INTEGER, flags TEXT NOT NULL, {_COLUMNS.replace(",", " REAL,")} REAL,
    PRIMARY KEY (point, part, time_us)) WITHOUT ROWID
"""
"""A field's place counts columns through all parts: place 40 is column 8 of part 1."""

_Key = tuple[Measurement, str, str]
_INSERT = f"INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?{', ?' * WIDTH})"  # noqa: S608 (a constant)


def write_rows(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Keep these; a row that is there already is replaced."""
    by_point: dict[_Key, list[Row]] = {}
    for row in rows:
        by_point.setdefault((row.measurement, row.machine, row.point), []).append(row)
    for key, of_point in by_point.items():
        point = _point_id(connection, key)
        place = assign_places(connection, point, (name for row in of_point for name in row.fields))
        connection.executemany(_INSERT, [record for row in of_point for record in _records(point, row, place)])


def _records(point: int, row: Row, place: dict[str, int]) -> list[tuple[object, ...]]:
    parts: dict[int, list[float | None]] = {0: [None] * WIDTH}
    for name, value in row.fields.items():
        part, column = divmod(place[name], WIDTH)
        if part not in parts:
            parts[part] = [None] * WIDTH
        parts[part][column] = float(value)
    time_us, flags = from_datetime(row.time), ",".join(row.flags)
    return [(point, part, time_us, flags, *values) for part, values in parts.items()]


def _point_id(connection: sqlite3.Connection, key: _Key) -> int:
    find = "SELECT id FROM point WHERE measurement = ? AND machine = ? AND point = ?"
    found = connection.execute(find, key).fetchone()
    if found is None:
        connection.execute("INSERT INTO point (measurement, machine, point) VALUES (?, ?, ?)", key)
        found = connection.execute(find, key).fetchone()
    return int(found[0])


def assign_places(connection: sqlite3.Connection, point: int, names: Iterable[str]) -> dict[str, int]:
    """Give the place of each field of a point; these that have none yet get the next ones, in their order."""
    place: dict[str, int] = dict(connection.execute("SELECT name, place FROM field WHERE point = ?", (point,)))
    for name in names:
        if name not in place:
            connection.execute("INSERT INTO field VALUES (?, ?, ?)", (point, name, len(place)))
            place[name] = len(place)
    return place


def list_points(connection: sqlite3.Connection, measurement: Measurement, machine: str) -> list[str]:
    """Give the points of a machine that have rows in a measurement, sorted."""
    query = "SELECT point FROM point WHERE measurement = ? AND machine = ? ORDER BY point"
    return [point for (point,) in connection.execute(query, (measurement, machine))]


def list_values(
    connection: sqlite3.Connection, key: _Key, field: str, since_us: int, until_us: int
) -> list[tuple[int, float]]:
    """Give times and values of one field of a point, oldest first."""
    query = (
        "SELECT time_us, {value} FROM row WHERE point = ? AND part = ? AND time_us BETWEEN ? AND ? "
        "AND {value} IS NOT NULL ORDER BY time_us"
    )
    return _ask(connection, key, field, query, since_us, until_us)


def list_extremes(
    connection: sqlite3.Connection, key: _Key, field: str, since_us: int, until_us: int, step_us: int
) -> list[tuple[int, float, float]]:
    """Give beginning, lowest and highest value of one field of a point in each step of time, oldest first."""
    query = (
        "SELECT time_us / ?5 * ?5 AS begun, min({value}), max({value}) FROM row "
        "WHERE point = ?1 AND part = ?2 AND time_us BETWEEN ?3 AND ?4 AND {value} IS NOT NULL "
        "GROUP BY begun ORDER BY begun"
    )
    return _ask(connection, key, field, query, since_us, until_us, step_us)


def _ask(connection: sqlite3.Connection, key: _Key, field: str, query: str, *more: int) -> list[Any]:
    """Answer a query for a field's `{value}`, whose first parameters are point and part; of no field nothing."""
    find = (
        "SELECT id, place FROM point JOIN field ON field.point = point.id "
        "WHERE measurement = ? AND machine = ? AND point.point = ? AND name = ?"
    )
    found = connection.execute(find, (*key, field)).fetchone()
    if found is None:
        return []
    point, place = found
    part, column = divmod(place, WIDTH)
    return connection.execute(query.format(value=f"v{column}"), (point, part, *more)).fetchall()
