"""The soak of sleepers in small: its figures come from the fold."""

import pytest

from soak.rhythms import Told, fold_history, main, table
from soak.sleepers import KINDS

BY_NAME = {kind.name: kind for kind in KINDS}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "plan"), [("nights", "calendar"), ("one shift", "accepted"), ("wakes each 4 h", "accepted")]
)
def test_every_death_is_told_and_no_planned_silence(name, plan):
    told = fold_history(BY_NAME[name], plan, 3)
    assert told.deaths > 0
    assert told.late == 0
    assert told.silences > 10
    assert told.alerted == 0
    assert (told.right, told.wrong, told.lapsed) == ((0 if plan == "calendar" else 1), 0, 0)


@pytest.mark.slow
def test_ticks_of_each_minute_tell_the_same():
    kind = BY_NAME["one shift"]
    assert fold_history(kind, "calendar", 1, by_minute=True) == fold_history(kind, "calendar", 1)


def test_the_table_adds_up():
    said = table([Told("nights", "calendar", 1, 30, 1, 3, 0), Told("nights", "calendar", 1, 20, 0, 2, 1)], 0)
    assert "| nights, calendar |    20 |      4 of 5 |               49 of 50 |" in said


def test_its_command_has_help(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["soak.rhythms", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "--histories" in capsys.readouterr().out
