"""Correlations of values, so that one which leaves the others shows although it is usual by itself.

Every operation has one order on purpose, so that a score is the same to the last bit on every processor, which a
replay relies on. So there is no product of matrices here: NumPy multiplies element by element and adds row by row.
Matrices are symmetric, of shape (n, n); what counts of them is the triangle up to the diagonal.
"""

from collections.abc import Sequence
from functools import cached_property
from math import isqrt, sqrt

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_FEATURES", "Correlations", "inverse", "packed", "unpacked"]

Matrix = NDArray[np.float64]

MAX_FEATURES = 24

_RIDGE = 0.1
_MAX_DEVIATION = 6.0
_REFRESH = 50
"""Lessons after which the regression is computed anew."""
_BELIEF = 500.0
"""Effective sample size from which on half of a correlation is believed."""
_MIN_PIVOT = 1e-6


def _none() -> Matrix:
    return np.zeros((0, 0))


class Correlations(msgspec.Struct, array_like=True, dict=True):
    """Running correlations of standardised deviations, and the regression of each on all others that they give.

    With P the inverse of the regularised correlation matrix, (P z)_i / P_ii is the error of value i as predicted by
    the others, and (P z)_i / sqrt(P_ii) the same in its own standard deviations (Lauritzen 1996, Graphical Models,
    section 5.1). Two values that both drift are correlated by chance, so a correlation is believed by
    sqrt(n_i n_j) / (500 + n) only, n being effective sample sizes (`models.condition.running_statistics`).
    """

    count: int = 0
    correlation: Matrix = msgspec.field(default_factory=_none)
    precision: Matrix = msgspec.field(default_factory=_none)

    def learn_one(self, deviations: Sequence[float], gain: float) -> None:
        """Learn one observation's standardised deviations, clipped at six; as many as before, or more."""
        z = np.minimum(np.maximum(deviations, -_MAX_DEVIATION), _MAX_DEVIATION)
        old = self.correlation
        if len(old) < z.size:
            old = np.zeros((z.size, z.size))
            old[: len(self.correlation), : len(self.correlation)] = self.correlation
        self.correlation = old + (gain * z).reshape(-1, 1) * z - gain * old
        self.count += 1

    @property
    def is_stale(self) -> bool:
        """Whether enough lessons have passed for a new regression."""
        return self.count % _REFRESH == 0

    def refresh(self, sample_sizes: Sequence[float]) -> None:
        """Compute the regression anew; `sample_sizes` are the effective ones of the values."""
        belief = np.array([sqrt(n / (n + _BELIEF)) for n in sample_sizes])
        scale = np.sqrt(np.maximum(self.correlation.diagonal(), _MIN_PIVOT))
        believed = self.correlation * belief.reshape(-1, 1) * belief / (scale.reshape(-1, 1) * scale)
        np.fill_diagonal(believed, 1.0 + _RIDGE)
        self.precision = inverse(believed)
        self.__dict__.pop("_weights", None)

    def residuals(self, deviations: Sequence[float]) -> list[float]:
        """Give what is left of each deviation once the others have predicted it; those known to the regression.

        >>> correlations = Correlations(precision=inverse(np.array([[1.1, -0.9], [-0.9, 1.1]])))
        >>> together, against = correlations.residuals([1.0, -1.0]), correlations.residuals([1.0, 1.0])
        >>> abs(together[0]) < 1 < abs(against[0])
        True
        """
        weights = self._weights
        z = np.array(deviations[: len(weights)]).reshape(-1, 1)
        residuals: list[float] = np.add.reduce(weights * z, 0).tolist()
        return residuals

    @cached_property
    def _weights(self) -> Matrix:
        """The precision, each column divided by the root of its diagonal element; kept until `refresh`."""
        return self.precision / np.sqrt(self.precision.diagonal())


def packed(matrix: Matrix) -> bytes:
    """Give a matrix up to its diagonal, row by row, as little-endian doubles."""
    return matrix[np.tril_indices(len(matrix))].astype("<f8").tobytes()


def unpacked(numbers: bytes) -> Matrix:
    """Give the symmetric matrix that was `packed`, bit for bit; raises ValueError.

    >>> unpacked(packed(np.array([[1.0, 2.0], [2.0, 3.0]]))).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    flat = np.frombuffer(numbers, "<f8")
    size = (isqrt(8 * flat.size + 1) - 1) // 2
    matrix = np.zeros((size, size))
    rows, columns = np.tril_indices(size)
    matrix[rows, columns] = matrix[columns, rows] = flat
    return matrix


def inverse(matrix: Matrix) -> Matrix:
    """Invert a symmetric positive definite matrix by Cholesky's factor.

    >>> inverse(np.array([[4.0, 2.0], [2.0, 5.0]])).tolist()
    [[0.3125, -0.125], [-0.125, 0.25]]
    """
    size = len(matrix)
    rest, factor = matrix.copy(), np.zeros((size, size))
    for k in range(size):
        factor[k, k] = pivot = sqrt(max(rest[k, k], _MIN_PIVOT))
        factor[k + 1 :, k] = column = rest[k + 1 :, k] / pivot
        rest[k + 1 :, k + 1 :] -= column.reshape(-1, 1) * column
    # The factor's inverse, a row at a time from those above it; the matrix' inverse is its transpose times itself.
    rest, inverted = np.identity(size), np.zeros((size, size))
    for k in range(size):
        inverted[k] = row = rest[k] / factor[k, k]
        rest[k + 1 :] -= factor[k + 1 :, k].reshape(-1, 1) * row
    product = np.zeros((size, size))
    for row in inverted:
        product += row.reshape(-1, 1) * row
    return product
