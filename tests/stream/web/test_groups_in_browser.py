"""A gateway of three hundred machines dies and comes back, one machine does not, seen in a real browser."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.page import chromium
from tests.stream.web.browsing import (
    NARROW,
    WIDE,
    cut_off,
    fill,
    fits,
    fleet,
    looked_at,
    low_contrast,
    smallest_font_px,
    too_small_to_touch,
    wait_for_text,
)
from tests.stream.web.fleets import health
from tests.stream.web.outage import LEFT, outage, plant

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPITEFUL = "<img src=x onerror=window.hacked=1>"


def machines_toml(machines):
    return "\n".join(f'[[machine]]\nid = "{each.id}"\ngateway = "{each.gateway}"\n' for each in machines.values())


@pytest.fixture(scope="module")
def folded():
    """Folded once: the gateway died an hour ago and came back a quarter of an hour ago."""
    died = datetime.now(UTC) - timedelta(minutes=60)
    made = plant(died)
    before, after = outage(made, died, died + timedelta(minutes=40), died + timedelta(minutes=60))
    return machines_toml(made.machines), before, after


@pytest.fixture(scope="module")
def silent(folded, tmp_path_factory):
    described, before, _ = folded
    with fleet(tmp_path_factory.mktemp("silent"), before, machines=described) as address:
        yield address


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_three_hundred_silent_machines_are_one_row(chromium, silent, size, locale, dark):
    chinese = locale == "zh-CN"
    with looked_at(chromium, silent, size=size, locale=locale, dark=dark) as page:
        says = "网关 gw-1：300台设备自.+起无数据" if chinese else "Gateway gw-1: 300 machines silent since"
        wait_for_text(page, ".row-item.group .name", says)
        assert page.locator(".row-item.group").count() == 1
        needy = page.locator(".row-item.needs:not(.group) > .row-head")
        assert [row.get_attribute("data-machine") for row in needy.all()] == ["gw-1-007", "gw-1-042"]
        assert needy.first.locator(".status").inner_text().startswith("危险" if chinese else "Critical")
        why = needy.first.locator(".why").inner_text()
        assert re.search("无数据之前：" if chinese else "Before it fell silent at", why)
        assert page.locator(".member").count() == 0
        button = page.locator(".row-item.group > .row-head")
        button.click()
        wait_for_text(page, ".member-name", "gw-1-299")
        assert page.locator(".member").count() == 300
        assert button.get_attribute("aria-expanded") == "true"
        assert fits(page)
        assert cut_off(page) == []
        assert too_small_to_touch(page) == []
        assert low_contrast(page) == []
        assert smallest_font_px(page) >= 12
        button.click()
        page.wait_for_function("document.querySelectorAll('.member').length === 0")


def test_after_the_gateway_is_back_one_machine_is_left(chromium, folded, tmp_path):
    described, before, after = folded
    with (
        fleet(tmp_path, before, machines=described) as address,
        looked_at(chromium, f"{address}/en") as page,
    ):
        wait_for_text(page, ".row-item.group .name", "Gateway gw-1: 300 machines silent since")
        page.locator(".row-item.group > .row-head").click()
        page.locator(f'.member[data-machine="{LEFT}"]').wait_for()
        fill(tmp_path / "results.db", after)
        page.locator(".row-item.group").wait_for(state="detached")
        row = page.locator(f'.row-head[data-machine="{LEFT}"]')
        row.wait_for()
        assert "No data" in row.inner_text()
        silent = page.locator(".row-item.s-no_data")
        assert silent.count() == 1
        page.reload()
        row.wait_for()
        assert page.locator(".row-item.group").count() == 0


def test_a_member_leads_to_its_page_whatever_it_is_called(chromium, tmp_path):
    """Names come from outside: in a group too they are text."""
    now = datetime.now(UTC)
    made = plant(now - timedelta(minutes=20), count=8)
    made.waits({"gw-1"}, now - timedelta(minutes=20), now)
    made.goes_on({"gw-2"}, now - timedelta(minutes=20), now)
    described = machines_toml(made.machines).replace(
        'id = "gw-1-003"\n', f'id = "gw-1-003"\nname = {{ en = "{SPITEFUL}", zh = "" }}\n'
    )
    with (
        fleet(tmp_path, [*made.taken(), health("alone", "x", now)], machines=described) as address,
        looked_at(chromium, f"{address}/en") as page,
    ):
        wait_for_text(page, ".row-item.group .name", "Gateway gw-1: 8 machines silent since")
        page.locator(".row-item.group > .row-head").click()
        member = page.locator('.member[data-machine="gw-1-003"]')
        member.wait_for()
        assert member.locator(".member-name").inner_text() == SPITEFUL
        assert page.evaluate("window.hacked === undefined")
        member.click()
        page.wait_for_url("**/en/machine/gw-1-003")
