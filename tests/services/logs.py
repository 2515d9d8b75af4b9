"""Shows, with a test that failed, the end of what its processes wrote: where it ran, nobody can look afterwards."""

from collections.abc import Generator
from pathlib import Path

import pytest

__all__ = ["pytest_runtest_makereport"]

_LINES = 40


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if report.failed and isinstance(folder, Path):
        for log in sorted(folder.rglob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-_LINES:]
            report.sections.append((str(log.relative_to(folder)), "\n".join(lines)))
    return report
