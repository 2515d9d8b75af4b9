"""Watches a worker's own probes: which stage of the way each passed last, and whether the store gives them back."""

import time
from collections import deque
from collections.abc import Collection, Sequence
from typing import Literal, get_args

import msgspec

from models.clock import from_datetime
from models.probes.known import as_known
from models.probes.records import INPUTS, Input, ProbeResult
from stream.monitoring.liveness import ProbeSigns
from stream.monitoring.metrics import Metrics

__all__ = ["PATIENCE", "ProbeWatch", "Stage", "Way", "shown"]

PATIENCE = 2.5
"""So many intervals may pass without a probe: one lost is no reason, and a cut is told within three of a minute."""

Stage = Literal["sent", "observed", "judged", "stored"]
_STAGES: tuple[Stage, ...] = get_args(Stage)
_REMEMBERED = 16

Way = tuple[Input, int]
"""An input and a partition: what one probe after the other goes along."""


class _Passed(msgspec.Struct):
    """What is known of the probes of one way; times are monotonic."""

    since: float
    """From when on silence counts."""
    in_store: float
    """When the last one that the store gives back was sent; with none, when that began to be watched."""
    stages: dict[Stage, float] = {}
    sent: deque[tuple[int, float]] = msgspec.field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    """The last ones: the time that each bears, and when it was sent."""
    stored_us: int = 0
    """Time that the newest one bears that the store gave back."""
    wrong: bool = False
    error: str = ""

    def stopped(self, limit_s: float, now: float) -> Stage | None:
        """Name the first stage that none has passed for longer than `limit_s`."""
        for stage in _STAGES:
            if self.silent_s(stage, now) > limit_s:
                return stage
        return None

    def silent_s(self, stage: Stage, now: float) -> float:
        """Give for how long none has passed a stage."""
        return now - max(self.since, self.stages.get(stage, self.since))


class ProbeWatch:
    """Remembers the probes of this worker's partitions; told by its agents, `signs` by any thread."""

    def __init__(self, metrics: Metrics, *, every_s: float) -> None:
        self._metrics, self._limit_s = metrics, PATIENCE * every_s
        self._ways: dict[Way, _Passed] = {}
        self._unread = ""

    @property
    def limit_s(self) -> float:
        """For how long none may pass."""
        return self._limit_s

    def own(self, partitions: Collection[int]) -> None:
        """Watch the ways of these partitions from now on, and no others."""
        wanted = {(each, partition) for partition in partitions for each in INPUTS}
        for gone in self._ways.keys() - wanted:
            del self._ways[gone]
            self._metrics.forget_probe(*gone)
        for new in wanted - self._ways.keys():
            now = time.monotonic()
            self._ways[new] = _Passed(since=now, in_store=now)

    def excuse(self) -> None:
        """Let silence count from now on only: something else that is told keeps the probes."""
        now = time.monotonic()
        for passed in self._ways.values():
            passed.since = now

    def sent(self, way: Way, time_us: int) -> None:
        """Note that the broker has taken a probe that bears this time."""
        if (passed := self._ways.get(way)) is not None:
            passed.sent.append((time_us, time.monotonic()))
            passed.error = ""
        self.passed("sent", way)

    def refused(self, way: Way, error: str) -> None:
        """Note that the broker has not taken a probe."""
        if (passed := self._ways.get(way)) is not None:
            passed.error = error

    def passed(self, stage: Stage, way: Way) -> None:
        """Note that a probe has passed a stage; those of other workers' partitions are theirs to watch."""
        if (passed := self._ways.get(way)) is not None:
            passed.stages[stage] = time.monotonic()

    def read_back(self, results: Sequence[ProbeResult]) -> None:
        """Note what the store gave back: a way goes on where that is a newer one than before.

        Another worker may have stored it, as partitions of results have owners of their own.
        """
        self._unread = ""
        for result in results:
            passed, time_us = self._ways.get((result.input, result.partition)), from_datetime(result.time)
            sent = {} if passed is None else dict(passed.sent)
            if passed is None or time_us not in sent:
                continue  # one of a former owner, or of another version, is not ours to judge
            passed.wrong = not as_known(result)
            if time_us > passed.stored_us:
                passed.stored_us, passed.in_store = time_us, sent[time_us]
                passed.stages["stored"] = time.monotonic()

    def unread(self, error: str) -> None:
        """Note that the store could not be asked."""
        self._unread = error

    def signs(self, now: float) -> ProbeSigns:
        """Give what is known at `now`, a monotonic time, and set the gauges."""
        ways = dict(self._ways)
        ages = {way: now - each.in_store for way, each in ways.items()}
        for (input_, partition), age_s in ages.items():
            self._metrics.probe_age(input_, partition, age_s)
        stopped = {way: stage for way, each in ways.items() if (stage := each.stopped(self._limit_s, now))}
        wrong = [way for way, passed in ways.items() if passed.wrong]
        signs = ProbeSigns(oldest_s=max(ages.values(), default=None), wrong_at=shown(wrong))
        if not stopped:
            return signs
        first = min(stopped.values(), key=_STAGES.index)
        there = [way for way, stage in stopped.items() if stage == first]
        worst = max(there, key=lambda way: ways[way].silent_s(first, now))
        return msgspec.structs.replace(
            signs,
            stage=first,
            stopped_at=shown(there),
            stopped_s=ways[worst].silent_s(first, now),
            error=self._unread if first == "stored" else ways[worst].error,
        )


def shown(ways: Sequence[tuple[str, int]], most: int = 3) -> str:
    """Name some.

    >>> shown([("vibration", 3), ("actions", 0), ("vibration", 0), ("vibration", 1)])
    'actions/0, vibration/0, vibration/1 and 1 more'
    """
    names = [f"{input_}/{partition}" for input_, partition in sorted(ways)]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
