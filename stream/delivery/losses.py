"""Losses of observations: deleted before they were folded, or damaged. None comes back, so all are told."""

import logging
from collections import deque
from collections.abc import Sequence

from models.clock import to_datetime
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

    def tell(
        self,
        place: str,
        first: int,
        count: int,
        why: str,
        *,
        since_us: int | None,
        until_us: int | None,
        machines: Sequence[str],
    ) -> None:
        """Tell that `count` offsets from `first` on are gone, why, from when to when, and whose they may be."""
        since, until = (
            "an unknown time" if time_us is None else f"{to_datetime(time_us):%Y-%m-%d %H:%M:%S} UTC"
            for time_us in (since_us, until_us)
        )
        whose = ", ".join(machines[:_NAMED]) + (
            f" and {len(machines) - _NAMED} more" if len(machines) > _NAMED else ""
        )
        text = (
            f"{place}: {count} observations (offsets {first} to {first + count - 1}) {why}; they are from between "
            f"{since} and {until}, of any of these machines: {whose or 'none is known'}"
        )
        log.error("%s; judging goes on without them", text)
        self._metrics.observations_lost.inc(count)
        self._told.append(text)

    def warnings(self) -> tuple[str, ...]:
        """Give what was told, for `/health`; may be called from any thread."""
        return tuple(self._told)
