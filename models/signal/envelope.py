"""The envelope of the high band: how strongly the machine's resonances are struck, as by a bearing's defects."""

import math

import numpy as np
from scipy.fft import next_fast_len

from models.signal.spectrum import Grid, Spectrum

__all__ = ["envelope_rms", "high_band"]

_FEWEST_BINS = 16


def high_band(grid: Grid) -> slice:
    """Bins from 2 kHz (from a quarter of the Nyquist frequency if that is less) to 0.9 of it, at most 20 kHz.

    The top tenth is left to the anti-aliasing filter.
    """
    return grid.bins(min(2000.0, grid.nyquist_hz / 4), min(0.9 * grid.nyquist_hz, 20_000.0))


def envelope_rms(spectrum: Spectrum) -> float | None:
    """RMS of the high band's envelope about its mean, in the signal's unit; None with fewer than 16 bins.

    The band's bins, moved down to 0 Hz and transformed back, are the analytic signal at a lower rate; its modulus
    is the envelope e, times the window w. Mean and mean square are weighted with w^2, so the ends of the block,
    where any band-pass rings, do not count: the result is sqrt(<e^2> - <e>^2). A carrier A (1 + m cos) gives
    A m / sqrt 2; Gaussian noise of RMS s in the band gives s sqrt(2 - pi/2), a steady sine nothing.
    """
    grid = spectrum.grid
    band = spectrum.transform[high_band(grid)]
    if band.size < _FEWEST_BINS:
        return None
    size = next_fast_len(band.size)
    windowed = np.abs(np.fft.ifft(band, size)) * (2 * size / grid.size)
    window = 0.5 - 0.5 * np.cos(2 * np.pi / size * np.arange(size))
    weight = 0.375 * size  # the sum of w^2
    mean = float((windowed * window).sum()) / weight
    mean_square = float((windowed * windowed).sum()) / weight
    return math.sqrt(max(0.0, mean_square - mean**2))
