"""Results of probes in the embedded store: their table, and what is written to and read from it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from models.clock import from_datetime, to_datetime
from models.probes.records import ProbeResult
from stream.stores.sqlite.reading import read_table

__all__ = ["TABLE", "list_probes", "read_probes", "write_probes"]

TABLE = """
CREATE TABLE IF NOT EXISTS pipeline (
    input TEXT, partition INTEGER, time_us INTEGER NOT NULL, delay_s REAL NOT NULL, value REAL NOT NULL,
    transitions REAL NOT NULL, PRIMARY KEY (input, partition)) WITHOUT ROWID
"""
"""The newest of each alone: it does not grow. Older versions leave it alone, so their files need no new version."""


def write_probes(connection: sqlite3.Connection, results: Sequence[ProbeResult]) -> None:
    """Keep these where they are newer than what is there."""
    connection.executemany(
        "INSERT INTO pipeline VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET time_us = excluded.time_us, "
        "delay_s = excluded.delay_s, value = excluded.value, transitions = excluded.transitions "
        "WHERE excluded.time_us >= time_us",
        [(r.input, r.partition, from_datetime(r.time), r.delay_s, r.value, r.transitions) for r in results],
    )


def list_probes(connection: sqlite3.Connection) -> list[ProbeResult]:
    """Give the newest result of each input and partition."""
    query = "SELECT input, partition, time_us, delay_s, value, transitions FROM pipeline"
    return [
        ProbeResult(
            input=input_,
            partition=partition,
            time=to_datetime(time_us),
            delay_s=delay_s,
            value=value,
            transitions=transitions,
        )
        for input_, partition, time_us, delay_s, value, transitions in connection.execute(query)
    ]


def read_probes(path: Path) -> list[ProbeResult]:
    """Read them from the file that stands there now, changing and creating nothing; raises `sqlite3.Error`."""
    return read_table(path, "pipeline", list_probes)
