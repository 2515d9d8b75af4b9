"""What the doctor says of a real InfluxDB, and of what only pretends to be one."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate

import pytest
from pydantic import SecretStr

from stream.config.settings_sections import Influxdb
from stream.doctor.influxdb import check_influxdb
from tests.services.influxdb import InfluxServer
from tests.services.processes import free_port
from tests.stream.doctor.checks import good_in, only_wrong, states


def chosen(server: InfluxServer, **others: object) -> Influxdb:
    return Influxdb(**{"url": server.url, "org": server.org, "token_file": server.token_file, **others})


@pytest.mark.influxdb
def test_a_server_that_is_as_it_should_be(influxdb: InfluxServer):
    told = good_in(check_influxdb(chosen(influxdb)))
    assert told[0].startswith("InfluxDB ")
    assert "that of InfluxDB agrees with this computer's" in told
    assert "the token may read and write stethos, stethos_raw, stethos_spectra" in told
    assert "stethos_raw keeps rows for ever" in told


@pytest.mark.influxdb
@pytest.mark.parametrize(
    ("others", "found", "fix"),
    [
        ({"token": "nobody", "token_file": None}, "does not accept the token", "run `stethos influx setup`"),
        ({"token_file": "nowhere"}, "there is no token (nowhere does not exist)", "run `stethos influx setup`"),
        ({"bucket_raw": "桶"}, "bucket 桶", "run `stethos influx setup`"),
        ({"retention_days": 30}, "stethos keeps rows for ever, the settings say for 30 days", "--shorten"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(influxdb: InfluxServer, others: dict, found: str, fix: str):
    said = only_wrong(check_influxdb(chosen(influxdb, **others)))
    assert found in said.found
    assert fix in said.fix


@pytest.mark.influxdb
def test_a_wrong_organisation_and_a_token_that_may_only_read(influxdb: InfluxServer):
    said = states(check_influxdb(chosen(influxdb, org="nobody")))["wrong"]
    assert said
    assert all("organisation nobody" in result.found for result in said)
    said = states(check_influxdb(chosen(influxdb, token_file=influxdb.read_token_file)))["wrong"]
    assert all("may not do this" in result.found for result in said)
    assert len(said) == 3


@pytest.mark.influxdb
@pytest.mark.parametrize(("shift_s", "which"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_clock_that_is_off_is_told(influxdb: InfluxServer, shift_s: float, which: str):
    said = only_wrong(check_influxdb(chosen(influxdb), lambda: time.time() + shift_s))
    assert (said.area, which in said.found) == ("clock", True)
    assert "NTP" in said.fix


def test_nothing_there():
    said = states(check_influxdb(Influxdb(url=f"http://127.0.0.1:{free_port()}", token="t")))
    assert "does not answer" in said["wrong"][0].found
    assert said["skipped"][0].area == "clock"


def test_a_server_that_goes_away_in_between_is_told():
    with pretending(b'{"version": "2.7.12"}', formatdate(usegmt=True)) as settings:
        found = check_influxdb(settings.model_copy(update={"token": SecretStr("t")}))
        before = [next(found), next(found)]
    after = list(found)
    assert [result.state for result in before] == ["good", "good"]
    assert "does not answer" in after[0].found
    assert len(after) == 1


@contextmanager
def pretending(body: bytes, date: str) -> Iterator[Influxdb]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("Date", date)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Influxdb(url=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<html>", "is no InfluxDB 2"),
        (b'{"version": "v1.8.10"}', "is InfluxDB 1.8.10"),
        (b"{}", "is InfluxDB of an unknown version"),
    ],
)
def test_something_else_there(body: bytes, found: str):
    with pretending(body, formatdate(usegmt=True)) as settings:
        said = states(check_influxdb(settings))["wrong"]
    assert found in said[0].found


def test_an_answer_without_a_readable_date_says_nothing_of_the_clock():
    with pretending(b'{"version": "2.7.12"}', "昨天".encode().decode("latin-1")) as settings:
        found = list(check_influxdb(settings))
    assert not [result for result in found if result.area == "clock"]
