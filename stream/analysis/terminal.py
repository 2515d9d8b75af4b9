"""The report for people at a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.diagnosis.results import Hypothesis
from stream.analysis.analysing import Analysis, is_finding
from stream.analysis.words import (
    LABELS,
    flag_name,
    indicator_rows,
    number,
    severity_sentence,
    verdict_name,
)
from stream.web.texts import Language

__all__ = ["facts", "signal_sentence", "terminal_report"]

_WORTH_SAYING = 0.05
"""Hypotheses below stay in the JSON."""
_ZONE_STYLES = {"A": "green", "B": "green", "C": "dark_orange", "D": "bold red"}


def terminal_report(analysis: Analysis, language: Language) -> Group:
    """Give everything that is known, the verdict first."""
    parts: list[RenderableType] = [
        Text.assemble(
            (f"{analysis.machine} · {analysis.point}", "bold"), f"   {signal_sentence(analysis, language)}"
        ),
        *(_row(label, text, style) for label, text, style in facts(analysis, language)),
        Text(LABELS["indicators"].say(language), "bold"),
        Padding(_indicators(analysis, language), (0, 0, 1, 2)),
    ]
    return Group(*parts)


def signal_sentence(analysis: Analysis, language: Language) -> str:
    """Say how long, how fast sampled, in which unit, at which speed and with which bearing."""
    unknown = LABELS["not_given"].say(language)
    return LABELS["signal_line"].say(
        language,
        signal=f"{number(analysis.seconds)} s, {number(analysis.rate_hz)} Hz, {analysis.unit}",
        speed=f"{number(analysis.speed_rpm)} rpm" if analysis.speed_rpm else unknown,
        bearing=analysis.bearing.name if analysis.bearing else unknown,
    )


def facts(analysis: Analysis, language: Language) -> Iterator[tuple[str, str, str]]:
    """Give what was found as label, text and style, the most important first; used by all reports."""
    diagnosis = analysis.diagnosis
    style = {"healthy": "green", "unknown": "bright_black"}.get(diagnosis.verdict, "bold red")
    verdict = verdict_name(diagnosis.verdict, language)
    if diagnosis.confidence:
        verdict = LABELS["sure"].say(language, verdict=verdict, share=f"{diagnosis.confidence:.0%}")
    yield LABELS["verdict"].say(language), verdict, style
    reason = diagnosis.reason_zh if language == "zh" else diagnosis.reason_en
    if reason:
        yield LABELS["why_unknown"].say(language), reason, ""
    for hypothesis in diagnosis.hypotheses:
        if hypothesis.fault == diagnosis.verdict:
            yield from _leading(hypothesis, language)
    for hypothesis in diagnosis.hypotheses:
        if hypothesis.fault != diagnosis.verdict and hypothesis.confidence >= _WORTH_SAYING:
            yield _other(hypothesis, language, alone=not is_finding(analysis))
    quality = analysis.quality
    flags = ", ".join(flag_name(flag, language) for flag in quality.flags)
    said = LABELS["good" if quality.ok else "bad"].say(language)
    said = LABELS["listed"].say(language, label=said, text=flags) if flags else said
    yield LABELS["quality"].say(language), said, "" if quality.ok else "magenta"
    zone_style = _ZONE_STYLES.get(analysis.severity.zone or "", "")
    yield LABELS["severity"].say(language), severity_sentence(analysis, language), zone_style


def _leading(hypothesis: Hypothesis, language: Language) -> Iterator[tuple[str, str, str]]:
    """Give what was named: the sentence, evidence that it does not hold already, and what to check."""
    chinese = language == "zh"
    sentence = hypothesis.sentence_zh if chinese else hypothesis.sentence_en
    if sentence:
        yield "", sentence, ""
    for evidence in hypothesis.evidence:
        text = evidence.text_zh if chinese else evidence.text_en
        if text and text not in sentence:
            yield LABELS["evidence"].say(language), text, ""
    check = hypothesis.next_check_zh if chinese else hypothesis.next_check_en
    if check:
        yield LABELS["next_check"].say(language), check, ""


def _other(hypothesis: Hypothesis, language: Language, *, alone: bool) -> tuple[str, str, str]:
    """Give what was not named in a line."""
    sentence = hypothesis.sentence_zh if language == "zh" else hypothesis.sentence_en
    name = verdict_name(hypothesis.fault, language)
    sure = LABELS["sure"].say(language, verdict=name, share=f"{hypothesis.confidence:.0%}")
    label = LABELS["possible" if alone else "also"].say(language)
    return label, LABELS["listed"].say(language, label=sure, text=sentence) if sentence else sure, ""


def _row(label: str, text: str, style: str) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=14, style="bold")
    row.add_column(overflow="fold")
    row.add_row(Text(label), Text(text, style))
    return row


def _indicators(analysis: Analysis, language: Language) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for name, value, unit in indicator_rows(analysis.indicators, language):
        table.add_row(Text(name), Text(value), Text(unit))
    return table
