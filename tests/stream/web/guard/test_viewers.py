"""So many viewers at a time, and no more sockets, bytes and silence than a page needs."""

import re
import socket
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

from tests.services.page import chromium, served_page
from tests.services.processes import wait_until
from tests.stream.web.browsing import looked_at, wait_for_text

__all__ = ["chromium"]  # the fixture

pytestmark = pytest.mark.slow

VIEWERS = 3
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="


@pytest.fixture
def address(tmp_path):
    with served_page(tmp_path, WEB__VIEWERS=str(VIEWERS)) as address:
        yield address


def got(url):
    """Give status, headers and text of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except HTTPError as error:
        return error.code, error.headers, error.read().decode()


def upgraded(address, query=""):
    """Open a socket and keep it; gives it and the status of the answer."""
    place = urlsplit(address)
    connection = socket.create_connection((place.hostname, place.port), timeout=30)
    connection.sendall(
        f"GET {SOCKET}websocket{query} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    return connection, int(connection.recv(4096).split()[1])


def closed_after(connection, patience_s):
    """Say how long it took until the other side closed."""
    begun = time.monotonic()
    connection.settimeout(patience_s)
    with suppress(ConnectionError):
        while connection.recv(4096):
            pass
    return time.monotonic() - begun


@pytest.mark.browser
def test_who_comes_beyond_the_places_is_told_so_and_gets_the_next_free_one(chromium, address):
    with ExitStack() as stack:
        pages = [stack.enter_context(looked_at(chromium, f"{address}/en")) for _ in range(VIEWERS)]
        status, headers, text = got(f"{address}/en")
        assert status == 503
        assert headers["Retry-After"] == "10"
        assert f"{VIEWERS} pages are open" in text
        assert headers["Refresh"] == "10"
        assert f"已打开 {VIEWERS} 个页面" in text
        for path in ("/zh", "/en/machine/P-101", "/nothing-here"):
            assert got(address + path)[0] == 503
        assert got(f"{address}/favicon.ico")[0] == 200
        wait_for_text(pages[1], "h1", "No machines yet")
    wait_until(lambda: got(f"{address}/en")[0] == 200, "places get free", deadline_s=30)


def test_pages_that_are_asked_for_and_never_opened_hold_no_place_for_long(address):
    for _ in range(VIEWERS):
        assert got(f"{address}/en")[0] == 200
    assert got(f"{address}/en")[0] == 503
    wait_until(lambda: got(f"{address}/en")[0] == 200, "the places are free again", deadline_s=15, every_s=0.5)


def test_a_thousand_idle_sockets_keep_nobody_out(address):
    place = urlsplit(address)
    with ExitStack() as stack:
        statuses = []
        for _ in range(60):
            connection, status = upgraded(address)
            stack.callback(connection.close)
            statuses.append(status)
        assert statuses.count(101) == 32
        assert set(statuses) == {101, 503}
        for _ in range(940):
            stack.callback(socket.create_connection((place.hostname, place.port)).close)
        status, _, text = got(f"{address}/en")
        assert status == 200
        page = re.search(r"'client_id': '([^']+)'", text)[1]
        own = [upgraded(address, f"&client_id={page}") for _ in range(6)]
        for connection, _ in own:
            stack.callback(connection.close)
        assert [status for _, status in own] == [101] * 4 + [503] * 2


def test_sessions_by_polling_are_bounded(address):
    statuses = [got(f"{address}{SOCKET}polling")[0] for _ in range(100)]
    assert statuses.count(200) == 4 * VIEWERS + 32
    assert set(statuses) == {200, 503}


def silent(address, sent):
    """Say so much and no more; gives for how long that was borne."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(sent)
        return closed_after(connection, 40)


def dripping(address):
    """Say a header every half second; gives for how long that was borne."""
    place, begun = urlsplit(address), time.monotonic()
    with socket.create_connection((place.hostname, place.port)) as connection, suppress(ConnectionError):
        connection.sendall(b"GET /en HTTP/1.1\r\nHost: localhost\r\n")
        while time.monotonic() - begun < 40:
            connection.sendall(b"X-More: x\r\n")
            time.sleep(0.5)
    return time.monotonic() - begun


def test_who_says_nothing_or_half_of_it_is_not_waited_for(address):
    half = b"GET /en HTTP/1.1\r\nHost: localhost\r\n"
    body = b"POST /en HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
    with ThreadPoolExecutor() as threads:
        waits = [threads.submit(silent, address, sent) for sent in (b"", b"GET", half, half + b"\r\n")]
        waits += [threads.submit(dripping, address), threads.submit(silent, address, body)]
        lengths = [wait.result() for wait in waits]
    assert all(4 < length < 18 for length in lengths[:-1]), lengths
    assert 18 < lengths[-1] < 30
    assert got(f"{address}/favicon.ico")[0] == 200
