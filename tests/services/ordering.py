"""Quick tests first, so that most mistakes show within seconds; and how long each kind of test took, at the end."""

from collections import defaultdict

import pytest

__all__ = ["kind_of", "pytest_collection_modifyitems", "pytest_configure"]

SERVERS = ("embedded", "browser", "influxdb", "kafka")
"""Markers of what a test needs, the dearest last."""

KINDS = ("quick", *SERVERS, "slow", *(f"slow {server}" for server in SERVERS))
"""In the order in which they run."""


def kind_of(item: pytest.Item) -> str:
    """Name the dearest server that a test needs, and whether it is slow; `quick` is neither."""
    marks = {mark.name for mark in item.iter_markers()}
    dearest = [server for server in SERVERS if server in marks][-1:]
    return " ".join(["slow"] * ("slow" in marks) + dearest) or "quick"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by kind; within a kind the order stays."""
    items.sort(key=lambda item: KINDS.index(kind_of(item)))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Times())


class _Times:
    """Adds up how long the tests of each kind take, servers' starts included."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._seconds: dict[str, float] = defaultdict(float)
        self._tests: dict[str, int] = defaultdict(int)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._kinds = {item.nodeid: kind_of(item) for item in session.items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kind = self._kinds[report.nodeid]
        self._seconds[kind] += report.duration
        self._tests[kind] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self._seconds) > 1:
            terminalreporter.section("time by kind of test")
            for kind in filter(self._seconds.__contains__, KINDS):
                terminalreporter.write_line(f"{kind:<14}{self._tests[kind]:>6} tests {self._seconds[kind]:>8.1f} s")
