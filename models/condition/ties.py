"""How values usually move together, so that one which leaves the others is told although it is usual by itself.

Every operation has one order on purpose, so that a score is the same to the last bit on every processor, which a
replay relies on. So there is no product of matrices here: NumPy multiplies element by element and adds row by row.
"""

from collections.abc import Sequence
from functools import cached_property
from math import sqrt
from struct import iter_unpack, pack

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_FEATURES", "Ties", "inverse", "packed", "unpacked"]

MOST_FEATURES = 24

_RIDGE = 0.1
_LARGEST_LEARNED = 6.0
_REFRESH = 50
"""Lessons after which the regression is computed anew."""
_BELIEF = 500.0
"""Independent values from which on half of a correlation is believed."""
_LEAST_PIVOT = 1e-6

Triangle = list[list[float]]
"""Lower triangle of a symmetric matrix: row i holds i + 1 numbers."""


class Ties(msgspec.Struct, array_like=True, dict=True):
    """Running correlations of standardised deviations, and the regression of each on all others that they give.

    With P the inverse of the regularised correlation matrix, (P z)_i / P_ii is the error of value i as predicted by
    the others, and (P z)_i / sqrt(P_ii) the same in its own standard deviations (Lauritzen 1996, Graphical Models,
    section 5.1). Two values that both drift are correlated by chance, so a correlation is believed by
    sqrt(n_i n_j) / (500 + n) only, n being independent values (`condition.spread`).
    """

    count: int = 0
    correlation: Triangle = []
    precision: Triangle = []

    def learn(self, deviations: Sequence[float], gain: float) -> None:
        """Take in standardised deviations, clipped at six; there may be more of them than before, not fewer."""
        clipped = [
            z if -_LARGEST_LEARNED < z < _LARGEST_LEARNED else min(max(z, -_LARGEST_LEARNED), _LARGEST_LEARNED)
            for z in deviations
        ]
        rows = self.correlation
        while len(rows) < len(clipped):
            rows.append([0.0] * (len(rows) + 1))
        for row, a in zip(rows, clipped, strict=True):
            part = gain * a
            row[:] = [old + part * b - gain * old for old, b in zip(row, clipped, strict=False)]
        self.count += 1

    @property
    def stale(self) -> bool:
        """Whether enough lessons have passed for a new regression."""
        return self.count % _REFRESH == 0

    def refresh(self, independent: Sequence[float]) -> None:
        """Compute the regression anew; `independent` as in `Spread`."""
        belief = [sqrt(n / (n + _BELIEF)) for n in independent]
        scale = [sqrt(max(row[-1], _LEAST_PIVOT)) for row in self.correlation]
        believed = [
            [
                row[j] * belief[i] * belief[j] / (scale[i] * scale[j]) if j < i else 1.0 + _RIDGE
                for j in range(i + 1)
            ]
            for i, row in enumerate(self.correlation)
        ]
        self.precision = inverse(believed)
        self.__dict__.pop("_regression", None)

    def residuals(self, deviations: Sequence[float]) -> list[float]:
        """Give what is left of each deviation once the others have predicted it; those known to the regression.

        >>> ties = Ties(precision=inverse([[1.1], [-0.9, 1.1]]))
        >>> together, against = ties.residuals([1.0, -1.0]), ties.residuals([1.0, 1.0])
        >>> abs(together[0]) < 1 < abs(against[0])
        True
        """
        precision, scale = self._regression
        z = np.array(deviations[: scale.size])
        residuals: list[float] = (np.add.reduce(precision * z.reshape(-1, 1), 0) / scale).tolist()
        return residuals

    @cached_property
    def _regression(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The whole of `precision`, shape (n, n), and the roots of its diagonal, (n,); kept until `refresh`."""
        size = len(self.precision)
        whole = np.zeros((size, size))
        for i, row in enumerate(self.precision):
            whole[i, : i + 1] = whole[: i + 1, i] = row
        return whole, np.sqrt(whole.diagonal())


def packed(matrix: Triangle) -> bytes:
    """Give a triangle's numbers, row by row, as little-endian doubles."""
    numbers = [x for row in matrix for x in row]
    return pack(f"<{len(numbers)}d", *numbers)


def unpacked(numbers: bytes) -> Triangle:
    """Give the triangle that was `packed`, bit for bit; raises struct.error.

    >>> unpacked(packed([[1.0], [2.0, 3.0]]))
    [[1.0], [2.0, 3.0]]
    """
    flat = [x for (x,) in iter_unpack("<d", numbers)]
    rows: Triangle = []
    while len(flat) > len(rows):
        size = len(rows) + 1
        rows.append(flat[:size])
        del flat[:size]
    return rows


def inverse(matrix: Triangle) -> Triangle:
    """Invert a symmetric positive definite matrix given as its lower triangle, by Cholesky's factor.

    >>> inverse([[4.0], [2.0, 5.0]])
    [[0.3125], [-0.125, 0.25]]
    """
    size = len(matrix)
    factor: Triangle = []
    for source in matrix:
        row: list[float] = []
        for column in factor:
            rest = source[len(row)]
            for a, b in zip(row, column, strict=False):
                rest -= a * b
            row.append(rest / column[-1])
        pivot = source[-1]
        for a in row:
            pivot -= a * a
        row.append(sqrt(max(pivot, _LEAST_PIVOT)))
        factor.append(row)
    # Column k of the factor's inverse, from row k down; the inverse is its transpose times itself.
    columns: list[list[float]] = []
    for k in range(size):
        column = [1.0 / factor[k][k]]
        for i in range(k + 1, size):
            rest = 0.0
            for offset, x in enumerate(column):
                rest -= factor[i][k + offset] * x
            column.append(rest / factor[i][i])
        columns.append(column)
    return [
        [sum(a * b for a, b in zip(columns[i], columns[j][i - j :], strict=True)) for j in range(i + 1)]
        for i in range(size)
    ]
