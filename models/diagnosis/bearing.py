"""Bearing faults in envelope spectra: the harmonic series of a defect, and who else could have made it.

Two questions must both be answered with yes before a fault is named:

1. Is a harmonic series there? Harmonics of the defect's frequency, and its sidebands (inner race: shaft speed;
   rolling element: cage speed; Randall and Antoni 2011), stand out of the noise further than chance explains,
   counted over all bands and frequencies that were looked at (`evidence`).
2. Is it this defect's? No series at any other frequency stands out more, unless the defect itself explains it
   (`strength` against `rival`), and its lines are not every n-th of a slower series' (`root`). A wrong geometry, an
   electromagnetic comb or impacts from elsewhere fail here.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.diagnosis.harmonic_evidence import fisher
from models.diagnosis.harmonic_search import (
    HARMONICS,
    TOLERANCE,
    HarmonicMap,
    HarmonicSeries,
    best_of,
    is_shaft_like,
    series_at,
)
from models.machinery.kinematics import BearingOrders

__all__ = ["ROOT_SHARE", "SPEED_TOLERANCE", "Defect", "DefectMatch", "defects", "highest_order", "match_defect"]

Real = NDArray[np.float64]

_SIDEBAND_LEAD = 1.15
"""How much stronger than a defect's own series its sidebands' may be (an inner race's often are a little)."""
ROOT_SHARE = 0.7
"""How much of a series' strength the lines between must have: noise has 0.2 to 0.5 of what is named."""
_MIN_ROOT_STRENGTH = 1.5
"""Strength below which a series cannot be told from noise by the lines between."""
_ROOT_LINES = 2
SPEED_TOLERANCE = 0.005
"""How far off the shaft's own lines may be: as a speed is told, or found where its harmonics are few."""
_WITHOUT_BEARING = 6.0
"""Order up to which series are looked for where no bearing is known."""


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


class DefectMatch(msgspec.Struct, frozen=True):
    """How well one defect explains the signal."""

    defect: Defect
    series: HarmonicSeries
    sidebands: tuple[float, ...]
    sideband_evidence: float
    """Nats of its sidebands alone."""
    shaft_sideband_evidence: float
    rival: float
    rival_order: float
    """Order of that series, or of the slower one whose every n-th line this is."""
    at_edge: bool
    """Whether the series' top lies beyond the tolerance: then it is somebody else's."""


def defects(orders: BearingOrders) -> tuple[Defect, ...]:
    """Bearing defects by their orders of the shaft speed, the inner ring turning; the cage's is judged apart."""
    return (
        Defect("bearing_outer_race", orders.bpfo, 0.0, 2, 1.0),
        Defect("bearing_inner_race", orders.bpfi, 1.0, 3, 1.0),
        Defect("bearing_rolling_element", orders.bsf2, orders.ftf, 3, orders.ftf),
    )


def highest_order(orders: BearingOrders | None) -> float:
    """Highest order of the shaft speed that is needed: all harmonics of all bearing defects, with tolerance."""
    top = max(orders.bpfi, orders.bsf2) if orders is not None else _WITHOUT_BEARING
    return HARMONICS * top * (1 + TOLERANCE) + 1.0


def match_defect(harmonic_map: HarmonicMap, defect: Defect) -> DefectMatch | None:
    """Match a bearing defect with the harmonic series nearest to its frequency, within 2.5 %.

    Sidebands at shaft or cage speed count along (Randall and Antoni 2011). None where the spectrum does not reach
    so far.
    """
    centre = defect.order * harmonic_map.shaft_bins
    low, high = math.floor(centre * (1 - TOLERANCE)), math.ceil(centre * (1 + TOLERANCE))
    if low < harmonic_map.lowest or high + 2 >= harmonic_map.evidence.shape[1]:
        return None
    place = np.arange(low, high + 1)
    alone = harmonic_map.evidence[:, low : high + 1]
    choices = math.log(alone.size * (2 if defect.sideband_order else 1))
    band, column, evidence = best_of(alone, HARMONICS)
    if defect.sideband_order:
        sidebands = _sidebands(harmonic_map, place, defect.sideband_order)
        with_band, with_column, with_evidence = best_of(alone + sidebands, HARMONICS + 4)
        if with_evidence > evidence:
            band, column, evidence = with_band, with_column, with_evidence
    fundamental = low + column
    series = series_at(harmonic_map, band, fundamental, evidence - choices)
    at = np.array([round(series.fundamental)])
    rival, rival_bin = max(_rival(harmonic_map, defect, series), _root(harmonic_map, defect, series))
    return DefectMatch(
        defect=defect,
        series=series,
        sidebands=_sideband_prominence(harmonic_map, series, defect.sideband_order),
        sideband_evidence=_alone(harmonic_map, band, at, defect.sideband_order),
        shaft_sideband_evidence=_alone(harmonic_map, band, at, 1.0),
        rival=rival,
        rival_order=rival_bin / harmonic_map.shaft_bins,
        at_edge=abs(series.fundamental - centre) > TOLERANCE * centre + 0.5
        or _rises_beyond(harmonic_map, band, low, high),
    )


def _sidebands(harmonic_map: HarmonicMap, place: NDArray[np.intp], order: float) -> Real:
    """Evidence of the first sidebands of the first two harmonics, shape (bands, places)."""
    distance = order * harmonic_map.shaft_bins
    total = np.zeros((harmonic_map.evidence.shape[0], place.size))
    for harmonic in (1, 2):
        for side in (-1, 1):
            at = np.rint(harmonic * place + side * distance).astype(np.intp)
            total += harmonic_map.lines.narrow[:, np.clip(at, 0, harmonic_map.lines.narrow.shape[1] - 1)]
    return total


def _alone(harmonic_map: HarmonicMap, band: int, at: NDArray[np.intp], order: float) -> float:
    return fisher(float(_sidebands(harmonic_map, at, order)[band, 0]), 4) if order else 0.0


def _sideband_prominence(harmonic_map: HarmonicMap, series: HarmonicSeries, order: float) -> tuple[float, ...]:
    if not order:
        return ()
    prominences = []
    for harmonic in (1, 2):
        for side in (-1, 1):
            at = round(harmonic * series.fundamental + side * order * harmonic_map.shaft_bins)
            prominences.append(
                float(harmonic_map.lines.prominence[series.band, max(0, at - 1) : at + 2].max(initial=0.0))
            )
    return tuple(prominences)


def _rises_beyond(harmonic_map: HarmonicMap, band: int, low: int, high: int) -> bool:
    """Whether the same band's fundamental is stronger just outside the window than anywhere inside."""
    row = harmonic_map.lines.prominence[band]
    width = max(2, (high - low) // 4)
    inside = float(row[low : high + 1].max())
    outside = max(
        float(row[low - width : low].max(initial=0)), float(row[high + 1 : high + width + 1].max(initial=0))
    )
    return outside > inside


def _rival(harmonic_map: HarmonicMap, defect: Defect, series: HarmonicSeries) -> tuple[float, float]:
    """Strength and fundamental of the strongest series that neither the defect nor the shaft explains."""
    place = np.arange(harmonic_map.strength.size, dtype=np.float64)
    own = (place < harmonic_map.lowest) | (np.abs(place - series.fundamental) <= TOLERANCE * series.fundamental)
    for share in (2.0, 3.0, 1 / 2):
        own |= _near(place, series.fundamental * share)
    sidebands = is_shaft_like(place, harmonic_map.shaft_bins)
    for line in _sideband_lines(harmonic_map, defect, series.fundamental):
        sidebands |= _near(place, line)
    remaining = np.where(own, 0.0, harmonic_map.strength)
    remaining[sidebands & (remaining <= _SIDEBAND_LEAD * series.strength)] = 0.0
    at = int(remaining.argmax())
    return float(remaining[at]), float(at)


def _root(harmonic_map: HarmonicMap, defect: Defect, series: HarmonicSeries) -> tuple[float, float]:
    """Strength and fundamental of a slower series that the defect's lines are part of; its strength is 0 without.

    Knocks once in two or more turns, or of another shaft, have lines at all multiples of a low frequency, and the
    defect's may be every n-th of them. Then those between stand out as well: the slower series is there if, of
    those that neither shaft nor sidebands explain, in two periods, the mean prominence (ln) is at least
    `ROOT_SHARE` of the series'. It counts as just as strong, which is enough for not naming the defect. Where the
    slower one may be the shaft's own, sidebands at shaft speed explain nothing: they are the same lines.
    """
    prominence = harmonic_map.lines.prominence[series.band]
    explained = np.array(_sideband_lines(harmonic_map, defect, series.fundamental))
    for divisor in range(2, int(series.fundamental / harmonic_map.lowest) + 1):
        number = np.arange(1, 2 * divisor)
        place = number[number % divisor != 0] * series.fundamental / divisor
        is_shaft = (
            abs(series.fundamental / divisor - harmonic_map.shaft_bins) <= SPEED_TOLERANCE * harmonic_map.shaft_bins
        )
        if explained.size and not is_shaft:
            place = place[np.abs(place[:, None] - explained).min(axis=1) > 2.5]
        at = np.rint(place).astype(np.intp)
        lines = harmonic_map.raw[series.band] if is_shaft else prominence
        heights = lines[np.clip(at[:, None] + np.array([-1, 0, 1]), 0, lines.size - 1)].max(axis=1)
        heights = heights[lines[at] != 1.0]
        if heights.size < _ROOT_LINES:
            continue
        if np.log(np.maximum(heights, 1.0)).mean() >= ROOT_SHARE * max(series.strength, _MIN_ROOT_STRENGTH):
            return series.strength, series.fundamental / divisor
    return 0.0, series.fundamental


def _near(place: Real, line: float) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(place - line) <= 1.5 + 0.004 * abs(line)
    return near


def _sideband_lines(harmonic_map: HarmonicMap, defect: Defect, fundamental: float) -> list[float]:
    """Fundamentals of series that the defect's sidebands make."""
    lines = []
    distance = defect.explained_order * harmonic_map.shaft_bins
    for harmonic in (1, 2, 3):
        for number in range(1, defect.explained_sidebands + 1):
            lines += [harmonic * fundamental + side * number * distance for side in (-1, 1)]
    if defect.explained_order < 1:  # the cage's own lines, and its speed as the shaft sees it
        lines += [number * distance for number in range(1, 5)] + [harmonic_map.shaft_bins - distance]
    return lines
