"""Bearing faults in envelope spectra: the comb of a defect's harmonics, and who else could have made it.

Two questions must both be answered with yes before a fault is named:

1. Is a comb there? Harmonics of the defect's frequency, and its sidebands (inner race: shaft speed; rolling
   element: cage speed; Randall and Antoni 2011), stand out of the noise further than chance explains, counted over
   all bands and frequencies that were looked at (`evidence`).
2. Is it this defect's? No comb at any other frequency stands out more, unless the defect itself explains it
   (`strength` against `rival`). A wrong geometry, an electromagnetic comb or impacts from elsewhere fail here.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from models.diagnosis.combs import LineEvidence, comb_evidence, fisher, line_evidence
from models.diagnosis.envelopes import EnvelopeSpectra
from models.machinery.kinematics import BearingOrders

__all__ = [
    "HARMONICS",
    "Comb",
    "CombMap",
    "Defect",
    "Finding",
    "comb_map",
    "defects",
    "find",
    "highest_order",
    "is_shaft_like",
    "strongest",
]

Real = NDArray[np.float64]

HARMONICS = 4
"""Counted in a comb's evidence: fewer leave more to chance, and more of them slip smears."""
STRENGTH_HARMONICS = 3
TOLERANCE = 0.025
"""How far a defect's frequency may be off: slip of 1 to 2 %, and geometry and speed as rounded on paper."""
_LEAST_TURNS = 0.25
"""Lowest order of a comb that is looked for: cages turn at 0.33 to 0.48 of the shaft."""
_SHAFT_TOLERANCE = 0.003
_TIE_BREAK = 0.1
"""Nats of evidence for each of strength: of two bands where all lines count in full, the clearer one is taken."""
_SIDEBAND_LEAD = 1.15
"""How much stronger than a defect's own comb its sidebands' may be (an inner race's often are a little)."""
_WITHOUT_BEARING = 6.0
"""Order up to which combs are looked for where no bearing is known."""


class Defect(msgspec.Struct, frozen=True):
    """What a damaged part does, in orders of the shaft speed."""

    fault: str
    order: float
    sideband_order: float
    """Distance of its sidebands; 0 where it has none of its own."""
    explained_sidebands: int
    """How many of them on either side it explains."""
    explained_order: float
    """The distance of those: the shaft's even for the outer race, as an unbalanced load turns."""


class CombMap(msgspec.Struct, frozen=True):
    """Evidence and strength of the combs at every fundamental."""

    spectra: EnvelopeSpectra
    lines: LineEvidence
    evidence: Real
    """Sum over `HARMONICS` lines, shape (bands, fundamentals)."""
    strength: Real
    """Mean ln of prominence over `STRENGTH_HARMONICS` lines, best band, shape (fundamentals,)."""
    shaft_bins: float

    @property
    def lowest(self) -> int:
        """First fundamental that is looked for."""
        return max(4, math.ceil(_LEAST_TURNS * self.shaft_bins))


class Comb(msgspec.Struct, frozen=True):
    """A comb in one band: its fundamental in bins (refined between bins), and its lines' prominence."""

    band: int
    fundamental: float
    evidence: float
    """In nats, corrected for all places that were looked at."""
    strength: float
    harmonics: tuple[float, ...]
    modulation: float


class Finding(msgspec.Struct, frozen=True):
    """How well one defect explains the signal."""

    defect: Defect
    comb: Comb
    sidebands: tuple[float, ...]
    sideband_evidence: float
    """Nats of its sidebands alone."""
    shaft_sideband_evidence: float
    rival: float
    rival_order: float
    at_edge: bool
    """Whether the comb goes on rising beyond the tolerance: then its top is somebody else's."""


def defects(orders: BearingOrders) -> tuple[Defect, ...]:
    """Give the defects of a bearing whose inner ring turns; the cage's is judged apart."""
    return (
        Defect("bearing_outer_race", orders.bpfo, 0.0, 2, 1.0),
        Defect("bearing_inner_race", orders.bpfi, 1.0, 3, 1.0),
        Defect("bearing_rolling_element", orders.bsf2, orders.ftf, 3, orders.ftf),
    )


def highest_order(orders: BearingOrders | None) -> float:
    """Give the order up to which envelope spectra are needed: all harmonics of all defects, with tolerance."""
    top = max(orders.bpfi, orders.bsf2) if orders is not None else _WITHOUT_BEARING
    return HARMONICS * top * (1 + TOLERANCE) + 1.0


def comb_map(spectra: EnvelopeSpectra, *, shaft_hz: float, mains_hz: tuple[float, ...]) -> CombMap:
    """Weigh all combs, leaving out what the shaft and the mains put into an envelope spectrum."""
    bins = spectra.power.shape[1]
    shaft_bins = shaft_hz / spectra.bin_hz
    place = np.arange(bins, dtype=np.float64)
    ignored = place < 3
    ignored |= _multiples(place, shaft_bins, _SHAFT_TOLERANCE)
    for mains in mains_hz:
        ignored |= _multiples(place, mains / spectra.bin_hz, 0.001)
    lines = line_evidence(spectra.power, segments=spectra.segments, block=round(shaft_bins), ignored=ignored)
    strength = _strength(lines)
    evidence = comb_evidence(lines, HARMONICS)
    evidence[:, : strength.shape[1]] += _TIE_BREAK * strength[:, : evidence.shape[1]]
    return CombMap(spectra, lines, evidence, strength.max(axis=0), shaft_bins)


def _multiples(place: Real, base: float, tolerance: float) -> NDArray[np.bool_]:
    number = np.rint(place / base)
    reach = np.minimum(np.maximum(1.5, tolerance * place), base / 8)
    near: NDArray[np.bool_] = (number > 0) & (np.abs(place - number * base) <= reach)
    return near


def _strength(lines: LineEvidence) -> Real:
    near = np.log(np.maximum(maximum_filter1d(lines.prominence, 3, axis=1), 1.0))
    size = (near.shape[1] - 1) // STRENGTH_HARMONICS + 1
    total = near[:, :size].copy()
    for harmonic in range(2, STRENGTH_HARMONICS + 1):
        total += near[:, : (size - 1) * harmonic + 1 : harmonic]
    mean: Real = total / STRENGTH_HARMONICS
    return mean


def find(combs: CombMap, defect: Defect) -> Finding | None:
    """Look for a defect's comb within the tolerance; None where the spectrum does not reach so far."""
    centre = defect.order * combs.shaft_bins
    low, high = math.floor(centre * (1 - TOLERANCE)), math.ceil(centre * (1 + TOLERANCE))
    if low < combs.lowest or high + 2 >= combs.evidence.shape[1]:
        return None
    place = np.arange(low, high + 1)
    alone = combs.evidence[:, low : high + 1]
    choices = math.log(alone.size * (2 if defect.sideband_order else 1))
    band, column, evidence = _best(alone, HARMONICS)
    if defect.sideband_order:
        sidebands = _sidebands(combs, place, defect.sideband_order)
        with_band, with_column, with_evidence = _best(alone + sidebands, HARMONICS + 4)
        if with_evidence > evidence:
            band, column, evidence = with_band, with_column, with_evidence
    fundamental = low + column
    comb = _comb(combs, band, fundamental, evidence - choices)
    at = np.array([round(comb.fundamental)])
    rival, rival_bin = _rival(combs, defect, comb)
    return Finding(
        defect=defect,
        comb=comb,
        sidebands=_sideband_prominence(combs, comb, defect.sideband_order),
        sideband_evidence=_alone(combs, band, at, defect.sideband_order),
        shaft_sideband_evidence=_alone(combs, band, at, 1.0),
        rival=rival,
        rival_order=rival_bin / combs.shaft_bins,
        at_edge=_rises_beyond(combs, band, low, high),
    )


def strongest(combs: CombMap) -> Comb:
    """Give the comb of the greatest evidence at whatever fundamental, the shaft's own left out."""
    place = np.arange(combs.evidence.shape[1], dtype=np.float64)
    left_out = (place < combs.lowest) | is_shaft_like(place, combs.shaft_bins)
    evidence = np.where(left_out, 0.0, combs.evidence)
    band, fundamental, found = _best(evidence, HARMONICS)
    return _comb(combs, band, fundamental, found - math.log(evidence.size))


def _best(total: Real, lines: int) -> tuple[int, int, float]:
    band, column = np.unravel_index(int(total.argmax()), total.shape)
    return int(band), int(column), fisher(float(total[band, column]), lines)


def _sidebands(combs: CombMap, place: NDArray[np.intp], order: float) -> Real:
    """Evidence of the first sidebands of the first two harmonics, shape (bands, places)."""
    distance = order * combs.shaft_bins
    total = np.zeros((combs.evidence.shape[0], place.size))
    for harmonic in (1, 2):
        for side in (-1, 1):
            at = np.rint(harmonic * place + side * distance).astype(np.intp)
            total += combs.lines.narrow[:, np.clip(at, 0, combs.lines.narrow.shape[1] - 1)]
    return total


def _alone(combs: CombMap, band: int, at: NDArray[np.intp], order: float) -> float:
    return fisher(float(_sidebands(combs, at, order)[band, 0]), 4) if order else 0.0


def _comb(combs: CombMap, band: int, fundamental: int, evidence: float) -> Comb:
    """Read a comb's lines; its fundamental is the mean of what the harmonics' places say, weighted by height."""
    prominence = combs.lines.prominence[band]
    power = combs.spectra.power[band]
    places, heights, modulation = [], [], 0.0
    for harmonic in range(1, HARMONICS + 1):
        reach = 1 if harmonic < 3 else 2
        first = harmonic * fundamental - reach
        top = first + int(prominence[first : harmonic * fundamental + reach + 1].argmax())
        height = float(prominence[top])
        places.append(top)
        heights.append(height)
        if height > 1:
            modulation += combs.spectra.depth(band, float(power[top]) * (1 - 1 / height)) ** 2
    weights = [min(max(height - 1, 1e-9), 30.0) for height in heights]
    numbers = range(1, HARMONICS + 1)
    refined = sum(w * h * p for w, h, p in zip(weights, numbers, places, strict=True)) / sum(
        w * h * h for w, h in zip(weights, numbers, strict=True)
    )
    near = combs.strength[max(0, fundamental - 1) : fundamental + 2]
    return Comb(band, refined, evidence, float(near.max()), tuple(heights), math.sqrt(modulation))


def _sideband_prominence(combs: CombMap, comb: Comb, order: float) -> tuple[float, ...]:
    if not order:
        return ()
    found = []
    for harmonic in (1, 2):
        for side in (-1, 1):
            at = round(harmonic * comb.fundamental + side * order * combs.shaft_bins)
            found.append(float(combs.lines.prominence[comb.band, max(0, at - 1) : at + 2].max(initial=0.0)))
    return tuple(found)


def _rises_beyond(combs: CombMap, band: int, low: int, high: int) -> bool:
    """Whether the same band's fundamental is stronger just outside the window than anywhere inside."""
    row = combs.lines.prominence[band]
    width = max(2, (high - low) // 4)
    inside = float(row[low : high + 1].max())
    outside = max(
        float(row[low - width : low].max(initial=0)), float(row[high + 1 : high + width + 1].max(initial=0))
    )
    return outside > inside


def is_shaft_like(place: Real, shaft_bins: float) -> NDArray[np.bool_]:
    """Whether fundamentals (in bins) are half, one, or a few times the shaft's, to the accuracy of its speed."""
    like = np.zeros(place.shape, dtype=np.bool_)
    for order in (0.5, 1.0, 1.5, 2.0, 3.0):
        like |= np.abs(place - order * shaft_bins) <= np.maximum(1.5, TOLERANCE * place)
    return like


def _rival(combs: CombMap, defect: Defect, comb: Comb) -> tuple[float, int]:
    """Strength and fundamental of the strongest comb that neither the defect nor the shaft explains."""
    place = np.arange(combs.strength.size, dtype=np.float64)
    own = (place < combs.lowest) | (np.abs(place - comb.fundamental) <= TOLERANCE * comb.fundamental)
    for share in (2.0, 3.0, 1 / 2):
        own |= _near(place, comb.fundamental * share)
    sidebands = is_shaft_like(place, combs.shaft_bins)
    for line in _sideband_lines(combs, defect, comb.fundamental):
        sidebands |= _near(place, line)
    remaining = np.where(own, 0.0, combs.strength)
    remaining[sidebands & (remaining <= _SIDEBAND_LEAD * comb.strength)] = 0.0
    at = int(remaining.argmax())
    return float(remaining[at]), at


def _near(place: Real, line: float) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(place - line) <= 1.5 + 0.004 * abs(line)
    return near


def _sideband_lines(combs: CombMap, defect: Defect, fundamental: float) -> list[float]:
    """Fundamentals of combs that the defect's sidebands make."""
    lines = []
    distance = defect.explained_order * combs.shaft_bins
    for harmonic in (1, 2, 3):
        for number in range(1, defect.explained_sidebands + 1):
            lines += [harmonic * fundamental + side * number * distance for side in (-1, 1)]
    if defect.explained_order < 1:  # the cage's own lines, and its speed as the shaft sees it
        lines += [number * distance for number in range(1, 5)] + [combs.shaft_bins - distance]
    return lines
