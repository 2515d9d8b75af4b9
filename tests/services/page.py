"""The page as people start it: `stethos web` in a process of its own, and Chromium to look at it."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.services.processes import Process, free_port
from tests.services.required import required

__all__ = ["chromium", "launched", "page_process", "served_page"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def served_page(folder: Path, **variables: str) -> Iterator[str]:
    """Serve the page from `folder` with these STETHOS_* variables and give its address."""
    with page_process(folder, **variables) as (address, _):
        yield address


@contextmanager
def page_process(folder: Path, **variables: str) -> Iterator[tuple[str, Process]]:
    """Serve the page, and give its process as well."""
    port = free_port()
    environment = {f"STETHOS_{key}": value for key, value in variables.items()}
    command = [sys.executable, "-m", "stream.cli.main", "web", "--port", str(port)]
    process = Process(command, folder / "web.log", environment | {"PYTHONPATH": str(Path.cwd())}, folder=folder)
    try:
        process.ready(lambda: _is_open(port), "the page answers")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.stop()
    assert "Traceback" not in process.text()


@contextmanager
def launched() -> Iterator[Any]:
    """Start a headless browser, the one on this computer."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    required(found, "no Chromium: apt-get install chromium, or name it in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")  # no longer: Playwright keeps a running event loop in this thread
def chromium() -> Iterator[Any]:
    """A headless browser."""
    with launched() as browser:
        yield browser


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
