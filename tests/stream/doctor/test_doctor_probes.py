"""What the doctor says of probes, and of the page."""

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from stream.config.settings import Settings
from stream.config.settings_sections import Web
from stream.doctor.page import check_page
from stream.doctor.probes import check_probes, examined
from tests.stream.web.fleets import NOW, probes


def said(results, *, age_s=0.0, partitions=2):
    return list(examined(results, NOW.timestamp() + age_s, partitions=partitions, every_s=60.0))


def test_probes_that_go_all_the_way_are_good():
    (line,) = said(probes(partitions=2), age_s=140)
    assert (line.state, line.found) == ("good", "all 8 went all the way, the oldest 2 min ago")


def test_where_no_worker_ever_sent_one_it_says_so():
    (line,) = said([])
    assert line.state == "warning"
    assert "no worker has ever put one through" in line.found
    assert "stethos worker" in line.fix


def test_old_ones_are_wrong_with_place_and_time():
    old = probes(NOW - timedelta(hours=1), partitions=1, inputs=("vibration", "actions"))
    (line,) = said(
        [
            *(
                p
                for p in probes(partitions=2)
                if p not in old and (p.partition or p.input in ("temperature", "readings"))
            ),
            *old,
        ]
    )
    assert line.state == "wrong"
    assert "none of actions/0, vibration/0 has gone all the way since 2026-03-04 08:00:00 UTC (1 h)" in line.found
    assert "stethos health" in line.fix


def test_missing_wrong_and_future_ones_are_told_each():
    results = [
        *probes(NOW + timedelta(hours=1), partitions=1),
        *probes(partitions=2, inputs=("vibration",), value=0.1)[1:],
    ]
    missing, other, ahead = said(results)
    assert "none of actions/1, readings/1, temperature/1 has ever gone all the way" in missing.found
    assert "other values than were sent are stored for vibration/1" in other.found
    assert (ahead.area, ahead.state) == ("clock", "wrong")
    assert "1 h ahead" in ahead.found


def test_probes_of_partitions_that_there_are_no_more_do_not_matter():
    old = [probe for probe in probes(NOW - timedelta(days=9), partitions=3) if probe.partition == 2]
    assert [line.state for line in said([*probes(partitions=2), *old])] == ["good"]


@pytest.mark.parametrize("there", [False, True])
def test_looking_creates_and_changes_nothing(tmp_path, there):
    path = tmp_path / "stethos.db"
    if there:
        path.write_bytes(b"")  # before the first worker
    (line,) = check_probes(Settings(sqlite={"path": path}), NOW.timestamp)
    assert line.state == "warning"
    assert [file.name for file in tmp_path.iterdir()] == (["stethos.db"] if there else [])


def test_a_store_that_is_away_comes_first():
    settings = Settings(store="influxdb", influxdb={"url": "http://127.0.0.1:1", "token": "made-up"})
    (line,) = check_probes(settings, lambda: 0.0)
    assert line.state == "skipped"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        log_message: Callable[..., None] = staticmethod(lambda *_: None)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "state", "found"),
    [
        (200, b'{"ok":true,"reasons":[],"read_s":1.0,"probe_s":3.0}', "good", "it answers at"),
        (503, b'{"ok":false,"reasons":["Nobody is judging measurements"]}', "wrong", "Nobody is judging"),
        (404, b'{"detail":"Not Found"}', "warning", "something else than a page"),
        (200, b"<html>", "warning", "something else than a page"),
    ],
)
def test_the_page_is_asked_how_it_is(status, body, state, found):
    with answering(status, body) as port:
        (line,) = check_page(Web(host="0.0.0.0", port=port))
    assert line.state == state
    assert found in line.found


def test_a_page_that_does_not_run_here_is_no_fault():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (line,) = check_page(Web(port=port))
    assert line.state == "skipped"
    assert "stethos web" in line.found


def test_a_page_that_takes_a_call_and_says_nothing_is_wrong(monkeypatch):
    monkeypatch.setattr("stream.doctor.page._ANSWER_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (line,) = check_page(Web(port=silent.getsockname()[1]))
    assert line.state == "wrong"
    assert "does not answer" in line.found
