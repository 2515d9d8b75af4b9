"""`/health` and `/metrics` over HTTP, and `stethos health` that asks."""

import http.client
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.errors import ConfigurationError
from stream.monitoring.endpoint import serving
from stream.monitoring.liveness import Report, Signs
from tests.services.processes import free_port
from tests.services.workers import STETHOS

RUNNING = Signs(state="running", state_s=1.0, up_s=2.0, partitions=4)


@contextmanager
def served(*, ok: bool) -> Iterator[int]:
    report = Report(ok=ok, reasons=() if ok else ("store away: 磁盘已满",), signs=RUNNING)
    with serving("127.0.0.1", 0, lambda: report, lambda: b"stethos_up 1\n") as port:
        yield port


def get(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_health_is_200_or_503_with_the_reason():
    with served(ok=True) as port:
        status, body = get(port, "/health?probe=1")
        assert (status, json.loads(body)["ok"]) == (200, True)
        assert get(port, "/metrics") == (200, b"stethos_up 1\n")
        assert get(port, "/health", "HEAD") == (200, b"")
        assert get(port, "/")[0] == 404
        assert get(port, "/health", "POST")[0] == 501
    with served(ok=False) as port:
        status, body = get(port, "/health")
        assert status == 503
        assert json.loads(body)["reasons"] == ["store away: 磁盘已满"]


def test_a_client_that_says_nothing_holds_up_nobody():
    with served(ok=True) as port, socket.create_connection(("127.0.0.1", port)):
        assert get(port, "/health")[0] == 200


def test_a_taken_port_is_told_with_what_to_do():
    with (
        served(ok=True) as port,
        pytest.raises(
            ConfigurationError, match=rf"port {port}.*\[health\] host and port.*stethos-worker@\.service"
        ),
    ):
        serving("127.0.0.1", port, lambda: None, bytes).__enter__()
    with serving("127.0.0.1", port, lambda: None, bytes):
        pass  # it is free again


def ask(port: int, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STETHOS_HEALTH__PORT": str(port), "http_proxy": "http://127.0.0.1:1"}
    return subprocess.run(
        [STETHOS, "health", *options], capture_output=True, text=True, env=environment, timeout=30, check=False
    )


def test_the_command_says_it_in_words_and_by_its_exit_code():
    with served(ok=True) as port:
        done = ask(port)
        assert done.returncode == 0
        assert done.stdout == "well: running, 4 partitions, 0 machines, 0 messages waiting\n"
    with served(ok=False) as port:
        done = ask(port)
        assert (done.returncode, done.stdout) == (1, "store away: 磁盘已满\n")
        assert json.loads(ask(port, "--json").stdout)["ok"] is False


def test_the_command_tells_what_needs_a_look_and_stays_well():
    report = Report(ok=True, reasons=(), signs=RUNNING, warnings=("a transaction has been open", "两行"))
    with serving("127.0.0.1", 0, lambda: report, lambda: b"") as port:
        done = ask(port)
        assert done.returncode == 0
        first, *others = done.stdout.splitlines()
        assert first.startswith("well: ")
        assert others == ["look at this: a transaction has been open", "look at this: 两行"]
        assert json.loads(ask(port, "--json").stdout)["warnings"] == ["a transaction has been open", "两行"]


def test_the_workers_of_one_computer_are_asked_by_their_ports():
    with served(ok=True) as one, served(ok=False) as two:
        nobody = free_port()
        done = ask(0, "--port", str(one), "--port", str(nobody), "--port", str(two))
        assert done.returncode == 1
        first, second, third = done.stdout.splitlines()
        assert (
            first == f"http://127.0.0.1:{one}/health: well: running, 4 partitions, 0 machines, 0 messages waiting"
        )
        assert f"no worker answers at http://127.0.0.1:{nobody}/health" in second
        assert third.endswith("store away: 磁盘已满")
        assert ask(nobody, "--port", str(one)).returncode == 0, "what is named goes above the settings"


def test_the_command_without_a_worker_or_a_port_names_the_fix():
    done = ask(free_port())
    assert done.returncode == 1
    assert "no worker answers" in done.stderr
    assert "Connection refused" in done.stderr
    done = ask(0)
    assert done.returncode == 1
    assert "set port in [health]" in done.stderr


def test_something_else_on_the_port_is_no_worker():
    with serving("127.0.0.1", 0, lambda: Report(ok=True, reasons=(), signs=RUNNING), lambda: b"") as port:
        from stream.monitoring import endpoint

        real, endpoint._health = endpoint._health, lambda _: (200, "text/html", b"<html>")
        try:
            done = ask(port)
        finally:
            endpoint._health = real
    assert done.returncode == 1
    assert "something else answers there" in done.stderr


def status_for(port: int, *hosts: str, origin: str = "") -> int:
    """Ask for the figures with these Host headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("GET", "/metrics", skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    if origin:
        connection.putheader("Origin", origin)
    connection.endheaders()
    return connection.getresponse().status


def test_a_strangers_name_or_page_reads_nothing_of_a_worker():
    report = Report(ok=True, reasons=(), signs=RUNNING)
    names = frozenset({"worker"})
    with serving("127.0.0.1", 0, lambda: report, lambda: b"stethos_up 1\n", names=names) as port:
        for host in ("127.0.0.1", "localhost", "192.168.1.20", "[::1]", "worker", socket.gethostname()):
            assert status_for(port, f"{host}:{port}") == 200
        assert status_for(port) == 200  # a simple probe; a browser always says where it thinks it is
        assert status_for(port, f"evil.example:{port}") == 403
        assert status_for(port, "localhost", "evil.example") == 403
        assert status_for(port, f"localhost:{port}", origin="http://evil.example") == 403
        assert status_for(port, origin="http://evil.example") == 403
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health", headers={"Host": "evil.example"})
        answer = connection.getresponse()
        assert answer.status == 403
        assert b"hosts in [health]" in answer.read()
