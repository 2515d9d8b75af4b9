"""The report as one HTML page that needs no other file: to be handed to a colleague."""

import base64
from collections.abc import Sequence
from html import escape
from importlib.metadata import version

import msgspec

from stream.analysis.analysing import Analysis
from stream.analysis.facts import Fact, facts_of, signal_sentence
from stream.analysis.words import LABELS, indicator_rows
from stream.web.texts import Language

__all__ = ["Shown", "html_page"]

_STYLE = """
body { font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #222;
  max-width: 62rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 0; } h3 { font-size: 1rem; }
p.signal, footer { color: #5c6670; margin: .25rem 0; } footer { margin-top: 2rem; }
.verdict { border-left: .4rem solid #8a5a00; background: #fff6e0; padding: .6rem .9rem; margin: .8rem 0;
  font-size: 1.15rem; font-weight: 600; }
.verdict.good { border-color: #007a5e; background: #e6f5f0; }
.verdict.bad { border-color: #b03a00; background: #fdece4; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
dd.warning { color: #8a5a00; } dd.bad { color: #b03a00; } dd.good { color: #00664e; } dd.sensor { color: #7a2a8a; }
ul.overview { padding: 0; list-style: none; } ul.overview li { padding: .2rem 0; }
.indicators { columns: 24rem 2; column-gap: 3rem; }
.indicators div { display: flex; justify-content: space-between; gap: 1rem; break-inside: avoid;
  border-bottom: 1px solid #e6e9ec; padding: .1rem 0; }
.indicators span + span { white-space: nowrap; font-variant-numeric: tabular-nums; }
img { width: 100%; height: auto; } section { break-inside: avoid-page; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: .6rem; } }
"""


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
<style>{_STYLE}</style>
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
    told = f"BPFO {orders.bpfo:.4f}, BPFI {orders.bpfi:.4f}, 2xBSF {orders.bsf2:.4f}, FTF {orders.ftf:.4f}"
    return f"{analysis.bearing.name}: {told} ({analysis.bearing.source})"


def _indicators(analysis: Analysis, language: Language) -> str:
    return "\n".join(
        f"<div><span>{escape(name)}</span><span>{escape(f'{value} {unit}'.strip())}</span></div>"
        for name, value, unit in indicator_rows(analysis.indicators, language)
    )
