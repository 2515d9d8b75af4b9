"""What the doctor says of many machines that one cause has taken along, from the alerts that stand in the store."""

import asyncio
from datetime import timedelta

from models.advice.groups import gather
from stream.config.settings import Settings
from stream.doctor.groups import check_groups, told_of_groups
from stream.stores.sqlite.store import SqliteStore
from tests.models.advice.made_up import dead, machines, moment
from tests.stream.doctor.checks import good_in
from tests.stream.web.fleets import health


def machines_toml(folder, described):
    text = "".join(
        f'[[machine]]\nid = "{name}"\ngateway = "{where.gateway}"\n' for name, where in described.items()
    )
    (folder / "machines.toml").write_text(text, "utf-8")


def test_a_gateway_is_one_line_that_says_where_to_look():
    found = gather(dead(300), {**machines(300), **machines(20, "gw-2")}, moment(6))
    (said,) = told_of_groups(found)
    assert said.state == "warning"
    assert said.found.startswith("gateway gw-1: 300 of 300 machines silent since 2027-")
    assert "look at the gateway" in said.fix


def test_many_places_are_named_in_few_lines_and_none_is_well():
    where = {"alone": machines(1)["gw-1-000"]}
    alerts = []
    for number in range(40):
        where |= machines(3, f"g{number:02}")
        alerts += dead(3, 10.0 * number, f"g{number:02}")
    said = list(told_of_groups(gather(alerts, where, moment(500))))
    assert len(said) == 11
    assert said[-1].found == "so it is at 30 more places"
    assert good_in(told_of_groups(()))


def test_a_store_is_read_as_it_is(tmp_path):
    path = tmp_path / "stethos.db"
    described = {**machines(30), **machines(5, "gw-2")}
    machines_toml(tmp_path, described)
    settings = Settings(sqlite={"path": path}, machines=tmp_path / "machines.toml")
    now = moment(30)
    assert good_in(check_groups(settings, now.timestamp))
    assert not path.exists()

    async def write() -> None:
        store = SqliteStore(path)
        await store.open()
        await store.write([*dead(30), *(health(name, "x", now - timedelta(hours=1)) for name in described)])
        await store.close()

    asyncio.run(write())
    (said,) = check_groups(settings, now.timestamp)
    assert said.found.startswith("gateway gw-1: 30 of 30 machines silent since")
    (tmp_path / "machines.toml").write_text("[[machine", "utf-8")
    assert list(check_groups(settings, now.timestamp)) == [], "of the file another line tells"


def test_machines_that_have_left_are_not_missing(tmp_path):
    """Of a gateway with sixty machines that have left, two that fall silent are all that there is."""
    described = {**machines(2), **machines(30, "old"), **machines(30, "gone")}
    described = dict.fromkeys(described, machines(1)["gw-1-000"]) | machines(5, "gw-2")
    machines_toml(tmp_path, described)
    settings = Settings(sqlite={"path": tmp_path / "stethos.db"}, machines=tmp_path / "machines.toml")
    now = moment(30)
    before = now - timedelta(hours=1)
    left = [
        health(name, "", before + timedelta(seconds=1), guard=guard, score=None, status="not_judged")
        for guard, place in (("retired", "old"), ("forgotten", "gone"))
        for name in machines(30, place)
    ]

    async def write() -> None:
        store = SqliteStore(tmp_path / "stethos.db")
        await store.open()
        await store.write([*dead(2), *(health(name, "x", before) for name in described), *left])
        await store.close()

    asyncio.run(write())
    (said,) = check_groups(settings, now.timestamp)
    assert said.found.startswith("gateway gw-1: 2 of 2 machines silent since")
