"""The page refuses strangers' names and origins as people start it: over HTTP, on the socket, in a browser."""

import re
import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.services.page import chromium, served_page
from tests.stream.web.browsing import looked_at, wait_for_text

__all__ = ["chromium"]  # the fixture

pytestmark = pytest.mark.slow

OTHER = "pumps.plant.example"
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="
PATHS = (
    "/",
    "/en",
    "/zh",
    "/en/machine/P-101",
    "/language/zh",
    "/nothing-here",
    "/favicon.ico",
    SOCKET + "polling",
)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with served_page(tmp_path_factory.mktemp("page"), WEB__HOSTS=f'["{OTHER}"]') as address:
        yield urlsplit(address).port


def asked(port, path, *hosts, origin=None, method="GET"):
    """Ask with these Host headers, and give status and text of the answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        for host in hosts:
            connection.putheader("Host", host)
        if origin is not None:
            connection.putheader("Origin", origin)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def handshake(port, host, origin=None):
    """Begin a socket as a browser does, and give the status of the answer."""
    headers = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    } | ({} if origin is None else {"Origin": origin})
    lines = [f"GET {SOCKET}websocket HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(connection.recv(4096).split()[1])


def static_file(port):
    return re.search(r'"(/_nicegui/[^"]+\.js)"', asked(port, "/en", "localhost")[1])[1]


def test_every_path_is_closed_to_strangers(port):
    for path in (*PATHS, static_file(port)):
        for method in ("GET", "POST", "OPTIONS"):
            status, told = asked(port, path, f"evil.example:{port}", method=method)
            assert (path, method, status) == (path, method, 403)
            assert 'hosts = ["evil.example"]' in told
            assert asked(port, path, f"localhost:{port}", origin="http://evil.example", method=method)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.168.1.20", "[::1]", OTHER, OTHER.upper()])
def test_known_names_and_addresses_are_answered_whatever_port_is_mapped(port, host):
    for end in ("", f":{port}", ":18080"):
        for path in ("/en", static_file(port), SOCKET + "polling"):
            assert asked(port, path, host + end)[0] == 200
            assert asked(port, path, host + end, origin=f"http://{host}{end}")[0] == 200
        assert handshake(port, host + end, f"http://{host}{end}") == 101
        assert handshake(port, host + end) == 101
        assert handshake(port, host + end, f"https://{host}{end}") == 101  # behind a proxy


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", None),
        ("evil.example", "http://evil.example"),
        ("127.0.0.1.evil.example", "http://127.0.0.1.evil.example"),
        ("localhost", "http://evil.example"),
        ("localhost", "null"),
        ("localhost:8080", "http://localhost:3000"),
        (OTHER, f"http://{OTHER}.evil.example"),
    ],
)
def test_the_socket_is_closed_to_strangers(port, host, origin):
    assert handshake(port, host, origin) == 403
    assert asked(port, SOCKET + "polling", host, origin=origin)[0] == 403


def test_a_request_names_one_host(port):
    assert asked(port, "/en")[0] in (400, 403)
    assert asked(port, "/en", "localhost", "evil.example")[0] in (400, 403)
    assert asked(port, "/en", "evil.example", "localhost")[0] in (400, 403)
    assert asked(port, "/en", "")[0] in (400, 403)


@pytest.mark.browser
def test_a_browser_sees_the_page_and_opens_no_socket_from_another_s(chromium, port):
    with looked_at(chromium, f"http://127.0.0.1:{port}/en") as page:
        wait_for_text(page, "h1", "No machines yet")
    page = chromium.new_page()
    page.goto(f"http://localhost:{port}/en")
    wait_for_text(page, "h1", "No machines yet")
    opens = """url => new Promise(told => {
        const socket = new WebSocket(url);
        socket.onopen = () => { socket.close(); told(true) };
        socket.onerror = () => told(false);
    })"""
    assert page.evaluate(opens, f"ws://localhost:{port}{SOCKET}websocket")
    assert not page.evaluate(opens, f"ws://127.0.0.1:{port}{SOCKET}websocket")
    page.close()
