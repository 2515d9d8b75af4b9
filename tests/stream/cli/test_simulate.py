import json

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from models.errors import ConfigurationError, RecordingError
from models.machinery.severity import boundaries_of
from models.simulation.ground_truth import read_truth
from models.simulation.library import built_in, names
from stream.cli.simulate import simulate_command
from stream.config.machines import load_machines
from stream.messages.measurements import Vibration
from stream.recordings.reading import Recordings, decode_line


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


@pytest.mark.parametrize("scenario", names())
def test_the_description_of_the_machines_is_one_that_the_product_reads(run, tmp_path, scenario):
    file = tmp_path / "machines.toml"
    file.write_text(run("--machines", "--scenario", scenario).stdout, encoding="utf-8")
    fleet = load_machines(file)
    plain = {name: msgspec.structs.replace(each, mechanism=None) for name, each in fleet.machines.items()}
    assert {each.id: each.described for each in built_in(scenario).machines} == plain
    assert all(machine.mechanism for machine in fleet.machines.values()), "every kind has its pack"
    assert all(machine.name.en and machine.name.zh for machine in fleet.machines.values())
    large = [machine for machine in fleet.machines.values() if machine.power_kw >= 15]
    assert len(large) >= 4
    assert all(boundaries_of(machine) for machine in large if machine.kind != "spindle")
    assert all(set(fleet.orders[machine.id]) == set(machine.bearings) for machine in large if machine.bearings)


def test_the_scenarios_are_listed(run):
    listed = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(names()) == ["demo", "plant"]
    assert "小型工厂" in listed[1]


def test_the_truth_is_written_beside_the_recording_and_reads_back(run, tmp_path):
    recording, truth = tmp_path / "run.jsonl", tmp_path / "truth.jsonl"
    result = run(
        *("--scenario", "plant", "--output", str(recording), "--truth", str(truth), "--duration", "8m"),
        *("--healthy", "2m", "--development", "1h", "--seed", "5", "--json"),
    )
    assert result.exit_code == 0, result.output
    found = read_truth(truth.read_bytes().splitlines())
    assert (found.run.scenario, found.run.seed, found.run.healthy_s) == ("plant", 5, 120)
    told = [(each["machine"], each["fault"]) for each in json.loads(result.stdout)["machines"]]
    assert [(each.machine, each.fault) for each in found.faults] == told
    messages = [decode_line(line) for line in Recordings([recording])]
    for message in messages:
        state = found.at(message.machine, message.time_us)
        if getattr(message, "speed", None) is not None:
            assert (message.speed, message.load) == (state.speed_rpm, state.load_percent)
    assert {message.machine for message in messages} == set(found.states)


def test_a_recording_is_the_same_with_and_without_the_truth(run, tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    run("--output", str(first), "--duration", "2m")
    run("--output", str(second), "--duration", "2m", "--truth", str(tmp_path / "truth.jsonl.gz"))
    assert first.read_bytes() == second.read_bytes()


def test_a_truth_that_cannot_be_written_is_told(run, tmp_path):
    result = run("--output", str(tmp_path / "a.jsonl"), "--truth", str(tmp_path / "missing" / "t.jsonl"))
    assert isinstance(result.exception, RecordingError)
    assert "check folder and space" in str(result.exception)


@pytest.mark.parametrize("scenario", ["nope", "missing.toml", "folder/nope"])
def test_a_scenario_that_is_not_there_is_told_with_the_fix(run, tmp_path, scenario):
    result = run("--scenario", scenario, "--output", str(tmp_path / "a.jsonl"))
    assert isinstance(result.exception, ConfigurationError)
    assert any(word in str(result.exception) for word in ("--list", "check the path"))


def test_a_scenario_of_ones_own_in_chinese(run, tmp_path):
    file = tmp_path / "我的工厂.toml"
    text = (
        'interval_s = 10\nrate_hz = 12800.0\nsamples = 4096\n[[machine]]\nid = "水泵 1"\nspeed_rpm = 1480\n'
        'points = [{ name = "驱动端" }]\nsound = { tones = [], noise_g = 0.1, resonance_hz = 3000.0 }\n'
    )
    file.write_text(text, encoding="utf-8")
    result = run("--scenario", str(file), "--output", "-", "--duration", "1m")
    assert result.exit_code == 0, result.output
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(each["machine"], each["point"]) for each in messages} == {("水泵 1", "驱动端")}
    assert len(messages) == 6
    file.write_text(text.replace("水泵 1", "水泵/1"), encoding="utf-8")
    assert "is no name" in str(run("--scenario", str(file), "--output", "-").exception)
