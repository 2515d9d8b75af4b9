"""The envelope of the high band: how strongly the machine's resonances are struck, as by a bearing's defects.

Envelope (high-frequency resonance) analysis after McFadden and Smith (1984), "Vibration monitoring of rolling
element bearings by the high-frequency resonance technique - a review", Tribology International 17.

See also: `models.signal.spectrum` (the transform that it is cut out of), `models.signal.octaves` (where else the
energy sits), `models.diagnosis.envelopes` (squared envelopes in many bands).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from models.signal.spectrum import Grid, Spectrum
from models.signal.window import hann

__all__ = ["high_band", "power_of", "rms_of", "windowed_envelope"]

Real = NDArray[np.float64]

_MIN_BINS = 16


def high_band(grid: Grid) -> slice:
    """Bins of the envelope's band: from 2 kHz to 0.9 of the Nyquist frequency, at most 20 kHz.

    From a quarter of the Nyquist frequency where that is less than 2 kHz. The top tenth is left to the
    anti-aliasing filter.
    """
    return grid.bins(min(2000.0, grid.nyquist_hz / 4), min(0.9 * grid.nyquist_hz, 20_000.0))


def windowed_envelope(spectrum: Spectrum) -> Real | None:
    """Give the high band's envelope e times the window w, shape (n,), in the signal's unit; None below 16 bins.

    The band's bins, moved down to 0 Hz and transformed back, are the analytic signal at a lower rate, times the
    window; its modulus is what is given.
    """
    grid = spectrum.grid
    band = spectrum.transform[high_band(grid)]
    if band.size < _MIN_BINS:
        return None
    size = next_fast_len(band.size)
    windowed: Real = np.abs(np.fft.ifft(band, size)) * (2 * size / grid.size)
    return windowed


def rms_of(windowed: Real) -> float:
    """RMS of a `windowed_envelope` about its mean, in the signal's unit.

    Mean and mean square are weighted with w^2, so the ends of the block, where any band-pass rings, do not count:
    the result is sqrt(<e^2> - <e>^2). A carrier A (1 + m cos) gives A m / sqrt 2; Gaussian noise of RMS s in the
    band gives s sqrt(2 - pi/2), a steady sine nothing.

    >>> from models.signal.spectrum import spectrum
    >>> time = np.arange(20_000) / 20_000.0
    >>> carrier = 3 * (1 + 0.4 * np.cos(2 * np.pi * 90 * time)) * np.sin(2 * np.pi * 5_000 * time)
    >>> round(rms_of(windowed_envelope(spectrum(carrier, 20_000.0))), 4), round(3 * 0.4 / math.sqrt(2), 4)
    (0.8485, 0.8485)
    """
    window, weight = _window(windowed.size)
    mean = float((windowed * window).sum()) / weight
    mean_square = float((windowed * windowed).sum()) / weight
    return math.sqrt(max(0.0, mean_square - mean**2))


def power_of(windowed: Real, bins: int) -> Real:
    """Power spectrum of a `windowed_envelope` about its mean: mean square in each of the first bins, shape (bins,).

    The bins are as far apart as the block's. Half the band's width can be told. Over all bins it
    adds up to the square of `rms_of`.
    """
    window, weight = _window(windowed.size)
    level = windowed - window * (float((windowed * window).sum()) / weight)
    transform = np.fft.rfft(level)[:bins]
    power: Real = (transform.real**2 + transform.imag**2) * (2 / (windowed.size * weight))
    return power


@lru_cache(maxsize=16)
def _window(size: int) -> tuple[Real, float]:
    """Hann's, and the sum of its squares."""
    window = hann(size)
    window.flags.writeable = False
    return window, 0.375 * size
