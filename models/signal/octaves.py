"""RMS in octave bands: where in the spectrum the energy sits, under names that do not depend on the rate."""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.signal.spectrum import Spectrum

__all__ = ["octave_rms"]

_EDGES_HZ = tuple(1000 * 2 ** (k - 0.5) for k in range(-6, 7))
"""Of the octaves around 16 Hz to 32 kHz, base two with 1 kHz as reference (after IEC 61260, edges not rounded)."""
_FEWEST_BINS = 4


def octave_rms(spectrum: Spectrum) -> dict[str, float]:
    """RMS by `band_<low>_<high>_hz_g`, for the octaves that lie below the Nyquist frequency and span four bins.

    A partial octave is left out: its name would promise more than was measured.
    """
    names, starts, end = _bands(spectrum.grid.size, spectrum.grid.rate_hz)
    if not names:
        return {}
    mean_squares = np.add.reduceat(spectrum.power[:end], starts)
    return dict(zip(names, np.sqrt(mean_squares).tolist(), strict=True))


@lru_cache(maxsize=64)
def _bands(size: int, rate_hz: float) -> tuple[tuple[str, ...], NDArray[np.intp], int]:
    """Names, first bins and the end of the bands that exist; they follow each other without gaps."""
    seconds = size / rate_hz
    bands = [
        (low, high)
        for low, high in pairwise(_EDGES_HZ)
        if high <= rate_hz / 2 and (high - low) * seconds >= _FEWEST_BINS
    ]
    names = tuple(f"band_{low:.0f}_{high:.0f}_hz_g" for low, high in bands)
    starts = np.array([math.ceil(low * seconds) for low, _ in bands], dtype=np.intp)
    return names, starts, math.ceil(bands[-1][1] * seconds) if bands else 0
