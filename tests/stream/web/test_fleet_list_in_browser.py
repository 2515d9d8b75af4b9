"""The list of the fleet in a real browser: filters, search, pages, the address, the browser's own buttons."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.services.page import chromium
from tests.stream.web.browsing import (
    NARROW,
    WIDE,
    cut_off,
    fill,
    fits,
    fleet,
    listed,
    looked_at,
    opened,
    row_of,
    too_small_to_touch,
    wait_for_text,
)
from tests.stream.web.fleets import health

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY = 5_000
STATUSES = {3: "critical", 40: "warning", 77: "no_data", 4_999: "not_judged"}
LINES = ("Paint shop", "一号线")


def plant(now):
    outputs = []
    for number in range(1, MANY + 1):
        status = STATUSES.get(number, "stopped" if number % 10 == 0 else "healthy")
        score = {"critical": 10.0, "warning": 50.0, "healthy": 100.0}.get(status)
        outputs.append(
            health(f"P-{number}", "drive-end", now - timedelta(seconds=number % 50), status=status, score=score)
        )
    return outputs


def described():
    return "".join(
        f'[[machine]]\nid = "P-{number}"\nname = {{ en = "Pump {number}", zh = "{number}号泵" }}\n'
        f'line = "{LINES[number % 2]}"\n'
        for number in range(1, MANY + 1)
    )


@pytest.fixture(scope="module")
def five_thousand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    now = datetime.now(UTC)
    with fleet(folder, plant(now), machines=described()) as address:
        yield address, folder / "results.db"


def asked(page):
    return parse_qs(urlsplit(page.url).query)


def until_listed(page, machines):
    page.wait_for_function(
        "wanted => JSON.stringify([...document.querySelectorAll('.row-head')].map(e => e.dataset.machine)"
        ".slice(0, wanted.length)) === JSON.stringify(wanted)",
        arg=machines,
        timeout=20_000,
    )


@pytest.mark.parametrize(("size", "locale"), [(WIDE, "en-GB"), (NARROW, "zh-CN")])
def test_five_thousand_machines_are_there_worst_first_and_fifty_a_page(chromium, five_thousand, size, locale):
    with looked_at(chromium, five_thousand[0], size=size, locale=locale) as page:
        wait_for_text(page, "h1", "4 of 5000" if locale == "en-GB" else "5000台设备中有4台")
        wait_for_text(page, ".pages-shown", "of 5000" if locale == "en-GB" else "共5000台")
        assert listed(page)[:7] == ["P-3", "P-40", "P-4999", "P-77", "P-1", "P-2", "P-4"]
        assert page.locator(".row-item").count() == 50
        assert fits(page)
        assert cut_off(page) == []
        assert too_small_to_touch(page) == []
        if size == NARROW:
            page.locator(".rows.rest").scroll_into_view_if_needed()
            heights = [row.bounding_box()["height"] for row in page.locator(".row-item").all()[:20]]
            assert sum(sorted(heights)[:8]) < size[1]


def test_counts_filter_pages_lead_on_and_the_browsers_buttons_lead_back(chromium, five_thousand):
    with looked_at(chromium, f"{five_thousand[0]}/en") as page:
        until_listed(page, ["P-3", "P-40"])
        page.get_by_role("link", name=re.compile("Stopped")).click()
        until_listed(page, ["P-10", "P-20", "P-30"])
        assert asked(page) == {"status": ["stopped"]}
        assert page.locator(".chosen .count-text").inner_text() == "Stopped"
        page.get_by_role("link", name="Next ›").click()
        until_listed(page, ["P-520", "P-530"])
        assert asked(page) == {"status": ["stopped"], "page": ["2"]}
        page.reload()
        until_listed(page, ["P-520", "P-530"])
        page.get_by_role("link", name="中文").click()
        wait_for_text(page, "h1", "需要处理")
        until_listed(page, ["P-520", "P-530"])
        page.go_back()
        until_listed(page, ["P-520", "P-530"])
        page.go_back()
        until_listed(page, ["P-10", "P-20"])
        page.go_back()
        until_listed(page, ["P-3", "P-40"])
        page.go_forward()
        until_listed(page, ["P-10", "P-20"])
        page.get_by_role("link", name=re.compile("Stopped")).click()
        until_listed(page, ["P-3", "P-40"])


@pytest.mark.parametrize(
    ("language", "word", "line"), [("en", "pump 499", "Paint shop"), ("zh", "499 号泵", "一号线")]
)
def test_search_and_line_find_machines_and_stand_in_the_address(chromium, five_thousand, language, word, line):
    with looked_at(chromium, f"{five_thousand[0]}/{language}") as page:
        until_listed(page, ["P-3", "P-40"])
        page.locator(".search-text").press_sequentially(word, delay=10)
        until_listed(page, ["P-4999", "P-499", "P-1499"])
        assert asked(page)["q"] == [word]
        page.locator(".search-line").select_option(line)
        odd = line == LINES[1]
        until_listed(page, ["P-4999", "P-499"] if odd else ["P-4990", "P-4992"])
        assert asked(page)["line"] == [line]
        page.reload()
        until_listed(page, ["P-4999", "P-499"] if odd else ["P-4990", "P-4992"])
        page.wait_for_function("word => document.querySelector('.search-text').value === word", arg=word)
        assert page.locator(".search-line").input_value() == line
        page.locator(".search-text").fill("no such machine")
        page.locator(".nothing-text:not(:empty)").wait_for()
        page.locator(".show-all").click()
        until_listed(page, ["P-3", "P-40"])
        assert page.locator(".search-text").input_value() == ""


def test_open_rows_and_place_are_kept_while_the_page_refreshes_and_when_it_is_loaded_anew(chromium, five_thousand):
    address, file = five_thousand
    with looked_at(chromium, f"{address}/en?page=2", size=NARROW) as page:
        until_listed(page, ["P-49"])
        opened(page, "P-60")
        row_of(page, "P-61").locator(".row-head").scroll_into_view_if_needed()
        opened(page, "P-61")
        assert asked(page) == {"page": ["2"], "open": ["P-60", "P-61"]}
        page.evaluate("window.scrollTo(0, 900)")
        page.evaluate("window.kept = document.querySelectorAll('.row-details')[1]")
        fill(file, [health("P-61", "drive-end", datetime.now(UTC), score=77.0)])
        wait_for_text(page, ".row-details .score", "77 of 100")
        assert page.evaluate("window.kept.isConnected && window.scrollY") == 900
        page.reload()
        wait_for_text(page, ".row-details .score", "77 of 100")
        assert page.locator(".row-details").count() == 2
        page.wait_for_function("window.scrollY > 600")


def test_an_address_that_nobody_meant_shows_the_fleet(chromium, five_thousand):
    for query in (
        "?page=-1",
        "?page=99999999999",
        "?status=made-up",
        "?open=<img%20src=x>",
        "?q=%00%ff",
        "?" + "a=b&" * 60,
    ):
        with looked_at(chromium, f"{five_thousand[0]}/en{query}") as page:
            wait_for_text(page, "h1", "4 of 5000")
            assert page.locator("img").count() == 0
