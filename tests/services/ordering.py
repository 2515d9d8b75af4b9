"""Quick tests first, so that most mistakes show within seconds; and how long each kind of test took, at the end."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["Times", "kind_of", "pytest_collection_modifyitems"]

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
    """Sort by kind; of a kind, the file whose tests may take longest is the last. Otherwise the order stays."""
    longest: dict[tuple[str, Path], float] = defaultdict(float)
    for item in items:
        mark, place = item.get_closest_marker("timeout"), (kind_of(item), item.path)
        longest[place] = max(longest[place], float(mark.args[0] if mark else item.config.getini("timeout") or 0))
    items.sort(key=lambda item: (KINDS.index(kind_of(item)), longest[kind_of(item), item.path]))


class Times:
    """Adds up how long the tests of each kind take, servers' starts included."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._tests: dict[str, int] = defaultdict(int)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report = yield
        report.kind = kind_of(item)  # where the reports come together the test itself may not be known
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if kind := getattr(report, "kind", None):  # a process that crashed has none to tell
            self._seconds[kind] += report.duration
            self._tests[kind] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self._seconds) > 1:
            terminalreporter.section("time by kind of test")
            for kind in filter(self._seconds.__contains__, KINDS):
                terminalreporter.write_line(f"{kind:<14}{self._tests[kind]:>6} tests {self._seconds[kind]:>8.1f} s")
