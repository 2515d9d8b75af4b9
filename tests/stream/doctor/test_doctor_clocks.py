"""What the doctor says of senders' clocks, from the alerts that stand in the store."""

import asyncio

from models.clock import HOUR_US
from models.outputs import Alert
from stream.config.settings import Settings
from stream.doctor.clocks import check_clocks, told_of_clocks
from stream.stores.sqlite.store import SqliteStore
from tests.models.fold.observed import alerts, run, vibration
from tests.stream.doctor.checks import good_in


def ahead(machine: str = "pump") -> list[Alert]:
    made = (vibration(i, machine=machine) for i in range(5))
    _, outputs = run(
        [vibration(i, machine=machine, time_us=each.time_us + 8 * HOUR_US) for i, each in enumerate(made)]
    )
    return alerts(outputs)


def test_a_machine_whose_clock_is_ahead_is_named_with_by_how_much():
    (said,) = told_of_clocks(ahead())
    assert said.state == "warning"
    assert said.found.startswith("pump: drive-end: its clock is 8 h ahead")
    assert "time zone" in said.fix


def test_many_machines_are_named_in_few_lines_and_other_alerts_in_none():
    said = list(told_of_clocks([each for k in range(40) for each in ahead(f"M{k:02}")]))
    assert len(said) == 11
    assert said[-1].found.startswith("so it is with 30 more machines: M10, ")
    assert good_in(told_of_clocks([]))


def test_a_store_is_read_as_it_is(tmp_path):
    path = tmp_path / "stethos.db"
    settings = Settings(sqlite={"path": path})
    assert good_in(check_clocks(settings))
    assert not path.exists()

    async def write() -> None:
        store = SqliteStore(path)
        await store.open()
        await store.write(ahead())
        await store.close()

    asyncio.run(write())
    (said,) = check_clocks(settings)
    assert said.state == "warning"
