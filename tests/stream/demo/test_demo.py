"""`stethos demo` as a newcomer meets it: one command, a page that tells faults apart, and nothing left behind."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.page import launched
from tests.services.processes import Process, wait_until
from tests.services.workers import STETHOS
from tests.stream.web.browsing import opened

pytestmark = [pytest.mark.embedded, pytest.mark.browser, pytest.mark.slow]

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
TWO_MINUTES_S = 120


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[Process]:
    """A demo that is ended as Ctrl-C in a terminal does, and is gone then with all that it started."""
    folder.mkdir(exist_ok=True)
    log = folder / f"demo-{len(list(folder.glob('*.log')))}.log"
    demo = Process([STETHOS, "demo", *options], log, {"TMPDIR": str(folder)}, folder=folder)
    try:
        yield demo
        os.kill(demo.pid, signal.SIGINT)
        wait_until(lambda: not demo.running, "the demo has ended", deadline_s=60)
        assert "nothing is left running" in demo.text()
        assert left_running(folder) == []
        assert not list(folder.glob("stethos-demo-*")), "the demo's folder is gone too"
    finally:
        demo.stop()
        for line in left_running(folder):
            os.kill(int(line.split()[0]), signal.SIGKILL)


def address(demo: Process) -> str:
    demo.ready(lambda: ADDRESS.search(demo.text()), "the address of the page is told")
    found = ADDRESS.search(demo.text())
    assert found
    return found[0]


def left_running(folder: Path) -> list[str]:
    """Processes of a demo that was started in this folder: all work somewhere below it."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    parts = [line.split(maxsplit=1) for line in listed.splitlines()]
    return [f"{pid} {command}" for pid, command in parts if working_folder(pid).startswith(str(folder))]


def working_folder(pid: str) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


@pytest.mark.timeout(400)
def test_fault_and_broken_sensor_are_told_apart_within_two_minutes(tmp_path: Path, figure: Callable[[str], None]):
    folder = tmp_path / "run"
    begun = time.monotonic()
    with running(folder) as demo:
        page_at = address(demo)
        figure(f"demo: page after {time.monotonic() - begun:.0f} s")
        with launched() as browser:
            page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 1400})
            problems: list[str] = []
            page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
            page.goto(page_at)

            def told_apart() -> bool:
                text = page.inner_text("body")
                pump = re.search(r"Cooling water pump 1\n(Warning|Critical)", text)
                return bool(pump) and "Exhaust fan 2\nSensor fault" in text

            wait_until(told_apart, "the page tells bearing fault and broken sensor apart", deadline_s=TWO_MINUTES_S)
            seconds = time.monotonic() - begun
            figure(f"demo: bearing fault and broken sensor told apart after {seconds:.0f} s")
            assert seconds < TWO_MINUTES_S
            opened(page, "P-101").locator("a.page-link").click()
            page.locator(".spectrum .chart svg").nth(1).wait_for(timeout=60_000)
            assert "Cooling water pump 1" in page.inner_text("h1")
            assert problems == []


@pytest.mark.timeout(300)
def test_it_starts_a_second_time_and_shows_a_recording(tmp_path: Path):
    folder = tmp_path / "run"
    folder.mkdir()
    recording = folder / "short.jsonl"
    subprocess.run(
        [STETHOS, "simulate", "--duration", "20m", "--output", recording],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    for _ in range(2):
        with running(folder, "--recording", str(recording)) as demo:
            page_at = address(demo)
            demo.ready(lambda demo=demo: "everything is sent" in demo.text(), "the recording is sent")
            with launched() as browser:
                page = browser.new_page(locale="zh-CN")
                page.goto(page_at)
                wait_until(lambda page=page: "P-101" in page.inner_text("body"), "the recording's machines show")


def test_a_worker_that_dies_is_started_again(tmp_path: Path):
    folder = tmp_path / "run"
    with running(folder) as demo:
        address(demo)
        worker = next(line for line in left_running(folder) if line.endswith(" worker"))
        os.kill(int(worker.split()[0]), signal.SIGKILL)
        demo.ready(lambda: "starting it again" in demo.text(), "the worker is started again")
        wait_until(lambda: any(line.endswith(" worker") for line in left_running(folder)), "it runs")


def test_a_second_ctrl_c_leaves_nothing_running_either(tmp_path: Path):
    """As people press it again who see nothing happen, and `make` and a script pass it on twice."""
    folder = tmp_path / "run"
    with running(folder) as demo:
        address(demo)
        whole = len(left_running(folder))
        os.kill(demo.pid, signal.SIGINT)
        wait_until(lambda: len(left_running(folder)) < whole, "it is ending", every_s=0.01)


def test_sigint_ends_it_also_where_the_shell_made_it_ignore_that(tmp_path: Path):
    """As `stethos demo &` in a script does."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running(tmp_path / "run") as demo:
            address(demo)
    finally:
        signal.signal(signal.SIGINT, before)
