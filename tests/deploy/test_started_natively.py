"""The stack as an operator starts it, without Docker: the same programs with the environment of the compose file.

Names of containers become addresses of this computer, folders of containers become folders of the test.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.deploy.compose import ROOT, loaded
from tests.grafana.queries import load, run, run_every_query
from tests.services.influxdb import InfluxServer
from tests.services.kafka import Kafka
from tests.services.processes import Process, free_port, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.influxdb, pytest.mark.slow]

SERVICES = loaded(values={"PARTITIONS": "4", "LOG_FORMAT": "json"})["services"]
BIN = Path(sys.executable).parent
NOT_HERE = ("KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS", "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_LOG_DIRS")
"""Addresses and folders, which the test has its own of."""


class Stack(NamedTuple):
    kafka: Kafka
    influxdb: InfluxServer
    folder: Path

    def environment(self, service: str, **others: str) -> dict[str, str]:
        """What the compose file gives a service, with the names of containers and their folders replaced."""
        places = {
            "kafka:9092": self.kafka.bootstrap,
            "http://influxdb:8086": self.influxdb.url,
            "/secrets": str(self.folder / "secrets"),
            "/etc/stethos": str(ROOT),
            "/tmp": str(self.folder),
            "0.0.0.0": "127.0.0.1",
        }
        found = {}
        for key, value in SERVICES[service]["environment"].items():
            replaced = (place + value[len(name) :] for name, place in places.items() if value.startswith(name))
            found[key] = next(replaced, value)
        path = f"{BIN}:{os.environ['PATH']}"
        return {**found, "PATH": path, "SECRETS": str(self.folder / "secrets"), **others}

    def run(self, service: str, *command: str, **others: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**os.environ, **self.environment(service, **others)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def start(self, service: str, **others: str) -> Process:
        program, *arguments = SERVICES[service]["command"]
        log = self.folder / f"{service}-{len(list(self.folder.glob('*.log')))}.log"
        command = [str(BIN / program), *arguments]
        return Process(command, log, self.environment(service, **others), folder=self.folder)


@pytest.fixture
def stack(tmp_path: Path, influxd: Path) -> Iterator[Stack]:
    """Kafka and InfluxDB as the compose file starts them, empty."""
    kafka = Kafka(tmp_path)
    properties = tmp_path / "server.properties"
    known = dict(line.split("=", 1) for line in properties.read_text().split())
    for key, value in SERVICES["kafka"]["environment"].items():
        if key not in (*NOT_HERE, "KAFKA_HEAP_OPTS"):
            known[key.removeprefix("KAFKA_").replace("_", ".").lower()] = value
    known.pop("message.max.bytes")  # the compose file has none: the topics' own limit counts
    properties.write_text("".join(f"{key}={value}\n" for key, value in known.items()))
    data = tmp_path / "influxdb"
    data.mkdir()
    influxdb = InfluxServer(influxd, data)
    given = {argument.split("=")[0] for argument in SERVICES["influxdb"]["command"]}
    assert given == {"--bolt-path", "--engine-path", "--sqlite-path", "--http-bind-address", "--reporting-disabled"}
    for name in ("admin", "write", "read"):
        (tmp_path / "secrets" / name).mkdir(parents=True)
    try:
        kafka.start()
        influxdb.start()
        yield Stack(kafka, influxdb, tmp_path)
    finally:
        kafka.stop()
        influxdb.stop()


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read().decode()


def page_answers(address: str) -> bool:
    try:
        return "Stethos" in page(address)
    except OSError:
        return False


def doctor(stack: Stack) -> list[dict]:
    done = stack.run("worker", "stethos", "doctor", "--json")
    return json.loads(done.stdout)["findings"]


def pipeline_without_rows(stack: Stack, begun: float) -> list[str]:
    """Give the panels of the workers' dashboard whose queries find nothing."""
    until = datetime.now(UTC)
    since = until - timedelta(seconds=time.monotonic() - begun)
    results = run_every_query(stack.influxdb, since=since, until=until, dashboard=load("pipeline"))
    return [panel for panel, _, rows in results if not rows]


def test_from_nothing_to_the_simulated_fleet(stack: Stack, figure: Callable[[str], None]):
    begun = time.monotonic()
    with ExitStack() as ended:
        for again in (False, True):
            given = "" if again else "given"
            done = stack.run("setup", "sh", str(ROOT / "deploy/setup.sh"), GRAFANA_PASSWORD=given)
            assert done.returncode == 0, done.stderr
            assert ("created the bucket" in done.stdout) != again, done.stdout
        secrets = stack.folder / "secrets"
        assert (secrets / "read/grafana-password").read_text() == "given\n"
        for path in (file for file in secrets.rglob("*") if file.is_file()):
            assert path.stat().st_mode & 0o077 == 0, path
        ports = {"STETHOS_HEALTH__PORT": str(free_port())}
        worker = stack.start("worker", **ports)
        ended.callback(worker.stop)
        second = stack.start("worker", STETHOS_HEALTH__PORT=str(free_port()))
        ended.callback(second.stop)
        page_port = str(free_port())
        web = stack.start("web", STETHOS_WEB__PORT=page_port)
        ended.callback(web.stop)
        worker.ready(lambda: "ready: " in worker.text(), "the worker is ready", deadline_s=90)
        web.ready(lambda: page_answers(f"http://127.0.0.1:{page_port}/en"), "the page answers", deadline_s=90)

        check = SERVICES["worker"]["healthcheck"]["test"][1:]
        wait_until(lambda: stack.run("worker", *check, **ports).returncode == 0, "the health check is content")
        options = ("--duration", "20m", "--head-start", "20m", "--speed-up", "0")
        assert stack.run("worker", "stethos", "simulate", *options).returncode == 0

        def machines() -> set[str]:
            rows = run(stack.influxdb, "stethos", 'SELECT LAST("withheld") FROM "health" GROUP BY "machine"')
            return {row["machine"] for row in rows}

        stack.influxdb.token_file = secrets / "read/influxdb-token"
        wait_until(lambda: machines() == {"P-101", "F-201", "M-301", "G-401"}, "the fleet is in the store")
        seconds = time.monotonic() - begun
        figure(f"from nothing to the simulated fleet in InfluxDB: {seconds:.0f} s")
        assert seconds < 120

        wait_until(lambda: "2 at work" in str(doctor(stack)), "both workers are there")
        findings = doctor(stack)
        assert [finding["area"] for finding in findings if finding["state"] != "good"] == ["machines", "page"], (
            findings
        )
        assert "machines.toml: 0 machines described" in str(findings), "those of this project describe none"
        assert {finding["area"] for finding in findings} >= {
            "versions", "settings", "machines", "disk", "broker", "topics", "workers", "clock", "messages", "store",
        }  # fmt: skip
        wait_until(lambda: pipeline_without_rows(stack, begun) == [], "every panel of the pipeline shows something")
        assert second.stop() == 0, second.text()[-2000:]
        assert worker.stop() == 0, worker.text()[-2000:]
    for line in worker.text().splitlines():
        assert {"time", "level", "logger", "message"} <= json.loads(line).keys()
