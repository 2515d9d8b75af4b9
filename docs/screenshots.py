# ruff: noqa: INP001 -- a script beside the pages it makes pictures for, no package
"""Make the pictures of the pages: `python -m docs.screenshots`, with Chromium and the extras `dev` installed.

The simulated plant goes through the real fold into a real store, and the real page is photographed. The pictures of
`docs/analyze.md` are those that its own commands make.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from models.clock import SECOND_US, to_datetime
from models.fold import initial_state, step
from models.observations import Configured, VibrationObserved
from models.outputs import Alert
from models.simulation.library import built_in
from models.simulation.run import simulate
from stream.agents.capture_policy import CapturePolicy
from stream.config.machines import Fleet, load_machines
from stream.config.machines_toml import machines_toml
from stream.messages.measurements import Vibration
from stream.messages.observe import observe
from stream.messages.records import Stored
from stream.recordings.simulating import as_message, until
from stream.stores.sqlite.store import SqliteStore
from tests.services.page import launched, served_page
from tests.stream.web.fleets import probes

IMAGES = Path(__file__).with_name("images")
HOURS = 5.6
PICTURES = (("page-en.png", "en-GB", 1280, 900), ("page-zh-phone.png", "zh-CN", 360, 780))
REPORTS = {"pump.png": "analyze-fault.png", "gearbox.png": "analyze-healthy.png"}

MACHINE_PICTURES = (
    ("machine-en.png", "/en/machine/P-101", 1280, 900, "1 hour before"),
    ("machine-zh-phone.png", "/zh/machine/P-101", 360, 780, "1小时前"),
)
YEAR = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
"""As the legend of a spectrum has it."""


def outputs(fleet: Fleet, start_us: int, end_us: int) -> list[Stored]:
    """Give all that is stored about the plant between two moments."""
    configurations = {name: fleet.configuration(name) for name in fleet.machines}
    states = {name: initial_state(name) for name in configurations}
    for name, configuration in configurations.items():
        states[name], _ = step(
            states[name], Configured(machine=name, observed_us=start_us, configuration=configuration)
        )
    stored: list[Stored] = []
    captures = CapturePolicy()
    for measured in until(simulate(start_us=start_us), end_us):
        message = as_message(measured)
        observation = observe(
            message,
            configurations[measured.machine],
            observed_us=measured.time_us + 2 * SECOND_US,
            source=None,
        )
        states[measured.machine], folded = step(states[measured.machine], observation)
        stored.extend(each for each in folded if isinstance(each, get_args(Stored)))  # no lessons
        if isinstance(message, Vibration) and isinstance(observation, VibrationObserved):
            stored.extend(captures.on_block(message, observation))
        stored.extend(
            capture for output in folded if isinstance(output, Alert) for capture in captures.on_alert(output)
        )
    return stored


async def fill(folder: Path) -> None:
    """Describe the plant in a folder, and write its last hours into a store there."""
    machines = folder / "machines.toml"
    machines.write_text(machines_toml(built_in("demo")), encoding="utf-8")
    end_us = time.time_ns() // 1000
    store = SqliteStore(folder / "results.db")
    await store.open()
    await store.write(outputs(load_machines(machines), end_us - round(HOURS * 3600 * SECOND_US), end_us))
    await store.write(probes(to_datetime(end_us)))
    await store.close()


def reports(folder: Path) -> None:
    """Run the commands of `docs/analyze.md` that draw, and keep what they drew."""
    page = IMAGES.with_name("analyze.md").read_text("utf-8")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in re.findall(r"^(stethos simulate .*|stethos analyze .* --plot .*)$", page, re.MULTILINE):
        subprocess.run(command, shell=True, cwd=folder, env=environment, check=True)  # noqa: S602 -- our own page's
    for drawn, kept in REPORTS.items():
        shutil.copy(folder / drawn, IMAGES / kept)


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        reports(Path(name))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(fill(folder))
        page = served_page(folder, SQLITE__PATH="results.db", HEALTH__PROBE_S="3600")  # the worker is made up
        with page as address, launched() as browser:
            for file, locale, width, height in PICTURES:
                page = browser.new_page(viewport={"width": width, "height": height}, locale=locale)
                page.goto(address)
                page.locator(".row-item.needs").first.wait_for()
                page.locator(".row-head").first.click()
                page.locator(".row-details .trend .line").first.wait_for()
                page.locator(".row-details .points .value").first.wait_for(state="attached")
                page.screenshot(path=IMAGES / file)
                page.close()
            for file, path, width, height, choice in MACHINE_PICTURES:
                page = browser.new_page(viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai")
                page.goto(address + path)
                page.locator(".chart svg").nth(2).wait_for()  # trends, velocity and envelope spectrum
                page.get_by_role("button", name=choice, exact=True).click()
                for spectrum in (0, 1):
                    dated = page.locator(".spectrum").nth(spectrum).locator("svg text").filter(has_text=YEAR)
                    dated.nth(1).wait_for()  # today's and the older one
                page.screenshot(path=IMAGES / file, full_page=True)
                page.close()


if __name__ == "__main__":
    main()
