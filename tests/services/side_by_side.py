"""Tests side by side in several processes: how many there are, and which takes what (pytest-xdist, `-n auto`)."""

import os
from collections.abc import Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

__all__ = ["FromBothEnds", "pytest_xdist_auto_num_workers", "pytest_xdist_make_scheduler", "units"]

MOST = 8
"""Each process collects all tests and may start servers of its own."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process for each core, and one more, since a test of servers waits most of the time."""
    return min(MOST, len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadScopeScheduling:
    return FromBothEnds(config, log)


def units(tests: Sequence[str]) -> dict[str, str]:
    """Give each test its unit of work: a file's tests that follow each other stay together, as they share fixtures.

    >>> units(["a::1", "a::2", "b::1", "a::3"])
    {'a::1': '0 a', 'a::2': '0 a', 'b::1': '1 b', 'a::3': '2 a'}
    """
    found: dict[str, str] = {}
    number, before = -1, None
    for test in tests:
        file = test.partition("::")[0]
        number += file != before
        before = file
        found[test] = f"{number} {file}"
    return found


class FromBothEnds(LoadScopeScheduling):
    """All processes take the next unit of the order, but for one: that begins at its end, with the longest tests.

    So the quick tests tell first of a mistake, while what takes minutes, most of it waiting, is already under way.
    """

    def __init__(self, config: Any, log: Any = None) -> None:
        config.option.loadscopereorder = False  # the order is ours
        super().__init__(config, log)
        self._units: dict[str, str] = {}

    def schedule(self) -> None:
        if self.collection is None:
            self._units = units(next(iter(self.registered_collections.values())))
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self._units[nodeid]

    def _assign_work_unit(self, node: Any) -> None:
        if len(self.nodes) > 1 and node is self.nodes[-1]:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: Any) -> None:
        """Give a process its next unit when it begins the last test of the one before, and no sooner."""
        if not self.workqueue or self._pending_of(self.assigned_work[node]) <= 1:
            super()._reschedule(node)
