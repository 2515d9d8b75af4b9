"""`stethos machines rename` and `history` refuse what makes no sense, name the fix, and show no traceback."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from models.outputs import Action
from stream.cli.machines import app
from stream.stores.sqlite.store import SqliteStore

BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)


def run(*arguments, folder=None):
    environment = {"COLUMNS": "400", "STETHOS_BROKER": "127.0.0.1:1"}
    if folder is not None:
        environment["STETHOS_SQLITE__PATH"] = str(folder / "stethos.db")
        environment["STETHOS_MACHINES"] = str(folder / "machines.toml")
    return CliRunner().invoke(app, list(arguments), env=environment)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rename", "P-101"], "Missing argument 'new'"),
        (["rename", "P-101", "P/102"], "alias: 'P/102' is no name; use 1 to 64 letters"),
        (["rename", "", "P-102"], "machine: '' is no name"),
        (["rename", "P-101", "泵" * 65], "is no name"),
        (["rename", "P-101", "P-102\u0000"], "is no name"),
        (["rename", "P-101", " P-102"], "is no name"),
        (["rename", "P-101", "P-102", "--reason", "长" * 2001], "2000 at most"),
        (["rename", "P-101", "P-102", "--by", "\x1b[31m"], "cannot be shown"),
        (["forget-me", "P-101"], "No such command"),
    ],
)
def test_wrong_usage_is_told_with_its_fix(arguments, told):
    done = run(*arguments)
    assert done.exit_code == 2
    assert told in done.output


@pytest.fixture
def plant(tmp_path):
    """A store in which the motor of one place went to another, which was renamed."""
    (tmp_path / "machines.toml").write_text('[[machine]]\nid = "P-101"\naliases = ["泵-1"]\n', "utf-8")
    marks = [("P-101", 0, "SN 1", ""), ("P-102", 0, "SN 2", ""), ("P-101", 5, "SN 2", "SN 1")]
    actions = [
        Action(machine=machine, point="", time=BEGIN + timedelta(hours=hours), kind="asset", asset=asset,
               former_asset=former) for machine, hours, asset, former in marks
    ]  # fmt: skip
    actions.append(Action(machine="P-102", point="", time=BEGIN, kind="renamed", alias="P-109"))

    async def fill():
        store = SqliteStore(tmp_path / "stethos.db")
        await store.open()
        await store.write(actions)
        await store.close()

    asyncio.run(fill())
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--asset", "sn 2"], [("SN 2", "P-102", True), ("SN 2", "P-101", True)]),
        (["泵-1"], [("SN 1", "P-101", False), ("SN 2", "P-101", True)]),
        (["P-109"], [("SN 2", "P-102", True)]),
        (["P-101", "--asset", "SN 1"], [("SN 1", "P-101", False)]),
        (["nobody"], []),
        ([], [("SN 1", "P-101", False), ("SN 2", "P-102", True), ("SN 2", "P-101", True)]),
    ],
)
def test_an_asset_is_followed_and_a_place_found_by_any_of_its_ids(plant, arguments, told):
    done = run("history", *arguments, "--json", folder=plant)
    assert done.exit_code == 0, done.output
    found = [json.loads(line) for line in done.output.splitlines()]
    assert [(each["asset"], each["machine"], each["until"] is None) for each in found] == told


def test_people_get_a_table_or_are_told_what_to_write(plant):
    table = run("history", "泵-1", folder=plant).output
    assert [word.strip() for word in table.splitlines()[1].split("  ") if word.strip()] == [
        "SN 1",
        "P-101",
        "2026-03-01 08:00Z",
        "2026-03-01 13:00Z",
    ]
    assert "now" in table.splitlines()[2]
    assert 'asset = "SN 4711"' in run("history", "nobody", folder=plant).output


def test_help_of_both_has_examples():
    for command in ("rename", "history"):
        assert run(command, "--help").output.count(f"stethos machines {command}") >= 2


def test_a_history_of_nothing_names_what_was_asked_for(plant):
    assert "No asset is known at 'nobody'." in run("history", "nobody", folder=plant).output
    assert "No asset 'SN-0 [x]' is known." in run("history", "--asset", "SN-0 [x]", folder=plant).output
