"""`stethos import` makes recordings that `replay` and `publish` read."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from models.errors import RecordingError
from stream.cli.import_files import import_files
from stream.cli.replay import replay
from stream.messages.measurements import Reading, Temperature, Vibration, decode

RATE = 1000.0
SINE = 0.5 * np.sin(2 * np.pi * 50 * np.arange(25_000) / RATE)


@pytest.fixture
def run():
    app = typer.Typer()
    app.command("import")(import_files)
    app.command("replay")(replay)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def lines(file):
    return [decode(line) for line in file.read_bytes().splitlines()]


def trend(tmp_path, stamps, header="Time,winding (°C),flow,pressure (bar)"):
    rows = [f"{stamp},{60 + k % 3},{12.5 + k % 5},{'' if k == 3 else 4.5}" for k, stamp in enumerate(stamps)]
    file = tmp_path / "2025.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def test_a_waveform_becomes_blocks_that_follow_each_other(run, tmp_path):
    table = tmp_path / "泵.csv"
    rows = ["Time (s),acc (g)", *(f"{k / RATE},{value:.6f}" for k, value in enumerate(SINE))]
    table.write_text("\n".join(rows), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    known = ("import", table, "--machine", "P-101", "--output", out, "--speed", "1480")
    assert "--begins TIME" in str(run(*known).exception)
    assert not out.exists()
    done = run(*known, "--begins", "2025-11-04T10:25:14", "--zone", "Asia/Shanghai", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["messages"] == {"vibration": 3}
    found = lines(out)
    assert all(isinstance(each, Vibration) for each in found)
    assert found[0].time == datetime(2025, 11, 4, 2, 25, 14, tzinfo=UTC)
    assert [before.end_us for before in found[:-1]] == [after.time_us for after in found[1:]]
    assert np.allclose(np.concatenate([each.waveform() for each in found]), SINE, atol=1e-6)
    assert {(each.machine, each.point, each.speed, each.unit) for each in found} == {("P-101", "acc", 1480.0, "g")}


def test_numbers_since_1970_tell_when_a_waveform_began(run, tmp_path):
    rows = ["timestamp,acc (g)", *(f"{1_762_250_400_000 + k},{value:.6f}" for k, value in enumerate(SINE[:2000]))]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    done = run("import", tmp_path / "a.csv", "--machine", "P-101")
    assert done.exit_code == 0, done.output
    assert decode(done.stdout.splitlines()[0].encode()).time == datetime(2025, 11, 4, 10, 0, tzinfo=UTC)
    assert "1 x vibration" in done.stderr


@pytest.mark.parametrize(
    ("stamps", "options"),
    [
        ([f"2025-11-04 10:{m:02d}:00" for m in range(30)], ()),
        ([f"2025-11-04T18:{m:02d}:00+08:00" for m in range(30)], ()),
        ([f"04.11.2025 18:{m:02d}" for m in range(30)], ("--zone", "Asia/Shanghai", "--date-order", "dmy")),
        ([f"11/4/2025 10:{m:02d}:00 AM" for m in range(30)], ("--date-order", "mdy")),
        ([str(1_762_250_400 + 60 * m) for m in range(30)], ()),
        ([str((1_762_250_400 + 60 * m) * 1000) for m in range(30)], ()),
    ],
)
def test_trends_become_readings_and_temperatures_and_are_replayed(run, tmp_path, stamps, options):
    out = tmp_path / "out.jsonl.gz"
    done = run("import", trend(tmp_path, stamps), "--trend", "--machine", "P-101", "--output", out, *options)
    assert done.exit_code == 0, done.output + str(done.exception)
    judged = run("replay", out, "--json")
    assert judged.exit_code == 0, judged.output + str(judged.exception)
    healths = [json.loads(line) for line in judged.stdout.splitlines()]
    assert sum(each["type"] == "health" for each in healths) == 60
    plain = tmp_path / "plain.jsonl"
    assert (
        run(
            "import", trend(tmp_path, stamps), "--trend", "--machine", "P-101", "--output", plain, *options
        ).exit_code
        == 0
    )
    found = lines(plain)
    assert found[0].time == datetime(2025, 11, 4, 10, 0, tzinfo=UTC)
    assert [type(each) for each in found[:2]] == [Temperature, Reading]
    assert (found[0].point, found[0].value, found[0].unit) == ("winding", 60.0, "C")
    assert found[1].values == {"flow": 12.5, "pressure (bar)": 4.5}
    assert found[7].values == {"flow": 15.5}, "what is empty is no value"


@pytest.mark.parametrize(
    ("stamps", "header", "told"),
    [
        ([f"04/11/2025 10:{m:02d}" for m in range(30)], None, "--date-order dmy or mdy"),
        ([f"10:{m:02d}:00" for m in range(30)], None, "has no date"),
        ([str(60 * m) for m in range(30)], None, "how long after, not when"),
        ([f"2025-11-04 10:{m:02d}" for m in range(30)], "Time,a,a,b", "two columns are called 'a'"),
        (["nonsense"] * 30, None, "'nonsense' is no time"),
    ],
)
def test_trends_that_leave_something_open_are_refused_with_the_fix(run, tmp_path, stamps, header, told):
    file = trend(tmp_path, stamps, **({"header": header} if header else {}))
    result = run("import", file, "--trend", "--machine", "P-101", "--output", tmp_path / "o.jsonl")
    assert isinstance(result.exception, RecordingError)
    assert told in str(result.exception)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--machine", ""),
        ("--machine", "a/b"),
        ("--zone", "Moon"),
        ("--begins", "soon"),
        ("--unit", "furlong"),
        ("--scale", "0"),
    ],
)
def test_wrong_usage_exits_with_2(run, tmp_path, wrong):
    known = {"--machine": "P-101", "--output": str(tmp_path / "o.jsonl")} | dict([wrong])
    file = trend(tmp_path, [f"2025-11-04 10:{m:02d}" for m in range(9)])
    assert run("import", file, *(part for pair in known.items() for part in pair)).exit_code == 2
