"""`finding`, `maintenance` and `accept` refuse what makes no sense before anything is sent."""

import getpass
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from models.machinery.machine import Machine
from stream.cli.accept import accept
from stream.cli.action_options import moment
from stream.cli.finding import finding
from stream.cli.maintenance import maintenance
from stream.cli.send_action import unknown_machine_hint, user_name
from stream.cli.shelve import shelve, unshelve
from stream.config.machines import Fleet

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def run(command, *arguments):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400", "STETHOS_BROKER": "127.0.0.1:1"})


@pytest.mark.parametrize(
    ("command", "arguments", "told"),
    [
        (finding, ["P1"], "Missing argument"),
        (
            finding,
            ["P1", "maybe"],
            "Invalid value for verdict: 'maybe' is no verdict; write confirmed or false-alarm",
        ),
        (finding, ["../etc", "confirmed"], "no name"),
        (finding, ["P1", "confirmed", "--since", "昨天"], "no duration"),
        (finding, ["P1", "confirmed", "--since", "2199-01-01T00:00:00Z"], "after the finding"),
        (finding, ["P1", "confirmed", "--note", "长" * 2001], "2000 at most"),
        (maintenance, ["", "--done", "更换轴承"], "no name"),
        (accept, ["P1", "--point", " DE"], "no name"),
        (shelve, ["P1", "--point", "DE"], "Missing option '--reason'"),
        (shelve, ["P1", "--reason", "known"], "neither a point nor a rule"),
        (shelve, ["P1", "--point", "DE", "--reason", " "], "say why"),
        (shelve, ["P1", "--point", "DE", "--reason", "known", "--until", "8d"], "7 days at most"),
        (shelve, ["P1", "--point", "DE", "--reason", "known", "--until", "0s"], "is not after"),
        (shelve, ["P1", "--point", "DE", "--reason", "known", "--until", "999999d"], "7 days at most"),
        (shelve, ["P1", "--point", "DE", "--reason", "known", "--until", "明天"], "no duration"),
        (shelve, ["P1", "--rule", "no/data", "--reason", "known"], "no name"),
        (unshelve, ["P1", "--rule", "no/data"], "no name"),
        (accept, ["P1", "--rhythm", ""], "it is empty"),
        (accept, ["P1", "--rhythm", " ", "--point", "DE"], "leave --rhythm out to accept a lasting change"),
        (accept, ["P1", "--rhythm", "nights"], "'nights' is no day such as Mon"),
        (accept, ["P1", "--rhythm", "Mon-Sun"], "nothing would ever be told"),
        (accept, ["P1", "--rhythm", "Sat", "--point", "DE"], "leave point out"),
        (accept, ["P1", "--rhythm", "Sat;" * 300], "1000 at most"),
    ],
)
def test_wrong_usage_is_told_with_its_fix(command, arguments, told):
    done = run(command, *arguments)
    assert done.exit_code == 2
    assert told in done.output


def test_moments_are_times_or_so_long_ago():
    assert moment("", NOW) is None
    assert moment("30m", NOW) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert moment("2026-03-01T16:00:00+08:00", NOW) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_a_name_that_nobody_described_is_doubted_and_the_near_one_told():
    fleet = Fleet(machines={"水泵-1": Machine(id="水泵-1")})
    assert unknown_machine_hint("水泵-1", fleet) == ""
    assert "did you mean '水泵-1'?" in unknown_machine_hint("水泵1", fleet)
    assert (
        unknown_machine_hint("fan", fleet) == "note: 'fan' is not in the file of machines. It was sent as written."
    )
    assert unknown_machine_hint("fan", Fleet()) == ""


def test_a_user_without_a_name_is_nobody(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 1000")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert user_name() == ""
