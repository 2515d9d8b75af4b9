"""Which files the doctor says were read, and those that somebody may believe in though nobody reads them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.config.settings import Settings, load_settings
from stream.doctor import files
from stream.doctor.check_result import CheckResult
from stream.doctor.files import check_files, check_sources
from tests.stream.doctor.checks import good_in, only_wrong, states

ONE_MACHINE = '[[machine]]\nid = "泵-1"\n'


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("STETHOS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(files, "USUAL_FILE", tmp_path / "etc" / "stethos.toml")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    folder.mkdir()
    return folder


def looked_at(path: Path | None = None) -> Iterator[CheckResult]:
    yield from check_sources(path)
    yield from check_files(load_settings(path), path)


def warnings(path: Path | None = None) -> list[str]:
    return [result.found for result in states(looked_at(path))["warning"]]


def test_where_nobody_has_begun_defaults_are_fine(tmp_path: Path):
    assert good_in(looked_at()) == [
        "no settings file, so defaults",
        f"no {tmp_path}/here/machines.toml: each machine is judged by its own past alone",
    ]


def test_the_files_that_were_read_are_named_in_full_and_variables_by_name(
    plant: Path, monkeypatch: pytest.MonkeyPatch
):
    (plant / "stethos.toml").write_text(
        'catalogue = "own.toml"\nstore = "influxdb"\n[influxdb]\ntoken_file = "t"\n'
    )
    (plant / "own.toml").write_text("")
    (plant / "machines.toml").write_text(ONE_MACHINE, "utf-8")
    (plant / "t").write_text("hidden-token")
    (plant / "t").chmod(0o600)
    monkeypatch.setenv("STETHOS_SETTINGS", "../plant/stethos.toml")
    monkeypatch.setenv("STETHOS_BROKER", "hidden:9092")
    told = good_in(looked_at())
    assert told == [
        f"{plant}/stethos.toml; above it STETHOS_BROKER",
        f"{plant}/machines.toml: 1 machine described; bearings of {plant}/own.toml",
        f"token from {plant}/t",
    ]
    assert "hidden" not in str(told)


def test_settings_without_machines_are_told(plant: Path):
    (plant / "stethos.toml").write_text("partitions = 4")
    (said,) = states(looked_at(plant / "stethos.toml"))["warning"]
    assert said.found == f"no {plant}/machines.toml: each machine is judged by its own past alone"
    assert "name another as `machines`" in said.fix
    (plant / "machines.toml").write_text("# [[machine]]\n")
    (said,) = states(looked_at(plant / "stethos.toml"))["warning"]
    assert said.found.startswith(f"{plant}/machines.toml: 0 machines described")
    (plant / "machines.toml").write_text(ONE_MACHINE, "utf-8")
    assert not warnings(plant / "stethos.toml")


def test_a_machines_file_that_was_named_and_is_missing_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STETHOS_MACHINES", "/nowhere/machines.toml")
    (found,) = warnings()
    assert found.startswith("no /nowhere/machines.toml")


def test_other_settings_than_those_read_are_told(plant: Path, monkeypatch: pytest.MonkeyPatch):
    for folder in (plant, Path()):
        (folder / "stethos.toml").write_text("partitions = 4")
        (folder / "machines.toml").write_text(ONE_MACHINE, "utf-8")
    monkeypatch.setenv("STETHOS_SETTINGS", str(plant / "stethos.toml"))
    found = warnings()
    assert [each.partition(" ")[2] for each in found] == [
        f"lies in this folder, but {plant}/stethos.toml is read",
        f"lies in this folder, but {plant}/machines.toml is read",
    ]
    (also,) = warnings(Path("stethos.toml"))
    assert (
        also == f"{plant}/stethos.toml is what STETHOS_SETTINGS names, but {Path().absolute()}/stethos.toml is read"
    )
    monkeypatch.chdir(plant)
    assert not warnings()


def test_the_usual_file_is_told_where_no_other_was_named(plant: Path):
    files.USUAL_FILE.parent.mkdir()
    files.USUAL_FILE.write_text("partitions = 4")
    assert warnings() == [f"{files.USUAL_FILE} is there, but no file is read"]
    (plant / "stethos.toml").write_text("partitions = 4")
    (plant / "machines.toml").write_text(ONE_MACHINE, "utf-8")
    assert not warnings(plant / "stethos.toml"), "somebody chose"


def test_machines_beside_the_settings_that_a_key_overrides_are_told(plant: Path):
    (plant / "stethos.toml").write_text('machines = "other.toml"')
    for name in ("other.toml", "machines.toml"):
        (plant / name).write_text(ONE_MACHINE, "utf-8")
    assert warnings(plant / "stethos.toml") == [
        f"{plant}/machines.toml lies beside the settings, but {plant}/other.toml is read"
    ]
    (plant / "stethos.toml").write_text('machines = "machines.toml"')
    assert not warnings(plant / "stethos.toml")


def test_machines_that_cannot_be_read_or_name_unknown_bearings():
    Path("machines.toml").write_text('[[machine]]\nid = "P"\n[machine.bearings]\nA = "6205-2RS"\nB = "nobody\'s"\n')
    (found,) = warnings()
    assert found.endswith(": P B: nobody's")
    Path("machines.toml").write_text('[[machine]]\nid = "P"\nspeed_rpm = "fast"\n')
    said = only_wrong(check_files(Settings()))
    assert said.area == "machines"
    assert "speed_rpm" in said.found + said.fix


def test_a_token_that_everybody_may_read_is_told():
    Path("token").write_text("secret-token")
    Path("token").chmod(0o644)
    settings = Settings(store="influxdb", influxdb={"token_file": "token"})
    (said,) = states(check_files(settings))["warning"]
    assert said.fix == "chmod o-rwx token"
    assert "secret" not in said.found + said.fix
    Path("token").chmod(0o600)
    assert not states(check_files(settings))["warning"]
