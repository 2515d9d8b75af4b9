"""A damaged cage: many harmonics of its own speed.

The cage's speed alone proves little: a damaged rolling element passes the load zone once in a turn of the cage and
so modulates at cage speed too, smoothly, with two or three harmonics. A broken or worn cage knocks, and knocks have
many.
"""

import math

import msgspec
import numpy as np

from models.diagnosis.harmonic_evidence import fisher
from models.diagnosis.harmonic_search import HIT, TOLERANCE, HarmonicMap, is_shaft_like

__all__ = ["CageMatch", "match_cage"]

_HARMONICS = 8


class CageMatch(msgspec.Struct, frozen=True):
    """The series of the cage's speed in its best band."""

    band: int
    fundamental: float
    """In bins."""
    evidence: float
    """In nats, corrected for all places that were looked at."""
    seen: int
    """Harmonics that stand out."""
    possible: int
    """Harmonics that nothing else covers, of the first eight."""
    harmonics: tuple[float, ...]
    modulation: float
    strength: float
    rival: float
    """Strength of the strongest series whose fundamental is no multiple of the cage's speed."""


def match_cage(harmonic_map: HarmonicMap, ftf: float) -> CageMatch | None:
    """Harmonic series of the cage's speed, `ftf` orders of the shaft; None where under six of eight can be seen."""
    centre = ftf * harmonic_map.shaft_bins
    count = max(3, math.ceil(2 * TOLERANCE * centre * _HARMONICS) + 1)
    fundamentals = centre * np.linspace(1 - TOLERANCE, 1 + TOLERANCE, count)
    numbers = np.arange(1, _HARMONICS + 1)
    place = np.rint(numbers[:, None] * fundamentals).astype(np.intp)
    if centre < 4 or place.max() + 1 >= harmonic_map.lines.narrow.shape[1]:
        return None
    evidence = harmonic_map.lines.narrow[:, place]
    total = evidence.sum(axis=1)
    band, column = (int(k) for k in np.unravel_index(int(total.argmax()), total.shape))
    covered = (harmonic_map.lines.prominence[:, place[:, column]] == 1.0).all(axis=0)
    possible = int(_HARMONICS - np.count_nonzero(covered))
    if possible < _HARMONICS - 2:
        return None
    prominence = [float(harmonic_map.lines.prominence[band, k - 1 : k + 2].max()) for k in place[:, column]]
    depth = [
        harmonic_map.spectra.depth(
            band, float(harmonic_map.spectra.power[band, k - 1 : k + 2].max()) * (1 - 1 / height)
        )
        for k, height in zip(place[:, column], prominence, strict=True)
        if height > 1
    ]
    fundamental = float(fundamentals[column])
    strength, rival = _lead(harmonic_map, fundamental)
    return CageMatch(
        band=band,
        fundamental=fundamental,
        evidence=fisher(float(total[band, column]), possible) - math.log(total.size),
        seen=int(np.count_nonzero(evidence[band, :, column] >= HIT)),
        possible=possible,
        harmonics=tuple(prominence),
        modulation=math.sqrt(sum(value**2 for value in depth)),
        strength=strength,
        rival=rival,
    )


def _lead(harmonic_map: HarmonicMap, fundamental: float) -> tuple[float, float]:
    """Strength of the cage's series, and of the strongest one that it does not explain."""
    place = np.arange(harmonic_map.strength.size, dtype=np.float64)
    number = np.maximum(1.0, np.rint(place / fundamental))
    own = np.abs(place - number * fundamental) <= 1.5 + 0.004 * place
    rest = np.where(
        own | (place < harmonic_map.lowest) | is_shaft_like(place, harmonic_map.shaft_bins),
        0.0,
        harmonic_map.strength,
    )
    first = round(fundamental)
    return float(harmonic_map.strength[first - 1 : first + 2].max()), float(rest.max())
