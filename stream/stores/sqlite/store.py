"""The embedded store: one SQLite file, for `stethos demo` and single machines. No server, nothing to administer."""

import asyncio
import logging
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from models.captures.capture import Capture, CaptureKind
from models.clock import from_datetime, to_datetime
from models.errors import ServiceError
from models.outputs import Action, Alert, Health, Intake, Measurement, Row, Uptime
from models.probes.records import ProbeResult
from stream.messages.records import Stored
from stream.stores.output_checks import check, gets_row, record
from stream.stores.sqlite.actions import list_actions, write_actions
from stream.stores.sqlite.captures import list_captures, read_capture, write_captures
from stream.stores.sqlite.file import open_file, service_error_of
from stream.stores.sqlite.intake import list_intakes, write_intakes
from stream.stores.sqlite.place import Place, leave
from stream.stores.sqlite.probes import list_probes, write_probes
from stream.stores.sqlite.progress import note_progress, read_progress
from stream.stores.sqlite.remembered import Remembered
from stream.stores.sqlite.rows import list_extremes, list_points, list_values, write_rows
from stream.stores.sqlite.soundness import is_damage
from stream.stores.sqlite.uptime import list_uptime, write_uptime
from stream.stores.store import ExtremesAt, HealthAt, Progress, ReopenedError, ValueAt, Written

__all__ = ["SqliteStore"]

log = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")


class SqliteStore:
    """Keeps outputs in one file that several processes may have open, one of them writing at a time.

    Every call runs in a thread, one after the other, on one connection, so the event loop never waits for the disk.
    A batch is one transaction and on the disk before `write` returns, in the file that then lies at `path`.
    """

    def __init__(self, path: Path, *, retention_spectra_days: int = 0) -> None:
        self.path = path
        self._retention_spectra_days = retention_spectra_days
        self._connection: sqlite3.Connection | None = None
        self._place: Place | None = None
        self._wanted = False
        self._lock = threading.Lock()
        self._healths = Remembered("SELECT record FROM latest_health", Health)
        self._open_alerts = Remembered(
            "SELECT record FROM latest_alert WHERE state = 'active' ORDER BY time_us DESC, id LIMIT ?", Alert
        )

    async def open(self) -> bool:
        """Open the file, creating it and its schema where missing; `ServiceError` names the fix."""
        return await asyncio.to_thread(self._open)

    def _open(self) -> bool:
        with self._lock:
            self._wanted = True
            before = self._connection
            return self._opened() is not before

    def _opened(self) -> sqlite3.Connection:
        """Give a connection to the file that lies at the path now."""
        if not self._wanted:
            raise ServiceError(f"the store {self.path} is not open: open it before use")
        self._leave_if_gone()
        if self._connection is None:
            self._connection, self._place = open_file(self.path)
        return self._connection

    def _leave_if_gone(self) -> bool:
        if self._connection is None or self._place is None:
            return False
        if what := self._place.gone():
            log.error("store: %s %s", self.path, what)
            leave(self._connection, self._place)
            self._connection = self._place = None
        return bool(what)

    async def close(self) -> None:
        """Wait for what is running, then close the file."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            self._wanted = False
            if self._connection is not None and not self._leave_if_gone():
                self._connection.close()
            self._connection = self._place = None

    async def _run(
        self, work: Callable[Concatenate[sqlite3.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        def locked() -> _T:
            with self._lock:
                return self._worked(self._opened(), lambda connection: work(connection, *args, **kwargs))

        return await asyncio.to_thread(locked)

    async def _change(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Change the file that lies at the path, before and after: else nothing counts."""

        def locked() -> _T:
            with self._lock:
                before = self._connection
                connection = self._opened()
                if connection is not before:
                    raise ReopenedError(f"{self.path} was opened anew")
                done = self._worked(connection, work)
                if self._leave_if_gone():
                    raise ReopenedError(f"{self.path} has gone")
                return done

        return await asyncio.to_thread(locked)

    def _worked(self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            return work(connection)
        except sqlite3.Error as error:
            if is_damage(error) and self._place is not None:  # what comes next looks at the file anew
                leave(connection, self._place)
                self._connection = self._place = None
            raise service_error_of(error, self.path) from error

    async def write(self, outputs: Sequence[Stored]) -> Written:
        """Keep all of these in one transaction, or none."""
        for output in outputs:
            check(output)
        rows = [output for output in outputs if gets_row(output)]
        return Written(kept=await self._change(lambda file: _write(file, rows, self._retention_spectra_days)))

    async def progress(self) -> Progress:
        """Give up to where the file holds everything."""
        return await self._run(read_progress)

    async def note_progress(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Note that everything before these offsets is kept in the file."""
        await self._change(lambda file: note_progress(file, offsets))

    async def latest_health(self) -> list[Health]:
        """Newest health of each (machine, point)."""
        return await self._run(self._healths.read)

    async def health_history(self, machine: str, since: datetime, until: datetime) -> list[HealthAt]:
        """Give a machine's health over time, oldest first, over all its points."""
        query = (
            "SELECT time_us, score, status FROM health WHERE machine = ? AND time_us BETWEEN ? AND ? "
            "ORDER BY time_us, point"
        )
        rows = await self._run(_select, query, machine, from_datetime(since), from_datetime(until))
        return [HealthAt(to_datetime(time_us), score, status) for time_us, score, status in rows]

    async def health_lows(self, machine: str, since: datetime, until: datetime, step: timedelta) -> list[HealthAt]:
        """Give a machine's lowest health in each step of time, oldest first."""
        query = (
            "SELECT time_us / ?1 * ?1 AS begun, min(score), substr(max(printf('%020d', time_us) || status), 21) "
            "FROM health WHERE machine = ?2 AND time_us BETWEEN ?3 AND ?4 GROUP BY begun ORDER BY begun"
        )
        step_us = step // timedelta(microseconds=1)
        rows = await self._run(_select, query, step_us, machine, from_datetime(since), from_datetime(until))
        return [HealthAt(to_datetime(time_us), score, status) for time_us, score, status in rows]

    async def alerts(self, *, machine: str | None = None, open_only: bool = False, limit: int = 200) -> list[Alert]:
        """Last transition of each alert, newest first."""
        if machine is not None:
            query = (
                "SELECT record FROM latest_alert WHERE id IN (SELECT json_extract(record, '$.id') "
                "FROM alert_transition WHERE machine = ?) AND (state = 'active' OR NOT ?) "
                "ORDER BY time_us DESC, id LIMIT ?"
            )
            rows = await self._run(_select, query, machine, open_only, max(limit, 0))
            return [msgspec.json.decode(text, type=Alert) for (text,) in rows]
        if open_only:
            return await self._run(self._open_alerts.read, max(limit, 0))
        query = "SELECT record FROM latest_alert ORDER BY time_us DESC, id LIMIT ?"
        rows = await self._run(_select, query, max(limit, 0))
        return [msgspec.json.decode(text, type=Alert) for (text,) in rows]

    async def actions(self, machine: str | None, *, limit: int = 50) -> list[Action]:
        """Give what people said of a machine and did to it, or of all (None), newest first."""
        return await self._run(list_actions, machine, limit)

    async def points(self, measurement: Measurement, machine: str) -> list[str]:
        """Points of a machine that have rows in a measurement, sorted."""
        return await self._run(list_points, measurement, machine)

    async def series(
        self, measurement: Measurement, machine: str, point: str, field: str, since: datetime, until: datetime
    ) -> list[ValueAt]:
        """One field over time, oldest first."""
        key, span = (measurement, machine, point), (from_datetime(since), from_datetime(until))
        rows = await self._run(list_values, key, field, *span)
        return [ValueAt(to_datetime(time_us), value) for time_us, value in rows]

    async def uptime(self, machine: str, since: datetime, until: datetime) -> list[Uptime]:
        """Give how long a machine ran and stood in each hour, oldest first."""
        return await self._run(list_uptime, machine, from_datetime(since), from_datetime(until))

    async def intakes(self) -> list[Intake]:
        """Newest word on what comes of each machine."""
        return await self._run(list_intakes)

    async def extremes(
        self,
        measurement: Measurement,
        machine: str,
        point: str,
        field: str,
        since: datetime,
        until: datetime,
        step: timedelta,
    ) -> list[ExtremesAt]:
        """One field in steps of time, oldest first."""
        key, span = (measurement, machine, point), (from_datetime(since), from_datetime(until))
        rows = await self._run(list_extremes, key, field, *span, step // timedelta(microseconds=1))
        return [ExtremesAt(to_datetime(time_us), low, high) for time_us, low, high in rows]

    async def captures(
        self, machine: str, point: str, kind: CaptureKind, since: datetime, until: datetime
    ) -> list[Capture]:
        """Give the spectra or waveforms there are of a point, without their data, oldest first."""
        return await self._run(list_captures, machine, point, kind, from_datetime(since), from_datetime(until))

    async def capture(self, machine: str, point: str, kind: CaptureKind, time: datetime) -> Capture | None:
        """Give the one kept at exactly this time, with its data."""
        return await self._run(read_capture, machine, point, kind, from_datetime(time))

    async def probes(self) -> list[ProbeResult]:
        """Newest result of each input and partition."""
        return await self._run(list_probes)


def _select(connection: sqlite3.Connection, query: str, *parameters: str | int) -> list[tuple[Any, ...]]:
    return connection.execute(query, parameters).fetchall()


def _write(connection: sqlite3.Connection, outputs: Sequence[Stored], retention_spectra_days: int) -> int:
    if not outputs:
        return 0
    groups: defaultdict[type[Stored], list[Stored]] = defaultdict(list)
    for output in outputs:
        groups[type(output)].append(output)
    writers = _writers(retention_spectra_days)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for kind, group in groups.items():
            writers[kind](connection, group)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # A full disk may have rolled it back already.
            connection.execute("ROLLBACK")
        raise
    return len(outputs)


def _writers(
    retention_spectra_days: int,
) -> dict[type[Stored], Callable[[sqlite3.Connection, Sequence[Any]], None]]:
    return {
        Row: write_rows,
        Health: _write_health,
        Alert: _write_alerts,
        Action: write_actions,
        Uptime: write_uptime,
        Intake: write_intakes,
        Capture: partial(write_captures, retention_days=retention_spectra_days),
        ProbeResult: write_probes,
    }


def _write_health(connection: sqlite3.Connection, healths: Sequence[Health]) -> None:
    kept = [(health, from_datetime(health.time), record(health)) for health in healths]
    connection.executemany(
        "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?)",
        [
            (health.machine, time_us, health.point, health.score, health.status, text)
            for health, time_us, text in kept
        ],
    )
    begin = 0
    for place, (health, time_us, _) in enumerate(kept):
        if health.guard == "forgotten":  # what it was before is no longer its latest, nor is that it is gone
            _write_latest(connection, kept[begin:place])
            gone = (health.machine, time_us)
            connection.execute("DELETE FROM latest_health WHERE machine = ? AND time_us <= ?", gone)
            begin = place + 1
    _write_latest(connection, kept[begin:])


def _write_latest(connection: sqlite3.Connection, kept: Sequence[tuple[Health, int, str]]) -> None:
    kept = sorted(kept, key=lambda each: each[1])  # of equal times the last one written stays the last
    latest = {(health.machine, health.point): (time_us, text) for health, time_us, text in kept}
    connection.executemany(
        "INSERT INTO latest_health VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET time_us = excluded.time_us, record = excluded.record WHERE excluded.time_us >= time_us",
        [(*key, *newest) for key, newest in latest.items()],
    )


def _write_alerts(connection: sqlite3.Connection, alerts: Sequence[Alert]) -> None:
    for alert in alerts:
        time_us, kept = from_datetime(alert.time), record(alert)
        connection.execute(
            "INSERT OR REPLACE INTO alert_transition VALUES (?, ?, ?, ?, ?)",
            (alert.machine, time_us, alert.point, alert.rule, kept),
        )
        connection.execute(
            "INSERT INTO latest_alert VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET time_us = excluded.time_us, "
            "state = excluded.state, record = excluded.record WHERE excluded.time_us >= time_us",
            (alert.id, time_us, alert.state, kept),
        )
