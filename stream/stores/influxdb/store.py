"""The store for a plant: InfluxDB 2, written in line protocol and read through InfluxQL.

`health`, `alerts`, `actions`, `uptime` and `intake` live in one bucket, `indicators`, `temperature` and `readings`
in another, `spectra` in a third, each with a lifetime of its own. Nothing is buffered or repeated here: the store
agent does both, so that no row is lost in between.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pydantic import SecretStr

from models.captures.capture import Capture, CaptureKind
from models.clock import from_datetime, to_datetime
from models.errors import ServiceError
from models.outputs import Action, Alert, Health, Intake, Measurement, Row, Uptime
from models.probes.records import ProbeResult
from stream.config.renewed_secret import RenewedSecret
from stream.messages.records import Stored
from stream.stores.influxdb.connection import Connection
from stream.stores.influxdb.influxql import Series, identifier, span, steps
from stream.stores.influxdb.line_protocol import field_name, line
from stream.stores.influxdb.newest_health import NewestHealth
from stream.stores.output_checks import check, gets_row, kept_capture, kept_captures, without_forgotten
from stream.stores.store import ExtremesAt, HealthAt, PermanentStoreError, Progress, ValueAt, Written

__all__ = ["InfluxStore"]

_LINES_PER_WRITE = 5000
"""A write of this many lines takes about half a second; larger ones gain nothing."""

_TRANSITIONS_PER_ALERT = 2
"""How many to read for each alert wanted, before reading on: raised and cleared."""


class InfluxStore:
    """Keeps outputs in three buckets of an InfluxDB 2 that `stethos influx setup` has prepared."""

    def __init__(
        self,
        *,
        url: str,
        org: str,
        token: str | RenewedSecret,
        bucket: str = "stethos",
        bucket_raw: str = "stethos_raw",
        bucket_spectra: str = "stethos_spectra",
        timeout_s: float = 30.0,
    ) -> None:
        self.url = url.rstrip("/")
        self.org, self.bucket, self.bucket_raw, self.bucket_spectra = org, bucket, bucket_raw, bucket_spectra
        secret = token if isinstance(token, RenewedSecret) else RenewedSecret(SecretStr(token))
        self._healths = NewestHealth()
        self._server = Connection(self.url, org, secret, timeout_s=timeout_s)

    async def open(self) -> bool:
        """Connect, and see that the token may write to and read from the buckets; `ServiceError` names the fix."""
        if not self._server.open():
            return False
        try:
            for bucket in (self.bucket, self.bucket_raw, self.bucket_spectra):
                await self._server.send(bucket, b"")  # Writes nothing, and is refused like any other write.
                await self._server.rows(bucket, "SHOW MEASUREMENTS LIMIT 1")
        except BaseException as error:
            await self.close()
            if isinstance(error, PermanentStoreError):
                raise ServiceError(str(error)) from error  # nothing was sent that could be at fault
            raise
        return True

    async def close(self) -> None:
        """Close the connections; may be called twice."""
        await self._server.close()

    async def write(self, outputs: Sequence[Stored]) -> Written:
        """Write a batch; rows older than their bucket's retention are counted as refused, and the rest is kept.

        `ServiceError` where trying again may help (no connection, timeout, 429, 5xx, a token or bucket to mend),
        `PermanentStoreError` where it can't; rows beside the guilty one may have been kept, which repeating mends.
        """
        if any(isinstance(output, Health) for output in outputs):
            self._healths.forget()
        by_bucket: dict[str, list[bytes]] = {self.bucket: [], self.bucket_raw: [], self.bucket_spectra: []}
        for output in outputs:
            check(output)
            if gets_row(output):
                by_bucket[self._bucket_of(output)].append(line(output))
        refused, reason = 0, ""
        for bucket, lines in by_bucket.items():
            for start in range(0, len(lines), _LINES_PER_WRITE):
                some, why = await self._server.send(bucket, b"\n".join(lines[start : start + _LINES_PER_WRITE]))
                refused, reason = refused + some, reason or why
        return Written(kept=sum(map(len, by_bucket.values())) - refused, refused=refused, reason=reason)

    async def progress(self) -> Progress | None:
        """Know nothing of it: buckets have lifetimes of their own."""
        return None

    async def note_progress(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Note nothing, as `progress` says."""

    def _bucket_of(self, output: Stored) -> str:
        if isinstance(output, Capture):
            return self.bucket_spectra
        return self.bucket_raw if isinstance(output, Row) else self.bucket

    async def latest_health(self) -> list[Health]:
        """Newest health of each (machine, point)."""
        return without_forgotten(await self._healths.read(self._server, self.bucket))

    async def health_history(self, machine: str, since: datetime, until: datetime) -> list[HealthAt]:
        """Give a machine's health over time, oldest first, over all its points."""
        query = (
            'SELECT "score", "withheld", "status", "point" FROM "health" '
            'WHERE "machine" = $machine AND time >= $since AND time <= $until'
        )
        rows = await self._server.rows(self.bucket, query, machine=machine, **span(since, until))
        rows.sort(key=lambda row: (row[0], row[4] or ""))
        return [
            HealthAt(to_datetime(time_us), None if withheld else float(score), status)
            for time_us, score, withheld, status, _ in rows
        ]

    async def health_lows(self, machine: str, since: datetime, until: datetime, step: timedelta) -> list[HealthAt]:
        """Give a machine's lowest health in each step of time, oldest first."""
        query = (
            'SELECT min("score"), last("status") FROM "health" WHERE "machine" = $machine '  # noqa: S608 (a number)
            f"AND time >= $since AND time <= $until GROUP BY {steps(step)}"
        )
        rows = await self._server.rows(self.bucket, query, machine=machine, **span(since, until))
        return [HealthAt(to_datetime(time_us), score, status) for time_us, score, status in rows]

    async def alerts(self, *, machine: str | None = None, open_only: bool = False, limit: int = 200) -> list[Alert]:
        """Last transition of each alert, newest first.

        A rule has at most one alert open at a point, so what is open is among the newest of each rule and point.
        """
        transitions = await (
            self._newest_of_each_rule(machine) if open_only else self._newest_alerts(machine, limit)
        )
        newest: dict[str, Alert] = {}
        for alert in transitions:
            newest.setdefault(alert.id, alert)
        wanted = (alert for alert in newest.values() if alert.state == "active" or not open_only)
        return sorted(wanted, key=lambda alert: (-from_datetime(alert.time), alert.id))[: max(limit, 0)]

    async def _newest_of_each_rule(self, machine: str | None) -> list[Alert]:
        which, values = _of(machine)
        query = (
            f'SELECT "record" FROM "alerts"{which} GROUP BY "machine", "point", "rule" ORDER BY time DESC LIMIT 1'  # noqa: S608 (a constant)
        )
        return [_alert(row[1]) for row in await self._server.rows(self.bucket, query, **values)]

    async def _newest_alerts(self, machine: str | None, limit: int) -> list[Alert]:
        """Read transitions, newest first, until they belong to `limit` alerts (ties in time included) or end."""
        transitions: list[Alert] = []
        which, values = _of(machine)
        page = max(limit, 1) * _TRANSITIONS_PER_ALERT
        while limit > 0:
            query = (
                f'SELECT "record" FROM "alerts"{which} ORDER BY time DESC LIMIT {page} OFFSET {len(transitions)}'  # noqa: S608 (a constant, two numbers)
            )
            more = await self._server.rows(self.bucket, query, **values)
            transitions += [_alert(row[1]) for row in more]
            if len(more) < page or len({alert.id for alert in transitions}) > limit:
                break
        return transitions

    async def actions(self, machine: str | None, *, limit: int = 50) -> list[Action]:
        """Give what people said of a machine and did to it, or of all (None), newest first."""
        which, values = _of(machine)
        query = f'SELECT "record" FROM "actions"{which} ORDER BY time DESC LIMIT {limit:d}'  # noqa: S608 (a constant, a number)
        rows = await self._server.rows(self.bucket, query, **values) if limit > 0 else []
        return [msgspec.json.decode(row[1], type=Action) for row in rows]

    async def points(self, measurement: Measurement, machine: str) -> list[str]:
        """Points of a machine that have rows in a measurement, sorted."""
        query = f'SHOW TAG VALUES FROM {identifier(measurement)} WITH KEY = "point" WHERE "machine" = $machine'
        return sorted(row[1] for row in await self._server.rows(self.bucket_raw, query, machine=machine))

    async def series(
        self, measurement: Measurement, machine: str, point: str, field: str, since: datetime, until: datetime
    ) -> list[ValueAt]:
        """One field over time, oldest first."""
        query = (
            f"SELECT {identifier(field_name(field))} FROM {identifier(measurement)} "  # noqa: S608 (quoted identifiers)
            'WHERE "machine" = $machine AND "point" = $point AND time >= $since AND time <= $until'
        )
        rows = await self._server.rows(self.bucket_raw, query, machine=machine, point=point, **span(since, until))
        return [ValueAt(to_datetime(time_us), float(value)) for time_us, value in rows]

    async def uptime(self, machine: str, since: datetime, until: datetime) -> list[Uptime]:
        """Give how long a machine ran and stood in each hour, oldest first."""
        query = (
            'SELECT "running_s", "stopped_s", "unknown_s" FROM "uptime" '
            'WHERE "machine" = $machine AND time >= $since AND time <= $until'
        )
        rows = await self._server.rows(self.bucket, query, machine=machine, **span(since, until))
        return [
            Uptime(
                machine=machine,
                time=to_datetime(time_us),
                running_s=float(running_s),
                stopped_s=float(stopped_s),
                unknown_s=float(unknown_s),
            )
            for time_us, running_s, stopped_s, unknown_s in rows
        ]

    async def intakes(self) -> list[Intake]:
        """Newest word on what comes of each machine."""
        query = 'SELECT "record" FROM "intake" GROUP BY "machine" ORDER BY time DESC LIMIT 1'
        return [msgspec.json.decode(row[1], type=Intake) for row in await self._server.rows(self.bucket, query)]

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
        name = identifier(field_name(field))
        query = (
            f"SELECT min({name}), max({name}) FROM {identifier(measurement)} "  # noqa: S608 (quoted identifiers)
            'WHERE "machine" = $machine AND "point" = $point AND time >= $since AND time <= $until '
            f"GROUP BY {steps(step)}"
        )
        rows = await self._server.rows(self.bucket_raw, query, machine=machine, point=point, **span(since, until))
        return [ExtremesAt(to_datetime(time_us), float(low), float(high)) for time_us, low, high in rows]

    async def captures(
        self, machine: str, point: str, kind: CaptureKind, since: datetime, until: datetime
    ) -> list[Capture]:
        """Give the spectra or waveforms there are of a point, without their data, oldest first."""
        rows = await self._captures('"record"', machine, point, kind, since, until)
        return kept_captures(row[1] for row in rows)

    async def capture(self, machine: str, point: str, kind: CaptureKind, time: datetime) -> Capture | None:
        """Give the one kept at exactly this time, with its data."""
        rows = await self._captures('"record", "data"', machine, point, kind, time, time)
        return kept_capture(rows[0][1], b64decode(rows[0][2])) if rows else None

    async def _captures(
        self, fields: str, machine: str, point: str, kind: CaptureKind, since: datetime, until: datetime
    ) -> list[list[Any]]:
        query = (
            f'SELECT {fields} FROM "spectra" WHERE "machine" = $machine AND "point" = $point AND "kind" = $kind '  # noqa: S608 (constants)
            "AND time >= $since AND time <= $until"
        )
        of = {"machine": machine, "point": point, "kind": kind}
        return await self._server.rows(self.bucket_spectra, query, **of, **span(since, until))

    async def probes(self) -> list[ProbeResult]:
        """Newest result of each input and partition."""
        query = (
            'SELECT "probe_delay_s", "probe_value", "probe_transitions" FROM "pipeline" '
            'GROUP BY "input", "partition" ORDER BY time DESC LIMIT 1'
        )
        return [
            _probe(series) for series in await self._server.groups(self.bucket, query) if series.tags.get("input")
        ]


def _of(machine: str | None) -> tuple[str, dict[str, str]]:
    """Narrow a query to a machine, or don't."""
    return ("", {}) if machine is None else (' WHERE "machine" = $machine', {"machine": machine})


def _probe(series: Series) -> ProbeResult:
    ((time_us, delay_s, value, transitions),) = series.values
    written = {"time": to_datetime(time_us), "delay_s": delay_s, "value": value, "transitions": transitions}
    return msgspec.convert({**series.tags, "type": "probe", **written}, ProbeResult, strict=False)


def _alert(kept: str) -> Alert:
    return msgspec.json.decode(kept, type=Alert)
