"""Masking by the shaft: what a part of nearly whole order does may hide among the shaft's own lines.

With BPFO 3.02, slip alone carries the outer race's lines onto 3, 6, 9 ... times the shaft's. Those are left out
when series are looked for, so a damaged race might show nowhere else. It cannot be called healthy where these
multiples stand out of the noise and the shaft's others do not keep up with them.
"""

import math

import numpy as np

from models.diagnosis.bearing import ROOT_SHARE, SPEED_TOLERANCE, Defect
from models.diagnosis.harmonic_evidence import CAP, evidence_of, fisher
from models.diagnosis.harmonic_search import HARMONICS, HIT, TOLERANCE, HarmonicMap, HarmonicSeries

__all__ = ["masked_by_shaft"]

_MIN_REACH_BINS = 2


def masked_by_shaft(harmonic_map: HarmonicMap, defect: Defect) -> HarmonicSeries | None:
    """Harmonic series of the shaft's lines that mask a defect's; None where they cannot, or all of them are alike.

    They are alike where the other lines have 70 % of the level (ln of prominence) of the whole-order ones.
    """
    whole = round(defect.order)
    if whole < 2 or abs(defect.order - whole) > TOLERANCE * defect.order:
        return None
    number = np.arange(1, whole * HARMONICS + 1)
    place = np.rint(number * harmonic_map.shaft_bins).astype(np.intp)
    reach = np.maximum(_MIN_REACH_BINS, np.rint(SPEED_TOLERANCE * place)).astype(np.intp)
    if place[-1] + reach[-1] >= harmonic_map.raw.shape[1]:
        return None
    tops = [
        low + harmonic_map.raw[:, low : high + 1].argmax(axis=1)
        for low, high in zip(place - reach, place + reach, strict=True)
    ]
    heights = np.stack([np.take_along_axis(harmonic_map.raw, top[:, None], 1)[:, 0] for top in tops], axis=1)
    own = number % whole == 0
    nats = np.minimum(evidence_of(heights[:, own], harmonic_map.spectra.segments, 2 * reach[own] + 1), CAP)
    total = nats.sum(axis=1)
    band = int(total.argmax())
    level = np.log(np.maximum(heights[band], 1.0))
    if level[~own].mean() >= ROOT_SHARE * level[own].mean():
        return None
    power = [
        float(harmonic_map.spectra.power[band, top[band]]) for top, mine in zip(tops, own, strict=True) if mine
    ]
    depths = [
        harmonic_map.spectra.depth(band, value * (1 - 1 / max(height, 1.0)))
        for value, height in zip(power, heights[band, own], strict=True)
    ]
    return HarmonicSeries(
        band=band,
        fundamental=whole * harmonic_map.shaft_bins,
        evidence=fisher(float(total[band]), HARMONICS) - math.log(total.size),
        strength=float(level[own].mean()),
        harmonics=tuple(heights[band, own].tolist()),
        modulation=math.sqrt(sum(depth**2 for depth in depths)),
        seen=int(np.count_nonzero(nats[band] >= HIT)),
    )
