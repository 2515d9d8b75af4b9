"""Watches how writing to the store goes: when it last succeeded, since when it fails, and why."""

import time

from stream.monitoring.liveness import StoreSigns
from stream.monitoring.metrics import Metrics

__all__ = ["StoreWatch"]


class StoreWatch:
    """Remembers how writing to the store goes; told by the storage agent."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._succeeded: float | None = None
        self._failing_since: float | None = None
        self._error = ""

    def kept(self, rows: int, refused: int, seconds: float) -> None:
        """Note a batch that was kept."""
        self._succeeded, self._failing_since, self._error = time.monotonic(), None, ""
        self._metrics.store_success.set_to_current_time()
        self._metrics.store_write_s.observe(seconds)
        self._metrics.store_rows.labels("kept").inc(rows)
        self._metrics.store_rows.labels("refused").inc(refused)

    def answers(self) -> None:
        """Note that the store answers, even if it will never take this batch."""
        self._failing_since, self._error = None, ""

    def failed(self, error: str) -> None:
        """Note a batch that has to be tried again."""
        self._failing_since = self._failing_since or time.monotonic()
        self._error = error
        self._metrics.store_retries.inc()

    def signs(self, now: float) -> StoreSigns:
        """Give what is known at `now`, a monotonic time."""
        return StoreSigns(
            last_success_s=None if self._succeeded is None else now - self._succeeded,
            failing_s=0.0 if self._failing_since is None else now - self._failing_since,
            error=self._error,
        )
