"""RMS in octave bands: where in the spectrum the energy sits, under names that do not depend on the rate.

See also: `models.signal.spectrum` (the power that is summed up), `models.signal.envelope` (how the energy of the
high band comes and goes).
"""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.signal.spectrum import Spectrum

__all__ = ["octave_rms"]

_EDGES_HZ = tuple(1000 * 2 ** (k - 0.5) for k in range(-6, 7))
"""Of the octaves around 16 Hz to 32 kHz, base two with 1 kHz as reference (after IEC 61260, edges not rounded)."""
_MIN_BINS = 4


def octave_rms(spectrum: Spectrum) -> dict[str, float]:
    """Octave band RMS in g by `band_<low>_<high>_hz_g`, for those below the Nyquist frequency of four bins.

    Base two around 1 kHz, after IEC 61260. A partial octave is left out: its name would promise more than was
    measured. A sine has all its RMS, amplitude / sqrt 2, in one:

    >>> from models.signal.spectrum import spectrum
    >>> sine = 2 * np.sin(2 * np.pi * 1_000 * np.arange(8_000) / 8_000.0)
    >>> bands = octave_rms(spectrum(sine, 8_000.0))
    >>> round(bands["band_707_1414_hz_g"], 4), round(bands["band_354_707_hz_g"], 4)
    (1.4142, 0.0)
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
        if high <= rate_hz / 2 and (high - low) * seconds >= _MIN_BINS
    ]
    names = tuple(f"band_{low:.0f}_{high:.0f}_hz_g" for low, high in bands)
    starts = np.array([math.ceil(low * seconds) for low, _ in bands], dtype=np.intp)
    return names, starts, math.ceil(bands[-1][1] * seconds) if bands else 0
