"""What `stethos store` asks and says, on the embedded store; InfluxDB's copies are tested beside their code."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from models.errors import ConfigurationError
from stream.cli.store import app
from stream.stores.sqlite.file import connect


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("STETHOS_SETTINGS", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("stethos.toml").write_text('[sqlite]\npath = "stethos.db"\n', "utf-8")
    with closing(connect(Path("stethos.db"))) as connection:
        connection.execute("INSERT INTO health VALUES ('A', 1, '', 50, 'watch', '{}')")
    return Path("stethos.db")


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=answer)


def rows(store: Path) -> int:
    with closing(sqlite3.connect(store)) as connection:
        return int(connection.execute("SELECT count(*) FROM health").fetchone()[0])


def test_a_copy_is_made_and_brought_back_once_somebody_agrees(store: Path):
    assert run("backup", "copy").output.startswith("copy: 0.")
    assert run("clear", answer="n\n").exit_code == 1
    assert rows(store) == 1
    assert "stethos.db is empty" in run("clear", answer="y\n").output
    assert rows(store) == 0
    assert run("restore", "copy", answer="\n").exit_code == 1
    assert rows(store) == 0
    asked = run("restore", "copy", answer="y\n")
    assert "Replace all that stethos.db holds by copy?" in asked.output
    assert "stethos.db holds what copy held" in asked.output
    assert rows(store) == 1


def test_influxdb_wants_the_administrators_token_and_the_error_says_where_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STETHOS_STORE", "influxdb")
    for arguments in (("backup", "copy"), ("restore", "copy", "--yes")):
        refused = run(*arguments).exception
        assert isinstance(refused, ConfigurationError)
        assert "stethos influx setup --admin-token-file FILE" in str(refused)
