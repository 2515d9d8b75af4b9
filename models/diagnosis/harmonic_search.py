"""Search for harmonic series in envelope spectra, at whatever frequency: how sure and strong each is."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from models.diagnosis.envelopes import EnvelopeSpectra
from models.diagnosis.harmonic_evidence import LineEvidence, fisher, harmonic_evidence, line_evidence, prominence_of
from models.diagnosis.shaft_speed import knocking_shaft

__all__ = [
    "HARMONICS",
    "HIT",
    "TOLERANCE",
    "HarmonicMap",
    "HarmonicSeries",
    "best_of",
    "is_shaft_like",
    "search_harmonics",
    "series_at",
    "strongest_series",
]

Real = NDArray[np.float64]

HARMONICS = 4
"""Counted in a series' evidence: fewer leave more to chance, and more of them slip smears."""
STRENGTH_HARMONICS = 3
TOLERANCE = 0.025
"""How far a defect's frequency may be off: slip of 1 to 2 %, and geometry and speed as rounded on paper."""
_MIN_ORDER = 0.25
"""Lowest order of a series that is looked for: cages turn at 0.33 to 0.48 of the shaft."""
_SHAFT_TOLERANCE = 0.003
_SKIRTED = 20.0
"""Prominence from which a line's second bins stand out of the noise as well: they are 16 dB and more below it."""
HIT = 4.0
"""Nats from which a harmonic counts as seen: 2 % of noise gets so far."""
_TIE_BREAK = 0.1
"""Nats of evidence for each of strength: of two bands where all lines count in full, the clearer one is taken."""


class HarmonicMap(msgspec.Struct, frozen=True):
    """Evidence and strength of the series at every fundamental."""

    spectra: EnvelopeSpectra
    raw: Real
    """Prominence of all bins, those of the shaft and the mains too."""
    lines: LineEvidence
    evidence: Real
    """Sum over `HARMONICS` lines, shape (bands, fundamentals)."""
    strength: Real
    """Mean ln of prominence over `STRENGTH_HARMONICS` lines, best band, shape (fundamentals,)."""
    shaft_bins: float

    @property
    def shaft_hz(self) -> float:
        """The shaft's speed."""
        return self.shaft_bins * self.spectra.bin_hz

    @property
    def lowest(self) -> int:
        """First fundamental that is looked for."""
        return max(4, math.ceil(_MIN_ORDER * self.shaft_bins))


class HarmonicSeries(msgspec.Struct, frozen=True):
    """A harmonic series in one band: its fundamental in bins (refined between bins), and its lines' prominence."""

    band: int
    fundamental: float
    evidence: float
    """In nats, corrected for all places that were looked at."""
    strength: float
    harmonics: tuple[float, ...]
    modulation: float
    seen: int
    """Harmonics that stand out of the noise, each by itself and where nothing else has a line."""


def search_harmonics(
    spectra: EnvelopeSpectra, *, shaft_hz: float, mains_hz: tuple[float, ...], refined: bool = False
) -> HarmonicMap:
    """Search all harmonic series, leaving out what shaft and mains (Hz) put into envelope spectra (bands, bins).

    Unless its speed is `refined` already, it is where knocks once a turn show it.
    """
    bins = spectra.power.shape[1]
    shaft_bins = shaft_hz / spectra.bin_hz
    prominence = prominence_of(spectra.power, segments=spectra.segments, block=round(shaft_bins))
    if not refined:
        shaft_bins = knocking_shaft(prominence, shaft_bins) or shaft_bins
    place = np.arange(bins, dtype=np.float64)
    ignored = (place < 3) | _multiples(place, shaft_bins, _SHAFT_TOLERANCE)
    ignored |= _skirts(prominence, ignored)
    for mains in mains_hz:
        ignored |= _multiples(place, mains / spectra.bin_hz, 0.001)
    lines = line_evidence(prominence, segments=spectra.segments, ignored=ignored)
    strength = _strength(lines)
    evidence = harmonic_evidence(lines, HARMONICS)
    evidence[:, : strength.shape[1]] += _TIE_BREAK * strength[:, : evidence.shape[1]]
    return HarmonicMap(spectra, prominence, lines, evidence, strength.max(axis=0), shaft_bins)


def _multiples(place: Real, base: float, tolerance: float) -> NDArray[np.bool_]:
    number = np.rint(place / base)
    reach = np.minimum(np.maximum(1.5, tolerance * place), base / 8)
    near: NDArray[np.bool_] = (number > 0) & (np.abs(place - number * base) <= reach)
    return near


def _skirts(prominence: Real, ignored: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell the bins beside strong lines of the shaft's: a Hann-windowed line reaches two bins either way."""
    before, top, after = prominence[:, :-2], prominence[:, 1:-1], prominence[:, 2:]
    strong = np.zeros(ignored.shape, dtype=np.bool_)
    strong[1:-1] = ((top >= _SKIRTED) & (top >= before) & (top >= after)).any(axis=0)
    wide: NDArray[np.bool_] = maximum_filter1d(strong & ignored, 5)
    return wide


def _strength(lines: LineEvidence) -> Real:
    near = np.log(np.maximum(maximum_filter1d(lines.prominence, 3, axis=1), 1.0))
    size = (near.shape[1] - 1) // STRENGTH_HARMONICS + 1
    total = near[:, :size].copy()
    for harmonic in range(2, STRENGTH_HARMONICS + 1):
        total += near[:, : (size - 1) * harmonic + 1 : harmonic]
    mean: Real = total / STRENGTH_HARMONICS
    return mean


def is_shaft_like(place: Real, shaft_bins: float) -> NDArray[np.bool_]:
    """Whether fundamentals (in bins) are half, one, or a few times the shaft's, to the accuracy of its speed."""
    like = np.zeros(place.shape, dtype=np.bool_)
    for order in (0.5, 1.0, 1.5, 2.0, 3.0):
        like |= np.abs(place - order * shaft_bins) <= np.maximum(1.5, TOLERANCE * place)
    return like


def strongest_series(harmonic_map: HarmonicMap) -> HarmonicSeries:
    """Harmonic series of the greatest evidence at whatever fundamental, the shaft's own left out."""
    place = np.arange(harmonic_map.evidence.shape[1], dtype=np.float64)
    left_out = (place < harmonic_map.lowest) | is_shaft_like(place, harmonic_map.shaft_bins)
    evidence = np.where(left_out, 0.0, harmonic_map.evidence)
    band, fundamental, nats = best_of(evidence, HARMONICS)
    fundamental = max(fundamental, harmonic_map.lowest)  # 0 where there is no evidence at all
    return series_at(harmonic_map, band, fundamental, nats - math.log(evidence.size))


def best_of(total: Real, lines: int) -> tuple[int, int, float]:
    """Give band and column of the greatest sum of `lines` lines' evidence, (bands, columns), and its nats."""
    band, column = np.unravel_index(int(total.argmax()), total.shape)
    return int(band), int(column), fisher(float(total[band, column]), lines)


def series_at(harmonic_map: HarmonicMap, band: int, fundamental: int, evidence: float) -> HarmonicSeries:
    """Read a series' lines; its fundamental is the mean of what the harmonics' places say, weighted by height."""
    prominence = harmonic_map.lines.prominence[band]
    power = harmonic_map.spectra.power[band]
    places, heights, modulation = [], [], 0.0
    for harmonic in range(1, HARMONICS + 1):
        reach = 1 if harmonic < 3 else 2
        first = harmonic * fundamental - reach
        top = first + int(prominence[first : harmonic * fundamental + reach + 1].argmax())
        height = float(prominence[top])
        places.append(top)
        heights.append(height)
        if height > 1:
            modulation += harmonic_map.spectra.depth(band, float(power[top]) * (1 - 1 / height)) ** 2
    weights = [min(max(height - 1, 1e-9), 30.0) for height in heights]
    numbers = range(1, HARMONICS + 1)
    refined = sum(w * h * p for w, h, p in zip(weights, numbers, places, strict=True)) / sum(
        w * h * h for w, h in zip(weights, numbers, strict=True)
    )
    near = harmonic_map.strength[max(0, fundamental - 1) : fundamental + 2]
    seen = _seen(harmonic_map, band, refined)
    return HarmonicSeries(band, refined, evidence, float(near.max()), tuple(heights), math.sqrt(modulation), seen)


def _seen(harmonic_map: HarmonicMap, band: int, fundamental: float) -> int:
    """Count the harmonics that stand out by themselves; one where shaft or mains have a line may be theirs."""
    place = np.rint(np.arange(1, HARMONICS + 1) * fundamental).astype(np.intp)
    place = np.minimum(
        place, harmonic_map.lines.narrow.shape[1] - 1
    )  # tops between bins may round beyond the last one
    evidence = np.concatenate(
        (harmonic_map.lines.narrow[band, place[:2]], harmonic_map.lines.wide[band, place[2:]])
    )
    explained = harmonic_map.lines.prominence[band, place] == 1.0
    return int(np.count_nonzero((evidence >= HIT) & ~explained))
