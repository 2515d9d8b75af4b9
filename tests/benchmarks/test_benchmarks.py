"""Benchmarks still find what they measure: nobody runs them after every change."""

import importlib
from pathlib import Path

import pytest

from benchmarks.where_time_goes import PARTS, check_paths, part_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.relative_to(ROOT) for path in (ROOT / "benchmarks").rglob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_every_script_can_be_imported(script: Path):
    assert importlib.import_module(".".join(script.with_suffix("").parts)).__doc__


def test_the_parts_of_the_worker_are_where_the_table_looks_for_them():
    check_paths(place for places in PARTS.values() for place in places)
    assert part_of(["main (stream/cli/worker.py:1)", "step (models/fold.py:9)"]) == "the fold"


@pytest.mark.parametrize("moved", ["stream/agents/moved.py", "models/moved", "no_such_package/file.py"])
def test_a_part_that_has_moved_is_told(moved: str):
    with pytest.raises(FileNotFoundError, match=moved):
        check_paths(["models/fold.py", moved])
