"""Grafana on the wire: who answers wrongly, or not at all, is told in one line; the token goes nowhere else."""

import shutil
import socket
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler

import pytest
from pydantic import SecretStr

from models.errors import ServiceError
from stream.grafana import client
from tests.services.grafana import ADMIN, serving
from tests.services.processes import free_port
from tests.services.required import required


def ask(url):
    with client.Grafana(url, SecretStr(ADMIN)) as grafana:
        grafana.see_that_it_is_one()


def test_nobody_there_is_told():
    with pytest.raises(ServiceError, match=r"not reachable .*start it, or correct --url"):
        ask(f"http://127.0.0.1:{free_port()}")


def answering(status, body, kind="text/html", **headers):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def test_a_token_does_not_follow_a_redirect():
    asked = []

    class Elsewhere(answering(200, b'{"database":"ok"}', "application/json")):
        def do_GET(self):  # noqa: N802 -- the library's name
            asked.append(self.headers.get("Authorization"))
            super().do_GET()

    with (
        serving(Elsewhere) as there,
        serving(answering(302, b"", Location=f"{there}/api/health")) as url,
        pytest.raises(ServiceError, match="sends elsewhere"),
    ):
        ask(url)
    assert asked == []


@pytest.mark.parametrize("status", [300, 301, 303, 304, 307, 308])
def test_no_redirect_is_followed_not_even_on_the_same_host(status):
    asked = []

    class Elsewhere(answering(status, b"", Location="/api/health?again")):
        def do_GET(self):  # noqa: N802 -- the library's name
            asked.append(self.path)
            super().do_GET()

    with serving(Elsewhere) as url, pytest.raises(ServiceError, match="sends elsewhere"):
        ask(url)
    assert asked == ["/api/health"]


def test_what_may_have_arrived_is_not_sent_again():
    """A write whose answer is lost may have been done: the next push sees to it, not a second write."""
    sent = []

    class LosesAnswers(BaseHTTPRequestHandler):
        def do_POST(self):
            sent.append(self.path)

        def log_message(self, *_):
            pass

    with (
        serving(LosesAnswers) as url,
        client.Grafana(url, SecretStr(ADMIN)) as grafana,
        pytest.raises(ServiceError, match="not reachable"),
    ):
        grafana.create_folder("uid", "title")
    assert sent == ["/api/folders"]


def test_who_never_answers_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(client, "_ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ServiceError, match=r"not reachable \(timed out\)"):
            ask(url)


@pytest.mark.parametrize(
    ("handler", "fix"),
    [
        (answering(200, b"<html>welcome</html>"), "is no Grafana; correct --url"),
        (answering(404, b"nothing here"), "is no Grafana; correct --url"),
        (answering(200, b'{"status":"UP"}', "application/json"), "is no Grafana; correct --url"),
        (answering(200, b"[]", "application/json"), "is no Grafana; correct --url"),
        (answering(200, b"\xff\x00", "application/json"), "is no Grafana; correct --url"),
        (answering(302, b"", Location="https://127.0.0.1:1/login"), "sends elsewhere"),
        (
            answering(503, b'{"message":"database is locked"}', "application/json"),
            "answered 503: database is locked",
        ),
    ],
)
def test_what_is_no_grafana_is_told(handler, fix):
    with serving(handler) as url, pytest.raises(ServiceError, match=fix):
        ask(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Give a certificate for 127.0.0.1 that no authority of the world vouches for, with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    command = [
        *("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
    ]
    required(shutil.which("openssl"), "a certificate of one's own needs openssl (Debian: openssl)")
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.mark.parametrize(
    ("trusted", "told"), [(True, "is no Grafana"), (False, "not reachable .*CERTIFICATE_VERIFY_FAILED")]
)
def test_the_plants_own_authority_is_trusted_where_this_computer_trusts_it(certificate, monkeypatch, trusted, told):
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(*certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with (
        serving(answering(200, b"{}", "application/json"), secured) as url,
        pytest.raises(ServiceError, match=told),
    ):
        ask(url)


def writing(data):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.wfile.write(data)
            self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler


@pytest.mark.parametrize(
    ("data", "fix"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-OpenSSH.*correct --url"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "IncompleteRead.*push again"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n{", "answered 500: no reason given"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, "line too long|LineTooLong"),
        (b"", "not reachable"),
    ],
    ids=["no HTTP", "cut off", "a cut off refusal", "endless", "nothing"],
)
def test_what_is_no_http_is_told(data, fix):
    with serving(writing(data)) as url, pytest.raises(ServiceError, match=fix):
        ask(url)


def test_an_address_of_version_6_is_understood():
    with pytest.raises(ServiceError, match=r"not reachable \(\[Errno"):
        ask(f"http://[::1]:{free_port()}")


def test_a_token_that_no_header_can_carry_is_not_shown():
    with (
        serving(answering(200, b"{}")) as url,
        pytest.raises(ServiceError, match="push again") as told,
        client.Grafana(url, SecretStr("令牌密码")) as grafana,
    ):
        grafana.see_that_it_is_one()
    assert "密" not in str(told.value)
