"""What the doctor says of measurements that come and are not judged, as the store keeps it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from models.outputs import Intake
from stream.config.settings import Settings
from stream.doctor.intake import check_intake, told
from stream.stores.sqlite.file import connect
from stream.stores.sqlite.store import SqliteStore
from tests.stream.doctor.checks import good_in, states

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def intake(machine="P-9", *, received=100, **counts):
    return Intake(machine=machine, time=NOW, since=NOW - timedelta(hours=1), received=received, **counts)


@pytest.mark.parametrize(
    ("record", "found", "fix"),
    [
        (
            intake(future=100, measured=NOW + timedelta(hours=8), arrived=NOW),
            "100 of 100 measurements within 1 h are stamped ahead of their time (the last one by 8 h)",
            "set the clock of the sender",
        ),
        (intake(duplicates=50), "50 of 100 measurements within 1 h had come before", "look at the gateway"),
        (intake(late=99), "99 of 100 measurements within 1 h came late", "oldest first"),
        (intake(crowded=36), "36 of 100 measurements within 1 h are of points beyond the 64", "give points names"),
        (intake(put_aside=10), "10 of 100 messages within 1 h could not be read", "dead-letter"),
        (
            intake(received=1, unjudged=7, arrived=NOW, measured=NOW + timedelta(hours=8)),
            "7 measurements in a row have come and none could be judged, the last one stamped 8 h ahead",
            "set the clock of the sender",
        ),
        (
            intake(unjudged=7, arrived=NOW),
            "7 measurements in a row have come and none could be judged",
            "look at the sender",
        ),
    ],
)
def test_a_machine_is_named_with_counts_cause_and_fix(record, found, fix):
    (said,) = told([record, intake("sound", late=5)], NOW)
    assert said.state == "warning"
    assert said.found.startswith(f"P-9: {found}")
    assert fix in said.fix


def test_several_reasons_stand_in_one_line_with_the_likeliest_cause_first():
    (said,) = told([intake(future=50, late=20)], NOW)
    assert said.found.index("ahead of their time") < said.found.index("came late")
    assert said.fix.startswith("set the clock")


def test_many_machines_are_named_in_few_lines():
    said = list(told([intake(f"M{i:03}", late=50) for i in range(40)], NOW))
    assert len(said) == 11
    assert said[-1].found.startswith("so it is with 30 more machines: M010, ")


def test_strangers_are_told_in_one_line_with_what_to_do():
    some = [intake(f"*{k}", put_aside=100, strangers=("p-101",), stranger_count=1000 if k else 1) for k in range(2)]
    (said,) = told(some, NOW)
    assert said.found.startswith("1001 or more machines that nobody has described sent 200 messages")
    assert "machines.toml" in said.fix


def test_a_store_is_read_as_it_is(tmp_path):
    path = tmp_path / "stethos.db"
    settings = Settings(sqlite={"path": path})
    assert good_in(check_intake(settings)), "there is no file yet"
    assert not path.exists()

    async def write():
        store = SqliteStore(path)
        await store.open()
        await store.write([intake(late=100)])
        await store.close()

    asyncio.run(write())
    (said,) = states(check_intake(settings, NOW.timestamp))["warning"]
    assert said.found.startswith("P-9: ")
    connection = connect(path)
    connection.execute("DROP TABLE intake")
    connection.close()
    assert good_in(check_intake(settings, NOW.timestamp)), "a file of a version before has no such table"


def test_a_damaged_file_is_told_where_the_store_is_looked_at(tmp_path):
    path = tmp_path / "stethos.db"
    path.write_bytes(b"no database at all" * 100)
    assert list(check_intake(Settings(sqlite={"path": path}))) == []
