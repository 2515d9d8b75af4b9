"""The report as one HTML page that needs no other file: to be handed to a colleague."""

import base64
from collections.abc import Iterable
from html import escape
from importlib.metadata import version

from stream.analysis.analysing import Analysis
from stream.analysis.terminal import facts, signal_sentence
from stream.analysis.words import LABELS, indicator_rows
from stream.web.texts import Language

__all__ = ["html_page"]

_STYLE = """
body { font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #222;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.2rem; margin: 2rem 0 0; } p.signal, footer { color: #666; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
dd.finding { color: #b03a00; font-weight: 600; } dd.good { color: #007a5e; font-weight: 600; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; } td.number { text-align: right; }
img { max-width: 100%; height: auto; } section { break-inside: avoid; }
"""


def html_page(analyses: Iterable[tuple[Analysis, bytes]], language: Language) -> str:
    """Give one page for all analyses, each with its picture (PNG); every text is escaped."""
    title = escape(LABELS["title"].say(language))
    sections = "\n".join(_section(analysis, picture, language) for analysis, picture in analyses)
    made_by = escape(LABELS["made_by"].say(language, version=version("stethos")))
    return f"""<!doctype html>
<html lang="{"zh-Hans" if language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{title}</h1>
{sections}
<footer>{made_by}</footer>
</body>
</html>
"""


def _section(analysis: Analysis, picture: bytes, language: Language) -> str:
    name = escape(f"{analysis.machine} · {analysis.point}")
    rows = "\n".join(
        f"<dt>{escape(label)}</dt><dd{_class(analysis, place)}>{escape(text)}</dd>"
        for place, (label, text, _) in enumerate(facts(analysis, language))
    )
    source = f'<p class="signal">{escape(_bearing(analysis))}</p>' if analysis.bearing else ""
    inlined = base64.b64encode(picture).decode("ascii")
    return f"""<section>
<h2>{name}</h2>
<p class="signal">{escape(signal_sentence(analysis, language))}</p>
{source}
<dl>
{rows}
</dl>
<img alt="{name}" src="data:image/png;base64,{inlined}">
<h3>{escape(LABELS["indicators"].say(language))}</h3>
{_table(analysis, language)}
</section>"""


def _class(analysis: Analysis, place: int) -> str:
    """Colour the verdict, which comes first, and nothing else."""
    if place or analysis.diagnosis.verdict == "unknown":
        return ""
    return ' class="good"' if analysis.diagnosis.verdict == "healthy" else ' class="finding"'


def _bearing(analysis: Analysis) -> str:
    assert analysis.bearing is not None
    orders = analysis.bearing.orders
    told = f"BPFO {orders.bpfo:.4f}, BPFI {orders.bpfi:.4f}, 2xBSF {orders.bsf2:.4f}, FTF {orders.ftf:.4f}"
    return f"{analysis.bearing.name}: {told} ({analysis.bearing.source})"


def _table(analysis: Analysis, language: Language) -> str:
    rows = "\n".join(
        f'<tr><td>{escape(name)}</td><td class="number">{value}</td><td>{unit}</td></tr>'
        for name, value, unit in indicator_rows(analysis.indicators, language)
    )
    return f"<table>\n{rows}\n</table>"
