"""Plain detectors to compare with: taught by the first rows, they score the rest; higher is stranger."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from river import anomaly, preprocessing

__all__ = ["DETECTORS", "smoothed_z_scores"]

Real = NDArray[np.float64]
Detector = Callable[[Real, Real], Real]
"""From what teaches, shape (m, k), and what is scored, shape (n, k), to scores of shape (n,)."""


def _standardised(sound: Real, values: Real) -> Real:
    spread = sound.std(axis=0)
    result: Real = (values - sound.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return result


def z_scores(sound: Real, values: Real) -> Real:
    """Give the largest standardised deviation of a row."""
    result: Real = np.abs(_standardised(sound, values)).max(axis=1)
    return result


def hotelling(sound: Real, values: Real) -> Real:
    """Give Hotelling's T squared (1931) with the covariance of what teaches."""
    z, taught = _standardised(sound, values), _standardised(sound, sound)
    precision = np.linalg.pinv(np.cov(taught, rowvar=False))
    result: Real = np.einsum("ij,jk,ik->i", z, precision, z)
    return result


def pca_residual(sound: Real, values: Real) -> Real:
    """Squared length of what principal components with 90 % of the variance leave (Jackson and Mudholkar 1979)."""
    taught, z = _standardised(sound, sound), _standardised(sound, values)
    power, axes = np.linalg.eigh(np.cov(taught, rowvar=False))
    order = np.argsort(power)[::-1]
    kept = int(np.searchsorted(np.cumsum(power[order]) / power.sum(), 0.9)) + 1
    left = axes[:, order[kept:]]
    result: Real = ((z @ left) ** 2).sum(axis=1)
    return result


def half_space_trees(sound: Real, values: Real) -> Real:
    """River's half-space trees (Tan, Ting and Liu 2011) behind its min-max scaling, taught once."""
    model = preprocessing.MinMaxScaler() | anomaly.HalfSpaceTrees(n_trees=25, height=8, window_size=100, seed=1)
    for row in sound:
        model.learn_one(dict(enumerate(row)))
    return np.array([model.score_one(dict(enumerate(row))) for row in values])


def smoothed_z_scores(sound: Real, values: Real, *, weight: float = 0.1) -> Real:
    """Z-scores of exponentially smoothed values: the control chart of Roberts (1959) for each value."""
    rows = np.concatenate([sound, values])
    smooth = np.empty_like(rows)
    smooth[0] = rows[0]
    for i in range(1, len(rows)):
        smooth[i] = smooth[i - 1] + weight * (rows[i] - smooth[i - 1])
    return z_scores(smooth[: len(sound)], smooth[len(sound) :])


DETECTORS: dict[str, Detector] = {
    "z-scores": z_scores,
    "Hotelling's T2": hotelling,
    "PCA residual (Q)": pca_residual,
    "half-space trees (River)": half_space_trees,
    "z-scores, smoothed": smoothed_z_scores,
}
