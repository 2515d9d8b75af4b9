"""The page where nothing is judged any more, and where nothing reaches the browser any more, in a real browser."""

import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.page import chromium, page_process
from tests.services.processes import wait_until
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
    wait_for_text,
)
from tests.stream.web.fleets import four, health, probes

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOUND = ("P-101", "F-201", "M-301", "G-401")


def asked(address):
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def unwatched(tmp_path_factory):
    """Four sound machines, measured until a moment ago by what the store says; the last probe is an hour old."""
    now = datetime.now(UTC)
    outputs = [*(health(machine, "x", now) for machine in SOUND), *probes(now - timedelta(hours=1))]
    with fleet(tmp_path_factory.mktemp("unwatched"), outputs, machines=MACHINES_TOML, probe_s=60) as address:
        yield address


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_first_line_says_that_nothing_is_judged(chromium, unwatched, size, locale):
    chinese = locale == "zh-CN"
    with looked_at(chromium, unwatched, size=size, locale=locale) as page:
        wait_for_text(
            page, ".n-error .notice-title", "测量数据未经判定" if chinese else "Measurements have not been judged"
        )
        lines = [line for line in page.locator(".page").inner_text().splitlines() if line.strip()]
        first = next(number for number, line in enumerate(lines) if "判定" in line or "judged" in line)
        calm = next(number for number, line in enumerate(lines) if "需要处理" in line or "needs anyone" in line)
        assert first < calm
        assert re.match("截至" if chinese else "As of", page.locator("h1").inner_text())
        assert page.locator("h1.calm").count() == 0
        assert page.locator(".row-item.old").count() == len(SOUND)
        assert page.locator(".stale-bar").is_hidden()
        assert fits(page)
        assert cut_off(page) == []
        assert low_contrast(page) == []
        page.goto(f"{unwatched}/{'zh' if chinese else 'en'}/machine/P-101")
        wait_for_text(page, ".n-error .notice-title", "未经判定" if chinese else "not been judged")
        assert page.locator(".panel.head.old").count() == 1
        assert fits(page)


def test_the_pages_server_says_so_as_well(unwatched):
    status, report = asked(unwatched)
    assert status == 503
    assert "Measurements have not been judged since" in report["reasons"][0]
    assert report["probe_s"] > 3500


@pytest.mark.parametrize(
    ("locale", "size", "where"), [("zh-CN", NARROW, ""), ("en-GB", NARROW, "/machine/P-101"), ("en-GB", WIDE, "")]
)
def test_a_page_that_nothing_reaches_any_more_says_so_itself(chromium, tmp_path, size, locale, where):
    (tmp_path / "machines.toml").write_text(MACHINES_TOML, encoding="utf-8")
    fill(tmp_path / "results.db", [*four(datetime.now(UTC), hours=2), *probes(datetime.now(UTC))])
    variables = {"SQLITE__PATH": "results.db", "HEALTH__PROBE_S": "3600"}
    language = "zh" if locale == "zh-CN" else "en"
    with page_process(tmp_path, **variables) as (address, server):
        wait_until(lambda: asked(address)[0] == 200, "the page's server is well")
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale)
        page = context.new_page()
        page.clock.install()
        said = "selector => document.querySelector(selector).innerText"
        page.goto(f"{address}/{language}{where}")
        page.wait_for_selector("h1.headline:not(:empty)")
        page.wait_for_selector(".updated:not(:empty)")
        for _ in range(5):  # the server does its work: nothing is said
            before = page.locator(".updated").inner_text()
            page.wait_for_function(
                "before => document.querySelector('.updated').textContent !== before", arg=before
            )
            page.clock.run_for(3000)
        assert page.locator(".stale-bar").is_hidden()
        page.route("**/*", lambda route: route.abort("aborted"))  # a reload that never gets an answer
        server.kill()
        page.clock.run_for(15_000)
        assert re.fullmatch(r"\+ 1\d s", page.evaluate(said, ".updated-age"))
        assert fits(page)
        page.clock.run_for(50_000)
        says = "本页面已1分钟未更新" if language == "zh" else "This page has not been updated for 1 min"
        assert page.evaluate(said, ".stale-bar .notice-title") == says
        assert page.evaluate("getComputedStyle(document.querySelector('.main')).opacity") == "0.6"
        assert fits(page)
        assert cut_off(page) == []
        context.close()
