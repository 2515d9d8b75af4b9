"""The report as one HTML page that needs no other file: to be handed to a colleague."""

import base64
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path

import msgspec

from models.bilingual import Language
from stream.analysis.analysing import Analysis
from stream.analysis.report.facts import Fact, facts_of, signal_sentence
from stream.analysis.report.labels import LABELS, indicator_rows

__all__ = ["Shown", "html_page"]

_STYLE = Path(__file__).with_name("report.css")


class Shown(msgspec.Struct, frozen=True):
    """One analysis with its picture (PNG) for wide screens and for telephones."""

    analysis: Analysis
    wide: bytes
    narrow: bytes


def html_page(shown: Sequence[Shown], language: Language, *, file: str) -> str:
    """Give one page for all analyses of a file; every text is escaped."""
    title = escape(LABELS["title"].say(language))
    sections = "\n".join(_section(each, number, language) for number, each in enumerate(shown, 1))
    source = escape(LABELS["listed"].say(language, label=LABELS["file"].say(language), text=file))
    made_by = escape(LABELS["made_by"].say(language, version=version("stethos")))
    return f"""<!doctype html>
<html lang="{"zh-Hans" if language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}: {escape(file)}</title>
<style>
{_STYLE.read_text("utf-8")}</style>
</head>
<body>
<h1>{title}</h1>
<p class="signal">{source}</p>
{_overview(shown, language)}
{sections}
<footer>{made_by}</footer>
</body>
</html>
"""


def _overview(shown: Sequence[Shown], language: Language) -> str:
    """List the verdicts where there are several."""
    if len(shown) < 2:
        return ""
    rows = []
    for number, each in enumerate(shown, 1):
        verdict = _facts(each.analysis, language)[0]
        rows.append(f'<li><a href="#p{number}">{_name(each.analysis)}</a>: {escape(verdict.text)}</li>')
    title, listed = escape(LABELS["overview"].say(language)), "\n".join(rows)
    return f'<h2>{title}</h2>\n<ul class="overview">\n{listed}\n</ul>'


def _section(shown: Shown, number: int, language: Language) -> str:
    analysis = shown.analysis
    verdict, *facts = _facts(analysis, language)
    rows = "\n".join(
        f'<dt>{escape(fact.label)}</dt><dd class="{fact.tone}">{escape(fact.text)}</dd>' for fact in facts
    )
    source = f'<p class="signal">{escape(_bearing(analysis))}</p>' if analysis.bearing else ""
    name = _name(analysis)
    return f"""<section id="p{number}">
<h2>{name}</h2>
<p class="signal">{escape(signal_sentence(analysis, language))}</p>
{source}
<p class="verdict {verdict.tone}">{escape(verdict.text)}</p>
<dl>
{rows}
</dl>
<picture>
<source media="(max-width: 40rem)" srcset="{_inlined(shown.narrow)}">
<img alt="{name}" src="{_inlined(shown.wide)}">
</picture>
<h3>{escape(LABELS["indicators"].say(language))}</h3>
<div class="indicators">
{_indicators(analysis, language)}
</div>
</section>"""


def _facts(analysis: Analysis, language: Language) -> list[Fact]:
    return list(facts_of(analysis, language))


def _name(analysis: Analysis) -> str:
    return escape(f"{analysis.machine} · {analysis.point}")


def _inlined(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"


def _bearing(analysis: Analysis) -> str:
    assert analysis.bearing is not None
    orders = analysis.bearing.orders
    orders_text = f"BPFO {orders.bpfo:.4f}, BPFI {orders.bpfi:.4f}, 2xBSF {orders.bsf2:.4f}, FTF {orders.ftf:.4f}"
    return f"{analysis.bearing.name}: {orders_text} ({analysis.bearing.source})"


def _indicators(analysis: Analysis, language: Language) -> str:
    return "\n".join(
        f"<div><span>{escape(name)}</span><span>{escape(f'{value} {unit}'.strip())}</span></div>"
        for name, value, unit in indicator_rows(analysis.indicators, language)
    )
