"""Diagnose one waveform: quality first, then the shaft's speed, bearing, machine, and the verdict."""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.diagnosis.averaged_spectrum import AveragedSpectrum, averaged_spectrum
from models.diagnosis.bearing import DefectMatch, defects, highest_order, match_defect
from models.diagnosis.cage import CageMatch, match_cage
from models.diagnosis.criteria import (
    HEALTHY_TURNS,
    chosen,
    healthy_confidence,
    is_ambiguous,
    is_cage,
    is_named,
    is_suspected,
    is_suspicious,
    is_unexplained,
    margins_of,
    shows_all,
)
from models.diagnosis.envelopes import MAX_DEPTH, envelope_spectra
from models.diagnosis.harmonic_search import HARMONICS, HarmonicMap, search_harmonics, strongest_series
from models.diagnosis.hypotheses import bearing_hypothesis, cage_hypothesis, machine_hypothesis
from models.diagnosis.machine_faults import VELOCITY_LIMIT_MM_S, RuleMatch, machine_faults, unexplained_line
from models.diagnosis.reasons import Reason
from models.diagnosis.results import Diagnosed, Hypothesis, MachineKnowledge, Margins
from models.diagnosis.shaft_masking import masked_by_shaft
from models.diagnosis.shaft_speed import refined_shaft_hz
from models.machinery.kinematics import BearingOrders
from models.signal.quality import is_fault, is_rate, waveform_faults

__all__ = ["MIN_TURNS", "diagnose"]

Real = NDArray[np.float64]

MIN_TURNS = 12.0
"""Fewer do not tell a bearing's lines from the shaft's: bins would lie 1/12 of its speed apart."""
_MAINS_HZ = (50.0, 60.0)
"""Lines of neither grid are ever a bearing's: which one feeds a machine is easily told wrong."""
_NARROW_ORDER = 3.0
"""Up to which series are looked for in bands too narrow for the bearing's highest frequency."""
_MAX_SPEED_HZ = 1e5


class _BearingEvidence(msgspec.Struct, frozen=True):
    """What the envelope spectra show of a bearing."""

    harmonic_map: HarmonicMap | None = None
    """None of a recording too short or too slow for envelope spectra."""
    narrow: HarmonicMap | None = None
    """Of bands too narrow for all harmonics of the bearing, where slower series may be; they name nothing."""
    matches: tuple[DefectMatch, ...] = ()
    cage: CageMatch | None = None


class _Analysis(msgspec.Struct, frozen=True):
    """What was measured, before it is judged."""

    spectrum: AveragedSpectrum
    shaft_hz: float
    refined_hz: float | None
    seconds: float
    rate_hz: float
    bearing: _BearingEvidence
    rule_matches: tuple[RuleMatch, ...]


def diagnose(
    samples_g: ArrayLike,
    *,
    rate_hz: float,
    speed_rpm: float | None,
    orders: BearingOrders | None,
    line_frequency_hz: float | tuple[float, ...] | None = 50.0,
    machine: MachineKnowledge | None = None,
) -> Diagnosed:
    """Name the fault that a waveform of acceleration in g, shape (n,), shows; never raises on numbers.

    `speed_rpm` is the shaft's, `orders` the bearing's on it, `line_frequency_hz` the mains' (several where nobody
    knows which feed the machine: each is looked for). The verdict is
    `healthy` only where speed and bearing are known and nothing was found; `unknown`, with a reason, where the
    signal cannot be trusted, where something is there that nothing explains, or where too little is known.

    >>> noise = np.random.default_rng(1).standard_normal(76_800) / 100
    >>> bearing = BearingOrders(bpfo=3.58, bpfi=5.42, bsf2=4.71, ftf=0.398)
    >>> diagnose(noise, rate_hz=25_600.0, speed_rpm=1480.0, orders=bearing).verdict
    'healthy'
    >>> diagnose(noise, rate_hz=25_600.0, speed_rpm=None, orders=bearing).reason_en
    'The shaft speed is not known.'
    """
    samples = np.ascontiguousarray(samples_g, dtype=np.float64).ravel()
    knowledge = machine or MachineKnowledge()
    reason = _unusable(samples, rate_hz)
    if reason is not None:
        return _unknown(reason)
    if speed_rpm is None or not 0 < abs(speed_rpm) / 60 <= _MAX_SPEED_HZ:  # NaN is no speed either
        return _unknown(Reason.NO_SPEED)
    if samples.size / rate_hz * abs(speed_rpm) / 60 < MIN_TURNS:
        return _unknown(Reason.FEW_TURNS)
    analysis = _analyse(samples, rate_hz, abs(speed_rpm) / 60, orders, line_frequency_hz, knowledge)
    return _judge(analysis, orders, knowledge)


def _unusable(samples: Real, rate_hz: float) -> Reason | None:
    if not is_rate(rate_hz):
        return Reason.RATE
    faults = waveform_faults(samples, "g")
    if not is_fault(faults):
        return None
    known = {"too_short": Reason.FEW_TURNS, "not_finite": Reason.NOT_FINITE, "clipped": Reason.CLIPPED}
    return known.get(faults[0], Reason.SENSOR)


def _analyse(
    samples: Real,
    rate_hz: float,
    given_hz: float,
    orders: BearingOrders | None,
    line_frequency_hz: float | tuple[float, ...] | None,
    machine: MachineKnowledge,
) -> _Analysis:
    told = line_frequency_hz if isinstance(line_frequency_hz, tuple) else (line_frequency_hz or 0.0,)
    mains = tuple(each for each in told if 1.0 <= each <= 1000.0)
    mains_hz = tuple({*_MAINS_HZ, *mains})
    spectrum = averaged_spectrum(samples, rate_hz=rate_hz, shaft_hz=given_hz)
    refined_hz = refined_shaft_hz(spectrum, given_hz, mains_hz)
    shaft_hz = refined_hz or given_hz
    envelopes = envelope_spectra(
        samples, rate_hz=rate_hz, shaft_hz=given_hz, highest_hz=highest_order(orders) * shaft_hz
    )
    bearing = _BearingEvidence()
    if envelopes is not None:
        harmonic_map = search_harmonics(
            envelopes, shaft_hz=shaft_hz, mains_hz=mains_hz, refined=refined_hz is not None
        )
        if harmonic_map.shaft_hz != shaft_hz and refined_hz is None:
            shaft_hz = refined_hz = harmonic_map.shaft_hz
        bearing = _bearing_evidence(samples, rate_hz, harmonic_map, orders, mains_hz)
    return _Analysis(
        spectrum=spectrum,
        shaft_hz=shaft_hz,
        refined_hz=refined_hz,
        seconds=samples.size / rate_hz,
        rate_hz=rate_hz,
        bearing=bearing,
        rule_matches=machine_faults(spectrum, shaft_hz=shaft_hz, mains_hz=mains, machine=machine),
    )


def _bearing_evidence(
    samples: Real,
    rate_hz: float,
    harmonic_map: HarmonicMap,
    orders: BearingOrders | None,
    mains_hz: tuple[float, ...],
) -> _BearingEvidence:
    """Look for the bearing's defects; where none is named also for series that its bands may hide."""
    if orders is None:
        return _BearingEvidence(harmonic_map)
    possible = [match_defect(harmonic_map, defect) for defect in defects(orders)]
    matches = tuple(match for match in possible if match is not None)
    return _BearingEvidence(
        harmonic_map=harmonic_map,
        narrow=None if any(map(is_named, matches)) else _narrow(samples, rate_hz, harmonic_map, mains_hz),
        matches=matches,
        cage=match_cage(harmonic_map, orders.ftf),
    )


def _narrow(
    samples: Real, rate_hz: float, harmonic_map: HarmonicMap, mains_hz: tuple[float, ...]
) -> HarmonicMap | None:
    """Look into the bands that the bearing's orders left out, so that other orders do not hide a series."""
    first = harmonic_map.spectra.deepest + 1
    turns = samples.size / rate_hz * harmonic_map.shaft_hz
    if first > MAX_DEPTH or turns < HEALTHY_TURNS * 0.99 or not shows_all(rate_hz, harmonic_map.shaft_hz):
        return None  # healthy it is not called anyway
    spectra = envelope_spectra(
        samples,
        rate_hz=rate_hz,
        shaft_hz=harmonic_map.shaft_hz,
        highest_hz=HARMONICS * _NARROW_ORDER * harmonic_map.shaft_hz,
        first=first,
    )
    if spectra is None:
        return None
    return search_harmonics(spectra, shaft_hz=harmonic_map.shaft_hz, mains_hz=mains_hz, refined=True)


def _judge(analysis: _Analysis, orders: BearingOrders | None, machine: MachineKnowledge) -> Diagnosed:
    bearing = analysis.bearing
    hypotheses = _hypotheses(analysis, orders)
    best = chosen(bearing.matches)
    margins = margins_of(best, analysis.shaft_hz)
    band_hz = (
        bearing.harmonic_map.spectra.bands_hz[best.series.band]
        if best is not None and bearing.harmonic_map is not None
        else None
    )
    if best is not None and is_named(best) and not is_ambiguous(best, bearing.matches):
        verdict = best.defect.fault
    elif is_cage(bearing.cage):
        verdict = "bearing_cage"
    elif analysis.rule_matches:
        verdict = analysis.rule_matches[0].fault
    else:
        return _nothing_named(analysis, orders, machine, hypotheses, margins)
    confidence = next(item.confidence for item in hypotheses if item.fault == verdict)
    return Diagnosed(
        verdict=verdict,
        confidence=confidence,
        hypotheses=tuple(sorted(hypotheses, key=lambda item: (item.fault != verdict, -item.confidence))),
        band_hz=band_hz if verdict.startswith("bearing") else None,
        speed_hz_refined=analysis.refined_hz,
        margins=margins,
    )


def _hypotheses(analysis: _Analysis, orders: BearingOrders | None) -> list[Hypothesis]:
    hypotheses: list[Hypothesis | None] = []
    bearing = analysis.bearing
    if bearing.harmonic_map is not None and orders is not None:
        hypotheses += [bearing_hypothesis(match, bearing.harmonic_map) for match in bearing.matches]
        if bearing.cage is not None:
            hypotheses.append(cage_hypothesis(bearing.cage, bearing.harmonic_map, orders.ftf))
    hypotheses += [machine_hypothesis(rule_match) for rule_match in analysis.rule_matches]
    return sorted((item for item in hypotheses if item is not None), key=lambda item: -item.confidence)


def _nothing_named(
    analysis: _Analysis,
    orders: BearingOrders | None,
    machine: MachineKnowledge,
    hypotheses: list[Hypothesis],
    margins: Margins,
) -> Diagnosed:
    doubt = _doubt(analysis, orders, machine)
    if doubt is None:
        confidence = healthy_confidence(analysis.seconds * analysis.shaft_hz)
        return Diagnosed(
            verdict="healthy",
            confidence=confidence,
            hypotheses=tuple(hypotheses),
            speed_hz_refined=analysis.refined_hz,
            margins=margins,
        )
    reason, value = doubt
    sentence = reason.sentence(found=value, order=value / analysis.shaft_hz)
    return Diagnosed(
        verdict="unknown",
        confidence=0.0,
        hypotheses=tuple(hypotheses),
        reason=reason.name.lower(),
        reason_value=value,
        reason_en=sentence.en,
        reason_zh=sentence.zh,
        speed_hz_refined=analysis.refined_hz,
        margins=margins,
    )


def _doubt(
    analysis: _Analysis, orders: BearingOrders | None, machine: MachineKnowledge
) -> tuple[Reason, float] | None:
    """Why `healthy` cannot be said, with the number that goes with it; None where it can."""
    bearing = analysis.bearing
    if orders is None:
        return Reason.NO_BEARING, 0.0
    if bearing.harmonic_map is None or len(bearing.matches) < len(defects(orders)):
        return Reason.SLOW_RATE, 0.0
    velocity = analysis.spectrum.velocity_rms_mm_s(10.0 if analysis.shaft_hz >= 10 else 2.0, 1000.0)
    if velocity >= (machine.velocity_limit_mm_s or VELOCITY_LIMIT_MM_S):
        return Reason.VELOCITY, velocity
    turns = analysis.seconds * analysis.shaft_hz
    doubts = ((reason, value) for holds, reason, value in _bearing_doubts(analysis, bearing.harmonic_map) if holds)
    doubt = next(doubts, None)
    line = unexplained_line(analysis.spectrum, shaft_hz=analysis.shaft_hz, machine=machine)
    if doubt is None and line is not None:
        doubt = Reason.LINE, line[0]
    if doubt is None and turns < HEALTHY_TURNS * 0.99:
        doubt = Reason.SHORT, 0.0
    if doubt is None and not shows_all(analysis.rate_hz, analysis.shaft_hz):
        doubt = Reason.NARROW_BAND, 0.0
    return doubt


def _bearing_doubts(analysis: _Analysis, harmonic_map: HarmonicMap) -> Iterator[tuple[bool, Reason, float]]:
    """Give what may forbid calling the bearing healthy: whether it does, the reason, and its frequency or 0."""
    bearing, bin_hz = analysis.bearing, harmonic_map.spectra.bin_hz
    best = chosen(bearing.matches)
    if best is not None:
        suspected = is_suspected(best)
        yield is_named(best), Reason.AMBIGUOUS, best.series.fundamental * bin_hz
        yield suspected and best.rival >= best.series.strength, Reason.RIVAL, best.rival_order * analysis.shaft_hz
        yield suspected, Reason.WEAK, 0.0
    if bearing.cage is not None:
        yield is_suspicious(bearing.cage), Reason.WEAK, 0.0
    for searched in (harmonic_map, bearing.narrow):
        if searched is not None:
            series = strongest_series(searched)
            yield is_unexplained(series), Reason.UNEXPLAINED, series.fundamental * searched.spectra.bin_hz
    for match in bearing.matches:
        masked = masked_by_shaft(harmonic_map, match.defect)
        if masked is not None:
            yield is_suspicious(masked), Reason.NEAR_SHAFT, masked.fundamental * bin_hz


def _unknown(reason: Reason) -> Diagnosed:
    sentence = reason.sentence()
    return Diagnosed(
        verdict="unknown",
        confidence=0.0,
        reason=reason.name.lower(),
        reason_en=sentence.en,
        reason_zh=sentence.zh,
    )
