"""One machine's recent history: read on from where it ended, thinned so that no dip is lost.

Of a machine that nobody looks at only its usual interval is kept, so that thousands of them take no room.
"""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from stream.stores.store import HealthAt, Store
from stream.web.views.snapshot import FIELDS, Series

__all__ = ["RecentHistory"]

_HISTORY = timedelta(hours=24)
_GLANCE = timedelta(hours=2)
"""Of a machine that is only a tile: enough to know how often it reports."""


class RecentHistory:
    """History of health over 24 hours, and the numbers of the last two; of a glance, the interval alone."""

    def __init__(self) -> None:
        self.history: tuple[HealthAt, ...] = ()
        self.series: tuple[Series, ...] = ()
        self.interval: timedelta | None = None
        """What usually passes between two of its data; None where that isn't known."""
        self.until: datetime | None = None
        """Newest health when this was read last."""
        self.turn = -1
        self._minutes: dict[int, HealthAt] = {}
        self.in_full = False

    async def read(self, store: Store, machine: str, until: datetime, *, in_full: bool) -> None:
        """Read what came since the last time, `in_full` the whole day and the numbers. Raises `ServiceError`."""
        since = until - (_HISTORY if in_full else _GLANCE)
        if self.until is not None and self.in_full and in_full:
            since = max(since, self.until)
        else:
            self._minutes = {}
        for each in await store.health_history(machine, since, until):
            self._keep(each)
        oldest = _minute(until - _HISTORY)
        self._minutes = {minute: each for minute, each in self._minutes.items() if minute >= oldest}
        history = tuple(sorted(self._minutes.values(), key=lambda each: each.time))
        self.interval = _interval(history)
        if in_full:
            self.history, self.series = history, await _series(store, machine, until)
        else:
            self.history, self.series, self._minutes = (), (), {}
        self.until, self.in_full = until, in_full

    def _keep(self, each: HealthAt) -> None:
        """Keep the worst of each minute: its lowest health, or that health was withheld all through it."""
        minute = _minute(each.time)
        kept = self._minutes.get(minute)
        if kept is None or (each.score is not None and (kept.score is None or each.score < kept.score)):
            self._minutes[minute] = each


def _interval(history: Sequence[HealthAt]) -> timedelta | None:
    """Give the long steps of a history: a machine's points may report close together and then not for a while."""
    steps = sorted(later.time - earlier.time for earlier, later in itertools.pairwise(history))
    return steps[int(0.9 * (len(steps) - 1))] if steps else None


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


async def _series(store: Store, machine: str, until: datetime) -> tuple[Series, ...]:
    return tuple(
        [
            Series(
                measurement=measurement,
                point=point,
                field=field,
                values=tuple(await store.series(measurement, machine, point, field, until - _GLANCE, until)),
            )
            for measurement, fields in FIELDS.items()
            for point in await store.points(measurement, machine)
            for field in fields
        ]
    )
