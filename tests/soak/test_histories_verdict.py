"""Verdicts on drawn histories: that a bad fold fails, what is counted, and what the command gives."""

import json

import msgspec
import pytest

from models.clock import to_datetime
from models.condition.state import MachineState
from models.observations import Tick
from models.outputs import Alert, Health
from soak.histories.__main__ import main
from soak.histories.hearing import heard
from soak.histories.history import history_of
from soak.histories.measuring import MAIN
from soak.histories.plan import sound
from soak.histories.summary import by_kind, by_word, summary_of
from soak.histories.verdict import peace_of, said_of, verdict
from tests.soak.plain_history import PLAN


def silent(state, observation):
    return state, ()


def told(state: MachineState, observation, status, **more):
    if not hasattr(observation, "point") or isinstance(observation, Tick):
        return ()
    return (Health(machine="M-1", point=observation.point, time=to_datetime(0), status=status, score=None, **more),)


def always(status):
    return lambda state, observation: (state, told(state, observation, status))


def alarming(state, observation):
    alert = Alert(
        id="1", machine="M-1", point=MAIN, time=to_datetime(0), rule="change", state="active", priority="high",
        value=1.0, limit=1.0, text="", text_zh="", since=to_datetime(0), configuration="", observation="",
    )  # fmt: skip
    return state, (*told(state, observation, "critical"), alert)


def test_a_fold_that_says_nothing_leaves_the_fault_unsaid_and_the_twin_unjudged():
    found = verdict(history_of(PLAN), history_of(sound(PLAN)), silent)
    assert found.said.unsaid
    assert not found.said.holds
    assert found.peace.judged == 0.0
    assert not found.peace.holds


def test_a_fold_that_always_says_healthy_says_it_of_the_faulty_machine():
    said = said_of(history_of(PLAN), heard(history_of(PLAN), always("healthy")))
    assert said.unsaid
    assert said.healthy_after > 100


def test_a_fold_that_always_alarms_says_every_fault_and_leaves_no_sound_machine_in_peace():
    found = verdict(history_of(PLAN), history_of(sound(PLAN)), alarming)
    assert found.said.holds
    assert found.said.after_min < 5
    assert found.peace.serious == ("change high",)
    assert not found.peace.holds


def test_a_fold_that_judges_nothing_and_says_so_holds_for_the_fault_but_not_for_the_twin():
    history = history_of(PLAN)
    assert said_of(history, heard(history, always("not_judged"))).holds
    assert not peace_of(heard(history_of(sound(PLAN)), always("not_judged"))).holds


def test_a_word_that_comes_an_hour_late_is_none_in_time():
    history = history_of(PLAN)
    since_us, _ = history.faulty_us

    def slow(state, observation):
        late = observation.observed_us > since_us + 3_600_000_000
        return alarming(state, observation) if late else (state, told(state, observation, "watch"))

    said = said_of(history, heard(history, slow))
    assert said.unsaid
    assert said.after_min == pytest.approx(60, abs=5)


def test_the_fold_says_a_plain_fault_and_leaves_its_twin_in_peace():
    found = verdict(history_of(PLAN), history_of(sound(PLAN)))
    assert found.said.holds
    assert found.peace.holds


def test_the_table_counts_by_situation_and_names_the_failing_seeds():
    bad = verdict(history_of(PLAN), history_of(sound(PLAN)), silent)
    bad = msgspec.structs.replace(bad, seed=7, kinds=("stops", "slow"))
    good = verdict(history_of(PLAN), history_of(sound(PLAN)))
    good = msgspec.structs.replace(good, seed=8, kinds=("stops", "regimes", "sudden"))
    summary = summary_of([bad, good])
    assert [rate.failing for rate in summary.rates] == [(7,), (), (), (7,)]
    assert not summary.holds
    lines = {row[0]: row[1:] for row in by_kind([bad, good]).rows}
    assert lines["stops"][:4] == ("2", "1", "1", "1")
    assert lines["all"][0] == "2"
    assert "breathing" not in lines
    words = by_word([bad, good]).rows
    assert [(row[0], row[2]) for row in words] == [("said in time", "1"), ("not said, or healthy", "1")]
    assert words[0][1].startswith("change")


def test_the_command_gives_json_and_fails_at_its_gate(capsysbinary):
    arguments = ["--histories", "1", "--seed", "3010", "--only", "short runs", "--json"]  # learned while it stood
    assert main(arguments) == 0
    lines = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert lines[0]["seed"] == 3010
    assert lines[-1]["histories"] == 1
    assert main([*arguments, "--gate"]) == 1


def test_a_history_can_be_drawn_as_a_picture(tmp_path):
    pytest.importorskip("matplotlib")
    file = tmp_path / "history.svg"
    assert main(["--seed", "2", "--only", "short runs", "--plot", str(file)]) == 0
    assert b"<svg" in file.read_bytes()


@pytest.mark.parametrize(
    "arguments", [["--histories", "0"], ["--only", "flood"], ["--seed", "-1"], ["--jobs", "0"]]
)
def test_what_cannot_be_run_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "error" in capsys.readouterr().err
