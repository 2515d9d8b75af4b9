"""Whoever writes into a topic or a file can put texts on the page, and nothing but texts: in a real browser."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_type_hints
from urllib.parse import quote

import msgspec
import pytest

from models.captures.capture import Capture
from models.outputs import Action, Diagnosis, RemainingLife, Uptime
from tests.services.page import chromium
from tests.stream.stores.outputs import row
from tests.stream.web.browsing import WIDE, fleet, looked_at, opened, row_of, wait_for_text
from tests.stream.web.fleets import alert, deduction, health
from tests.stream.web.made_up import spectra

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = ("');window.hacked=1;//", "<img src=x onerror=window.hacked=1>", "${window.hacked=1}`")


def forged(record, text: str):
    """Put a text into every field of a record that may hold any, and into the names of its values."""
    hints = get_type_hints(type(record))
    changed = {}
    for field in msgspec.structs.fields(type(record)):
        value = getattr(record, field.name)
        if hints[field.name] is str:
            changed[field.name] = text
        elif hints[field.name] == tuple[str, ...]:
            changed[field.name] = (text,)
        elif isinstance(value, msgspec.Struct):
            changed[field.name] = forged(value, text)
        elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            changed[field.name] = tuple(forged(each, text) for each in value)
        elif isinstance(value, dict):
            changed[field.name] = {**value, text: 1.0}
    return msgspec.structs.replace(record, **changed)


def outputs_of(now: datetime):
    """One of everything that the page reads."""
    diagnosis = Diagnosis(verdict="x", confidence=0.9, supporting=5, observations=15, since=now)
    times = [now - timedelta(minutes=minute) for minute in range(30, -1, -1)]
    for time in times:
        yield health(
            "x",
            "x",
            time,
            status="critical",
            score=70.0,
            deductions=(deduction(30.0, "x", "x", "x", "x"),),
            diagnosis=diagnosis,
            remaining_life_h=RemainingLife(low=1.0, median=2.0, high=3.0),
            running="running",
            running_since=times[0],
        )
        yield row("x", time, velocity_rms_mm_s=1.0, rms_g=0.1, envelope_rms_g=0.1)
        yield row("x", time, measurement="temperature", value_c=50.0)
    yield alert("x", "x", "x", "high", times[0], "x", "x")
    yield Uptime(machine="x", time=times[0], running_s=1.0, stopped_s=1.0, unknown_s=1.0)
    for kind in ("finding", "maintenance", "accept"):
        yield Action(machine="x", point="", time=now, kind=kind)
    for hour in (24, 0):
        yield from spectra(now - timedelta(hours=hour))


def forged_outputs(now: datetime, text: str):
    """Forge them all; a spectrum in a unit that there isn't cannot be shown, so there are sound ones beside it."""
    for output in outputs_of(now):
        record = forged(output, text)
        yield record
        if isinstance(output, Capture):
            yield msgspec.structs.replace(record, unit=output.unit)
            for number, wrong in enumerate(({"unit": text}, {"step": 0.0}, {"count": 7}), start=2):
                moment = output.time - timedelta(days=number)
                yield msgspec.structs.replace(record, **{"time": moment, "unit": output.unit, **wrong})


def machines_toml(text: str) -> str:
    told = msgspec.json.encode(text).decode()
    machine = f'[[machine]]\nid = "M-1"\nname = {{ en = {told}, zh = {told} }}\nkind = {told}\nline = {told}\n'
    assert tomllib.loads(machine)["machine"][0]["kind"] == text
    return machine


def hovered_over_charts(page):
    """Let every chart show its box, since only then its formatter runs; gives what each showed."""
    shown = []
    charts = page.locator(".chart svg")
    for number in range(charts.count()):
        chart = charts.nth(number)
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        for part in (0.3, 0.5, 0.7):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + 0.45 * min(box["height"], 340))
        page.locator(".chart").nth(number).locator("b").first.wait_for()
        shown.append(page.locator(".chart").nth(number).inner_text())
    return shown


def assert_harmless(page, text):
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None
    assert text in page.locator("body").inner_text()


@pytest.mark.parametrize("text", TEXTS)
def test_forged_texts_are_shown_and_never_run(chromium, tmp_path, text):
    records = list(forged_outputs(datetime.now(UTC), text))
    known = [msgspec.structs.replace(each, machine="M-1") for each in records]
    with fleet(tmp_path, [*records, *known], machines=machines_toml(text)) as address:
        for locale, machine in product(("en", "zh"), (text, "M-1")):
            with looked_at(chromium, f"{address}/{locale}", size=WIDE) as page:
                row_of(page, machine).locator(".name", has_text=text).wait_for()
                opened(page, machine).locator(".points-off").first.wait_for()
                assert_harmless(page, text)
            with looked_at(chromium, f"{address}/{locale}/machine/{quote(machine, safe='')}", size=WIDE) as page:
                wait_for_text(page, "h1", re.escape(text))
                page.locator(".spectrum .chart svg").nth(1).wait_for()
                shown = hovered_over_charts(page)
                assert_harmless(page, text)
                assert any(re.search(r"Hz\n.* mm/s", box) for box in shown), shown
