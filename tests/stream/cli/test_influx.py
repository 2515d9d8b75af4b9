"""What `stethos influx setup` says of the token's file, without a server."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stream.cli import influx


@pytest.fixture(autouse=True)
def prepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start in an empty folder, with a server that is as it should be."""
    monkeypatch.delenv("STETHOS_SETTINGS", raising=False)
    monkeypatch.setattr(influx, "prepare", lambda _: ())
    monkeypatch.chdir(tmp_path)


def said(*arguments: str) -> str:
    done = CliRunner().invoke(influx.app, ["setup", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_the_line_for_the_settings_names_the_file_that_was_written(tmp_path: Path):
    Path("stethos.toml").write_text("partitions = 4", "utf-8")
    assert 'put token_file = "var/token" into' in said("--token-file", "var/token")
    Path("plant").mkdir()
    Path("plant/stethos.toml").write_text("partitions = 4", "utf-8")
    assert f'put token_file = "{tmp_path}/var/token" into' in said(
        "--settings", "plant/stethos.toml", "--token-file", "var/token"
    )


def test_nothing_is_to_do_where_the_settings_name_that_file():
    Path("plant").mkdir()
    Path("plant/stethos.toml").write_text('[influxdb]\ntoken_file = "token"', "utf-8")
    assert "next" not in said("--settings", "plant/stethos.toml", "--token-file", "plant/token")
    assert "next" not in said("--settings", "plant/stethos.toml")
