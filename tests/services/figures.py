"""Figures that long tests measure by the way, printed together at the end of a run; never a reason to fail."""

from collections.abc import Callable, Iterator

import pytest

__all__ = ["Figures", "figure"]

_NOT_YET_TOLD: list[str] = []


@pytest.fixture(scope="session")
def figure() -> Callable[[str], None]:
    """Give a function that takes one line for the end of the run."""
    return _NOT_YET_TOLD.append


class Figures:
    """Gathers the lines: they come with a test's reports, as the test may have run in another process."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Iterator[None]:
        report = yield
        report.figures = _NOT_YET_TOLD.copy()
        _NOT_YET_TOLD.clear()
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._lines += getattr(report, "figures", ())  # a process that crashed has none to tell

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._lines:
            terminalreporter.section("figures")
            for line in self._lines:
                terminalreporter.write_line(line)
