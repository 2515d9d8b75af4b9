"""A machine's history over a chosen range, thinned for the screen, read once for all who look at it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from models.bilingual import Bilingual
from models.outputs import Action, Alert, Measurement
from stream.stores.store import ExtremesAt, HealthAt, Store
from stream.web.data.ttl_cache import TtlCache

__all__ = ["RANGES", "TRENDS", "HistoryReader", "MachineHistory", "Range", "Trace", "window"]

TRENDS: dict[Measurement, tuple[str, ...]] = {
    "indicators": ("velocity_rms_mm_s", "rms_g", "envelope_rms_g"),
    "temperature": ("value_c",),
}
"""Fields that are drawn over time."""

_STEPS = 360
_ALERTS = 200
_ACTIONS = 8


class Range(msgspec.Struct, frozen=True):
    """A length of time to look back over, and how long what was read of it stays good."""

    key: str
    name: Bilingual
    span: timedelta
    good_s: float


RANGES = (
    Range("1h", Bilingual("1 hour", "1小时"), timedelta(hours=1), 4.0),
    Range("24h", Bilingual("24 hours", "24小时"), timedelta(hours=24), 20.0),
    Range("7d", Bilingual("7 days", "7天"), timedelta(days=7), 60.0),
    Range("30d", Bilingual("30 days", "30天"), timedelta(days=30), 240.0),
)


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one point in steps of time, oldest first."""

    measurement: Measurement
    point: str
    field: str
    values: tuple[ExtremesAt, ...]


class MachineHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The history of one machine, as it is drawn."""

    since: datetime
    until: datetime
    step: timedelta
    health: tuple[HealthAt, ...]
    traces: tuple[Trace, ...]
    """Only those with values."""
    alerts: tuple[Alert, ...]
    """Last transition of each, open or not, newest first, whenever it was."""
    actions: tuple[Action, ...] = ()
    """The last that people said of it, newest first."""


def window(newest: datetime, now: datetime, span: timedelta) -> tuple[datetime, datetime]:
    """Give the time to look at: up to now, or where nothing is that new, up to the newest there is.

    >>> noon, hour = datetime(2026, 3, 1, 12), timedelta(hours=1)
    >>> window(noon, noon + 3 * hour, hour)[1] == noon, window(noon, noon + hour / 2, hour)[1] == noon + hour / 2
    (True, True)
    """
    until = now if now - newest < span else newest
    return until - span, until


class HistoryReader:
    """Reads histories, one after the other, and keeps each as long as it is good."""

    def __init__(self, store: Store, *, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._kept: TtlCache[tuple[str, str], MachineHistory] = TtlCache(
            monotonic=monotonic, reading=asyncio.Lock()
        )

    async def read(self, machine: str, range_: Range, *, newest: datetime, now: datetime) -> MachineHistory:
        """Give a machine's history; `newest` is when it was measured last. Raises `ServiceError`."""
        return await self._kept.get(
            (machine, range_.key), lambda: self._read(machine, range_, newest, now), good_s=range_.good_s
        )

    async def _read(self, machine: str, range_: Range, newest: datetime, now: datetime) -> MachineHistory:
        since, until = window(newest, now, range_.span)
        step = range_.span / _STEPS
        traces = [
            Trace(
                measurement=measurement,
                point=point,
                field=field,
                values=tuple(await self._store.extremes(measurement, machine, point, field, since, until, step)),
            )
            for measurement, fields in TRENDS.items()
            for point in await self._store.points(measurement, machine)
            for field in fields
        ]
        return MachineHistory(
            since=since,
            until=until,
            step=step,
            health=tuple(await self._store.health_lows(machine, since, until, step)),
            traces=tuple(trace for trace in traces if trace.values),
            alerts=tuple(await self._store.alerts(machine=machine, limit=_ALERTS)),
            actions=tuple(await self._store.actions(machine, limit=_ACTIONS)),
        )
