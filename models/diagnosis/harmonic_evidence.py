"""Evidence of harmonic series: how far lines of a spectrum stand out of the noise, alone and together.

In noise a bin of a spectrum averaged over K segments is Gamma distributed with shape K. A line's evidence is minus
the logarithm of the probability that noise reaches so high anywhere within the line's tolerance, in nats; a series'
is that of the sum over its lines (Fisher 1932: the sum of n such logarithms is Gamma distributed with shape n).
Each line counts up to a cap, so one line, however strong, never makes a series.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d
from scipy.special import gammaincc, gammaincinv

__all__ = ["CAP", "LineEvidence", "evidence_of", "fisher", "harmonic_evidence", "line_evidence", "prominence_of"]

Real = NDArray[np.float64]

CAP = 16.0
"""Nats that one line counts at most: with three lines of noise beside it, it makes no series that is named."""
_MIN_BLOCK_BINS = 32


class LineEvidence(msgspec.Struct, frozen=True):
    """Lines of spectra of shape (bands, bins)."""

    prominence: Real
    """Power over the noise around it; 1 on average in noise, and at bins that are not to be counted."""
    narrow: Real
    """Capped evidence in nats of a line within 1 bin either way."""
    wide: Real
    """The same within 2 bins, for higher harmonics, which slip spreads."""
    segments: float

    def at(self, band: int, bin_: int) -> float:
        """Evidence in nats, without cap, of the bin itself."""
        return float(evidence_of(self.prominence[band, bin_], self.segments, 1))


def prominence_of(power: Real, *, segments: float, block: int) -> Real:
    """Prominence of every bin of `power` (bands, bins): over the median of some `block` bins around; noise is 1."""
    prominence: Real = power / _background(power, segments, max(block, _MIN_BLOCK_BINS))
    return prominence


def line_evidence(prominence: Real, *, segments: float, ignored: NDArray[np.bool_]) -> LineEvidence:
    """Evidence in nats from prominence (bands, bins); `ignored`, (bins,), marks what has another explanation."""
    prominence = prominence.copy()
    prominence[:, ignored] = 1.0
    near = maximum_filter1d(prominence, 3, axis=1)
    far = maximum_filter1d(near, 3, axis=1)
    narrow = np.minimum(evidence_of(near, segments, 3), CAP)
    wide = np.minimum(evidence_of(far, segments, 5), CAP)
    return LineEvidence(prominence, narrow, wide, segments)


def harmonic_evidence(lines: LineEvidence, harmonics: int) -> Real:
    """Evidence in nats of bins i, 2i, ... summed for each fundamental i: (bands, (bins - 1) // harmonics + 1)."""
    size = (lines.narrow.shape[1] - 1) // harmonics + 1
    total = lines.narrow[:, :size].copy()
    for harmonic in range(2, harmonics + 1):
        source = lines.narrow if harmonic == 2 else lines.wide
        total += source[:, : (size - 1) * harmonic + 1 : harmonic]
    return total


def fisher(total: float, lines: int) -> float:
    """Evidence in nats of `lines` lines together (Fisher 1932) whose own adds up to `total`: -ln Q(lines, total).

    >>> round(fisher(5.0, 1), 6)
    5.0
    """
    return -math.log(max(float(gammaincc(lines, total)), 1e-300))


def evidence_of(prominence: Real, segments: float, bins: int | NDArray[np.intp]) -> Real:
    """Evidence in nats of a prominence y > 1: -ln of the chance that noise reaches it in one of `bins` bins.

    Noise is Gamma distributed with mean 1 and, of K spectra averaged, shape K.
    The tail is (Ky)^(K-1) exp(-Ky) / Gamma(K) / (1 - (K-1)/(Ky)), exact for K = 1, and for others from y = 2 on
    to a few per cent of the exponent; below y = 1 nothing counts.
    """
    shape = segments
    u = shape * np.maximum(prominence, 1.0)
    tail = u + math.lgamma(shape) - np.log(bins)
    if segments > 1:
        tail -= (shape - 1) * np.log(u)
        tail += np.log(np.maximum(1 - (shape - 1) / u, 1 / u))
    evidence: Real = np.maximum(tail, 0.0)
    return evidence


def _background(power: Real, segments: float, block: int) -> Real:
    """Mean of the noise: medians of blocks, joined by straight lines; half a block of lines does not move it."""
    bins = power.shape[1]
    count = max(1, bins // block)
    block = bins // count
    medians = np.median(power[:, : count * block].reshape(-1, count, block), axis=2)
    medians /= float(gammaincinv(segments, 0.5)) / segments
    medians = np.maximum(medians, 1e-300)
    place = (np.arange(bins) - (block - 1) / 2) / block
    left = np.clip(place.astype(np.intp), 0, max(0, count - 2))
    share = np.clip(place - left, 0.0, 1.0)
    right = np.minimum(left + 1, count - 1)
    background: Real = medians[:, left] * (1 - share) + medians[:, right] * share
    return background
