"""The report for people at a terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.bilingual import Language
from stream.analysis.analysing import Analysis
from stream.analysis.report.facts import Fact, Tone, facts_of, signal_sentence
from stream.analysis.report.labels import LABELS, indicator_rows

__all__ = ["terminal_report"]

_STYLES: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "open": "bold dark_orange",
    "warning": "dark_orange",
    "bad": "bold red",
    "sensor": "magenta",
}
_LEFT_TO_JSON = ("band_", "peak", "spectral_centroid", "skewness")
"""What fills screens and is compared by machines: spectra show it better."""
_KEPT = ("peak_g", "peak_to_peak_g")


def terminal_report(analysis: Analysis, language: Language) -> Group:
    """Give everything that is known, the verdict first."""
    parts: list[RenderableType] = [
        Text.assemble(
            (f"{analysis.machine} · {analysis.point}", "bold"), f"   {signal_sentence(analysis, language)}"
        ),
        *(_row(fact) for fact in facts_of(analysis, language)),
        Text(LABELS["indicators"].say(language), "bold"),
        Padding(_indicators(analysis, language), (0, 0, 1, 2)),
    ]
    return Group(*parts)


def _row(fact: Fact) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=14, style="bold")
    row.add_column(overflow="fold")
    row.add_row(Text(fact.label), Text(fact.text, _STYLES[fact.tone]))
    return row


def _indicators(analysis: Analysis, language: Language) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    shown = {
        name: value
        for name, value in analysis.indicators.items()
        if name in _KEPT or not name.startswith(_LEFT_TO_JSON)
    }
    for name, value, unit in indicator_rows(shown, language):
        table.add_row(Text(name), Text(value), Text(unit))
    left = len(analysis.indicators) - len(shown)
    if left:
        table.add_row(Text(LABELS["more"].say(language, n=left), "bright_black"))
    return table
