"""One question over HTTP: no proxy, no redirect, no second try, and a bare reason where nothing comes back."""

import socket
from http.server import BaseHTTPRequestHandler

import pytest

from models.errors import ServiceError
from stream.monitoring.http_probe import ask
from tests.services.grafana import serving
from tests.services.processes import free_port

HEADERS = {"Authorization": "Token secret"}


def answering(status=200, body=b"fine", **headers):
    """Give a handler that answers so, and the list of what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            asked.append((self.command, self.path, self.headers.get("Authorization"), self.rfile.read(length)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 -- so they must be called

        def log_message(self, *_):
            pass

    return Handler, asked


def writing(data):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.wfile.write(data)
            self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler


def test_an_answer_comes_back_whole_whatever_its_status():
    handler, asked = answering(503, b"not well", Retry="5")
    with serving(handler) as url:
        answer = ask(f"{url}/health?a=b", timeout_s=5, headers=HEADERS)
    assert (answer.status, answer.body, answer.headers["retry"]) == (503, b"not well", "5")
    assert asked == [("GET", "/health?a=b", "Token secret", b"")]


@pytest.mark.parametrize("body", [b"", b"temperature value=1"])
def test_a_body_is_posted_even_an_empty_one(body):
    handler, asked = answering(204, b"")
    with serving(handler) as url:
        assert ask(url, timeout_s=5, body=body).status == 204
    assert [(method, sent) for method, _, _, sent in asked] == [("POST", body)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_follows_no_redirect(status):
    elsewhere, asked = answering()
    with serving(elsewhere) as there, serving(answering(status, b"", Location=there)[0]) as url:
        assert ask(url, timeout_s=5, headers=HEADERS).status == status
    assert asked == []


def test_no_proxy_is_asked(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with serving(answering()[0]) as url:
        assert ask(url, timeout_s=5).body == b"fine"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-OpenSSH"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, "LineTooLong"),
        (b"", "closed connection"),
    ],
    ids=["no HTTP", "cut off", "endless", "nothing"],
)
def test_what_is_no_http_is_told(data, reason):
    with serving(writing(data)) as url, pytest.raises(ServiceError, match=reason):
        ask(url, timeout_s=5)


@pytest.mark.parametrize("address", ["http://127.0.0.1:port", "http://grafana..plant", "http://[::1", "http://"])
def test_what_is_no_address_is_told(address):
    with pytest.raises(ServiceError, match=r"(LocationParse|LocationValue|Unicode)Error"):
        ask(address, timeout_s=5)


def test_nobody_there_is_told_without_the_librarys_objects():
    with pytest.raises(ServiceError) as told:
        ask(f"http://127.0.0.1:{free_port()}", timeout_s=5)
    assert str(told.value) == "[Errno 111] Connection refused"


def test_who_never_answers_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ServiceError, match="timed out"):
        ask(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)


def test_a_token_that_no_header_can_carry_is_not_shown():
    with serving(answering()[0]) as url, pytest.raises(ServiceError) as told:
        ask(url, timeout_s=5, headers={"Authorization": "Token 令牌密码"})
    assert "密" not in str(told.value)


def test_a_header_that_http_does_not_carry_is_told_without_what_it_holds():
    with pytest.raises(ServiceError, match="does not carry") as caught:
        ask("http://127.0.0.1:1/", timeout_s=1, headers={"Authorization": "Token sec\nret"})
    assert "ret" not in str(caught.value)
