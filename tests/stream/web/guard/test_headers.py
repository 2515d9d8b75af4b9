"""Every answer of the page has the security headers, whoever gives it and whatever was asked."""

import asyncio
import re
import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from stream.web.guard.headers import SecurityHeaders
from tests.services.page import served_page

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="
EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = re.compile(
    r"default-src 'self'; script-src 'self' 'unsafe-eval'(?: 'nonce-[\w-]{24}')?; style-src 'self' "
    r"'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    r"frame-src 'none'; worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASKED = [
    ("GET", "/", {}, 302),
    ("GET", "/en", {}, 200),
    ("HEAD", "/en", {}, 405),
    ("GET", "/zh/machine/P-101", {}, 200),
    ("GET", "/language/zh", {}, 302),
    ("GET", "/language/xx", {}, 422),
    ("GET", "/favicon.ico", {}, 200),
    ("GET", "/nothing-here", {}, 404),
    ("GET", "/en/", {}, 307),
    ("POST", "/en", {}, 405),
    ("POST", "/", {}, 404),
    ("DELETE", "/language/en", {}, 404),
    ("OPTIONS", "/en", {}, 405),
    ("GET", "/en", {"Host": "evil.example"}, 403),
    ("HEAD", "/en", {"Host": "evil.example"}, 403),
    ("GET", "/en", {"Origin": "http://evil.example"}, 403),
    ("GET", SOCKET + "polling", {}, 200),
    ("GET", SOCKET + "polling&sid=none", {}, 400),
    ("POST", SOCKET + "polling&sid=none", {"Content-Length": "0"}, 400),
    ("GET", "/_nicegui/static/none.js", {}, 404),
    ("GET", "/_nicegui_ws/other", {}, 404),
    ("POST", "/en", {"Content-Length": "9999999"}, 413),
    ("POST", "/en", {"Transfer-Encoding": "chunked"}, 411),
    ("GET", "/en", {"Range": "bytes=0-1"}, 200),
    ("GET", "/en", {"Accept": "text/markdown"}, 200),
    ("BREW POT", "/en", {}, 400),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def port(folder):
    with served_page(folder) as address:
        yield urlsplit(address).port


def asked(port, method, path, headers):
    """Give status, headers in lower case and text of an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = HTTPResponse(connection, method=method)
        answer.begin()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


def assert_secured(headers):
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert POLICY.fullmatch(headers["content-security-policy"])
    assert headers["permissions-policy"].startswith("camera=()")
    assert headers["cache-control"]
    assert "server" not in headers


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "headers", "status"), ASKED, ids=lambda value: str(value)[:40])
def test_every_kind_of_answer_is_secured(port, method, path, headers, status):
    answered, given, _ = asked(port, method, path, {"Host": "localhost", "Connection": "close", **headers})
    assert answered == status
    assert_secured(given)


@pytest.mark.slow
def test_files_may_be_kept_and_pages_not(port):
    _, headers, page = asked(port, "GET", "/en", {"Host": "localhost"})
    assert headers["cache-control"] == "no-store"
    nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])[1]
    scripts = re.findall(r"<script[^>]*>", page)
    assert len(scripts) > 5
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    files = re.findall(r'"(/_nicegui/[^"]+\.(?:js|css))"', page)
    assert len(files) > 5
    for file in files:
        status, headers, _ = asked(port, "GET", file, {"Host": "localhost"})
        assert (file, status) == (file, 200)
        assert_secured(headers)
        assert "max-age" in headers["cache-control"]
    assert nonce not in asked(port, "GET", "/en", {"Host": "localhost"})[2]


@pytest.mark.slow
def test_a_refused_socket_is_answered_with_them_too(port, folder):
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    for others in ({"Host": "evil.example"}, {"Host": "localhost", "Origin": "http://evil.example"}):
        status, headers, _ = asked(port, "GET", SOCKET + "websocket", {**upgrade, **others})
        assert status == 403
        assert_secured(headers)
    assert "handshake" not in folder.joinpath("web.log").read_text()


def test_an_error_of_ours_is_answered_with_them():
    inside = FastAPI()

    @inside.get("/")
    def _fail():
        raise RuntimeError("a fault of ours")

    sent = []

    async def main():
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}

        async def send(message):
            sent.append(message)

        with pytest.raises(RuntimeError):
            await SecurityHeaders(inside)(scope, None, send)

    asyncio.run(main())
    assert sent[0]["status"] == 500
    assert_secured({name.decode(): value.decode() for name, value in sent[0]["headers"]})


def test_what_an_answer_says_itself_of_them_is_replaced_not_doubled():
    async def page(_, __, send):
        headers = [(b"X-Frame-Options", b"ALLOWALL"), (b"Cache-Control", b"max-age=5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    sent = []

    async def main():
        async def send(message):
            sent.append(message)

        await SecurityHeaders(page)({"type": "http"}, None, send)

    asyncio.run(main())
    names = [name.lower() for name, _ in sent[0]["headers"]]
    assert len(names) == len(set(names))
    given = {name.lower().decode(): value.decode() for name, value in sent[0]["headers"]}
    assert given["x-frame-options"] == "DENY"
    assert given["cache-control"] == "max-age=5"
