"""The record of the fleet's alerts and findings, read once for all, to tell how often each rule was right."""

import asyncio
from collections.abc import Callable

import msgspec

from models.outputs import Action, Alert
from stream.stores.store import Store

__all__ = ["FleetRecord", "FleetRecords"]

_ALERTS, _ACTIONS = 1_000, 1_000
_GOOD_S = 120.0


class FleetRecord(msgspec.Struct, frozen=True):
    """The last alerts and findings of the fleet, newest first."""

    alerts: tuple[Alert, ...]
    actions: tuple[Action, ...]


class FleetRecords:
    """Reads the record of the fleet, at most once in two minutes."""

    def __init__(self, store: Store, *, monotonic: Callable[[], float]) -> None:
        self._store, self._monotonic = store, monotonic
        self._reading = asyncio.Lock()
        self._kept: tuple[float, FleetRecord] | None = None

    async def read(self) -> FleetRecord:
        """Give what there is; raises `ServiceError`."""
        async with self._reading:
            if self._kept is not None and self._monotonic() - self._kept[0] < _GOOD_S:
                return self._kept[1]
            record = FleetRecord(
                alerts=tuple(await self._store.alerts(limit=_ALERTS)),
                actions=tuple(await self._store.actions(None, limit=_ACTIONS)),
            )
            self._kept = (self._monotonic(), record)
            return record
