"""A token of InfluxDB that is renewed while worker and page run: both go on with it, and nothing is lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from influxdb_client.client.influxdb_client import InfluxDBClient

from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.stores.influxdb.setup import prepare
from tests.grafana.queries import run
from tests.services.influxdb import InfluxServer, running
from tests.services.kafka import Kafka
from tests.services.page import chromium, served_page
from tests.services.processes import wait_until
from tests.services.topics import wait_for_no_lag
from tests.services.workers import start_worker
from tests.stream.web.browsing import looked_at, wait_for_text
from tests.stream.worker.readings import publish_readings

__all__ = ["chromium"]  # the fixture

pytestmark = [pytest.mark.kafka, pytest.mark.influxdb, pytest.mark.browser, pytest.mark.slow]

PARTITIONS = 4
DESCRIPTION = "stethos worker"


@pytest.fixture
def influxdb(influxd: Path) -> Iterator[InfluxServer]:
    """One of its own: its tokens are taken away."""
    with running(influxd) as server:
        prepare(server.wanted())
        yield server


def withdraw(influxdb: InfluxServer) -> None:
    """Delete the worker's token, as an administrator does who has seen it somewhere."""
    password = influxdb.password_file.read_text().strip()
    with InfluxDBClient(influxdb.url, username=influxdb.username, password=password) as client:
        api = client.authorizations_api()
        for each in api.find_authorizations():
            if each.description == DESCRIPTION:
                api.delete_authorization(each.id)


def stored(influxdb: InfluxServer) -> float:
    found = run(influxdb, "stethos-raw", "SELECT count(a) FROM readings")
    return found[0]["count"] if found else 0


def test_worker_and_page_go_on_with_a_renewed_token(kafka: Kafka, influxdb: InfluxServer, chromium, tmp_path: Path):
    ensure_topics(Settings(broker=kafka.bootstrap, partitions=PARTITIONS))
    page_variables = {
        "STORE": "influxdb",
        "INFLUXDB__URL": influxdb.url,
        "INFLUXDB__ORG": influxdb.org,
        "INFLUXDB__TOKEN_FILE": str(influxdb.token_file),
    }
    environment = {f"STETHOS_{key}": value for key, value in page_variables.items()} | {
        "STETHOS_BROKER": kafka.bootstrap,
        "STETHOS_PARTITIONS": str(PARTITIONS),
    }
    tokens = [influxdb.token]
    worker = start_worker(tmp_path, environment)
    (tmp_path / "page").mkdir()
    try:
        with (
            served_page(tmp_path / "page", **page_variables) as address,
            looked_at(chromium, f"{address}/en") as page,
        ):
            publish_readings(kafka.bootstrap, 0, 100)
            wait_for_no_lag(kafka.bootstrap)
            wait_for_text(page, "h1", "machines")
            withdraw(influxdb)
            publish_readings(kafka.bootstrap, 100, 100)
            wait_until(lambda: "does not accept the token" in worker.text(), "the worker says why it waits")
            wait_for_text(page, ".n-error:not(.stale-bar)", "does not accept the token")
            for broken in (b"", tokens[0][:20].encode(), b"\n\n"):  # as a slow editor leaves it
                influxdb.token_file.write_bytes(broken)
                time.sleep(0.2)
            prepare(influxdb.wanted())
            tokens.append(influxdb.token)
            assert tokens[0] != tokens[1]
            wait_until(lambda: stored(influxdb) == 200, "what waited is stored", deadline_s=90)
            wait_until(lambda: page.locator(".n-error:not(.stale-bar)").count() == 0, "the page reads again")
            for _ in range(2):  # renewed twice at once, with Windows' line end
                withdraw(influxdb)
                influxdb.token_file.unlink()
                prepare(influxdb.wanted())
                tokens.append(influxdb.token)
            influxdb.token_file.write_bytes(tokens[-1].encode() + b"\r\n")
            publish_readings(kafka.bootstrap, 200, 100)
            wait_until(lambda: stored(influxdb) == 300, "it goes on", deadline_s=60)
            wait_for_no_lag(kafka.bootstrap)
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    said = worker.text() + (tmp_path / "page" / "web.log").read_text()
    assert not [token for token in tokens if token in said or token[:20] in said]
