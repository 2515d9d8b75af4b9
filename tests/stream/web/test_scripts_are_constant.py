"""What a browser runs is written by us alone: no text of a store, a message, a file or a setting is ever code."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.machinery.machine import Machine, Name
from stream.stores.store import ExtremesAt
from stream.web import scripts
from stream.web.charts.spectrum_chart import Axis, Shown, spectrum_chart
from stream.web.charts.trend_chart import trend_chart
from stream.web.components.health_bar import bar_svg
from stream.web.components.sparkline import trend_svg
from stream.web.components.status_icons import status_icon_svg
from stream.web.data.history import MachineHistory, Trace
from stream.web.views.sparkline_view import Gap, TrendView
from stream.web.views.spectra_view import bearing_families
from tests.stream.web.code_in_pages import ROOT, TRUSTED, Module, faults_in, module_at
from tests.stream.web.fleets import alert
from tests.stream.web.made_up import BEARING, spectra

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
FILES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "stream").rglob("*.py"))
HOSTILE = (
    "');window.hacked=1;//",
    "<img src=x onerror=window.hacked=1>",
    "${window.hacked=1}",
    ":formatter",
    "\"/><a b='",
)
TEXTS = st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=20)
OURS = {getattr(scripts, name) for name in scripts.__all__}
SPECTRA = spectra(NOW)


@pytest.mark.parametrize("file", FILES)
def test_what_is_run_in_a_browser_is_a_constant_of_ours(file: str):
    assert faults_in(module_at(file)) == []


@pytest.mark.parametrize(("name", "file"), TRUSTED.items())
def test_a_function_known_by_its_name_is_called_so(name: str, file: str):
    """A check for a name that nobody uses any more would find nothing, and say nothing."""
    defined = {node.name for node in module_at(file).tree.body if isinstance(node, ast.FunctionDef)}
    assert name in defined


@pytest.mark.parametrize(
    "text",
    [
        'x = {":formatter": unit}',
        'x = {":formatter": "a" + capture.unit}',
        'x = {":formatter": TEXT.replace("UNIT", unit)}',
        'x = {f":{name}": "a" + unit}',
        'def f(A): return {":formatter": A}\nA = "code"',
        'A = "code"\nA += unit\nx = {":formatter": A}',
        'from elsewhere import A\nx = {":formatter": A}',
        'from stream.web.paths import fleet_path\nx = {":formatter": fleet_path}',
        'options[":formatter"] = unit',
        'options[":formatter"] += unit',
        'options[":formatter"]: str = unit',
        'options.setdefault(":formatter", unit)',
        "ui.run_javascript(f'go({name})')",
        "client.run_javascript(name)",
        'chart.run_chart_method(":setOption", name)',
        "box.on('click', js_handler='emit(' + name + ')')",
        "box.on('click', **others)",
        "ui.html(name)",
        "ui.html('a', tag=name)",
        "ui.add_head_html(f'<b>{name}</b>')",
        "ui.add_body_html(name)",
        "ui.add_css(name)",
        "ui.markdown(name)",
        "table.add_slot('body', name)",
        "picture.set_content(name)",
        "picture.set_content(status_icon_svg(name))",
        "picture.content = name",
        "element.props(f'label={name}')",
        "element.style(f'width: {name}')",
        "element.props[name] = text",
        "element._props['options'] = text",
        "set_attributes(element, innerHTML=name)",
        "set_attributes(element, onclick=name)",
        "set_attributes(element, **names)",
        "set_attributes(element, href=name)",
        'set_attributes(element, href=f"/{name}")',
        'key = "innerHTML"',
        "ui.run_with(server, favicon=name)",
    ],
)
def test_what_could_be_run_is_found(text: str):
    assert faults_in(Module("stream/web/invented.py", ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        'A = "code"\nx = {":formatter": f"{A}()" + A, "name": unit}',
        'from stream.web.scripts import TREND_BOX\nx = {**y, ":formatter": TREND_BOX}',
        (
            "from stream.web.components.status_icons import status_icon_svg\n"
            "picture.set_content(status_icon_svg(view.status) if view else '')"
        ),
        (
            "from stream.web.paths import machine_path\n"
            'set_attributes(link, href=machine_path("en", name), title=name)'
        ),
        'element.on("click", f, js_handler="e => emit(1)")',
    ],
)
def test_what_is_ours_is_let_through(text: str):
    assert faults_in(Module("stream/web/invented.py", ast.parse(text))) == []


def dynamic(options: object) -> Iterator[tuple[str, object]]:
    """Give every property that a browser would evaluate."""
    if isinstance(options, dict):
        for key, value in options.items():
            if key.startswith(":"):
                yield key, value
            yield from dynamic(value)
    elif isinstance(options, list):
        for value in options:
            yield from dynamic(value)


@settings(deadline=None, max_examples=40)
@given(unit=TEXTS, name=TEXTS, older=TEXTS, verdict=TEXTS, orders=st.booleans())
def test_a_spectrum_runs_the_same_script_whatever_its_texts_are(unit, name, older, verdict, orders):
    for capture, language in product(SPECTRA, ("en", "zh")):
        forged = msgspec.structs.replace(capture, unit=unit, point=name, machine=name, alert=name, flags=(name,))
        chart = spectrum_chart(
            Shown(forged, name),
            Shown(forged, older),
            bearing_families(BEARING, 1500.0, 1000.0, language, verdict),
            axis=Axis(orders),
            language=language,
            theme="light",
        )
        assert list(dynamic(chart)) == [(":formatter", scripts.SPECTRUM_BOX)]
        x, y = {tuple(line["dimensions"]) for line in chart["series"] if "dimensions" in line}.pop()
        assert (x, y) == ("×" if orders else "Hz", "mm/s" if capture.kind == "velocity_spectrum" else "g")


@settings(deadline=None, max_examples=40)
@given(points=st.lists(TEXTS, min_size=1, max_size=3, unique=True), text=TEXTS)
def test_trends_run_the_same_script_whatever_their_texts_are(points, text):
    values = tuple(ExtremesAt(NOW - timedelta(minutes=minute), 1.0, 2.0) for minute in (3, 2, 1))
    history = MachineHistory(
        since=NOW - timedelta(hours=1),
        until=NOW,
        step=timedelta(minutes=1),
        health=(),
        traces=tuple(Trace(measurement="indicators", point=each, field="rms_g", values=values) for each in points),
        alerts=(alert(text, points[0], text, "high", NOW, text, text, id=text),),
    )
    machine = Machine(id=text, name=Name(en=text, zh=text), kind=text)
    for language in ("en", "zh"):
        chart = trend_chart(history, machine, language=language, theme="dark")
        assert list(dynamic(chart)) == [(":formatter", scripts.TREND_BOX)]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_draws_takes_no_text(text: str):
    plain = TrendView(title="", lines=(((0.0, 1.0),),), gaps=(), gap_text="", change_text="")
    with pytest.raises(KeyError):
        status_icon_svg(text)
    with pytest.raises(ValueError, match="format code"):
        bar_svg(text, ())
    with pytest.raises(TypeError):
        bar_svg(1.0, (text,))
    for lines in (((text, text),), (((0.0, text),),), (((text, 0.0),),)):
        with pytest.raises(ValueError, match=r"format code|unpack"):
            trend_svg(msgspec.structs.replace(plain, lines=lines))
    for gap in (Gap(text, 1.0, "no_data"), Gap(1.0, text, "no_data")):
        with pytest.raises(ValueError, match="format code"):
            trend_svg(msgspec.structs.replace(plain, gaps=(gap,)))
    told = msgspec.structs.replace(plain, title=text, gap_text=text, change_text=text)
    assert trend_svg(told) == trend_svg(plain)
