"""How a missing server ends a test, and how one is built once."""

from pathlib import Path

import pytest
from _pytest.outcomes import Failed, Skipped

from tests.services import influxdb
from tests.services.required import required, unavailable


def test_what_is_missing_skips_here_and_fails_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(Skipped, match="no java: install default-jre-headless"):
        unavailable("no java: install default-jre-headless")
    with pytest.raises(Skipped):
        required(None, "no java")
    required("/usr/bin/java", "no java")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Failed, match="required under CI=true: no java"):
        required("", "no java")


@pytest.fixture
def build_with(monkeypatch, tmp_path):
    """Give a function that builds with a script of its own into an empty cache."""
    monkeypatch.setenv("STETHOS_CACHE", str(tmp_path / "cache"))

    def build(script):
        path = tmp_path / "build.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(influxdb, "_BUILD_SCRIPT", path)
        told = []
        return influxdb.binary(told.append), told

    return build


def test_the_binary_is_built_once_and_kept(build_with, tmp_path):
    target, told = build_with('echo built >> "$2"')
    assert target == tmp_path / "cache" / f"influxd-{influxdb.VERSION}" / "influxd"
    assert target.read_text() == "built\n"
    assert len(told) == 1
    assert f"log in {target.with_name('build.log')}" in told[0]
    assert build_with('echo again >> "$2"') == (target, [])
    assert target.read_text() == "built\n"


def test_a_build_that_fails_says_what_its_last_words_were(build_with):
    with pytest.raises(influxdb.ServerMissingError, match="influxd needs clang to build"):
        build_with("echo much; echo influxd needs clang to build >&2; exit 1")


@pytest.mark.recordings
def test_the_recordings_are_found(recordings_path):
    assert isinstance(recordings_path, Path)
    assert (recordings_path / "README.md").is_file()


@pytest.mark.influxdb
def test_a_server_stops_and_starts_on_the_same_port_with_its_data(influxd):
    with influxdb.running(influxd) as server:
        server.stop()
        assert not server._ready()
        server.start()
        assert server._ready()
        process = server._process
    assert process.poll() is not None
