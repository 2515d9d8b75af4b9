"""Losses of observations, deleted or damaged before they were folded: nobody brings them back, so they are told."""

import logging
from collections import deque

from models.clock import to_datetime
from stream.delivery.partition import Partition
from stream.messages.topics import OBSERVATIONS
from stream.monitoring.metrics import Metrics

__all__ = ["Losses"]

log = logging.getLogger(__name__)

_KEPT = 20
_NAMED = 5


class Losses:
    """Tells of each loss once in the log, and keeps the newest for `/health`."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._told: deque[str] = deque(maxlen=_KEPT)

    def tell(self, partition: Partition, first: int, count: int, why: str, until_us: int | None = None) -> None:
        """Tell that `count` offsets of a partition from `first` on are lost: from when, and whose they may be.

        `until_us` is when the first one was written that is left, in microseconds.
        """
        since_us = max((state.observed_us for state in partition.machines.values()), default=None)
        machines = sorted(partition.machines)
        named = ", ".join(machines[:_NAMED]) or "none is known"
        if len(machines) > _NAMED:
            named += f" and {len(machines) - _NAMED} more"
        text = (
            f"{OBSERVATIONS}/{partition.number}: {count} observations (offsets {first} to {first + count - 1}) are "
            f"lost, from between {_shown(since_us)} and {_shown(until_us)}, of any of these machines: {named}; "
            f"{why}"
        )
        log.error("%s; judging goes on without them", text)
        self._metrics.observations_lost.inc(count)
        self._told.append(text)

    def warnings(self) -> tuple[str, ...]:
        """Give what was told, for `/health`; may be called from any thread."""
        return tuple(self._told)


def _shown(time_us: int | None) -> str:
    return "an unknown time" if time_us is None else f"{to_datetime(time_us):%Y-%m-%d %H:%M:%S} UTC"
