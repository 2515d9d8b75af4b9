"""A machine's page in a real browser: both languages, both widths, odd names, live, and nothing from outside."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from models.outputs import Action
from stream.web.scripts import SPECTRUM_BOX, TREND_BOX
from tests.services.page import chromium
from tests.stream.stores.outputs import row
from tests.stream.web.browsing import (
    MACHINES_TOML,
    NARROW,
    WIDE,
    cut_off,
    fill,
    fits,
    fleet,
    looked_at,
    low_contrast,
    opened,
    smallest_font_px,
    too_small_to_touch,
    wait_for_text,
)
from tests.stream.web.fleets import alert, four, health
from tests.stream.web.made_up import spectra

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONGEST = "泵 " + "x" * 62


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    now = datetime.now(UTC)
    folder = tmp_path_factory.mktemp("plant")
    names = [LONGEST, "Pumpe 2.b-c_d"]
    hours = [now - timedelta(hours=hour) for hour in (30, 24, 1, 0)]
    kept = [capture for hour in hours for capture in spectra(hour)]
    odd = [health(name, "p", now) for name in names] + [row(name, now, point="p", rms_g=1.0) for name in names]
    renamed = Action(machine="G-401", point="", time=now, kind="renamed", alias="搅拌 9", by="王伟")
    with fleet(folder, [*four(now), *odd, *kept, renamed], machines=MACHINES_TOML) as address:
        yield address, folder / "results.db", now


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_machine_can_be_read_from_verdict_to_proof(chromium, plant, size, locale, dark):
    with looked_at(chromium, f"{plant[0]}/{locale}/machine/P-101", size=size, dark=dark) as page:
        wait_for_text(page, "h1", "1号冷却水泵" if locale == "zh" else "Cooling water pump 1")
        wait_for_text(page, ".head .status", "危险" if locale == "zh" else "Critical")
        assert page.locator(".head .deduction").count() == 2
        assert page.locator(".head .alert").count() == 2
        page.locator(".chart svg").first.wait_for()
        wait_for_text(page, ".chart svg text", "振动速度" if locale == "zh" else "Velocity RMS, mm/s")
        page.locator(".spectrum .chart svg").nth(1).wait_for()
        wait_for_text(page, ".spectrum .chart svg text", "转频" if locale == "zh" else "shaft speed")
        wait_for_text(page, ".kind .panel-title", "回转动力式泵" if locale == "zh" else "rotodynamic pump")
        page.locator(".kind summary").first.click()
        wait_for_text(page, ".kind .term-check", "检查：" if locale == "zh" else "Check: ")
        wait_for_text(page, ".points .value-label", "温度" if locale == "zh" else "Temperature")
        assert fits(page)
        assert too_small_to_touch(page) == []
        assert cut_off(page) == []
        assert smallest_font_px(page) >= 12
        assert low_contrast(page) == []


def test_a_machine_is_found_by_any_id_that_it_had(chromium, plant):
    with looked_at(chromium, f"{plant[0]}/en/machine/{quote('搅拌 9')}") as page:
        wait_for_text(page, "h1", "Mixer gearbox")
        wait_for_text(page, "body", "Renamed")


def test_from_the_fleet_to_a_machine_and_back_in_either_language(chromium, plant):
    with looked_at(chromium, f"{plant[0]}/en") as page:
        opened(page, "M-301").locator("a.page-link").click()
        wait_for_text(page, "h1", "Conveyor motor")
        page.get_by_role("link", name="中文").click()
        wait_for_text(page, "h1", "输送带电机")
        page.get_by_role("link", name="全部设备").click()
        wait_for_text(page, "h1", "需要处理")


def test_another_range_is_drawn_at_once(chromium, plant):
    with looked_at(chromium, f"{plant[0]}/en/machine/P-101") as page:
        page.locator(".chart svg").first.wait_for()
        assert page.locator(".choice-button.chosen").first.inner_text() == "24 hours"
        minutes = page.locator(".chart svg text").filter(has_text=re.compile(r"^\d\d:[1-5]\d$"))
        expect(minutes).to_have_count(0)
        page.get_by_role("button", name="1 hour", exact=True).click()
        wait_for_text(page, ".choice-button.chosen", "1 hour")
        minutes.first.wait_for()  # its axis has marks between the hours


@pytest.mark.parametrize("told", [TREND_BOX, SPECTRUM_BOX])
def test_a_chart_s_box_shows_names_and_units_as_text(chromium, plant, told):
    shown = {
        "marker": "o",
        "seriesName": "<img src=x>泵&",
        "axisIndex": 1,
        "axisValue": 0,
        "value": [10, 2.5, "<b>g"],
        "dimensionNames": ["<i>Hz", "<b>g"],
    }
    with looked_at(chromium, f"{plant[0]}/en/machine/P-101") as page:
        box = page.evaluate(f"params => ({told})(params)", [shown])
    assert "&#60;img src=x&#62;泵&#38;: <b>2.5</b> &#60;b&#62;g" in box
    assert "<i>" not in box


def test_an_older_spectrum_is_laid_beside_today_s(chromium, plant):
    with looked_at(chromium, f"{plant[0]}/en/machine/P-101") as page:
        velocity = page.locator(".spectrum").first
        velocity.locator(".chart svg").wait_for()
        assert page.locator(".spectrum").nth(1).inner_text().count("No known bearing") == 1
        for choice, drawn in (("1 day before", 2), ("nothing", 1), ("the oldest", 2)):
            page.get_by_role("button", name=choice).click()
            dated = velocity.locator("svg text").filter(has_text=re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$"))
            expect(dated).to_have_count(drawn)
        page.locator("input.moment-input").fill(f"{plant[2] - timedelta(hours=20):%Y-%m-%dT%H:%M}")
        expect(page.get_by_role("button", name="the oldest")).to_have_attribute("aria-pressed", "false")
        expect(dated).to_have_count(2)
        page.get_by_role("button", name="orders").click()
        wait_for_text(page, ".spectrum svg text", "Orders")


@pytest.mark.parametrize("name", [LONGEST, "Pumpe 2.b-c_d"])
def test_odd_names_have_their_page(chromium, plant, name):
    with looked_at(chromium, f"{plant[0]}/en/machine/{quote(name, safe='')}", size=NARROW) as page:
        wait_for_text(page, "h1", name[:10])
        page.locator(".chart svg").first.wait_for()
        assert fits(page)


@pytest.mark.parametrize(
    "path", ["nobody", "a%2Fb/c", "%E6%B3%B5%209", "%3Cscript%3Ewindow.hacked%3D1", "x" * 3000]
)
def test_an_unknown_machine_gives_a_clear_page(chromium, plant, path):
    with looked_at(chromium, f"{plant[0]}/en/machine/{path}", size=NARROW) as page:
        wait_for_text(page, "h1", "There is no machine")
        assert page.locator("p.detail").inner_text()
        assert page.evaluate("window.hacked") is None
        assert fits(page)


def test_it_shows_what_happens_without_being_asked(chromium, plant):
    address, file, now = plant
    with looked_at(chromium, f"{address}/en/machine/G-401") as page:
        wait_for_text(page, ".head .part", "No open alerts")
        page.locator(".chart svg").first.wait_for()
        soon = now + timedelta(seconds=2)
        raised = alert("G-401", "oil", "temperature", "high", soon, "oil: Temperature 99 °C.", "oil:温度 99 °C。")
        fill(file, [health("G-401", "oil", soon, status="critical", score=10.0), raised])
        wait_for_text(page, ".head .status", "Critical")
        wait_for_text(page, ".head .alert", "99 °C")
