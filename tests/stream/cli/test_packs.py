import msgspec
import pytest
import typer
from typer.testing import CliRunner

from models.machinery.kinds import built_in_packs
from models.machinery.pack import Pack
from stream.cli.packs import packs
from tests.stream.config.own_pack import OWN


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # no stethos.toml of anybody
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()
    app.command()(packs)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_all_are_listed_and_given_as_they_are_written(run):
    shown = run().stdout
    assert all(found.id in shown for found in built_in_packs().packs)
    lines = run("--json").stdout.splitlines()
    assert tuple(msgspec.json.decode(line, type=Pack) for line in lines) == built_in_packs().packs


def test_one_is_shown_with_limits_sources_and_what_is_left_out(run):
    shown = run("水泵").stdout
    assert "category II, above 1 kW, up to 200 kW, above 600 rpm: A/B, B/C, C/D 3.2 / 5.1 / 8.5 mm/s" in shown
    assert "(ISO 10816-7:2009, table A.1)" in shown
    assert "cavitation" in shown
    assert "80 °C" in shown
    assert "API 610" in shown
    assert "汽蚀" in run("pump", "--zh").stdout


def test_in_chinese_limits_and_what_is_left_out_are_chinese_too(run):
    assert (
        "类别 II, 大于 1 kW, 不大于 200 kW, 大于 600 rpm: A/B, B/C, C/D 3.2 / 5.1 / 8.5 mm/s"
        in run("pump", "--zh").stdout
    )
    assert "轴承温度: " in run("fan", "--zh").stdout
    assert "Bearing temperatures: " in run("fan").stdout


def test_own_packs_are_shown_from_the_option_and_from_the_settings(run, tmp_path):
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    assert "Presses of hall 2." in run("冲床", "--packs", "own.toml").stdout
    (tmp_path / "stethos.toml").write_text('packs = "own.toml"', "utf-8")
    assert "Presses of hall 2." in run("pump").stdout


def test_a_kind_without_a_pack_is_wrong_usage_and_told(run):
    result = run("robot")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "docs/packs.md" in " ".join(result.stderr.split())
