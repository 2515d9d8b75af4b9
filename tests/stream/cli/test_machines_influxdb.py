"""`stethos machines` on a real InfluxDB: who is listed, and whose results are deleted."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from models.clock import to_datetime
from models.outputs import Action
from stream.cli import roster
from stream.cli.machines import app
from tests.stream.stores.outputs import START, alert, at, health, row

pytestmark = pytest.mark.influxdb

GONE, STAYS, RETIRED = "命令 1", "命令 2", "命令 10"


@pytest.fixture
def store(influxdb, monkeypatch, tmp_path):
    monkeypatch.delenv("STETHOS_SETTINGS", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STETHOS_STORE", "influxdb")
    monkeypatch.setenv("STETHOS_INFLUXDB__URL", influxdb.url)
    monkeypatch.setenv("STETHOS_INFLUXDB__TOKEN_FILE", str(influxdb.token_file))
    return influxdb


def write(server, *outputs):
    async def main():
        store = server.store()
        await store.open()
        try:
            await store.write(outputs)
        finally:
            await store.close()

    asyncio.run(main())


def run(*arguments):
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "300"})
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def ours():
    lines = [json.loads(line) for line in run("list", "--json").splitlines()]
    return {each["machine"]: each for each in lines if each["machine"].startswith("命令")}


def test_machines_are_listed_and_one_is_deleted(store, monkeypatch):
    retired = health(RETIRED, START, point="", status="not_judged", score=None, guard="retired")
    low = alert(STAYS, priority="low")
    write(store, row(GONE, rms_g=0.5), health(GONE), health(STAYS, at(1)), low, retired)
    assert list(ours()) == [GONE, STAYS, RETIRED]
    assert [each["status"] for each in ours().values()] == ["healthy", "healthy", "retired"]
    assert ours()[STAYS]["open_alerts"] == {"low": 1}

    def worked(messages, _settings):
        """Do the worker's part."""
        (message,) = messages
        end = to_datetime(message.time_us)
        gone = {"score": None, "status": "not_judged", "guard": "forgotten"}
        write(
            store,
            health(GONE, end, **gone),
            health(GONE, end, point="", **gone),
            Action(machine=GONE, point="", time=end, kind="forget", by=message.by),
        )

    monkeypatch.setattr(roster, "send_actions", worked)
    told = run("forget", GONE, "--reason", "打错了", "--results", "--yes")
    assert "what the store held of it is deleted" in told
    assert list(ours()) == [STAYS, RETIRED]
