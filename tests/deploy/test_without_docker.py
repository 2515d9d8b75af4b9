"""The operator's first hour as docs/operations.md tells it: every block typed in its order, on an empty computer.

With a real Kafka, for SQLite and for a real InfluxDB; `site.py` says what differs from a real computer.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGINT
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Error as PlaywrightError

from stream.config.machines import load_machines
from stream.config.settings import load_settings
from stream.messages.topics import OBSERVATIONS
from stream.stores import open_store
from tests.deploy.site import NOT_TYPED, Site, section_blocks, site
from tests.services.influxdb import InfluxServer
from tests.services.kafka import Kafka
from tests.services.page import launched
from tests.services.processes import wait_until
from tests.services.topics import read_topic, wait_for_no_lag

Store = Literal["sqlite", "influxdb"]

HEADINGS = ("### Without Docker", "## Upgrade", "## Back up")
MACHINES = "/etc/stethos/machines.toml"
FLEET = {"P-101", "F-201", "M-301", "G-401"}
ELSEWHERE = "typed where Docker or Grafana is; the options are checked by tests/test_docs.py"


class Step(NamedTuple):
    """A block of the page: what it begins with, for which store it is, or why it is not typed here."""

    begins: str
    store: Store | None = None
    not_typed: str = ""


STEPS = {
    "install": Step("umask 022\nuseradd "),
    "settings for SQLite": Step("cat > /etc/stethos/stethos.toml", "sqlite"),
    "settings for InfluxDB": Step("cat > /etc/stethos/stethos.toml", "influxdb"),
    "topics": Step("stethos topics\n"),
    "InfluxDB": Step("stethos influx setup", "influxdb"),
    "ask": Step("stethos doctor\n"),
    "describe": Step("stethos simulate --machines"),
    "start": Step("install --mode 0644"),
    "ask again": Step("stethos health"),
    "see": Step("stethos simulate --head-start"),
    "end the trial": Step("systemctl stop"),
    "begin": Step("stethos topics\nsystemctl start"),
    "change": Step("systemctl restart"),
    "Grafana": Step("/opt/stethos/bin/pip install '.[grafana]'", not_typed=ELSEWHERE),
    "upgrade": Step("/opt/stethos/bin/pip install '.[web]'"),
    "copy SQLite": Step("to=", "sqlite"),
    "copy InfluxDB": Step("to=", "influxdb"),
    "copy with Docker": Step("install --directory --owner 10001", not_typed=ELSEWHERE),
    "bring back SQLite": Step("to=", "sqlite"),
    "bring back InfluxDB": Step("to=", "influxdb"),
    "bring back with Docker": Step("docker compose stop", not_typed=ELSEWHERE),
}
"""Every block of these sections, in its order."""


def blocks() -> dict[str, str]:
    return dict(zip(STEPS, section_blocks(*HEADINGS), strict=True))


def test_every_block_of_the_page_is_a_step_here():
    assert [block for block in section_blocks(*HEADINGS) if not block.strip()] == []
    for name, block in blocks().items():
        assert block.startswith(STEPS[name].begins), f"{name}: {block}"
    assert all(line in "\n".join(blocks().values()) for line in NOT_TYPED)


class Operator:
    """Types the steps for one store, looks at what is shown, and remembers which steps were typed."""

    def __init__(self, site: Site, store: Store, browser: Any) -> None:
        self.site, self.store = site, store
        self._blocks, self._page = blocks(), browser.new_page()
        self.typed: set[str] = set()

    def types(self, step: str) -> str:
        self.typed.add(step)
        return self.site.types(self._blocks[step])

    def begins(self, step: str):
        self.typed.add(step)
        return self.site.begins(self._blocks[step])

    def repeats(self, step: str, what: str) -> str:
        """Type a step again and again until nothing in it fails, as somebody does who was told to wait."""
        self.typed.add(step)
        shown: list[str] = []

        def works() -> bool:
            shown.append(self.site.types(self._blocks[step], fails=True))
            return "✗" not in shown[-1] and "error" not in shown[-1] and shown[-1].rstrip().endswith("all good")

        wait_until(works, what, deadline_s=90, every_s=1)
        return shown[-1]

    def page(self) -> str:
        """Give what the page says now; nothing while it is being started."""
        try:
            self._page.goto(f"http://127.0.0.1:{self.site.page_port}/en")
            self._page.wait_for_function("document.body.innerText.includes('Read at')", timeout=30_000)
            return str(self._page.inner_text("body"))
        except PlaywrightError:
            return ""

    def names(self) -> list[str]:
        """Give the names under which the page shows the machines that are described."""
        return [machine.name.en for machine in load_machines(self.site.path(MACHINES)).machines.values()]

    def wait_for_page(self, *texts: str, deadline_s: float = 60) -> None:
        def says() -> bool:
            page = self.page()
            return all(text in page for text in texts)

        wait_until(says, f"the page says {texts}", deadline_s=deadline_s, every_s=5)

    def to_look_at(self) -> list[str]:
        """Give the doctor's lines that are not good, without their fixes."""
        lines = self.types("ask").splitlines()
        return [line for line in lines if line[:1] in "!✗-"]

    def stored(self) -> set[str]:
        """Give the machines that the store knows."""
        settings = load_settings(self.site.path("/etc/stethos/stethos.toml"))

        async def machines() -> set[str]:
            store = open_store(settings)
            await store.open()
            try:
                return {each.machine for each in await store.latest_health()}
            finally:
                await store.close()

        with ThreadPoolExecutor(1) as aside:  # in this thread runs the browser's event loop
            return aside.submit(asyncio.run, machines()).result()


@pytest.fixture
def browser() -> Iterator[Any]:
    with launched() as browser:
        yield browser


def first_hour(operator: Operator) -> None:
    """Follow the page from an empty computer to a clean start."""
    site = operator.site
    assert "stethos 0." in operator.types("install")
    operator.types("settings for SQLite" if operator.store == "sqlite" else "settings for InfluxDB")
    assert operator.types("topics").count("12 partitions  created") == 11
    if operator.store == "influxdb":
        assert "administrator's token" in operator.types("InfluxDB")
        for secret in ("influxdb-password", "influxdb-token"):
            assert site.path(f"/var/lib/stethos/admin/{secret}").stat().st_mode & 0o077 == 0
    looks = operator.to_look_at()
    assert [line.split()[1] for line in looks] == ["machines", "workers", "probes", "page"], looks
    operator.types("describe")
    operator.types("start")
    shown = operator.repeats("ask again", "both workers are well and the doctor finds all good")
    assert shown.count(": well: ") == 2
    assert "2 at work, by the same settings" in shown
    status, said = site.systemd.once("stethos-doctor.service")
    assert (status, said.splitlines()[-1]) == (0, "all good"), said
    operator.wait_for_page("Waiting for the first data", "4 machines are described")
    simulation = operator.begins("see")
    try:
        if operator.store == "sqlite":
            operator.wait_for_page("3 of 4 machines need someone", *operator.names(), deadline_s=900)
        else:
            wait_until(lambda: operator.stored() == FLEET, "the fleet is in the store", deadline_s=300, every_s=2)
            operator.wait_for_page("Data run", *operator.names())
    finally:
        simulation.signal(SIGINT)
        wait_until(lambda: not simulation.running, "the simulation has ended")
        assert simulation.stop() == 0, simulation.text()
    assert operator.stored() == FLEET
    operator.types("end the trial")
    operator.types("begin")
    operator.wait_for_page("No machines yet")
    operator.types("describe")
    operator.types("change")
    operator.repeats("ask again", "all is good again")
    operator.wait_for_page("Waiting for the first data")
    assert {service.starts for service in site.systemd.services.values()} == {1}, "none ended by itself"


def copied_and_brought_back(operator: Operator, broker: str, lose: Callable[[], None]) -> None:
    """Copy a plant, lose all of it but the copy, and bring it back."""
    site = operator.site
    operator.types("upgrade")
    site.types("stethos simulate --duration 20m --speed-up 0\n")
    wait_until(lambda: operator.stored() == FLEET, "the fleet is in the store", deadline_s=120, every_s=2)
    wait_for_no_lag(broker)
    before = observations(broker)
    operator.types(f"copy {'SQLite' if operator.store == 'sqlite' else 'InfluxDB'}")
    copy = next(site.path("/var/backups/stethos").iterdir())
    for file in (copy, *copy.rglob("*")):
        outside = file.is_relative_to(copy / "settings") or file == copy or file.name.startswith("observations")
        assert outside or file.stat().st_mode & 0o077 == 0, file
    site.types("systemctl stop stethos-worker@1 stethos-worker@2 stethos-web\nstethos topics --delete --yes\n")
    for folder in ("/etc/stethos", "/var/lib/stethos"):
        for file in sorted(site.path(folder).rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
    lose()
    operator.types("install")
    operator.types(f"bring back {'SQLite' if operator.store == 'sqlite' else 'InfluxDB'}")
    assert operator.stored() == FLEET
    operator.repeats("ask again", "all is good as it was")
    wait_for_no_lag(broker)
    assert before <= observations(broker), "ticks may have come since"
    operator.wait_for_page(*operator.names())


def observations(broker: str) -> set[bytes]:
    return {record.value for records in read_topic(broker, OBSERVATIONS).values() for record in records}


def all_steps_typed(operator: Operator) -> None:
    meant = {name for name, step in STEPS.items() if not step.not_typed and step.store in (None, operator.store)}
    assert operator.typed == meant


pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]


def test_with_sqlite(kafka: Kafka, tmp_path: Path, browser: Any):
    with site(tmp_path, kafka.bootstrap) as computer:
        operator = Operator(computer, "sqlite", browser)
        first_hour(operator)
        copied_and_brought_back(operator, kafka.bootstrap, lambda: None)
        all_steps_typed(operator)


@pytest.mark.influxdb
def test_with_influxdb(kafka: Kafka, influxd: Path, tmp_path: Path, browser: Any):
    data = tmp_path / "influxdb"
    data.mkdir()
    server = InfluxServer(influxd, data)

    def lose() -> None:
        server.stop()
        for file in sorted(data.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        server.start()

    try:
        server.start()
        with site(tmp_path / "computer", kafka.bootstrap, server.url) as computer:
            operator = Operator(computer, "influxdb", browser)
            first_hour(operator)
            copied_and_brought_back(operator, kafka.bootstrap, lose)
            all_steps_typed(operator)
    finally:
        server.stop()
