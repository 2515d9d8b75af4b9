import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from models.errors import RecordingError
from stream.cli.analyze import analyze
from tests.stream.analysis.files import BEARING, RATE_HZ, faulty_g, message, sound_g, write_messages

STETHOS = Path(sys.executable).with_name("stethos")


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(analyze)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def faulty(tmp_path):
    return write_messages(tmp_path / "泵.jsonl", [message(faulty_g())])


def test_json_is_one_object_a_line_and_nothing_else(run, faulty):
    result = run(faulty, "--bearing", BEARING, "--power", "37", "--mounting", "rigid", "--json")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert {"machine", "point", "seconds", "quality", "indicators", "severity", "diagnosis"} <= found.keys()
    assert found["quality"] == {"ok": True, "flags": []}
    assert found["severity"]["zone"] == "A"
    assert found["diagnosis"]["verdict"] == "bearing_outer_race"
    best = found["diagnosis"]["hypotheses"][0]
    assert best["fault"] == "bearing_outer_race"
    assert {"expected_hz", "found_hz", "prominence", "harmonics", "band_hz", "text_en", "text_zh"} <= best[
        "evidence"
    ][0].keys()


def test_a_finding_exits_1_only_if_asked(run, faulty, tmp_path):
    sound = write_messages(tmp_path / "sound.jsonl", [message(sound_g())])
    for file, extra, code in ((faulty, (), 0), (faulty, ("--exit-code",), 1), (sound, ("--exit-code",), 0)):
        assert run(file, "--bearing", BEARING, *extra).exit_code == code


def test_one_object_for_each_machine_and_point_and_a_choice_of_them(run, tmp_path):
    places = [("P1", "DE"), ("P1", "NDE"), ("F2", "DE")]
    file = write_messages(
        tmp_path / "a.jsonl", [message(sound_g(1.0), machine=machine, point=point) for machine, point in places]
    )

    def found(*extra):
        lines = run(file, "--json", *extra).stdout.splitlines()
        return [(json.loads(line)["machine"], json.loads(line)["point"]) for line in lines]

    assert found() == places
    assert found("--machine", "P1") == places[:2]
    assert found("--machine", "P1", "--point", "NDE") == places[1:2]
    assert run(file, "--machine", "P9").exit_code == 2


def test_the_report_in_chinese(run, faulty):
    result = run(faulty, "--bearing", BEARING, "--language", "zh")
    assert result.exit_code == 0
    assert "轴承外圈损伤" in result.stdout


def test_picture_and_page_are_written(run, faulty, tmp_path):
    picture, page = tmp_path / "图.png", tmp_path / "报告.html"
    result = run(faulty, "--bearing", BEARING, "--plot", picture, "--report", page, "--json")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "data:image/png;base64," in page.read_text("utf-8")


def test_each_point_gets_its_picture(run, tmp_path):
    blocks = [message(sound_g(1.0), point=point) for point in ("DE", "NDE")]
    file = write_messages(tmp_path / "a.jsonl", blocks)
    assert run(file, "--plot", tmp_path / "a.png", "--report", tmp_path / "a.html").exit_code == 0
    assert sorted(each.name for each in tmp_path.glob("*.png")) == ["a-2.png", "a.png"]
    assert (tmp_path / "a.html").read_text("utf-8").count("<section ") == 2


def test_every_format_gives_the_same_answer(run, tmp_path):
    samples = faulty_g(2.0)
    np.savez(tmp_path / "a.npz", acc_g=samples, fs_hz=RATE_HZ)
    np.savetxt(tmp_path / "a.csv", samples, header="acc_g", comments="")
    verdicts = []
    for name, extra in (("a.npz", ()), ("a.csv", ("--rate", RATE_HZ))):
        result = run(tmp_path / name, "--bearing", BEARING, "--speed", "1500", "--json", *extra)
        verdicts.append(json.loads(result.stdout)["diagnosis"]["verdict"])
    assert verdicts == ["bearing_outer_race"] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bearing", "no such bearing"),
        ("--bearing", "n=8,d=2,D=1"),
        ("--bearing", ""),
        ("--speed", "0"),
        ("--speed", "-5"),
        ("--speed", "nan"),
        ("--speed", "fast"),
        ("--rate", "0"),
        ("--rate", "12800"),  # a recording says it itself
        ("--unit", "furlong"),
        ("--scale", "0"),
        ("--scale", "inf"),
        ("--column", "1"),
        ("--key", "a"),
        ("--power", "-1"),
        ("--power", "nan"),
        ("--mounting", "floating"),
        ("--line-frequency", "-50"),
        ("--language", "klingon"),
        ("--kind", "time machine"),
        ("--kind", "pump", "--category", "IX"),
        ("--kind", "motor", "--category", "II"),
        ("--category", "II"),
        ("--packs", "packs.toml"),
        ("--nope",),
    ],
)
def test_wrong_usage_exits_with_2(run, faulty, arguments):
    result = run(faulty, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_file_that_cannot_be_read_is_one_line_and_exit_1(tmp_path):
    done = subprocess.run(
        [STETHOS, "analyze", tmp_path / "missing.csv"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "check the path" in done.stderr


def test_bad_lines_are_told_on_stderr_and_the_rest_is_judged(run, faulty):
    faulty.write_text("nonsense\n" + faulty.read_text("utf-8"), encoding="utf-8")
    result = run(faulty, "--json")
    assert result.exit_code == 0
    assert ":1: " in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_a_place_that_cannot_be_written_is_told(run, faulty, tmp_path):
    result = run(faulty, "--plot", tmp_path / "none" / "a.png")
    assert "cannot be written" in str(result.exception)


def test_the_pack_of_a_kind_gives_limits_and_what_to_check(run, faulty):
    known = ("--bearing", BEARING, "--power", "45", "--mounting", "rigid")

    def found(*extra):
        result = run(faulty, *known, *extra, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    plain, pump = found(), found("--kind", "泵", "--category", "II")
    assert plain["severity"]["boundaries_mm_s"] == [1.4, 2.8, 4.5]
    assert (plain["pack"], plain["severity"]["source"]) == ("", "ISO 20816-3")
    assert pump["severity"]["boundaries_mm_s"] == [3.2, 5.1, 8.5]
    assert pump["pack"] == "pump"
    assert "10816-7" in pump["severity"]["source"]
    first, second = (each["diagnosis"]["hypotheses"][0] for each in (plain, pump))
    assert first["fault"] == second["fault"] == "bearing_outer_race"
    assert (first["confidence"], plain["indicators"]) == (second["confidence"], pump["indicators"])
    spindle = found("--kind", "spindle")["severity"]
    assert (spindle["zone"], spindle["boundaries_mm_s"], spindle["why_none"]) == (None, None, "none_for_kind")


def test_without_power_and_mounting_no_kind_has_a_zone(run, faulty):
    for extra in (("--category", "BV-3", "--mounting", "rigid"), ("--power", "45"), ()):
        severity = json.loads(run(faulty, "--kind", "fan", *extra, "--json").stdout)["severity"]
        assert (severity["zone"], severity["why_none"]) == (None, "unknown_machine")


def test_reports_of_a_kind_name_the_source_and_where_to_look(run, tmp_path):
    shaking = 0.35 * np.sin(2 * np.pi * 25.0 * np.arange(int(4 * RATE_HZ)) / RATE_HZ)
    file = write_messages(tmp_path / "a.jsonl", [message(sound_g(4.0) + shaking)])
    page = tmp_path / "a.html"
    known = ("--kind", "pump", "--category", "I", "--power", "45", "--mounting", "rigid")
    english = run(file, *known, "--report", page).stdout
    assert "ISO 10816-7" in english.replace("\n", "")
    assert "Look first at" in english
    assert "首先检查" in run(file, *known, "--language", "zh").stdout
    assert "Look first at" in page.read_text("utf-8")
    assert "Look first at" not in run(file, "--power", "45", "--mounting", "rigid").stdout


def test_a_factory_s_own_pack_is_read(run, faulty, tmp_path):
    own = tmp_path / "packs.toml"
    own.write_text(
        '[[pack]]\nid = "press"\nname = { en = "press", zh = "冲床" }\nkinds = ["冲床"]\n'
        'scope = { en = "Hall 2.", zh = "二车间。" }\n'
        '[[pack.zones]]\nmm_s = [0.001, 0.002, 0.003]\nsource = "our rule 7"\n'
        '[[pack.faults]]\nfault = "bearing_outer_race"\nname = { en = "worn", zh = "磨损" }\n'
        'sign = { en = "Rattle.", zh = "异响。" }\ncheck = { en = "Call Wang Wei.", zh = "联系王伟。" }\n',
        encoding="utf-8",
    )
    known = ("--kind", "冲床", "--packs", own, "--power", "45", "--mounting", "rigid", "--bearing", BEARING)
    found = json.loads(run(faulty, *known, "--json").stdout)
    severity = found["severity"]
    assert (severity["zone"], severity["source"], severity["look"]) == ("D", "our rule 7", None)
    first = found["diagnosis"]["hypotheses"][0]
    assert (first["fault"], first["next_check_en"]) == ("bearing_outer_race", "Call Wang Wei.")
    assert "联系王伟" in run(faulty, *known, "--language", "zh").stdout


def test_own_bearings(run, faulty, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[bearing]]\ndesignation = "自制-1"\nsource = "drawing 12"\nrolling_elements = 9\n'
        "element_diameter = 7.94\npitch_diameter = 39.04\n",
        encoding="utf-8",
    )
    result = run(faulty, "--bearing", "自制-1", "--catalogue", own, "--json")
    found = json.loads(result.stdout)
    assert found["bearing"]["source"] == "drawing 12"
    assert found["diagnosis"]["verdict"] == "bearing_outer_race"
    assert run(faulty, "--bearing", "自制-1").exit_code == 2


def test_without_matplotlib_the_error_names_the_extra(faulty, tmp_path):
    script = (
        "import sys; sys.modules['matplotlib'] = None; sys.argv = ['stethos', 'analyze', *sys.argv[1:]]\n"
        "from stream.cli.main import main; main()"
    )
    command = [sys.executable, "-c", script, str(faulty)]
    done = subprocess.run(
        [*command, "--plot", str(tmp_path / "a.png")], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'stethos[plot]'" in done.stderr
    plain = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, timeout=60)
    assert plain.returncode == 0, plain.stderr


def test_nothing_is_read_from_a_recording_without_vibration(run, tmp_path):
    (tmp_path / "a.jsonl").write_text("{}\n", encoding="utf-8")
    result = run(tmp_path / "a.jsonl")
    assert isinstance(result.exception, RecordingError)


@pytest.mark.recordings
@pytest.mark.slow
def test_the_contract_is_kept(recordings_path):
    contract = recordings_path.parent / "tools" / "check_contract.py"
    done = subprocess.run(
        [sys.executable, contract, STETHOS, "analyze"],
        capture_output=True, text=True, check=False, timeout=300, env=os.environ,
    )  # fmt: skip
    assert done.stdout.strip() == "contract: kept", done.stdout + done.stderr
    assert done.returncode == 0
