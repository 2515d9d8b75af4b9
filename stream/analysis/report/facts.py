"""The facts that all reports tell of an analysis: label, text and tone, the most important first."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from models.bilingual import Language
from models.diagnosis.results import Hypothesis
from stream.analysis.analysing import Analysis, is_finding
from stream.analysis.report.labels import LABELS, flag_name, number, severity_sentence, share, verdict_name
from stream.analysis.report.origins import ORIGINS, assumption_sentence, suspicion_sentence
from stream.texts.language import spoken

__all__ = ["Fact", "Tone", "facts_of", "signal_sentence"]

Tone = Literal["plain", "good", "open", "warning", "bad", "sensor"]

_WORTH_SAYING_BESIDE_A_FAULT = 0.5
_WORTH_SAYING_OF_SOUND = 0.3
_WORTH_SAYING = 0.05
"""Less likely hypotheses stay in the JSON: beside a clear verdict they would only confuse."""
_ZONE_TONES: dict[str, Tone] = {"A": "good", "B": "good", "C": "warning", "D": "bad"}


class Fact(msgspec.Struct, frozen=True):
    """One row of a report."""

    label: str
    text: str
    tone: Tone = "plain"


def signal_sentence(analysis: Analysis, language: Language) -> str:
    """Say when, how long, how fast sampled, in which unit, at which speed and with which bearing."""
    unknown = LABELS["not_given"].say(language)
    begins = f"{analysis.time:%Y-%m-%d %H:%M:%S} UTC, " if analysis.time else ""
    return LABELS["signal_line"].say(
        language,
        signal=f"{begins}{number(analysis.seconds)} s, {number(analysis.rate_hz)} Hz, {analysis.unit}",
        speed=f"{number(analysis.speed_rpm)} rpm" if analysis.speed_rpm else unknown,
        bearing=analysis.bearing.name if analysis.bearing else unknown,
    )


def facts_of(analysis: Analysis, language: Language) -> Iterator[Fact]:
    """Give the verdict, what it rests on, what to do next, and what is known of signal and severity."""
    diagnosis = analysis.diagnosis
    tone: Tone = "good" if diagnosis.verdict == "healthy" else "bad" if is_finding(analysis) else "open"
    verdict = verdict_name(diagnosis.verdict, language)
    if diagnosis.confidence:
        verdict = LABELS["sure"].say(language, verdict=verdict, share=share(diagnosis.confidence))
    yield Fact(LABELS["verdict"].say(language), verdict, tone)
    reason = spoken(language, diagnosis.reason_en, diagnosis.reason_zh)
    if reason:
        yield Fact(LABELS["why_unknown"].say(language), reason)
    for hypothesis in diagnosis.hypotheses:
        if hypothesis.fault == diagnosis.verdict:
            yield from _leading(hypothesis, language)
    yield from _next(analysis, language)
    for hypothesis in diagnosis.hypotheses:
        if hypothesis.fault != diagnosis.verdict and hypothesis.confidence >= _least(analysis):
            yield _other(hypothesis, language, alone=not is_finding(analysis))
    yield _quality(analysis, language)
    for suspicion in analysis.suspected:
        yield Fact(LABELS["suspected"].say(language), suspicion_sentence(suspicion, language), "warning")
    yield Fact(
        LABELS["severity"].say(language),
        severity_sentence(analysis, language),
        _ZONE_TONES.get(analysis.severity.zone or "", "plain"),
    )
    look = analysis.severity.look
    if look is not None:
        yield Fact(LABELS["look_first"].say(language), spoken(language, look.en, look.zh))
    yield from _origins(analysis, language)


def _origins(analysis: Analysis, language: Language) -> Iterator[Fact]:
    """Say where facts came from, and what was taken for granted."""
    semicolon = "；" if language == "zh" else "; "
    origins = [
        LABELS["listed"].say(language, label=ORIGINS[name].say(language), text=spoken(language, words.en, words.zh))
        for name, words in analysis.taken_from.items()
    ]
    if origins:
        yield Fact(LABELS["taken_from"].say(language), semicolon.join(origins))
    assumed = [assumption_sentence(name, value, language) for name, value in analysis.assumed.items()]
    if assumed:
        yield Fact(LABELS["assumed"].say(language), semicolon.join(assumed))


def _least(analysis: Analysis) -> float:
    if is_finding(analysis):
        return _WORTH_SAYING_BESIDE_A_FAULT
    return _WORTH_SAYING_OF_SOUND if analysis.diagnosis.verdict == "healthy" else _WORTH_SAYING


def _leading(hypothesis: Hypothesis, language: Language) -> Iterator[Fact]:
    """Give what was named: the sentence, evidence that it does not hold already, and what to check."""
    sentence = spoken(language, hypothesis.sentence_en, hypothesis.sentence_zh)
    if sentence:
        yield Fact(LABELS["evidence"].say(language), sentence)
    for evidence in hypothesis.evidence:
        text = spoken(language, evidence.text_en, evidence.text_zh)
        if text and text not in sentence:
            yield Fact(LABELS["evidence"].say(language), text)
    check = spoken(language, hypothesis.next_check_en, hypothesis.next_check_zh)
    if check:
        yield Fact(LABELS["next_check"].say(language), check)


def _next(analysis: Analysis, language: Language) -> Iterator[Fact]:
    """Give what is to be done where nothing is named: what was not said, or nothing for now."""
    if analysis.diagnosis.verdict == "healthy":
        yield Fact(LABELS["next_check"].say(language), LABELS["measure_again"].say(language))
    if analysis.diagnosis.verdict != "unknown" or not analysis.quality.ok:
        return
    wanted = {"speed_wanted": analysis.speed_rpm, "bearing_wanted": analysis.bearing}
    asked = [LABELS[label].say(language) for label, value in wanted.items() if value is None]
    if asked:
        yield Fact(LABELS["missing"].say(language), ("；" if language == "zh" else "; ").join(asked))


def _other(hypothesis: Hypothesis, language: Language, *, alone: bool) -> Fact:
    """Give what was not named in a line."""
    sentence = spoken(language, hypothesis.sentence_en, hypothesis.sentence_zh)
    name = verdict_name(hypothesis.fault, language)
    sure = LABELS["sure"].say(language, verdict=name, share=share(hypothesis.confidence))
    label = LABELS["possible" if alone else "also"].say(language)
    return Fact(label, LABELS["listed"].say(language, label=sure, text=sentence) if sentence else sure)


def _quality(analysis: Analysis, language: Language) -> Fact:
    quality = analysis.quality
    flags = ("、" if language == "zh" else ", ").join(flag_name(flag, language) for flag in quality.flags)
    said = LABELS["good" if quality.ok else "bad"].say(language)
    said = LABELS["listed"].say(language, label=said, text=flags) if flags else said
    tone: Tone = "sensor" if not quality.ok else "warning" if "implausible" in quality.flags else "plain"
    return Fact(LABELS["quality"].say(language), said, tone)
