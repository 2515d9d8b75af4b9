"""Others' transactions that stay open: what comes after their beginning reaches nobody until they end."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from aiokafka import TopicPartition

from stream.monitoring.metrics import Metrics

__all__ = ["OpenTransactions"]

log = logging.getLogger(__name__)


class _Open(msgspec.Struct):
    """A transaction that holds a partition up."""

    begin: int
    """Its first offset."""
    since_s: float
    """When it was first seen, a monotonic time."""
    since: datetime
    told: bool = False


class OpenTransactions:
    """Watches how far partitions can be read, and tells of what has held one up for longer than `patience_s`."""

    def __init__(self, metrics: Metrics, *, patience_s: float) -> None:
        self._metrics, self._patience_s = metrics, patience_s
        self._open: dict[TopicPartition, _Open] = {}

    def see(self, ends: Mapping[TopicPartition, tuple[int, int]], now_s: float | None = None) -> None:
        """Note of each partition how far it can be read, and where it ends."""
        now_s = time.monotonic() if now_s is None else now_s
        for tp in self._open.keys() - ends.keys():
            self._forget(tp, now_s, "is somebody else's to watch")
        for tp, (stable, end) in ends.items():
            known = self._open.get(tp)
            if known is not None and (stable >= end or stable != known.begin):
                self._forget(tp, now_s, "has ended, and what waited behind it is read")
            if stable < end:
                self._look_at(tp, self._open.setdefault(tp, _Open(stable, now_s, datetime.now(UTC))), now_s)

    def warnings(self) -> list[str]:
        """Give a line for each that holds a partition up for too long; any thread may ask."""
        return [_line(tp, one) for tp, one in sorted(self._open.items()) if one.told]

    def _look_at(self, tp: TopicPartition, one: _Open, now_s: float) -> None:
        self._metrics.open_transaction_s.labels(tp.topic, str(tp.partition)).set(now_s - one.since_s)
        if not one.told and now_s - one.since_s > self._patience_s:
            one.told = True
            log.warning("%s", _line(tp, one))

    def _forget(self, tp: TopicPartition, now_s: float, why: str) -> None:
        one = self._open.pop(tp)
        self._metrics.open_transaction_s.remove(tp.topic, str(tp.partition))
        if one.told:
            log.info(
                "the transaction in %s/%d (seen for %.0f s) %s", tp.topic, tp.partition, now_s - one.since_s, why
            )


def _line(tp: TopicPartition, one: _Open) -> str:
    return (
        f"a transaction has been open in {tp.topic}/{tp.partition} since {one.since:%Y-%m-%dT%H:%M:%SZ} or longer; "
        f"what came from offset {one.begin} on waits until its sender ends it (`stethos doctor` says which)"
    )
