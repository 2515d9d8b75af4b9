"""Tests side by side in several processes: how many there are, and which takes what (pytest-xdist, `-n auto`)."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

__all__ = [
    "FromBothEnds",
    "pytest_collection",
    "pytest_xdist_auto_num_workers",
    "pytest_xdist_make_scheduler",
    "units",
]

MAX_PROCESSES = 8
"""Each process collects all tests and may start servers of its own."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process for each core, and one more, since a test of servers waits most of the time."""
    return min(MAX_PROCESSES, len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Let one process collect before the others: it is sooner at work, and they find what it has compiled."""
    if not hasattr(session.config, "workerinput"):
        return (yield)
    folder = os.open(session.config.rootpath, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(folder, fcntl.LOCK_SH)
        return (yield)
    finally:
        os.close(folder)


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
    """All take the next unit from the front, but for the second that has collected: it takes from the other end.

    So the quick tests tell of a mistake early, while what takes minutes, most of it waiting, is already under way.
    """

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        self._units: dict[str, str] = {}

    @property
    def collection_is_completed(self) -> bool:
        """Whether work can be handed out: one collection is enough, the others must be equal to it."""
        return bool(self.registered_collections)

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        self.registered_collections[node] = list(collection)
        if not self._check_nodes_have_same_collection():
            raise RuntimeError("two processes have collected different tests, so some would never be run")

    def schedule(self) -> None:
        if self.collection is None:
            self.collection = next(iter(self.registered_collections.values()))
            self._units = units(self.collection)
            for test in self.collection:
                self.workqueue.setdefault(self._units[test], {})[test] = False
        for node in self.nodes:
            self._reschedule(node)

    def _reschedule(self, node: Any) -> None:
        """Give a process its next unit when it begins the last test of the one before, and no sooner."""
        if node.shutting_down or node not in self.registered_collections:
            return
        while self.workqueue and self._pending_of(self.assigned_work[node]) <= 1:
            if [*self.registered_collections][1:2] == [node]:
                self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
            self._assign_work_unit(node)
        if not self.workqueue:
            node.shutdown()

    def _split_scope(self, nodeid: str) -> str:
        return self._units[nodeid]
