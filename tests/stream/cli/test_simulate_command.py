import json
import tomllib

import pytest
import typer
from typer.testing import CliRunner

from models.machinery.severity import boundaries_of
from models.simulation.plant import PLANT, demo_machines_toml
from stream.cli.simulate import simulate_command
from stream.machines import load_machines
from stream.messages import Vibration
from stream.recordings import Recordings, decode_line


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(simulate_command)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_a_recording_with_its_true_onsets(run, tmp_path):
    file = tmp_path / "run.jsonl"
    result = run("--output", str(file), "--duration", "3m", "--healthy", "1m", "--development", "1h", "--json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert summary["messages"] == 36 == len([decode_line(line) for line in Recordings([file])])
    assert [each["fault"] for each in summary["machines"]] == [
        "bearing_outer_race",
        "sensor_cable",
        "overheating",
        "healthy",
    ]


def test_standard_output_holds_nothing_but_the_recording(run):
    result = run("--output", "-", "--duration", "1m", "--json")
    assert result.exit_code == 0
    assert all(json.loads(line)["type"] in ("vibration", "temperature") for line in result.stdout.splitlines())


def test_blocks_of_another_length_and_rate(run, tmp_path):
    file = tmp_path / "run.jsonl"
    assert run("--output", str(file), "--duration", "1m", "--block", "2s", "--rate", "25600").exit_code == 0
    blocks = [message for line in Recordings([file]) if isinstance(message := decode_line(line), Vibration)]
    assert len(blocks) == 8
    assert {(block.rate, block.count) for block in blocks} == {(25_600.0, 51_200)}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--duration", "soon"),
        ("--block", "99s"),
        ("--block", "0s"),
        ("--rate", "10"),
        ("--rate", "fast"),
        ("--start", "yesterday"),
        ("--start", "2026-03-01T08:00:00"),
        ("--seed", "-1"),
        ("--speed-up", "nan"),
        ("--speed-up", "-3"),
    ],
)
def test_wrong_usage_exits_with_2(run, arguments):
    assert run("--output", "-", *arguments).exit_code == 2


def test_the_description_of_the_four_is_one_that_the_product_reads(run, tmp_path):
    file = tmp_path / "machines.toml"
    file.write_text(run("--machines").stdout, encoding="utf-8")
    fleet = load_machines(file)
    assert {each.machine.id: each.machine for each in PLANT} == dict(fleet.machines)
    assert all(boundaries_of(machine) for machine in fleet.machines.values())
    assert all(machine.name.zh for machine in fleet.machines.values())
    assert tomllib.loads(demo_machines_toml())
