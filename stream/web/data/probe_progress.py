"""The progress of probes, as the page's server sees it: when each last came through.

The time that a probe bears is its worker's, whose clock may be another than this computer's. So what counts is when
a new one was seen to appear; its own time only tells of what was there before this server began to look.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from models.probes.known import as_known
from models.probes.records import INPUTS, ProbeResult
from stream.web.views.snapshot import Probed

__all__ = ["ExpectedProbes", "ProbeProgress"]

_PATIENCE = 2.5
"""As workers have it (`stream.monitoring.probe_watch`), which the page doesn't load for this."""


class ExpectedProbes(msgspec.Struct, frozen=True, kw_only=True):
    """What workers are to send by the settings."""

    partitions: int
    every_s: float

    @property
    def limit(self) -> timedelta:
        """For how long none may come through."""
        return timedelta(seconds=_PATIENCE * self.every_s)


class _Seen(msgspec.Struct):
    time: datetime
    since: datetime


class ProbeProgress:
    """Follows the newest probe of each input and partition."""

    def __init__(self, expected: ExpectedProbes) -> None:
        self.expected = expected
        self._seen: dict[tuple[str, int], _Seen] = {}

    def update(self, results: Iterable[ProbeResult], now: datetime) -> tuple[Probed, ...]:
        """Take in what the store holds now; gives every input and partition that there must be."""
        wrong = set()
        for result in results:
            way = result.input, result.partition
            seen = self._seen.get(way)
            if seen is None:
                self._seen[way] = _Seen(result.time, min(result.time, now))
            elif result.time != seen.time:
                self._seen[way] = _Seen(result.time, now)
            if not as_known(result):
                wrong.add(way)
        return tuple(
            Probed(
                input=each,
                partition=number,
                since=None if (seen := self._seen.get((each, number))) is None else seen.since,
                wrong=(each, number) in wrong,
            )
            for number in range(self.expected.partitions)
            for each in INPUTS
        )
