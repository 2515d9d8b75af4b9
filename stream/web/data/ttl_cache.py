"""A cache with a time to live: what was read for one viewer serves the next, as long as it is good."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["TtlCache"]

_KEPT_RESULTS = 64

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TtlCache(Generic[K, V]):
    """The last results of reading by key, `most` of them; `monotonic` gives seconds.

    Whoever shares `reading` reads one after the other, so that many viewers don't crowd the store.
    """

    def __init__(self, *, monotonic: Callable[[], float], reading: asyncio.Lock, most: int = _KEPT_RESULTS) -> None:
        self._monotonic, self._reading, self._most = monotonic, reading, most
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    async def get(self, key: K, read: Callable[[], Awaitable[V]], *, good_s: float) -> V:
        """Give what is kept if it is younger than `good_s`, else read; what `read` raises is not kept."""
        async with self._reading:
            kept = self._kept.get(key)
            if kept is not None and self._monotonic() - kept[0] < good_s:
                return kept[1]
            value = await read()
            self._kept[key] = (self._monotonic(), value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return value
