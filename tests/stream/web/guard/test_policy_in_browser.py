"""The content policy in a real browser: only the page's own scripts run, and nobody frames the page."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.services.page import chromium
from tests.stream.web.browsing import fleet, wait_for_text
from tests.stream.web.fleets import four

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INJECT = """() => {
    const script = document.createElement('script');
    script.textContent = 'window.hacked = 1';
    document.body.append(script);
    const link = document.createElement('div');
    link.innerHTML = '<img src="/none.png" onerror="window.hacked = 2">'
        + '<a id="bait" href="javascript:window.hacked=3">x</a>';
    document.body.append(link);
    const outside = document.createElement('script');
    outside.src = 'http://127.0.0.1:20001/evil.js';
    document.body.append(outside);
    document.getElementById('bait').click();
}"""
OBJECT = """() => { for (const tag of ['object', 'iframe', 'base']) {
    const e = document.createElement(tag); e.data = e.src = e.href = '/en'; document.body.append(e); } }"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with fleet(tmp_path_factory.mktemp("plant"), four(datetime.now(UTC))) as address:
        yield address


@contextmanager
def looking(chromium, url):
    """Give a page and the violations that it reports, as they come."""
    page = chromium.new_page()
    violations = []

    def violated(directive):  # a bound method of a list is none that Playwright takes
        violations.append(directive)

    page.expose_function("violated", violated)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => window.violated(e.effectiveDirective))"
    )
    page.goto(url)
    try:
        yield page, violations
    finally:
        page.close()


def test_injected_scripts_do_not_run_and_the_page_itself_violates_nothing(chromium, address):
    for path in ("/en", "/zh/machine/P-101"):
        with looking(chromium, address + path) as (page, violations):
            page.wait_for_selector("h1.headline:not(:empty)")
            if "machine" in path:
                page.locator(".chart svg").first.wait_for()
            assert violations == []
            page.evaluate(INJECT)
            page.evaluate(OBJECT)
            page.wait_for_timeout(1000)
            assert page.evaluate("window.hacked") is None
            assert page.evaluate("document.baseURI").endswith(path)
            assert set(violations) >= {"script-src-elem", "script-src-attr", "object-src", "frame-src", "base-uri"}
            assert not page.evaluate(
                "async url => { try { await fetch(url, {mode: 'no-cors'}); return true } catch { return false } }",
                "http://127.0.0.1:20001/",
            )
            page.wait_for_timeout(500)
            assert "connect-src" in violations


def test_a_page_of_others_shows_none_of_ours_in_a_frame(chromium, address):
    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self):
            body = f'<iframe id="f" src="{address}/en" width="800" height="600"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = chromium.new_page()
        told = []
        page.on("console", lambda message: told.append(message.text))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_timeout(1500)
        assert page.frame_locator("#f").locator("#app").count() == 0
        assert any("frame-ancestors" in text or "X-Frame-Options" in text for text in told), told
        page.close()
    finally:
        server.shutdown()
        server.server_close()


def test_the_words_of_a_page_that_is_not_there_come_through_too(chromium, address):
    with looking(chromium, address + "/nothing-here") as (page, violations):
        wait_for_text(page, "body", "404")
        assert violations == []
