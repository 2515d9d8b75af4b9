"""Hypotheses in words: each with its evidence as data and as sentences in English and Chinese."""

from models.bilingual import Bilingual
from models.diagnosis.bearing import DefectMatch
from models.diagnosis.cage import CageMatch
from models.diagnosis.criteria import bearing_confidence, cage_confidence, contradicted, is_cage
from models.diagnosis.fault_texts import FAULTS
from models.diagnosis.harmonic_search import HarmonicMap
from models.diagnosis.machine_faults import RuleMatch
from models.diagnosis.results import Evidence, Hypothesis

__all__ = ["SEEN", "bearing_hypothesis", "cage_hypothesis", "machine_hypothesis"]

_WORTH_TELLING = 4.0
"""Nats below which a bearing hypothesis is not even mentioned."""
SEEN = 6.0
"""Prominence from which a harmonic is counted in a sentence."""
_SIDEBANDS = {
    "bearing_inner_race": Bilingual("shaft speed", "转频"),
    "bearing_rolling_element": Bilingual("cage speed", "保持架频率"),
}


def bearing_hypothesis(match: DefectMatch, harmonic_map: HarmonicMap) -> Hypothesis | None:
    """Tell what speaks for a defect; None where next to nothing does."""
    series, fault = match.series, match.defect.fault
    if series.evidence < _WORTH_TELLING:
        return None
    bin_hz = harmonic_map.spectra.bin_hz
    expected_hz = match.defect.order * harmonic_map.shaft_bins * bin_hz
    found_hz = series.fundamental * bin_hz
    low_hz, high_hz = harmonic_map.spectra.bands_hz[series.band]
    seen = sum(height >= SEEN for height in series.harmonics)
    sides = sum(height >= SEEN for height in match.sidebands)
    off = 100 * (found_hz / expected_hz - 1)
    english = (
        f"the envelope of {low_hz:.0f} to {high_hz:.0f} Hz repeats at {found_hz:.2f} Hz, {off:+.1f} % from the "
        f"{expected_hz:.2f} Hz expected; {seen} of {len(series.harmonics)} harmonics stand out, the first "
        f"{series.harmonics[0]:.0f} times above the noise; modulation {100 * series.modulation:.0f} %"
    )
    chinese = (
        f"{low_hz:.0f}~{high_hz:.0f} Hz 频带的包络谱在 {found_hz:.2f} Hz 处有谱线，"
        f"与理论值 {expected_hz:.2f} Hz 相差 {off:+.1f} %；{len(series.harmonics)} 阶谐波中 {seen} 阶突出，"
        f"基频为背景噪声的 {series.harmonics[0]:.0f} 倍；"
        f"调制度 {100 * series.modulation:.0f} %"
    )
    if fault in _SIDEBANDS:
        distance = _SIDEBANDS[fault]
        english += f"; {sides} of {len(match.sidebands)} sidebands at {distance.en}"
        chinese += f"；{len(match.sidebands)} 条{distance.zh}边频带中 {sides} 条突出"
    if contradicted(match):
        english += "; but its sidebands do not fit this part"
        chinese += "；但其边频带不符合该部件特征"
    if match.at_edge:
        english += "; but the line's top lies outside the tolerance"
        chinese += "；但谱峰位于容差范围之外"
    evidence = Evidence(
        kind="envelope_line",
        expected_hz=expected_hz,
        found_hz=found_hz,
        prominence=series.harmonics[0],
        amplitude=series.modulation,
        harmonics=series.harmonics,
        sidebands=match.sidebands,
        band_hz=(low_hz, high_hz),
        nats=series.evidence,
        lead=series.strength - match.rival,
        rival_hz=match.rival_order * harmonic_map.shaft_hz,
        fits=not contradicted(match) and not match.at_edge,
        text_en=english,
        text_zh=chinese,
    )
    return _hypothesis(fault, bearing_confidence(match), (evidence,))


def cage_hypothesis(match: CageMatch, harmonic_map: HarmonicMap, ftf: float) -> Hypothesis | None:
    """Tell what speaks for a damaged cage; None where next to nothing does."""
    if match.evidence < _WORTH_TELLING:
        return None
    bin_hz = harmonic_map.spectra.bin_hz
    expected_hz, found_hz = ftf * harmonic_map.shaft_bins * bin_hz, match.fundamental * bin_hz
    english = f"{match.seen} of {match.possible} harmonics of the cage's {expected_hz:.2f} Hz stand out"
    chinese = f"保持架频率 {expected_hz:.2f} Hz 的 {match.possible} 阶谐波中有 {match.seen} 阶突出"
    if not is_cage(match):
        english += "; too few to tell a damaged cage from a rolling element that passes the load zone"
        chinese += "；不足以区分保持架损伤与滚动体通过承载区的调制"
    evidence = Evidence(
        kind="envelope_line",
        expected_hz=expected_hz,
        found_hz=found_hz,
        prominence=match.harmonics[0],
        amplitude=match.modulation,
        harmonics=match.harmonics,
        band_hz=harmonic_map.spectra.bands_hz[match.band],
        nats=match.evidence,
        lead=match.strength - match.rival,
        text_en=english,
        text_zh=chinese,
    )
    confidence = cage_confidence(match) if is_cage(match) else min(0.4, cage_confidence(match))
    return _hypothesis("bearing_cage", confidence, (evidence,))


def machine_hypothesis(rule_match: RuleMatch) -> Hypothesis:
    """Tell what speaks for a fault of the machine; surer the further its rule is passed, never above 95 %."""
    confidence = min(0.95, 0.88 + 0.05 * (rule_match.margin - 1))
    return _hypothesis(rule_match.fault, confidence, rule_match.evidence)


def _hypothesis(fault: str, confidence: float, evidence: tuple[Evidence, ...]) -> Hypothesis:
    text = FAULTS[fault]
    seen_en = "; ".join(item.text_en for item in evidence)
    seen_zh = "；".join(item.text_zh for item in evidence)
    return Hypothesis(
        fault=fault,
        confidence=confidence,
        evidence=evidence,
        sentence_en=f"{text.name.en[0].upper()}{text.name.en[1:]}: {seen_en}.",
        sentence_zh=f"{text.name.zh}：{seen_zh}。",
        next_check_en=text.next_check.en,
        next_check_zh=text.next_check.zh,
    )
