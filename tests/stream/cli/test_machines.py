"""`stethos machines`, typed as people do: what it lists, what it refuses and why; the broker is away."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.outputs import Action
from stream.cli import roster
from stream.cli.machines import app
from stream.messages.actions import RosterAction
from stream.stores.sqlite.store import SqliteStore
from tests.stream.stores.outputs import START, alert, at, health

PLANT = """
[[machine]]
id = "P-10"
line = "boiler house"
name = { en = "Feed pump 10", zh = "10号给水泵" }

[[machine]]
id = "P-2"
line = "Boiler House"

[[machine]]
id = "水泵 1"
line = "一号线"
"""

STORED = [
    health("P-2", at(1)),
    health("P-2", at(2), point="bearing"),
    health("fan 11", START, status="critical", score=12.0),
    alert("fan 11", priority="high"),
    alert("fan 11", number=2, rule="anomaly", priority="low"),
    health("old", START, point="", status="not_judged", score=None, guard="retired"),
    health("P-2O", START, status="no_data", score=None),
    alert("P-2O", rule="no_data", priority="low", point=""),
]


@pytest.fixture(autouse=True)
def plant(monkeypatch, tmp_path):
    """A folder with settings, machines and an embedded store."""
    monkeypatch.delenv("STETHOS_SETTINGS", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("stethos.toml").write_text('broker = "127.0.0.1:1"\n[sqlite]\npath = "stethos.db"\n', "utf-8")
    Path("machines.toml").write_text(PLANT, "utf-8")

    async def fill():
        store = SqliteStore(Path("stethos.db"))
        await store.open()
        try:
            await store.write(STORED)
        finally:
            await store.close()

    asyncio.run(fill())
    return tmp_path


@pytest.fixture
def sent(monkeypatch):
    """What the commands send, as there is no broker."""
    found: list[RosterAction] = []
    monkeypatch.setattr(roster, "send_actions", lambda messages, _settings: found.extend(messages))
    return found


def run(*arguments, answer=""):
    return CliRunner().invoke(app, list(arguments), input=answer, env={"COLUMNS": "300"})


def listed(*arguments):
    done = run("list", "--json", *arguments)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_machine_is_listed_in_natural_order_for_people_and_for_programs():
    names = ["fan 11", "old", "P-2", "P-2O", "P-10", "水泵 1"]
    assert [each["machine"] for each in listed()] == names
    done = run("list")
    assert done.exit_code == 0
    shown = done.stdout.splitlines()
    assert [next(name for name in names if line.startswith(name + "  ")) for line in shown[1:7]] == names
    assert "1 high, 1 low" in shown[1]
    assert "retired" in shown[2]
    assert "never" in shown[5]
    assert "Feed pump 10 / 10号给水泵" in shown[5]
    assert shown[7] == "6 machines: 1 healthy, 1 critical, 1 no data, 1 retired, 2 unheard"
    (fan,) = [each for each in listed() if each["machine"] == "fan 11"]
    assert fan == {
        "machine": "fan 11", "name": {"en": "", "zh": ""}, "line": "", "described": False, "status": "critical",
        "score": 12.0, "last_heard": "2024-01-08T06:30:00.123457Z", "open_alerts": {"high": 1, "low": 1},
        "retired": False, "aliases": [],
    }  # fmt: skip


def test_the_other_ids_of_a_machine_are_listed_and_named_to_who_uses_them(sent):
    async def rename():
        store = SqliteStore(Path("stethos.db"))
        await store.open()
        await store.write(
            [
                Action(machine="P-2", point="", time=at(3), kind="renamed", alias="泵-A1"),
                Action(machine="泵-A1", point="", time=at(4), kind="renamed", alias="P-2b"),
            ]
        )
        await store.close()

    asyncio.run(rename())
    (pump,) = [each for each in listed() if each["machine"] == "P-2"]
    assert pump["aliases"] == ["泵-A1", "P-2b"]
    assert "P-2 = 泵-A1 = P-2b  " in run("list").stdout
    done = run("retire", "泵-A1", "--reason", "x")
    assert done.exit_code == 1
    assert "did you mean 'P-2'?" in str(done.exception)
    assert sent == []


def test_lines_and_statuses_narrow_it_however_they_are_spelt():
    assert [each["machine"] for each in listed("--line", "BOILER house ")] == ["P-2", "P-10"]
    assert [each["machine"] for each in listed("--line", "一号线")] == ["水泵 1"]
    assert [each["machine"] for each in listed("--status", "No data")] == ["P-2O"]
    assert [each["machine"] for each in listed("--status", "retired")] == ["old"]
    assert [each["machine"] for each in listed("--line", "boiler house", "--status", "unheard")] == ["P-10"]
    assert listed("--line", "nowhere") == []
    told = run("list", "--line", "nowhere").stdout
    assert "None of the 6 machines is so." in told
    assert "boiler house" in told


def test_a_status_that_does_not_exist_is_wrong_usage_and_those_that_do_are_told():
    done = run("list", "--status", "kaputt")
    assert done.exit_code == 2
    assert "not_judged" in done.output
    assert "unheard" in done.output


def test_without_store_and_machines_it_says_so_and_makes_no_file(plant):
    Path("stethos.db").unlink()
    Path("machines.toml").unlink()
    before = set(plant.iterdir())
    done = run("list")
    assert (done.exit_code, listed()) == (0, [])
    assert "No machine is known yet" in done.stdout
    assert set(plant.iterdir()) == before


def test_to_retire_sends_who_when_and_why_of_each_machine_once(sent):
    done = run("retire", "P-2", "水泵 1", "P-2", "--reason", "生产线已拆除", "--by", "王伟", "--json")
    assert done.exit_code == 0, done.output
    assert [(each.machine, each.do, each.by, each.note) for each in sent] == [
        ("P-2", "retire", "王伟", "生产线已拆除"), ("水泵 1", "retire", "王伟", "生产线已拆除"),
    ]  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["type"], each["machine"], each["do"]) for each in told] == [
        ("machine", "P-2", "retire"), ("machine", "水泵 1", "retire"),
    ]  # fmt: skip


@pytest.mark.parametrize("do", ["retire", "forget"])
def test_one_with_a_serious_alert_wants_a_second_word(sent, do):
    done = run(do, "fan 11", "--reason", "x")
    assert (done.exit_code, sent) == (1, [])
    assert "fan 11: 1 high, 1 low" in str(done.exception)
    assert f"stethos machines {do} 'fan 11' ... --yes" in str(done.exception)
    assert run(do, "fan 11", "--reason", "x", "--yes").exit_code == 0
    assert run(do, "P-2O", "--reason", "low alerts stand in nobody's way").exit_code == 0
    assert [each.machine for each in sent] == ["fan 11", "P-2O"]


@pytest.mark.parametrize("do", ["retire", "forget"])
def test_a_name_that_nobody_knows_is_asked_about_and_sent_if_it_is_meant(sent, do):
    done = run(do, "P-3", "--reason", "x")
    assert (done.exit_code, sent) == (1, [])
    assert "nobody knows 'P-3'; did you mean 'P-2'?" in str(done.exception)
    assert "stethos machines list" in str(run(do, "完全不同", "--reason", "x").exception)
    assert run(do, "P-3", "--reason", "x", "--yes").exit_code == 0
    assert [each.machine for each in sent] == ["P-3"]


def test_only_a_retired_machine_can_be_taken_back(sent):
    done = run("return", "P-2")
    assert (done.exit_code, sent) == (1, [])
    assert "not retired" in str(done.exception)
    assert "nobody knows 'nix'" in str(run("return", "nix").exception)
    assert run("return", "old", "--reason", "overhauled").exit_code == 0
    assert [(each.machine, each.do) for each in sent] == [("old", "return")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("retire", "P-2"), "--reason"),
        (("retire", "P-2", "--reason", "  "), "say why"),
        (("retire", "--reason", "x"), "Missing argument"),
        (("forget", "../etc", "--reason", "x"), "no name"),
        (("forget", "", "--reason", "x"), "no name"),
        (("forget", "长" * 65, "--reason", "x"), "no name"),
        (("forget", "P-2", "--reason", "长" * 2001), "2000 at most"),
        (("forget", "P-2", "--reason", "a\x1bb"), "cannot be shown"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage_and_sends_nothing(sent, arguments, told):
    done = run(*arguments)
    assert (done.exit_code, sent) == (2, [])
    assert told in done.output


def test_one_that_stays_in_the_file_of_machines_is_told(sent):
    done = run("forget", "P-2", "--reason", "x")
    assert done.exit_code == 0
    assert "note: P-2 still stands in machines.toml" in done.stderr
    assert done.stdout.count("\n") == 1


def test_results_are_deleted_only_once_somebody_agrees(sent, monkeypatch):
    deleted = []

    async def noted(_settings, machine, since):
        deleted.append((machine, since))

    monkeypatch.setattr(roster, "forget_results", noted)
    refused = run("forget", "P-2O", "--reason", "x", "--results", answer="n\n")
    assert (refused.exit_code, sent, deleted) == (1, [], [])
    agreed = run("forget", "P-2O", "--reason", "x", "--results", answer="y\n")
    assert agreed.exit_code == 0
    assert deleted == [("P-2O", sent[0].time)]
    assert run("forget", "old", "--reason", "x", "--results", "--yes").exit_code == 0
    assert deleted[1:] == [("old", sent[1].time)]


@pytest.mark.parametrize("do", ["list", "retire", "return", "forget"])
def test_help_has_examples(do):
    done = run(do, "--help")
    assert done.exit_code == 0
    assert "For example:" in done.output
    assert f"stethos machines {do}" in done.output


def test_without_a_broker_it_is_one_line_and_exit_1(plant):
    stethos = Path(sys.executable).with_name("stethos")
    done = subprocess.run(
        [stethos, "machines", "retire", "P-2", "--reason", "scrapped"],
        cwd=plant,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert "127.0.0.1:1" in done.stderr
