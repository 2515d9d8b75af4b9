"""What came late of one point, as one episode of fixed size whose outcome doesn't depend on the order of arrival.

A backlog comes newest first, or in between live data, so nothing of it can be smoothed or delayed as what comes in
order is. It is counted instead, by time: each observation adds one to its bin, and bins grow wider together as the
episode does. Sums, least and greatest are all there is, so any order gives the same.
"""

from itertools import accumulate

import msgspec

from models.alarms.symptom import Symptom
from models.clock import HOUR_US, MINUTE_US
from models.condition.late_baseline import LateBaseline
from models.condition.recent_observations import fingerprint

__all__ = ["LateEpisode", "LateWatch", "Loudest", "Stretch"]

_MAX_BINS = 48
_LEAST_WIDTH_US, _MOST_WIDTH_US = MINUTE_US, 64 * MINUTE_US
"""Times of a bin; with the widest an episode spans 51 hours."""
_LEAST_COUNT = 3
_LEAST_SHARE = 0.75
"""Part of the observations of a stretch that must be at a level: starts and shocks are less than that."""
_MAX_TOLD = 4
_QUIET_US = 5 * MINUTE_US
_LONGEST_US = 4 * HOUR_US
"""What goes on coming late for so long is told so far: its sender's clock may be wrong, for good."""


class Stretch(msgspec.Struct, frozen=True):
    """The longest time through which what came late was at a level."""

    since_us: int
    until_us: int
    count: int
    """Observations at the level in it."""


class Loudest(msgspec.Struct, array_like=True):
    """What was at one level and no higher: from when to when, and one of the observations, drawn by its content.

    The strongest would be a shock, the first a start; one drawn at random is like most.
    """

    first_us: int
    last_us: int
    mark: int
    digest: str
    rule: str
    indicator: str
    value: float
    reference: float | None
    limits: list[float]

    @property
    def symptom(self) -> Symptom:
        """What that observation shows."""
        return Symptom(self.rule, self.indicator, self.value, self.reference, self.limits, 0.0)


class LateEpisode(msgspec.Struct, array_like=True):
    """One episode of a point: counts by time and level, and against what it is judged."""

    baseline: LateBaseline
    begun_us: int
    """When the first came, and the last (observed time, or the machine's event time where that is later)."""
    moment_us: int
    origin_us: int = 0
    """Event time of bin 0, a multiple of the widest bin."""
    width_us: int = _LEAST_WIDTH_US
    bins: dict[int, list[int]] = {}
    """By number of the bin: how many were judged, and where any was at a level how many at low, medium and high."""
    loudest: dict[int, Loudest] = {}
    """By level, where any was at it."""

    def fits(self, time_us: int) -> bool:
        """Whether an event time lies near enough to the others."""
        if not self.bins:
            return True
        number = (time_us - self.origin_us) // _MOST_WIDTH_US
        factor = _MOST_WIDTH_US // self.width_us
        return max(max(self.bins) // factor, number) - min(min(self.bins) // factor, number) < _MAX_BINS

    def add(self, time_us: int, digest: str, symptom: Symptom) -> None:
        """Count one observation, by what it shows."""
        level = min(int(symptom.degree), 3)
        number = self._bin(time_us)
        counts = self.bins.setdefault(number, [0])
        counts[0] += 1
        if level:
            if len(counts) == 1:
                counts += [0, 0, 0]
            counts[level] += 1
            self._keep(level, time_us, digest, symptom)

    def _bin(self, time_us: int) -> int:
        """Give the number of the bin of an event time, once all bins are wide enough for there to be few."""
        if not self.bins:
            self.origin_us = time_us - time_us % _MOST_WIDTH_US
        number = (time_us - self.origin_us) // self.width_us
        while self.bins and max(*self.bins, number) - min(*self.bins, number) >= _MAX_BINS:
            self._widen()
            number //= 2
        return number

    def _widen(self) -> None:
        self.width_us *= 2
        wider: dict[int, list[int]] = {}
        for number, counts in self.bins.items():
            before = wider.get(number // 2)
            wider[number // 2] = counts if before is None else _sum(before, counts)
        self.bins = wider

    def _keep(self, level: int, time_us: int, digest: str, symptom: Symptom) -> None:
        mark, before = fingerprint(time_us, digest), self.loudest.get(level)
        if before is None or (mark, symptom.value) < (before.mark, before.value):
            self.loudest[level] = Loudest(
                time_us if before is None else before.first_us,
                time_us if before is None else before.last_us,
                mark,
                digest,
                symptom.rule,
                symptom.indicator,
                symptom.value,
                symptom.reference,
                symptom.limits,
            )
        kept = self.loudest[level]
        kept.first_us, kept.last_us = min(kept.first_us, time_us), max(kept.last_us, time_us)

    @property
    def due_us(self) -> int:
        """When it is told, if nothing more comes late."""
        return min(self.moment_us + _QUIET_US, self.begun_us + _LONGEST_US)

    @property
    def judged(self) -> int:
        """How many were judged."""
        return sum(counts[0] for counts in self.bins.values())

    def stretch(self, level: int, least_us: int) -> Stretch | None:
        """Give the longest stretch at or above a level, if one is as long as `least_us`; the first of several.

        Three observations in four must be at the level, and three at least. They count for their usual interval
        each, and together for no longer than the stretch.
        """
        numbers = sorted(self.bins)
        judged = [0, *accumulate(self.bins[number][0] for number in numbers)]
        loud = [0, *accumulate(sum(self.bins[number][level:]) for number in numbers)]
        interval_us = self.baseline.interval_us or self.width_us / max(counts[0] for counts in self.bins.values())
        best: tuple[float, int, int] | None = None
        for i, first in enumerate(numbers):
            for j in range(i, len(numbers)):
                count = loud[j + 1] - loud[i]
                if count < _LEAST_COUNT or count < _LEAST_SHARE * (judged[j + 1] - judged[i]):
                    continue
                lasts_us = min(count * interval_us, float((numbers[j] + 1 - first) * self.width_us))
                if lasts_us >= least_us and (best is None or lasts_us > best[0]):
                    best = lasts_us, i, j
        return None if best is None else self._between(level, numbers, best[1], best[2])

    def _between(self, level: int, numbers: list[int], i: int, j: int) -> Stretch:
        """Give a stretch of bins, and of the next ones as much as is at the level too."""
        loud = {number for number in numbers if sum(self.bins[number][level:])}
        first = numbers[i] - (numbers[i] - 1 in loud)
        last = numbers[j] + (numbers[j] + 1 in loud)
        kept = [each for at, each in self.loudest.items() if at >= level]
        return Stretch(
            since_us=max(min(each.first_us for each in kept), self.origin_us + first * self.width_us),
            until_us=min(max(each.last_us for each in kept), self.origin_us + (last + 1) * self.width_us - 1),
            count=sum(sum(self.bins[number][level:]) for number in numbers if first <= number <= last),
        )


class LateWatch(msgspec.Struct, array_like=True):
    """A point's open episode, and what has been told of its past, so that what is sent twice is told once."""

    episode: LateEpisode | None = None
    told: list[tuple[int, int, int]] = []
    """Level, since and until (event time) of the last alerts that are over."""

    def record_told(self, level: int, since_us: int, until_us: int) -> None:
        """Note that people were told of a level that held from one event time to another."""
        self.told = [*self.told, (level, since_us, until_us)][-_MAX_TOLD:]


def _sum(one: list[int], other: list[int]) -> list[int]:
    if len(one) < len(other):
        one, other = other, one
    return [a + (other[k] if k < len(other) else 0) for k, a in enumerate(one)]
