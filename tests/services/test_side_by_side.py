"""Tests in several processes: who takes which, and that what they tell comes together."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.services.side_by_side import FromBothEnds, units

ROOT = Path(__file__).resolve().parents[2]
QUICK = [f"tests/test_{name}.py::test_{number}" for name in "abc" for number in range(3)]
SLOW = ["tests/test_c.py::test_kafka", "tests/test_d.py::test_kafka", "tests/test_e.py::test_kafka"]


class Node:
    """A process that notes what it is given."""

    def __init__(self, name: str) -> None:
        self.name, self.shutting_down, self.given = name, False, []
        self.gateway = SimpleNamespace(id=name)

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += places

    def shutdown(self) -> None:
        self.shutting_down = True


def handed_out(tests: list[str], count: int) -> tuple[list[str], list[list[str]]]:
    """Give the order in which tests end, each process working off its own one by one, and what each has done."""
    config = SimpleNamespace(getvalue=lambda name: {"tx": ["popen"] * count}[name])
    schedule, nodes = FromBothEnds(config), [Node(f"gw{number}") for number in range(count)]
    for node in nodes:
        schedule.add_node(node)
    for node in nodes:
        schedule.add_node_collection(node, tests)
        schedule.schedule()
    done: dict[str, list[str]] = {node.name: [] for node in nodes}
    ended = []
    while schedule.has_pending:
        for node in nodes:
            if place := node.given[len(done[node.name]) :][:1]:
                done[node.name].append(tests[place[0]])
                ended.append(tests[place[0]])
                schedule.mark_test_complete(node, place[0])
    assert schedule.tests_finished
    return ended, list(done.values())


def test_a_files_tests_that_follow_each_other_are_one_unit():
    assert units(["a::1", "a::2", "b::1", "a::3"]) == {"a::1": "0 a", "a::2": "0 a", "b::1": "1 b", "a::3": "2 a"}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_every_test_is_run_once_and_a_files_tests_by_one_process_in_their_order(count: int):
    ended, by_node = handed_out(QUICK + SLOW, count)
    assert sorted(ended) == sorted(QUICK + SLOW)
    for name in "abc":
        together = [test for test in QUICK if f"test_{name}." in test]
        (doer,) = [done for done in by_node if together[0] in done]
        assert [test for test in doer if test in together] == together


def test_all_begin_with_the_quick_ones_but_one_that_begins_with_the_last():
    _, (first, second, third) = handed_out(QUICK + SLOW, 3)
    assert first[:3] == QUICK[:3]
    assert second[:2] == [SLOW[2], SLOW[1]]
    assert third[:3] == QUICK[3:6]


def test_processes_that_collect_different_tests_end_the_run():
    config = SimpleNamespace(getvalue=lambda name: ["popen"] * 2)
    config.hook = SimpleNamespace(pytest_collectreport=lambda report: None)
    schedule, nodes = (
        FromBothEnds(config, SimpleNamespace(loadscopesched=lambda *_: None)),
        [Node("gw0"), Node("gw1")],
    )
    for node in nodes:
        schedule.add_node(node)
    schedule.add_node_collection(nodes[0], QUICK)
    with pytest.raises(RuntimeError, match="different tests"):
        schedule.add_node_collection(nodes[1], QUICK[1:])


def test_who_has_collected_first_begins_without_the_others():
    config = SimpleNamespace(getvalue=lambda name: ["popen"] * 2)
    schedule, first, second = FromBothEnds(config), Node("gw0"), Node("gw1")
    for node in (first, second):
        schedule.add_node(node)
    assert not schedule.collection_is_completed
    schedule.add_node_collection(first, QUICK)
    assert schedule.collection_is_completed
    schedule.schedule()
    assert first.given == [0, 1, 2]
    assert second.given == []


def test_one_process_alone_keeps_the_order():
    ended, _ = handed_out(QUICK + SLOW, 1)
    assert ended == QUICK + SLOW


PROJECT = {
    "conftest.py": """
from tests.conftest import *
from tests.conftest import figure
""",
    "test_one.py": """
import pytest

def test_good(figure):
    figure("as fast as light")

@pytest.mark.slow
def test_bad():
    assert False, "as it shall be told"
""",
    "test_two.py": """
def test_good():
    pass
""",
    "pytest.ini": """
[pytest]
markers =
    slow: as in ours
""",
}


@pytest.mark.parametrize("processes", [0, 2])
def test_figures_times_and_the_end_come_together(tmp_path: Path, processes: int):
    for name, text in PROJECT.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", str(processes), "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = done.stdout.splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "as fast as light" in told
    assert [line.split()[:3] for line in told if line.endswith(" s") and "tests" in line] == [
        ["quick", "2", "tests"],
        ["slow", "1", "tests"],
    ]
    assert "1 failed, 2 passed" in told[-1]
