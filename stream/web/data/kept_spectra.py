"""Kept spectra for the page: what there is of each point, read now and then, and the ones that are looked at."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from models.captures.capture import Capture, CaptureKind
from stream.stores.store import Store
from stream.web.data.ttl_cache import TtlCache

__all__ = ["SPECTRA", "Spectra"]

SPECTRA: tuple[CaptureKind, ...] = ("velocity_spectrum", "envelope_spectrum")
_LOOK_BACK = timedelta(days=400)
_AHEAD = timedelta(hours=1)
_GOOD_S = 60.0


class Spectra:
    """Reads for all viewers, one after the other; a list stays good for a minute, as a new one comes every hour."""

    def __init__(self, store: Store, *, monotonic: Callable[[], float]) -> None:
        self._store, self._reading = store, asyncio.Lock()
        self._points: TtlCache[str, list[str]] = TtlCache(monotonic=monotonic, reading=self._reading)
        self._lists: TtlCache[tuple[str, str, CaptureKind], tuple[Capture, ...]] = TtlCache(
            monotonic=monotonic, reading=self._reading
        )

    async def points(self, machine: str) -> list[str]:
        """Give the points that may have spectra, sorted. Raises `ServiceError`, as all here do."""
        return await self._points.get(machine, lambda: self._store.points("indicators", machine), good_s=_GOOD_S)

    async def kept(self, machine: str, point: str, kind: CaptureKind, *, newest: datetime) -> tuple[Capture, ...]:
        """Give what there is of the 400 days up to the machine's `newest` data, without values, oldest first."""

        async def read() -> tuple[Capture, ...]:
            return tuple(await self._store.captures(machine, point, kind, newest - _LOOK_BACK, newest + _AHEAD))

        return await self._lists.get((machine, point, kind), read, good_s=_GOOD_S)

    async def values(self, listed: Capture) -> Capture | None:
        """Give a listed spectrum with its values; None if it has gone meanwhile."""
        async with self._reading:
            return await self._store.capture(listed.machine, listed.point, listed.kind, listed.time)
