"""The evaluation's own arithmetic, and that it can be started."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from evaluation.diagnosis.command import _write
from evaluation.diagnosis.constants import CONSTANTS, changed
from evaluation.diagnosis.judged import Judged, Task, _another, differ, judge, outcome
from evaluation.diagnosis.pictures import PICTURES
from evaluation.diagnosis.plots import write_plots
from evaluation.diagnosis.thousands import tasks, thousands_tables
from evaluation.diagnosis.told_wrong import is_told_wrong, told_wrong_table, told_wrong_tasks
from evaluation.simulated import BEARING_FAULTS, MACHINE_FAULTS, simulated
from evaluation.statistics import reliability, upper_bound
from evaluation.tables import Table
from models.diagnosis import bearing, cage, criteria

ROOT = Path(__file__).resolve().parents[2]


@given(trials=st.integers(1, 3000), share=st.floats(0, 1))
def test_upper_bound_is_where_so_few_hits_become_unlikely(trials, share):
    hits = int(share * trials)
    bound = upper_bound(hits, trials)
    if hits < trials:
        assert binom.cdf(hits, trials, bound) == pytest.approx(0.05, rel=1e-6)
    else:
        assert bound == 1.0


@given(st.lists(st.tuples(st.floats(0.5, 1), st.booleans())))
def test_reliability_counts_every_answer_once(answers):
    bins = reliability(answers, (0.5, 0.7, 0.9, 1.0))
    assert sum(count for _, _, count, _, _ in bins) == len(answers)
    assert all(low <= stated <= high and 0 <= right <= 1 for low, high, _, stated, right in bins)


@pytest.mark.parametrize(
    ("truth", "verdict", "told"),
    [
        ("healthy", "healthy", "right"),
        ("gear", "gear", "right"),
        ("gear", "unknown", "unknown"),
        ("gear", "healthy", "missed"),
        ("gear", "unbalance", "wrong"),
        ("healthy", "gear", "wrong"),
    ],
)
def test_outcomes(truth, verdict, told):
    assert outcome(truth, verdict) == told


def test_table_is_markdown_of_equal_columns():
    lines = Table("T", ("a", "bb"), (("ccc", "d"),), "Note.").markdown().splitlines()
    assert lines[:4] == ["## T", "", "Note.", ""]
    assert len({len(line) for line in lines[4:]}) == 1


@pytest.mark.parametrize("fault", ["healthy", *BEARING_FAULTS, *MACHINE_FAULTS])
def test_simulated_machine_is_the_same_for_the_same_seed(fault):
    one, other = (simulated(5, fault, snr_db=0.0, seconds=0.5) for _ in range(2))
    assert (one.samples_g == other.samples_g).all()
    assert abs(one.samples_g).max() < 1000
    assert one.samples_g.std() > 0.01


def test_louder_machines_have_louder_faults():
    quiet, loud = (simulated(8, "unbalance", snr_db=level, seconds=1.0).samples_g.std() for level in (0, 40))
    assert loud > 5 * quiet


@pytest.mark.parametrize("constant", CONSTANTS, ids=lambda constant: f"{constant.module}.{constant.name}")
def test_every_constant_is_where_the_sensitivity_looks_for_it(constant):
    before = constant.value
    assert constant.low < before < constant.high
    with changed(constant, constant.high):
        assert constant.value == constant.high
    assert constant.value == before


def test_a_changed_constant_is_changed_wherever_it_is_used():
    harmonics = next(constant for constant in CONSTANTS if constant.name == "HARMONICS")
    with changed(harmonics, 5):
        assert bearing.HARMONICS == 5
    assert bearing.HARMONICS == 4
    lead = next(constant for constant in CONSTANTS if constant.name == "_SIDEBAND")
    with changed(lead, 7.5):
        assert criteria._SIDEBAND == 7.5
        assert cage.HIT == 4.0


def test_tables_and_pictures_of_a_handful_of_machines(tmp_path):
    judged = [judge(task) for task in [*tasks(2, 1, 4000)[:2], Task(4001, "bearing_outer_race", 5.0)]]
    tables = list(thousands_tables(judged))
    assert [table.title for table in tables][-2:] == ["Sound machines", "What confidence is worth"]
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    assert set(PICTURES) <= {table.title for table in tables}

    files = write_plots(judged, tmp_path)
    assert {file.name for file in files} == {file for _, file in PICTURES.values()}
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_a_confusion_matrix_counts_every_machine_once():
    seen = [
        Judged(Task(k, truth), 25_600.0, verdict, 0.9, "", 100.0, 0.0) for k, (truth, verdict) in enumerate(_SAID)
    ]
    table = next(table for table in thousands_tables(seen) if table.title.startswith("Confusion"))
    assert table.columns == ("truth", "outer_race", "gear", "healthy", "unknown")
    assert table.rows[0] == ("bearing_outer_race", "1", "1", "·", "1")
    assert sum(int(cell) for row in table.rows for cell in row[1:] if cell != "·") == len(seen)


_SAID = [
    ("bearing_outer_race", "bearing_outer_race"),
    ("bearing_outer_race", "gear"),
    ("bearing_outer_race", "unknown"),
    ("gear", "gear"),
    ("healthy", "healthy"),
]


def test_what_is_told_wrong_is_wrong_and_the_rest_is_the_same():
    tasks_wrong = told_wrong_tasks(2, 4000)
    assert all(is_told_wrong(task) for task in tasks_wrong)
    assert not any(is_told_wrong(task) for task in tasks(1, 1, 4000))
    told = [judge(Task(4001, "bearing_outer_race", 5.0, **wrong)) for wrong in ({}, {"told_other": True})]
    assert [one.verdict for one in told] == ["bearing_outer_race", "unknown"]


def test_another_bearing_differs_in_every_order_but_the_cage_s():
    true = simulated(4001, seconds=0.5).orders
    other = _another(true, 4001)
    for name in ("bpfo", "bpfi", "bsf2"):
        assert abs(getattr(other, name) / getattr(true, name) - 1) > 0.05
    assert not differ(true, true)


def test_what_is_told_wrong_is_counted_by_how():
    def said(verdict, **told):
        fault = told.pop("fault", "bearing_outer_race")
        return Judged(Task(1, fault, told.pop("level", 0.0), **told), 25_600.0, verdict, 0.9, "", 100.0, 0.0)

    rows = {
        row[0]: row[1:]
        for row in told_wrong_table(
            [
                said("bearing_outer_race", told_speed=0.98),
                said("healthy", told_speed=0.98),
                said("unknown", told_other=True),
                said("gear", told_other=True),
                said("bearing_cage", told_other=True, fault="bearing_cage"),
            ]
        ).rows
    }
    assert rows["speed -2 %, +0 dB"] == ("2", "1", "0", "1", "0")
    assert rows["another bearing, +0 dB"] == ("2", "0", "1", "0", "1")
    assert rows["another bearing, damaged cage"] == ("1", "1", "0", "0", "0")
    assert rows["speed +2 %, +0 dB"] == ("0", "0", "0", "0", "0")


def test_pictures_stand_below_their_tables(tmp_path):
    title, (alternative, file) = next(iter(PICTURES.items()))
    _write([Table(title, ("a", "b"), (("x", "1"),))], tmp_path / "figures.md")
    _write([Table("Other", ("a", "b"), (("y", "1"),))], tmp_path / "figures.md")
    assert (tmp_path / "figures.md").read_text("utf-8").count(f"![{alternative}](images/{file})") == 1


def test_tables_written_later_take_the_place_of_their_own(tmp_path):
    page = tmp_path / "figures.md"
    first, second, newer = (
        Table(title, ("a", "b"), ((text, "1"),)) for title, text in (("A", "x"), ("B", "y"), ("A", "z"))
    )
    _write([first, second], page)
    _write([newer], page)
    text = page.read_text("utf-8")
    assert text.count("## A") == text.count("## B") == 1
    assert text.index("## A") < text.index("## B")
    assert "| x" not in text
    assert "| z" in text
    assert "| y" in text


def test_command_tells_its_options():
    told = subprocess.run(
        [sys.executable, "-m", "evaluation", "diagnosis", "--help"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0
    assert "--part" in told.stdout
    assert "--write" in told.stdout
