"""Relative paths of a settings file are taken from its folder; those of variables from the working directory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from stream.config.machines import load_fleet
from stream.config.settings import Settings, load_settings
from stream.config.settings_paths import with_paths_from
from stream.doctor.files import check_files
from stream.kafka.groups import worker_identity
from tests.stream.doctor.checks import states


def paths_in(model: type[BaseModel], *above: str) -> Iterator[tuple[str, ...]]:
    """Give the keys of each setting that is a path."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from paths_in(kind, *above, name)
        elif Path in (kind, *get_args(kind)):
            yield *above, name


PATHS = list(paths_in(Settings))


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start in a folder that isn't the one of the settings file."""
    monkeypatch.delenv("STETHOS_SETTINGS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "started").mkdir()
    monkeypatch.chdir(tmp_path / "started")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = tmp_path / "电厂 1"
    folder.mkdir()
    return folder


def written(folder: Path, keys: tuple[str, ...], value: str) -> Path:
    *section, key = keys
    file = folder / "stethos.toml"
    file.write_text("".join(f"[{name}]\n" for name in section) + f"{key} = '{value}'\n", "utf-8")
    return file


def read(settings: Settings, keys: tuple[str, ...]) -> Path:
    value: Any = settings
    for key in keys:
        value = getattr(value, key)
    assert isinstance(value, Path)
    return value


def loaded_by_name(file: Path, _: pytest.MonkeyPatch) -> Settings:
    return load_settings(file)


def loaded_by_relative_name(file: Path, _: pytest.MonkeyPatch) -> Settings:
    return load_settings(Path("..") / file.parent.name / file.name)


def loaded_by_variable(file: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("STETHOS_SETTINGS", f"../{file.parent.name}/{file.name}")
    return load_settings()


Loading = Callable[[Path, pytest.MonkeyPatch], Settings]
WAYS = pytest.mark.parametrize("load", [loaded_by_name, loaded_by_relative_name, loaded_by_variable])
EACH = pytest.mark.parametrize("keys", PATHS, ids=".".join)


def test_the_settings_that_are_paths_are_found():
    assert {".".join(keys) for keys in PATHS} >= {"machines", "catalogue", "sqlite.path", "influxdb.token_file"}


@WAYS
@EACH
@pytest.mark.parametrize("value", ["some.toml", "./var/some", "设备/机器.toml", "C:\\some"])
def test_a_relative_path_is_below_the_folder_of_the_file(
    load: Loading, keys: tuple[str, ...], value: str, plant: Path, monkeypatch: pytest.MonkeyPatch
):
    found = read(load(written(plant, keys, value), monkeypatch), keys)
    assert found.is_absolute()
    assert found.resolve() == plant / value


@WAYS
@EACH
def test_a_full_path_and_one_of_home_stay_what_they_are(
    load: Loading, keys: tuple[str, ...], plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert read(load(written(plant, keys, "/srv/some"), monkeypatch), keys) == Path("/srv/some")
    assert read(load(written(plant, keys, "~/some"), monkeypatch), keys) == tmp_path / "home/some"
    assert read(load(written(plant, keys, "~nobody-here/x"), monkeypatch), keys).name == "x"


@WAYS
@EACH
def test_from_the_file_s_own_folder_a_path_stays_as_it_is_written(
    load: Loading, keys: tuple[str, ...], plant: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(plant)
    assert read(load(written(plant, keys, "var/some"), monkeypatch), keys) == Path("var/some")


@EACH
def test_a_variable_s_path_is_the_working_directory_s(
    keys: tuple[str, ...], plant: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STETHOS_" + "__".join(keys).upper(), "var/some")
    assert read(load_settings(written(plant, keys, "other")), keys) == Path("var/some")


def test_a_file_that_is_a_link_belongs_to_the_folder_of_the_link(plant: Path, tmp_path: Path):
    (tmp_path / "..data").mkdir()
    (plant / "stethos.toml").symlink_to(written(tmp_path / "..data", ("machines",), "some.toml"))
    assert load_settings(plant / "stethos.toml").machines == plant / "some.toml"


def test_paths_are_found_in_whatever_a_setting_may_be_made_of(tmp_path: Path):
    class Inner(BaseModel):
        file: Path | None = None
        text: str = ""

    class Outer(BaseModel):
        several: list[Path] = []
        named: dict[str, Path] = {}
        inner: Inner | None = None
        inners: list[Inner] = []
        texts: list[str] = []

    content = {
        "several": ["a", "/b"],
        "named": {"x": "c"},
        "inner": {"file": "d", "text": "e"},
        "inners": [{"file": "f"}],
        "texts": ["g"],
        "unknown": "h",
        "wrong": 5,
    }
    assert with_paths_from(tmp_path, content, Outer) == {
        "several": [tmp_path / "a", Path("/b")],
        "named": {"x": tmp_path / "c"},
        "inner": {"file": tmp_path / "d", "text": "e"},
        "inners": [{"file": tmp_path / "f"}],
        "texts": ["g"],
        "unknown": "h",
        "wrong": 5,
    }


def test_machines_beside_the_file_are_read_and_those_of_the_working_directory_where_there_are_none(
    plant: Path, monkeypatch: pytest.MonkeyPatch
):
    file = plant / "stethos.toml"
    file.write_text("partitions = 4", "utf-8")
    Path("machines.toml").write_text('[[machine]]\nid = "here"', "utf-8")
    assert set(load_fleet(load_settings(file)).machines) == {"here"}
    (plant / "machines.toml").write_text('[[machine]]\nid = "泵-1"', "utf-8")
    assert set(load_fleet(load_settings(file)).machines) == {"泵-1"}
    told = states(check_files(load_settings(file)))
    assert [result.found for result in told["good"]] == [f"{plant / 'machines.toml'}: 1 machine described"]
    assert "lies in this folder" in told["warning"][0].found
    monkeypatch.setenv("STETHOS_MACHINES", "machines.toml")
    assert set(load_fleet(load_settings(file)).machines) == {"here"}


def test_a_database_that_nobody_named_stays_in_the_working_directory(plant: Path):
    file = plant / "stethos.toml"
    file.write_text("partitions = 4", "utf-8")
    (plant / "var").mkdir()
    (plant / "var/stethos.db").touch()
    assert load_settings(file).sqlite == Settings().sqlite


def test_workers_are_told_apart_by_where_a_database_is_not_by_how_it_is_written(
    plant: Path, monkeypatch: pytest.MonkeyPatch
):
    file = written(plant, ("sqlite", "path"), "var/stethos.db")
    fleet = load_fleet(Settings())
    away = worker_identity(load_settings(file), fleet)
    assert away != worker_identity(Settings(), fleet), "which is another file, in the working directory"
    monkeypatch.chdir(plant)
    assert away == worker_identity(load_settings(file), fleet)
    here = worker_identity(Settings(), fleet)
    assert (away.version, away.judgement_digest) == (here.version, here.judgement_digest)
