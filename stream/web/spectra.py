"""Kept spectra for the page: what there is of each point, read now and then, and the ones that are looked at."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from models.captures.capture import Capture, CaptureKind
from stream.stores.store import Store

__all__ = ["SPECTRA", "Spectra"]

SPECTRA: tuple[CaptureKind, ...] = ("velocity_spectrum", "envelope_spectrum")
_LOOK_BACK = timedelta(days=400)
_AHEAD = timedelta(hours=1)
_GOOD_S = 60.0
_REMEMBERED = 64


class Spectra:
    """Reads for all viewers, one after the other; a list stays good for a minute, as a new one comes every hour."""

    def __init__(self, store: Store, *, monotonic: Callable[[], float]) -> None:
        self._store, self._monotonic = store, monotonic
        self._reading = asyncio.Lock()
        self._lists: OrderedDict[tuple[str, str, CaptureKind], tuple[float, tuple[Capture, ...]]] = OrderedDict()

    async def points(self, machine: str) -> list[str]:
        """Give the points that may have spectra, sorted. Raises `ServiceError`, as all here do."""
        async with self._reading:
            return await self._store.points("indicators", machine)

    async def kept(self, machine: str, point: str, kind: CaptureKind, *, newest: datetime) -> tuple[Capture, ...]:
        """Give what there is of the 400 days up to the machine's `newest` data, without values, oldest first."""
        key = (machine, point, kind)
        async with self._reading:
            known = self._lists.get(key)
            if known is not None and self._monotonic() - known[0] < _GOOD_S:
                return known[1]
            found = await self._store.captures(machine, point, kind, newest - _LOOK_BACK, newest + _AHEAD)
            self._lists[key] = (self._monotonic(), tuple(found))
            self._lists.move_to_end(key)
            if len(self._lists) > _REMEMBERED:
                self._lists.popitem(last=False)
            return tuple(found)

    async def values(self, listed: Capture) -> Capture | None:
        """Give a listed spectrum with its values; None if it has gone meanwhile."""
        async with self._reading:
            return await self._store.capture(listed.machine, listed.point, listed.kind, listed.time)
