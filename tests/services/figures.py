"""Figures that long tests measure by the way, printed together at the end of a run; never a reason to fail."""

from collections.abc import Callable

import pytest

__all__ = ["figure", "pytest_terminal_summary"]

_FIGURES: list[str] = []


@pytest.fixture(scope="session")
def figure() -> Callable[[str], None]:
    """Give a function that takes one line for the end of the run."""
    return _FIGURES.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section("figures")
        for line in _FIGURES:
            terminalreporter.write_line(line)
