"""Looking at the page of a made up plant in a real browser, and measuring what a reader sees."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from models.probes.records import ProbeResult
from stream.stores.sqlite.store import SqliteStore
from tests.services.page import served_page
from tests.stream.web.fleets import probes

WIDE, NARROW = (1280, 900), (360, 780)

MACHINES_TOML = """
[[machine]]
id = "P-101"
name = { en = "Cooling water pump 1", zh = "1号冷却水泵" }
kind = "pump"
power_kw = 37
mounting = "rigid"

[[machine]]
id = "F-201"
name = { en = "Exhaust fan 2", zh = "2号排风机" }

[[machine]]
id = "M-301"
name = { en = "Conveyor motor", zh = "输送带电机" }

[[machine]]
id = "G-401"
name = { en = "Mixer gearbox", zh = "搅拌机齿轮箱" }
"""


def fill(file, outputs):
    async def write():
        store = SqliteStore(file)
        await store.open()
        await store.write(outputs)
        await store.close()

    with ThreadPoolExecutor(1) as thread:  # Playwright's event loop runs in this one
        thread.submit(asyncio.run, write()).result()


@contextmanager
def fleet(folder, outputs, *, machines="", probe_s=3600.0):
    """Serve a page of these outputs; a worker is at work, unless `outputs` hold probes of their own."""
    at_work = [] if any(isinstance(each, ProbeResult) for each in outputs) else probes(datetime.now(UTC))
    fill(folder / "results.db", [*outputs, *at_work])
    if machines:
        (folder / "machines.toml").write_text(machines, encoding="utf-8")
    with served_page(folder, SQLITE__PATH="results.db", HEALTH__PROBE_S=str(probe_s)) as address:
        yield address


@contextmanager
def looked_at(browser, address, *, size=WIDE, locale="en-GB", dark=False):
    """Open the page; afterwards it must have asked nobody else and have complained about nothing."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("h1.headline:not(:empty)")
    try:
        yield page
        outside = [url for url in requests if not re.match(r"(http|ws)://127\.0\.0\.1[:/]|data:|blob:", url)]
        assert outside == []
        assert complaints == []
    finally:
        context.close()


def row_of(page, machine):
    return page.locator(f".row-item:has(> [data-machine={json.dumps(machine, ensure_ascii=False)}])")


def opened(page, machine):
    """Open a machine's row, and wait for what it shows."""
    row = row_of(page, machine)
    row.locator(".row-head").click()
    row.locator(".row-details").wait_for()
    return row


def listed(page):
    return [row.get_attribute("data-machine") for row in page.locator(".row-head").all()]


def wait_for_text(page, selector, pattern, timeout_s=20):
    page.locator(selector).filter(has_text=re.compile(pattern)).first.wait_for(timeout=timeout_s * 1000)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def too_small_to_touch(page):
    return page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary')].filter(e => {
            const box = e.getBoundingClientRect(); return box.width && (box.height < 44 || box.width < 44)
        }).map(e => e.outerHTML.slice(0, 80))"""
    )


def cut_off(page):
    """Elements whose text is wider than themselves."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.page *')].filter(e => e.children.length === 0 && e.textContent
            && !e.closest('svg') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
            .map(e => e.outerHTML.slice(0, 80))"""
    )


def smallest_font_px(page):
    return page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.page *')].filter(e => e.children.length === 0
            && e.textContent.trim()).map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    )


def low_contrast(page):
    """Texts below 4.5:1 against what lies behind them (WCAG 2.1, 1.4.3)."""
    return page.evaluate(
        """() => {
        const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
        const linear = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
        const light = ([r, g, b]) => [r, g, b].map(v => linear(v / 255))
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] > .99) return c; } return [255, 255, 255]; };
        return [...document.querySelectorAll('.page *')].filter(e => e.children.length === 0 && e.textContent.trim()
            && !e.closest('.old')).map(e => {
            const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
            return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.className, e.textContent.slice(0, 30)];
        }).filter(([ratio]) => ratio < 4.5) }"""
    )
