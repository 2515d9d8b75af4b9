import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import SECOND_US, to_datetime
from models.fold import initial_state, step
from models.machinery.machine import Learning, Machine, Thresholds
from models.observations import Configured, Observation, Tick
from models.outputs import Alert, Health, Row
from stream.config.durations import LearningPeriod
from stream.config.machines import Fleet
from stream.messages.measurements import Message, Reading, Temperature, Vibration, to_json
from stream.messages.observe import observe
from stream.messages.records import observation_to_json
from stream.recordings.reading import Line
from stream.recordings.replaying import Replay, replay

START_US = 1_767_225_600 * SECOND_US
ROOT = Path(__file__).resolve().parents[3]


def messages(count: int, *, machines: tuple[str, ...] = ("P1", "泵 2")) -> list[Message]:
    """Give vibration, temperature and readings of machines whose vibration grows tenfold in the last third."""
    rng = np.random.default_rng(7)
    made: list[Message] = []
    for number in range(count):
        time, grown = to_datetime(START_US + number * 60 * SECOND_US), 10.0 if number > count * 2 // 3 else 1.0
        for machine in machines:
            head = {"machine": machine, "point": "DE", "time": time}
            samples = (grown * rng.standard_normal(1024)).astype("<f4").tobytes()
            made.append(Vibration(**head, rate=2048.0, unit="g", samples=samples, speed=1500.0))
            made.append(Temperature(**head, value=round(40 + rng.standard_normal(), 2)))
            made.append(Reading(**head, values={"current": round(9 + rng.standard_normal(), 3)}))
    return made


def lines(contents: list[Message] | list[Observation], file: str = "a.jsonl") -> list[Line]:
    as_json = (to_json(c) if isinstance(c, Message) else observation_to_json(c) for c in contents)
    return [Line(file, number, data) for number, data in enumerate(as_json, 1)]


LEARN = LearningPeriod(duration_us=40 * 60 * SECOND_US)
MANY = lines(messages(150))


def test_every_message_gives_one_row_and_one_health_in_order():
    outputs = list(Replay(Fleet(), learning_period=LEARN).outputs(MANY))
    for kind in (Row, Health):
        assert [replayed.line for replayed in outputs if isinstance(replayed.output, kind)] == MANY
    raised = [o.output for o in outputs if isinstance(o.output, Alert) and o.output.state == "active"]
    assert {alert.machine for alert in raised} == {"P1", "泵 2"}
    healths = [o.output for o in outputs if isinstance(o.output, Health)]
    learnt_us = START_US + LEARN.duration_us
    assert all(h.anomaly.anomalous is None for h in healths if h.time < to_datetime(learnt_us))
    assert {h.anomaly.anomalous for h in healths if h.time > to_datetime(learnt_us + 60 * SECOND_US)} == {
        True,
        False,
    }


def test_the_same_lines_give_the_same_outputs():
    assert list(replay(MANY, learning_period=LEARN)) == list(replay(MANY, learning_period=LEARN))


def test_it_is_the_fold_and_nothing_else():
    fleet = Fleet(learning=Learning(until_us=START_US + 40 * 60 * SECOND_US))
    expected, state = [], initial_state("P1")
    configuration = fleet.configuration("P1")
    for number, message in enumerate(made := messages(60, machines=("P1",))):
        if number == 0:
            state, _ = step(state, Configured(machine="P1", observed_us=START_US, configuration=configuration))
        state, outputs = step(state, observe(message, configuration, observed_us=message.end_us, source=None))
        expected += outputs
    assert list(replay(lines(made), fleet)) == expected


def test_a_recording_of_observations_gives_what_the_raw_one_gave():
    made, folded = messages(120), []
    configurations = {
        name: Fleet(learning=Learning(until_us=START_US + 1)).configuration(name) for name in ("P1", "泵 2")
    }
    for machine, configuration in configurations.items():
        folded.append(Configured(machine=machine, observed_us=START_US, configuration=configuration))
    for number, message in enumerate(made):
        folded.append(observe(message, configurations[message.machine], observed_us=message.end_us, source=None))
        if number % 50 == 49:
            folded.append(Tick(machine="P1", observed_us=message.end_us))
    raw = list(replay(lines(made), Fleet(learning=Learning(until_us=START_US + 1))))
    elsewhere = Fleet(thresholds=Thresholds(off_delay_s=1.0), learning=Learning(observations=999_999))
    assert list(replay(lines(folded), elsewhere)) == raw  # judged by what the recording carries


def test_ticks_of_a_recording_count_and_silence_is_told():
    made = messages(40, machines=("P1",))
    quiet = [Tick(machine="P1", observed_us=made[-1].end_us + n * 60 * SECOND_US) for n in range(1, 200)]
    outputs = list(Replay(Fleet(), learning_period=LEARN).outputs([*lines(made), *lines(quiet, "b.jsonl")]))
    assert [o.output.status for o in outputs if isinstance(o.output, Health)][-1] == "no_data"
    assert outputs[-1].line.file == "b.jsonl"


def test_a_trial_replaces_thresholds_and_learning_of_the_recording():
    made = messages(150, machines=("P1",))
    configuration = Fleet().configuration("P1")
    folded = [observe(message, configuration, observed_us=message.end_us, source=None) for message in made]
    carried = Configured(machine="P1", observed_us=START_US, configuration=configuration)
    recording = lines([carried, *folded])
    deaf = Thresholds(change_low=1e6, change_medium=1e6, change_high=1e6)

    def changes(outputs: list) -> int:
        return sum(d.code == "change" for o in outputs if isinstance(o, Health) for d in o.deductions)

    assert changes(list(replay(recording, learning_period=LEARN))) > 0
    assert changes(list(replay(recording, learning_period=LEARN, thresholds=deaf))) == 0
    health = [
        o for o in replay(recording, learning_period=LearningPeriod(until_us=START_US * 2)) if isinstance(o, Health)
    ]
    assert all(h.anomaly.anomalous is None for h in health)


def test_a_machine_that_no_recording_configures_is_judged_as_the_file_says():
    machine = Machine(id="P1", temperature_limit_c=30.0)
    fleet = Fleet(machines={"P1": machine})
    made = messages(60, machines=("P1",))
    folded = [
        observe(message, fleet.configuration("P1"), observed_us=message.end_us, source=None) for message in made
    ]
    assert list(replay(lines(folded), fleet, learning_period=LEARN)) == list(
        replay(lines(made), fleet, learning_period=LEARN)
    )
    versions = {o.configuration for o in replay(lines(folded), fleet) if isinstance(o, Health)}
    assert versions == {fleet.configuration("P1").version()}


def test_bad_lines_are_refused_and_duplicates_counted():
    made = lines(messages(30, machines=("P1",)))
    mixed = [
        made[0],
        Line("a.jsonl", 2, b"{oops"),
        *made[1:],
        *(Line("b.jsonl", x.number, x.data) for x in made[-9:]),
    ]
    refused: list[tuple[int, str]] = []
    folding = Replay(Fleet(), refuse=lambda line, error: refused.append((line.number, str(error))))
    outputs = list(folding.outputs(mixed))
    summary = folding.summary(1.0)
    assert refused[0][0] == 2
    assert "not JSON" in refused[0][1]
    assert (summary.observations, summary.duplicates, summary.refused) == (90, 9, 1)
    assert summary.machines["P1"].duplicates == 9
    assert sum(isinstance(o.output, Health) for o in outputs) == 90


@given(st.lists(st.sampled_from([*MANY[:12], Line("a.jsonl", 9, b"nonsense")]), max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_order_of_lines_is_folded(order: list[Line]):
    folding = Replay(Fleet())
    health = sum(isinstance(o.output, Health) for o in folding.outputs(order))
    summary = folding.summary(0.0)
    assert health == summary.observations
    assert summary.observations + summary.duplicates + summary.refused == len(order)


def stethos(*arguments: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stream.cli.main", *map(str, arguments)],
        cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_command_prints_json_lines_whose_tenths_add_up(tmp_path):
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    half = len(MANY) // 2
    paths[0].write_bytes(b"\n".join(line.data for line in MANY[:half]))
    paths[1].write_bytes(b"\n".join([b"oops", *(line.data for line in MANY[half:])]))
    done = stethos("replay", *paths, "--learn", "40m", "--json")
    assert done.returncode == 0
    assert done.stderr.startswith(f"{paths[1]}:1: the message is not JSON")
    told = [json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()]
    health = [entry for entry in told if entry["type"] == "health"]
    assert [(entry["file"], entry["line"]) for entry in health] == [
        *((str(paths[0]), n) for n in range(1, half + 1)),
        *((str(paths[1]), n) for n in range(2, len(MANY) - half + 2)),
    ]
    scored = [entry for entry in health if entry["score"] is not None]
    assert any(entry["deductions"] for entry in scored)
    assert all(entry["score"] + sum(d["points"] for d in entry["deductions"]) == 100 for entry in scored)
    assert all(d["points"] * 10 % 1 == 0 for entry in scored for d in entry["deductions"])
    summary = told[-1]
    assert summary["type"] == "summary"
    assert (summary["observations"], summary["refused"]) == (len(MANY), 1)
    alerts = [entry for entry in told if entry["type"] == "alert"]
    assert alerts
    assert {"id", "rule", "state", "priority", "value", "limit", "text", "line", "file"} <= set(alerts[0])


def test_command_reads_standard_input_and_reports_to_people(tmp_path):
    machines = tmp_path / "machines.toml"
    machines.write_text('[[machine]]\nid = "P1"\n')
    text = "\n".join(line.data.decode() for line in MANY)
    done = stethos("replay", "-", "--learn", "40m", "--machines", machines, text=text)
    assert done.returncode == 0, done.stderr
    for said in ("P1", "泵 2", "health", "Alerts", f"{len(MANY)} observations in"):
        assert said in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("none.jsonl",), 1, "error: none.jsonl: there is no such file"),
        ((), 2, "Missing argument"),
        (("pyproject.toml", "--learn", "soon"), 2, "is no duration"),
        (("pyproject.toml", "--machines", "none.toml"), 2, "there is no file none.toml"),
        (("pyproject.toml", "--thresholds", "none.toml"), 1, "error: none.toml: there is no such file"),
        (("LICENSE",), 1, "error: there is no message in what was given"),
    ],
)
def test_command_tells_what_is_wrong_without_a_traceback(arguments: tuple[str, ...], code: int, told: str):
    done = stethos("replay", *arguments)
    assert done.returncode == code
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_matter(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(line.data for line in MANY) * 3)
    done = subprocess.run(
        f"{sys.executable} -m stream.cli.main replay {path} --json | head -n 1",
        shell=True, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout.startswith('{"type":"health"')
    assert done.stderr == ""


@pytest.mark.recordings
@pytest.mark.slow
def test_the_contract_with_readers_of_replay_is_kept(recordings_path: Path):
    tool = recordings_path.parent / "tools" / "check_contract.py"
    stethos_command = Path(sys.executable).with_name("stethos")
    done = subprocess.run(
        [sys.executable, tool, stethos_command, "replay"], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.stdout.strip() == "contract: kept", done.stdout
    assert done.returncode == 0
