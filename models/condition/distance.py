"""A Mahalanobis distance learned online, as a River anomaly detector.

In plain Python on purpose: every operation has one order, so that a score is the same to the last bit on every
processor and every version of NumPy, which a replay relies on; for at most 24 features it is fast enough.
"""

from collections.abc import Hashable, Sequence
from math import sqrt
from typing import Any

from river import base

__all__ = ["MEMORY", "MOST_FEATURES", "CorrelatedDistance", "Features", "cholesky"]

MOST_FEATURES = 24
MEMORY = 5_000
"""Beyond this many observations the oldest fade, so that a model follows slow drift."""

_RIDGE = 0.1
_LARGEST_LEARNED = 6.0
_LEAST_PIVOT = 1e-6

Features = dict[Hashable, Any]
"""Values by name, as River types them."""

Triangle = list[list[float]]
"""Lower triangle of a symmetric matrix: row i holds i + 1 numbers."""


class CorrelatedDistance(base.AnomalyDetector):
    """Mahalanobis distance per feature of standardised observations, with a running correlation matrix.

    `score = sqrt(z' (R + ridge I)^-1 z / k)`, R learned with gain 1/n from deviations of at most six. Features may
    come and go: a missing one counts as being at its mean. The first 24 names are kept.

    >>> detector = CorrelatedDistance()
    >>> for _ in range(50):
    ...     detector.learn_one({"a": 1.0, "b": 1.0})
    ...     detector.learn_one({"a": -1.0, "b": -1.0})
    >>> detector.score_one({"a": 1.0, "b": 1.0}) < 1 < detector.score_one({"a": 1.0, "b": -1.0})
    True
    """

    def __init__(self) -> None:
        self.names: list[Hashable] = []
        self.count = 0
        self.correlation: Triangle = []
        self._factor: Triangle | None = None  # of the regularised matrix, until the next lesson

    def learn_one(self, x: Features) -> None:
        """Take in one standardised observation."""
        for name in x:
            if name not in self.names and len(self.names) < MOST_FEATURES:
                self.names.append(name)
                self.correlation.append([0.0] * len(self.names))
        self.count = min(self.count + 1, MEMORY)
        gain = 1.0 / self.count
        z = [min(max(x.get(name, 0.0), -_LARGEST_LEARNED), _LARGEST_LEARNED) for name in self.names]
        for row, a in zip(self.correlation, z, strict=True):
            for j, b in enumerate(z[: len(row)]):
                row[j] += gain * (a * b - row[j])
        self._factor = None

    def score_one(self, x: Features) -> float:
        """Give the distance; about 1 for a usual observation."""
        if not self.names:
            return 0.0
        if self._factor is None:
            self._factor = cholesky(self.correlation, _RIDGE)
        total, solved = 0.0, list[float]()
        for row, name in zip(self._factor, self.names, strict=True):
            rest = x.get(name, 0.0)
            for a, b in zip(row, solved, strict=False):
                rest -= a * b
            rest /= row[-1]
            solved.append(rest)
            total += rest * rest
        return sqrt(total / len(solved))


def cholesky(matrix: Sequence[Sequence[float]], ridge: float) -> Triangle:
    """Give L, lower triangular, with L L' = matrix + ridge I; `matrix` as a lower triangle, positive semidefinite.

    >>> cholesky([[4.0], [2.0, 5.0]], 0.0)
    [[2.0], [1.0, 2.0]]
    """
    factor: Triangle = []
    for source in matrix:
        row: list[float] = []
        for column in factor:
            rest = source[len(row)]
            for a, b in zip(row, column, strict=False):
                rest -= a * b
            row.append(rest / column[-1])
        pivot = source[-1] + ridge
        for a in row:
            pivot -= a * a
        row.append(sqrt(max(pivot, _LEAST_PIVOT)))
        factor.append(row)
    return factor
