"""Findings in words: each hypothesis with its evidence as data and as sentences in English and Chinese."""

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


def bearing_hypothesis(finding: DefectMatch, combs: HarmonicMap) -> Hypothesis | None:
    """Tell what speaks for a defect; None where next to nothing does."""
    comb, fault = finding.comb, finding.defect.fault
    if comb.evidence < _WORTH_TELLING:
        return None
    bin_hz = combs.spectra.bin_hz
    expected_hz = finding.defect.order * combs.shaft_bins * bin_hz
    found_hz = comb.fundamental * bin_hz
    low_hz, high_hz = combs.spectra.bands_hz[comb.band]
    seen = sum(height >= SEEN for height in comb.harmonics)
    sides = sum(height >= SEEN for height in finding.sidebands)
    off = 100 * (found_hz / expected_hz - 1)
    english = (
        f"the envelope of {low_hz:.0f} to {high_hz:.0f} Hz repeats at {found_hz:.2f} Hz, {off:+.1f} % from the "
        f"{expected_hz:.2f} Hz expected; {seen} of {len(comb.harmonics)} harmonics stand out, the first "
        f"{comb.harmonics[0]:.0f} times above the noise; modulation {100 * comb.modulation:.0f} %"
    )
    chinese = (
        f"{low_hz:.0f}~{high_hz:.0f} Hz 频带的包络谱在 {found_hz:.2f} Hz 处有谱线，"
        f"与理论值 {expected_hz:.2f} Hz 相差 {off:+.1f} %；{len(comb.harmonics)} 阶谐波中 {seen} 阶突出，"
        f"基频为背景噪声的 {comb.harmonics[0]:.0f} 倍；"
        f"调制度 {100 * comb.modulation:.0f} %"
    )
    if fault in _SIDEBANDS:
        distance = _SIDEBANDS[fault]
        english += f"; {sides} of {len(finding.sidebands)} sidebands at {distance.en}"
        chinese += f"；{len(finding.sidebands)} 条{distance.zh}边频带中 {sides} 条突出"
    if contradicted(finding):
        english += "; but its sidebands do not fit this part"
        chinese += "；但其边频带不符合该部件特征"
    if finding.at_edge:
        english += "; but the line's top lies outside the tolerance"
        chinese += "；但谱峰位于容差范围之外"
    evidence = Evidence(
        kind="envelope_line",
        expected_hz=expected_hz,
        found_hz=found_hz,
        prominence=comb.harmonics[0],
        amplitude=comb.modulation,
        harmonics=comb.harmonics,
        sidebands=finding.sidebands,
        band_hz=(low_hz, high_hz),
        nats=comb.evidence,
        lead=comb.strength - finding.rival,
        rival_hz=finding.rival_order * combs.shaft_hz,
        fits=not contradicted(finding) and not finding.at_edge,
        text_en=english,
        text_zh=chinese,
    )
    return _hypothesis(fault, bearing_confidence(finding), (evidence,))


def cage_hypothesis(finding: CageMatch, combs: HarmonicMap, ftf: float) -> Hypothesis | None:
    """Tell what speaks for a damaged cage; None where next to nothing does."""
    if finding.evidence < _WORTH_TELLING:
        return None
    bin_hz = combs.spectra.bin_hz
    expected_hz, found_hz = ftf * combs.shaft_bins * bin_hz, finding.fundamental * bin_hz
    english = f"{finding.seen} of {finding.possible} harmonics of the cage's {expected_hz:.2f} Hz stand out"
    chinese = f"保持架频率 {expected_hz:.2f} Hz 的 {finding.possible} 阶谐波中有 {finding.seen} 阶突出"
    if not is_cage(finding):
        english += "; too few to tell a damaged cage from a rolling element that passes the load zone"
        chinese += "；不足以区分保持架损伤与滚动体通过承载区的调制"
    evidence = Evidence(
        kind="envelope_line",
        expected_hz=expected_hz,
        found_hz=found_hz,
        prominence=finding.harmonics[0],
        amplitude=finding.modulation,
        harmonics=finding.harmonics,
        band_hz=combs.spectra.bands_hz[finding.band],
        nats=finding.evidence,
        lead=finding.strength - finding.rival,
        text_en=english,
        text_zh=chinese,
    )
    confidence = cage_confidence(finding) if is_cage(finding) else min(0.4, cage_confidence(finding))
    return _hypothesis("bearing_cage", confidence, (evidence,))


def machine_hypothesis(observed: RuleMatch) -> Hypothesis:
    """Tell what speaks for a fault of the machine; surer the further its rule is passed, never above 95 %."""
    confidence = min(0.95, 0.88 + 0.05 * (observed.margin - 1))
    return _hypothesis(observed.fault, confidence, observed.evidence)


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
