"""The newest health of each machine and point, asked for again and again: mostly only what came of late.

InfluxDB looks through all series of a measurement for the last value of each, which takes seconds for thousands of
machines. So that is asked once a minute, and in between only for what is newer than ten minutes before the newest
that is known. A machine whose data run further behind is a minute late so, and no more.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from models.clock import SECOND_US, from_datetime
from models.outputs import Deduction, Health
from stream.stores.influxdb.connection import Connection
from stream.stores.influxdb.influxql import Series

__all__ = ["NewestHealth"]

_WHOLE_EVERY_S = 60.0
_BACK_US = 600 * SECOND_US
_QUERY = 'SELECT "record", "deductions" FROM "health"{which} GROUP BY "machine", "point" ORDER BY time DESC LIMIT 1'
_WHOLE, _OF_LATE = _QUERY.format(which=""), _QUERY.format(which=" WHERE time >= $since")


_Key = tuple[str, str]


class _Kept(NamedTuple):
    record: str
    deductions: str
    health: Health


class NewestHealth:
    """What was read last; what has not changed since is given as the same object again."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[_Key, _Kept] = {}
        self._whole_at: float | None = None

    def forget(self) -> None:
        """Ask for all again the next time: something was written, of whatever time."""
        self._whole_at = None

    async def read(self, server: Connection, bucket: str) -> list[Health]:
        """Give the newest of each machine and point. Raises `ServiceError`."""
        now = self._monotonic()
        newest = max((each.health.time for each in self._known.values()), default=None)
        if newest is None or self._whole_at is None or now - self._whole_at >= _WHOLE_EVERY_S:
            self._known = self._taken(await server.groups(bucket, _WHOLE))
            self._whole_at = now
        else:
            since_ns = (from_datetime(newest) - _BACK_US) * 1000
            self._known |= self._taken(await server.groups(bucket, _OF_LATE, since=since_ns))
        return [each.health for each in self._known.values()]

    def _taken(self, groups: list[Series]) -> dict[_Key, _Kept]:
        """Decode what is new; the rest is as it was."""
        found: dict[_Key, _Kept] = {}
        for group in groups:
            key = group.tags.get("machine", ""), group.tags.get("point", "")
            ((_, record, deductions),) = group.values
            kept = self._known.get(key)
            if kept is None or (kept.record, kept.deductions) != (record, deductions):
                kept = _Kept(record, deductions, _health(record, deductions))
            found[key] = kept
        return found


def _health(kept: str, deductions: str) -> Health:
    health = msgspec.json.decode(kept, type=Health)
    return msgspec.structs.replace(health, deductions=msgspec.json.decode(deductions, type=tuple[Deduction, ...]))
