"""Criteria of a diagnosis: what must hold before a bearing fault is named, and how sure one can be of it."""

import math

from models.diagnosis.bearing import DefectMatch
from models.diagnosis.cage import CageMatch
from models.diagnosis.harmonic_search import HarmonicSeries
from models.diagnosis.results import Margins

__all__ = [
    "EVIDENCE",
    "FAINT_MODULATION",
    "HEALTHY_RATE_HZ",
    "HEALTHY_TURNS",
    "MIN_HARMONICS",
    "MODULATION",
    "SUSPICION",
    "SUSPICIOUS_MODULATION",
    "UNEXPLAINED",
    "bearing_confidence",
    "cage_confidence",
    "chosen",
    "contradicted",
    "healthy_confidence",
    "is_ambiguous",
    "is_cage",
    "is_named",
    "is_suspected",
    "is_suspicious",
    "is_unexplained",
    "margins_of",
    "shows_all",
]

EVIDENCE = 14.0
"""Nats needed to name a fault: noise gets so far once in a million recordings, all places looked at counted."""
SUSPICION = 8.0
"""Nats from which a series forbids calling the bearing healthy: once in 3,000 recordings of noise."""
UNEXPLAINED = 6.0
"""The same for a series at whatever frequency. Bands overlap, so to count all of them as places takes off 1.4 nats
too many: the strongest series of noise has more than 3 nats in 1.7 % of recordings (not 5 %), more than 6 once in
1,500."""
MODULATION = 0.2
"""Least modulation of the squared envelope, all harmonics together: 20 % is +-0.8 dB of the band's level. Sound
bearings have some too, as their rolling elements carry the load in turn (variable compliance), and the longer a
recording, the less of it is enough for evidence."""
MIN_HARMONICS = 2
"""A single line is a modulation by whatever, or another series'; impacts have harmonics."""
SUSPICIOUS_MODULATION = 0.1
"""Half of that forbids calling the bearing healthy."""
FAINT_MODULATION = 0.05
"""And so does a quarter, where the evidence would be enough for a name."""
_SIDEBAND = 6.0
"""Nats from which sidebands are there: noise gets so far once in 400."""
_INNER_SIDEBAND = 3.0
"""Nats of sidebands without which an inner race is not named: noise gets so far once in 20."""
_BARE_ELEMENT = 0.75
"""Most confidence in a rolling element without cage sidebands."""
HEALTHY_RATE_HZ = 20_000.0
"""Rate below which nothing found does not mean healthy: a bearing's impacts excite resonances from 500 Hz to 10 kHz
(the demodulation band in use for shafts of some hundred to some thousand rpm, such as SKF's filter 3), and what a
recorder cuts off of that may be all that a fault shows."""
_SLOW_SHAFT_HZ = 500 / 60
"""Slower shafts strike softly, and what they excite ends at 1 kHz (filter 2)."""
_SLOW_RATE_HZ = 2_000.0
HEALTHY_TURNS = 60.0
"""Turns without which nothing found does not mean healthy: weak faults do not show in less."""


def is_named(match: DefectMatch) -> bool:
    """Whether the series is there, is this defect's, and matters."""
    series = match.series
    return (
        series.evidence >= EVIDENCE
        and series.modulation >= MODULATION
        and series.strength > match.rival
        and series.seen >= MIN_HARMONICS
        and not match.at_edge
        and not contradicted(match)
    )


def contradicted(match: DefectMatch) -> bool:
    """Whether the sidebands say that it is another part.

    An inner race turns through the load zone, so its impacts come and go with the shaft. The cage carries rolling
    elements round, so theirs come and go with the cage and not with the shaft.
    """
    if match.defect.fault == "bearing_inner_race":
        return match.sideband_evidence < _INNER_SIDEBAND
    if match.defect.fault == "bearing_rolling_element":
        return match.shaft_sideband_evidence >= min(2 * _SIDEBAND, max(_SIDEBAND, match.sideband_evidence))
    return False


def chosen(matches: tuple[DefectMatch, ...]) -> DefectMatch | None:
    """Give the match to speak of: the strongest that can be named, or else the one with the most evidence.

    Where a rolling element's series is another part's as well, its cage sidebands decide for it.
    """
    possible = [match for match in matches if is_named(match)]
    if not possible:
        return max(matches, key=lambda match: match.series.evidence, default=None)
    best = max(possible, key=lambda match: match.series.strength)
    for match in possible:
        if _same_series(match, best) and match.defect.fault == "bearing_rolling_element" and _has_cage(match):
            return match
    return best


def is_ambiguous(best: DefectMatch, matches: tuple[DefectMatch, ...]) -> bool:
    """Whether another part's frequency is so near that slip hides the difference, and no sidebands decide."""
    others = [other for other in matches if other is not best and is_named(other) and _same_series(other, best)]
    return bool(others) and not (best.defect.fault == "bearing_rolling_element" and _has_cage(best))


def _same_series(one: DefectMatch, other: DefectMatch) -> bool:
    return abs(one.series.fundamental - other.series.fundamental) <= 1.5 + 0.004 * one.series.fundamental


def _has_cage(match: DefectMatch) -> bool:
    return match.sideband_evidence >= _SIDEBAND


def is_cage(match: CageMatch | None) -> bool:
    """Whether three quarters of the cage's harmonics are there."""
    return (
        match is not None
        and match.evidence >= EVIDENCE
        and match.modulation >= MODULATION
        and match.seen >= 0.75 * match.possible
        and match.strength > match.rival
    )


def is_suspicious(series: HarmonicSeries | CageMatch) -> bool:
    """Whether a series that is not the shaft's forbids saying `healthy`."""
    return series.evidence >= SUSPICION and series.modulation >= SUSPICIOUS_MODULATION


def is_unexplained(series: HarmonicSeries) -> bool:
    """Whether a series at a frequency of neither bearing nor shaft forbids it; as a wrong bearing's would be."""
    return (series.evidence >= UNEXPLAINED and series.modulation >= SUSPICIOUS_MODULATION) or (
        series.evidence >= EVIDENCE and series.modulation >= FAINT_MODULATION
    )


def is_suspected(match: DefectMatch) -> bool:
    """Whether a series at this defect's own frequency forbids it: less modulation is enough where it is sure."""
    series = match.series
    return is_suspicious(series) or (series.evidence >= EVIDENCE and series.modulation >= FAINT_MODULATION)


def bearing_confidence(match: DefectMatch) -> float:
    """Probability that a series is what it is taken for, from its evidence and its lead over its rival.

    Compared with how often it is right, on simulated recordings, in docs/diagnosis.md. A rolling element without
    cage sidebands is a series like any other, so it stays at `_BARE_ELEMENT`.
    """
    evidence = (match.series.evidence - EVIDENCE) / 4.0
    lead = (match.series.strength - match.rival) / 0.25
    if not is_named(match):
        return min(0.5, _logistic(min(evidence, lead)))
    bare = match.defect.fault == "bearing_rolling_element" and match.sideband_evidence < _INNER_SIDEBAND
    return min(_BARE_ELEMENT if bare else 1.0, _logistic(min(evidence, lead) + 2.0))


def cage_confidence(match: CageMatch) -> float:
    """Probability that the series is a damaged cage's."""
    return min(0.9, _logistic((match.evidence - EVIDENCE) / 4.0 + 1.0))


def shows_all(rate_hz: float, shaft_hz: float) -> bool:
    """Whether what was measured holds the band in which a bearing's impacts ring."""
    return rate_hz >= (HEALTHY_RATE_HZ if shaft_hz > _SLOW_SHAFT_HZ else _SLOW_RATE_HZ)


def healthy_confidence(turns: float) -> float:
    """Probability that nothing is there when nothing was found: longer recordings show weaker faults.

    Of as many sound machines as ones with impacts 15 dB below to 5 dB above the noise, see docs/diagnosis.md.
    """
    return 0.75 + 0.1 * min(1.0, turns / 240.0) + 0.05 * min(1.0, turns / 960.0)


def margins_of(match: DefectMatch | None, shaft_hz: float) -> Margins:
    """Tell how far the best bearing hypothesis is from being named, or from not being."""
    if match is None:
        return Margins(evidence_needed=EVIDENCE)
    return Margins(
        evidence=match.series.evidence,
        evidence_needed=EVIDENCE,
        strength=match.series.strength,
        rival=match.rival,
        rival_hz=match.rival_order * shaft_hz,
        modulation=match.series.modulation,
    )


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
