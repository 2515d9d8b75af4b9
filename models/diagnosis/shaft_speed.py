"""The shaft's speed as the signal shows it: the series of its harmonics near the speed that was given."""

import math

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.averaged_spectrum import AveragedSpectrum

__all__ = ["knocking_shaft", "refined_shaft_hz"]

_REACH = 0.03
"""How far a given speed may be off: slip of a motor from no load to full load, and a tachometer read carelessly."""
_HARMONICS = (1, 2, 3, 4, 5)
_CLEAR = 100.0
"""Power over the noise around (20 dB) from which a harmonic is clear."""
_MIN_CLEAR_HARMONICS = 3
_STEPS = 121


def refined_shaft_hz(spectrum: AveragedSpectrum, shaft_hz: float, mains_hz: tuple[float, ...]) -> float | None:
    """Shaft speed in Hz whose first five harmonics stand out most, within 3 % of the one given.

    None unless at least three of them, the first among them, are clear (20 dB above the noise around). Multiples of
    the mains are not counted, so the field of a motor does not pass for its shaft.
    """
    candidates = shaft_hz * (1 + np.linspace(-_REACH, _REACH, _STEPS))
    bins = spectrum.bin_hz
    nats = np.zeros((len(_HARMONICS), _STEPS))
    for row, harmonic in enumerate(_HARMONICS):
        lowest = int(harmonic * candidates[0] / bins) - 14
        highest = int(harmonic * candidates[-1] / bins) + 15
        if highest >= spectrum.power.size or lowest < 1:
            continue
        around = spectrum.power[lowest : highest + 1]
        noise = float(np.median(around)) / np.log(2)
        level = np.log(np.maximum(around / max(noise, 1e-300), 1.0))
        frequency = bins * np.arange(lowest, highest + 1)
        for mains in mains_hz:
            level[np.abs(frequency - mains * np.rint(frequency / mains)) <= 2 * bins] = 0.0
        nats[row] = np.interp(harmonic * candidates, frequency, level)
    best = int(np.argmax(np.minimum(nats, 2 * np.log(_CLEAR)).sum(axis=0)))
    clear = nats[:, best] >= np.log(_CLEAR)
    if not clear[0] or np.count_nonzero(clear) < _MIN_CLEAR_HARMONICS or best in (0, _STEPS - 1):
        return None
    return _exact(spectrum, float(candidates[best]), [h for h, seen in zip(_HARMONICS, clear, strict=True) if seen])


_KNOCKS = 8
_KNOCK_CLEAR = 20.0


def knocking_shaft(prominence: NDArray[np.float64], shaft_bins: float) -> float | None:
    """Shaft speed in bins where an envelope spectrum has the harmonic series of knocks once a turn.

    `prominence` has shape (bands, bins). None unless six of the first eight harmonics stand 13 dB out in a band.
    """
    candidates = shaft_bins * (1 + np.linspace(-_REACH, _REACH, _STEPS))
    place = np.rint(np.arange(1, _KNOCKS + 1)[:, None] * candidates).astype(np.intp)
    if place.max() >= prominence.shape[1] or place.min() < 3:
        return None
    heights = prominence[:, place]
    total = np.log(np.maximum(heights, 1.0)).sum(axis=1)
    band, best = (int(k) for k in np.unravel_index(int(total.argmax()), total.shape))
    if np.count_nonzero(heights[band, :, best] >= _KNOCK_CLEAR) < _KNOCKS - 2:
        return None
    as_good = candidates[total[band] >= total[band, best] - 1e-9]  # as far as whole bins tell them apart
    return float(as_good.mean())


def _exact(spectrum: AveragedSpectrum, shaft_hz: float, harmonics: list[int]) -> float:
    """Speed by least squares from where the tops of harmonics lie between bins: sum h f_h / sum h^2."""
    total = weight = 0.0
    for harmonic in harmonics:
        top = round(
            spectrum.top_near(harmonic * shaft_hz, max(1.0, 0.002 * harmonic * shaft_hz / spectrum.bin_hz))
            / spectrum.bin_hz
        )
        left, middle, right = (math.log(max(float(spectrum.power[top + i]), 1e-300)) for i in (-1, 0, 1))
        bend = left - 2 * middle + right
        aside = 0.5 * (left - right) / bend if bend < 0 else 0.0
        total += harmonic * (top + max(-0.5, min(0.5, aside)))
        weight += harmonic**2
    return total / weight * spectrum.bin_hz
