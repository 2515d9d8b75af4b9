import json

import pytest
import typer
from typer.testing import CliRunner

from models.machinery.bearings import built_in
from stream.cli.bearings import bearings


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(bearings)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_all_are_listed_with_their_sources(run):
    lines = [json.loads(line) for line in run("--json").stdout.splitlines()]
    assert len(lines) == len(built_in().entries)
    assert all(line["source"] for line in lines)
    shown = run().stdout
    assert "SKF 6205" in shown
    assert "Case Western" in shown


def test_frequencies_at_a_speed(run):
    (line,) = run("6205-2RS", "--speed", "1797", "--json").stdout.splitlines()
    found = json.loads(line)
    assert found["frequencies"]["bpfo_hz"] == pytest.approx(3.5848 * 1797 / 60)
    text = run("6205-2RS", "--speed", "1797").stdout
    assert "107.36" in text
    assert "BPFO (Hz)" in text
    assert "3.5848" in run("6205-2RS").stdout


def test_a_geometry_and_a_search(run):
    (line,) = run("n=8,d=2,D=12,angle=15", "--speed", "1500", "--json").stdout.splitlines()
    assert json.loads(line)["frequencies"]["bpfo_hz"] == pytest.approx(83.901, abs=5e-4)
    names = [json.loads(line)["designation"] for line in run("cylindrical", "--json").stdout.splitlines()]
    assert "N204" in names


def test_own_bearings_come_first(run, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[bearing]]\ndesignation = "6205"\nmaker = "本厂"\nsource = "data sheet"\n'
        "orders = { bpfo = 3.6, bpfi = 5.4, bsf2 = 4.7, ftf = 0.4 }\n",
        encoding="utf-8",
    )
    first = json.loads(run("6205", "--catalogue", own, "--json").stdout.splitlines()[0])
    assert first["maker"] == "本厂"


@pytest.mark.parametrize(
    "arguments", [("no such bearing",), ("n=8",), ("--speed", "0"), ("--speed", "x"), ("6205", "--speed", "inf")]
)
def test_wrong_usage_exits_with_2(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize("content", ["bearing = 1", "[[bearing]]\ndesignation='A'", "no toml at all ["])
def test_a_bad_file_of_own_bearings_is_told(run, tmp_path, content):
    own = tmp_path / "own.toml"
    own.write_text(content, encoding="utf-8")
    assert "own.toml" in str(run("A", "--catalogue", own).exception)
    assert "no such file" in str(run("A", "--catalogue", tmp_path / "none.toml").exception)
