"""The page as a stranger sees it, in a real browser: order, words, widths, and that nothing comes from outside."""

import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from models.outputs import Guard
from tests.services.page import chromium, served_page
from tests.stream.web.browsing import (
    MACHINES_TOML,
    NARROW,
    WIDE,
    cut_off,
    fill,
    fits,
    fleet,
    listed,
    looked_at,
    low_contrast,
    opened,
    row_of,
    smallest_font_px,
    too_small_to_touch,
    wait_for_text,
)
from tests.stream.web.fleets import alert, four, health, many
from tests.stream.web.untold import untold

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPITEFUL = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def four_machines(tmp_path_factory):
    now = datetime.now(UTC)
    folder = tmp_path_factory.mktemp("four")
    with fleet(folder, four(now), machines=MACHINES_TOML) as address:
        yield address, folder / "results.db", now


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_stranger_sees_which_machine_needs_what(chromium, four_machines, size, locale, dark):
    with looked_at(chromium, four_machines[0], size=size, locale=locale, dark=dark) as page:
        wait_for_text(page, ".row-head", "1号冷却水泵" if locale == "zh-CN" else "Cooling water pump 1")
        chinese = locale == "zh-CN"
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if chinese else "en-US")
        assert page.locator("h1").inner_text() == (
            "4台设备中有3台需要处理" if chinese else "3 of 4 machines need someone"
        )
        assert listed(page) == ["P-101", "M-301", "F-201", "G-401"]
        names = page.locator(".row-head .name").all_inner_texts()
        assert names[0] == ("1号冷却水泵" if chinese else "Cooling water pump 1")
        statuses = page.locator(".needs .status").all_inner_texts()
        assert statuses == (["危险", "警告", "传感器故障"] if chinese else ["Critical", "Warning", "Sensor fault"])
        reasons = page.locator(".needs .why").all_inner_texts()
        assert reasons[1] == ("绕组：温度过高" if chinese else "Winding: too hot")
        assert fits(page)
        assert cut_off(page) == []
        row = opened(page, "P-101")
        row.locator(".trend-title", has_text="6").wait_for()
        assert row.locator(".trend .gap").count() >= 1
        assert row.locator(".bar .off").count() == 2
        assert row.locator(".alert").count() == 2
        assert row.locator(".points-off").count() == 2
        assert fits(page)
        assert too_small_to_touch(page) == []
        assert cut_off(page) == []
        assert smallest_font_px(page) >= 12
        assert low_contrast(page) == []


def test_status_is_told_without_colour_too(chromium, four_machines):
    with looked_at(chromium, four_machines[0]) as page:
        shapes = {
            row_of(page, machine).locator(".shape svg").inner_html()
            for machine in ("P-101", "M-301", "F-201", "G-401")
        }
        assert len(shapes) == 4


def test_the_language_can_be_switched_and_is_remembered(chromium, four_machines):
    with looked_at(chromium, four_machines[0]) as page:
        page.get_by_role("link", name="中文").click()
        wait_for_text(page, "h1", "需要处理")
        page.goto(four_machines[0])
        wait_for_text(page, "h1", "需要处理")
        page.get_by_role("link", name="English").click()
        wait_for_text(page, "h1", "need someone")


def test_numbers_stand_with_unit_limit_direction_and_age(chromium, four_machines):
    with looked_at(chromium, four_machines[0], size=NARROW) as page:
        value = (
            opened(page, "P-101")
            .locator(".point", has_text="drive end")
            .locator(".value", has_text="Velocity RMS")
            .first
        )
        value.wait_for()
        text = value.inner_text()
        assert re.search(r"\d\.\d\d mm/s", text)
        assert "limit 2.8 mm/s" in text
        assert "rising" in text
        assert "ago" in text
        broken = opened(page, "F-201")
        broken.locator(".point.faulty").wait_for()
        assert "Sensor fault: signal stuck" in broken.locator(".point.faulty").inner_text()
        assert fits(page)
        assert cut_off(page) == []


def test_a_quiet_machine_opens_in_place_and_closes_by_keyboard_too(chromium, four_machines):
    with looked_at(chromium, four_machines[0]) as page:
        button = page.get_by_role("button", name="Mixer gearbox")
        assert button.get_attribute("aria-expanded") == "false"
        button.focus()
        page.keyboard.press("Enter")
        details = row_of(page, "G-401").locator(".row-details")
        details.get_by_text("Nothing found").wait_for()
        details.get_by_text("Velocity RMS").first.wait_for()
        assert button.get_attribute("aria-expanded") == "true"
        assert listed(page) == ["P-101", "M-301", "F-201", "G-401"]
        page.keyboard.press("Space")
        details.wait_for(state="detached")
        assert button.get_attribute("aria-expanded") == "false"


def test_what_happens_shows_at_once_and_leaves_the_reader_where_he_is(chromium, four_machines):
    address, file, _ = four_machines
    with looked_at(chromium, address, size=NARROW) as page:
        row = opened(page, "F-201")
        row.locator(".point.faulty").wait_for()
        page.evaluate("window.kept = document.querySelector('.row-details')")
        page.evaluate("window.scrollTo(0, 600)")
        now = datetime.now(UTC)
        fill(
            file,
            [
                health("G-401", "oil", now, status="critical", score=10.0),
                alert("G-401", "oil", "temperature", "high", now, "oil: Temperature 99 °C.", "oil:温度 99 °C。"),
            ],
        )
        try:
            wait_for_text(page, "h1", "4 of 4 machines need someone")
            assert listed(page) == ["G-401", "P-101", "M-301", "F-201"]
            assert page.evaluate("window.kept.isConnected")
            assert row.locator(".row-head").get_attribute("aria-expanded") == "true"
            assert page.evaluate("window.scrollY") >= 600
        finally:
            cleared = alert("G-401", "oil", "temperature", "high", now, "oil: fine.", "", state="cleared")
            fill(file, [health("G-401", "oil", now + timedelta(seconds=1)), cleared])
        wait_for_text(page, "h1", "3 of 4 machines need someone")


def test_names_are_text_whatever_they_hold(chromium, tmp_path):
    now = datetime.now(UTC)
    machine = "a.b_c-d 泵"
    spite = alert(machine, SPITEFUL, "change", "high", now, SPITEFUL, SPITEFUL)
    outputs = [health(machine, SPITEFUL, now, status="critical", score=5.0, reason=SPITEFUL), spite]
    machines = (
        f'[[machine]]\nid = "{machine}"\nname = {{ en = "{SPITEFUL}" }}\nkind = "{SPITEFUL}"\nline = "{SPITEFUL}"\n'
    )
    with fleet(tmp_path, outputs, machines=machines) as address, looked_at(chromium, address) as page:
        wait_for_text(page, ".row-head .name", re.escape(SPITEFUL))
        opened(page, machine)
        assert SPITEFUL in page.locator(".alert-text").inner_text()
        assert page.locator("img").count() == 0
        assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_two_hundred_machines(chromium, tmp_path, size):
    with fleet(tmp_path, many(now=datetime.now(UTC))) as address, looked_at(chromium, address, size=size) as page:
        wait_for_text(page, "h1", "3 of 200 machines need someone")
        assert page.locator(".row-item.needs").count() == 3
        assert page.locator(".row-item").count() == 50
        wait_for_text(page, ".pages-shown", "1 to 50 of 200")
        assert fits(page)
        assert cut_off(page) == []
        assert too_small_to_touch(page) == []
        assert page.evaluate("document.documentElement.scrollHeight") < 4 * size[1]
        heights = [row.bounding_box()["height"] for row in page.locator(".row-item").all()]
        assert max(heights) <= size[1] / 8, "eight rows a screen"


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_no_machines_yet(chromium, tmp_path, locale):
    with fleet(tmp_path, []) as address, looked_at(chromium, address, size=NARROW, locale=locale) as page:
        wait_for_text(page, "h1", "No machines yet" if locale == "en-GB" else "还没有设备")
        assert "stethos worker" in page.locator(".detail").inner_text()
        assert fits(page)


def test_a_store_that_does_not_answer(chromium, tmp_path):
    variables = {"STORE": "influxdb", "INFLUXDB__URL": "http://127.0.0.1:1", "INFLUXDB__TOKEN": "invented"}
    with served_page(tmp_path, **variables) as address, looked_at(chromium, address) as page:
        wait_for_text(page, ".n-error", "The results cannot be read")
        told = page.locator(".n-error:not(.stale-bar)")
        assert told.get_attribute("role") == "alert"
        assert "127.0.0.1:1" in told.inner_text()


def test_data_that_stopped(chromium, tmp_path):
    outputs = four(datetime.now(UTC) - timedelta(minutes=9), hours=2)
    with fleet(tmp_path, outputs) as address, looked_at(chromium, address) as page:
        wait_for_text(page, ".n-warning", r"No new data for \d+ min", timeout_s=40)
        wait_for_text(page, ".row-head .age", r"\d+ min")
        assert page.locator(".row-item.old").count() == page.locator(".row-item").count() == 4


def test_the_server_listens_on_this_computer_only_and_wrong_paths_are_not_found(chromium, four_machines):
    page = chromium.new_page()
    assert four_machines[0].startswith("http://127.0.0.1:")
    assert page.goto(four_machines[0] + "/language/xx").status == 422
    assert page.goto(four_machines[0] + "/nothing-here").status == 404
    page.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_nobody_can_tell_is_hatched_and_above_every_sound_machine(chromium, tmp_path, size, locale, dark):
    outputs = untold(datetime.now(UTC))
    with (
        fleet(tmp_path, outputs) as address,
        looked_at(chromium, address, size=size, locale=locale, dark=dark) as page,
    ):
        wait_for_text(page, ".row-head", "N-silent")
        told = set(get_args(Guard)) - {"standstill", "planned", "retired", "forgotten"}
        assert page.locator(".row-item.s-not_judged").count() == len(told)

        def bar(row):
            return row.evaluate("e => { const s = getComputedStyle(e, '::before'); "
                                "return [s.backgroundImage, s.borderTopStyle, s.backgroundColor] }")  # fmt: skip

        for status in ("not_judged", "sensor_fault", "no_data"):
            assert bar(page.locator(f".row-item.s-{status}").first)[0].startswith("repeating-linear-gradient"), (
                status
            )
        assert bar(page.locator(".rest .s-stopped").first)[:2] == ["none", "solid"]
        sound = page.locator(".row-item.s-healthy").first
        assert bar(sound) == ["none", "none", "rgba(0, 0, 0, 0)"]
        assert sound.evaluate("e => getComputedStyle(e.parentElement).backgroundColor") == "rgba(0, 0, 0, 0)"
        lowest = max(row.bounding_box()["y"] for row in page.locator(".row-item.needs").all())
        assert lowest < sound.bounding_box()["y"]
        name = row_of(page, "N-late").inner_text()
        assert ("Not judged" if locale == "en-GB" else "未判定") in name
        opened(page, "A-stale")
        assert page.locator(".alert.is-stale").count() == 1
        assert fits(page)
        assert cut_off(page) == []
        assert too_small_to_touch(page) == []
        assert low_contrast(page) == []
