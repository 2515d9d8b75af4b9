"""Counters and histograms that an event costs next to nothing: plain numbers, put into Prometheus' form when read.

Prometheus' own take a lock for each number, and a histogram walks its bounds: four of each are a message's. These
are written from one thread, the event loop's, and read from any: a reading may miss what is just being counted.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.utils import floatToGoString

__all__ = ["Counts", "Distribution", "Distributions"]


class Counts:
    """A counter by labels; to be registered as a collector."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, *labels: str) -> None:
        """Count one more.

        >>> counts = Counts("bolts", "Bolts.", "size")
        >>> counts.add("M8")
        >>> [(sample.name, sample.labels, sample.value) for sample in next(counts.collect()).samples]
        [('bolts_total', {'size': 'M8'}, 1.0)]
        """
        self._counts[labels] = self._counts.get(labels, 0) + 1

    def describe(self) -> list[CounterMetricFamily]:
        """Give the metric without values, by which a registry finds two of one name."""
        return [CounterMetricFamily(self._name, self._meaning, labels=self._labels)]

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Give what has been counted, as a registry asks for it."""
        (family,) = self.describe()
        for labels, count in tuple(self._counts.items()):
            family.add_metric(labels, float(count))
        yield family


class Distribution:
    """How many values lie up to each bound, and their sum."""

    __slots__ = ("_bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Of the values above the bound before and up to each one; the last of those above all."""
        self.sum = 0.0

    def add(self, value: float) -> None:
        """Count a value.

        >>> seconds = Distribution([0.1, 1.0])
        >>> for value in (0.1, 0.2, 1.0, 7.0):
        ...     seconds.add(value)
        >>> seconds.counts
        [1, 2, 1]
        """
        self.sum += value
        self.counts[bisect_left(self._bounds, value)] += 1


class Distributions:
    """A histogram by one label; to be registered as a collector."""

    def __init__(self, name: str, meaning: str, bounds: Sequence[float], label: str, values: Sequence[str]) -> None:
        self._name, self._meaning, self._bounds, self._label = name, meaning, bounds, label
        self.by_value = {value: Distribution(bounds) for value in values}

    def describe(self) -> list[HistogramMetricFamily]:
        """Give the metric without values, by which a registry finds two of one name."""
        return [HistogramMetricFamily(self._name, self._meaning, labels=[self._label])]

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Give what has been counted, as a registry asks for it."""
        (family,) = self.describe()
        every = (*self._bounds, float("inf"))
        bounds = [floatToGoString(bound) for bound in every]  # type: ignore[no-untyped-call]
        for value, distribution in self.by_value.items():
            below, buckets = 0, []
            for bound, count in zip(bounds, tuple(distribution.counts), strict=True):
                below += count
                buckets.append((bound, float(below)))
            family.add_metric([value], buckets, distribution.sum)
        yield family
