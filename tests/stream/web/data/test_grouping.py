"""From the fold through the store to the page: a gateway dies and comes back, one machine of it does not."""

import asyncio
from datetime import timedelta

import pytest

from models.machinery.machine import Machine
from models.outputs import Alert
from stream.stores.sqlite.store import SqliteStore
from stream.web.data.feed import Feed
from tests.stream.web.fleets import NOW, MemoryStore, health
from tests.stream.web.made_up import fleet, machine_page
from tests.stream.web.outage import LEFT, SICK, Plant, outage, plant

DIED = NOW - timedelta(minutes=58)
BACK = NOW - timedelta(minutes=18)
CLOCK = "08:02"


@pytest.fixture(scope="module")
def made():
    """The plant's descriptions, and what was stored before and after the gateway came back."""
    plant_ = plant(DIED)
    return plant_.machines, *outage(plant_, DIED, BACK, BACK + timedelta(minutes=17))


class Page:
    """A page's server that reads a store, at times of the test's own."""

    def __init__(self, folder, machines):
        self.now, self.machines, self.file = NOW, machines, folder / "results.db"
        self.store = SqliteStore(self.file)
        self.feed = Feed(self.store, machines, clock=lambda: self.now)

    async def at(self, now):
        self.now = now
        await self.feed.read()
        return self.feed.snapshot

    def show(self, language="en", opened=()):
        return fleet(self.feed.snapshot, machines=self.machines, clock=self.now, language=language, opened=opened)


def groups_of(shown):
    return [row for row in shown.attention if row.is_group]


def looks(folder, made, look):
    """Open a page over what was stored, and let `look` go through it."""
    machines, before, after = made

    async def run():
        store = SqliteStore(folder / "results.db")
        await store.open()
        page = Page(folder, machines)
        try:
            await look(page, lambda: store.write(before), lambda: store.write(after))
        finally:
            await page.feed.close()
            await store.close()

    asyncio.run(run())


def test_one_group_then_one_machine(tmp_path, made):
    async def look(page, dies, returns):
        await dies()
        await page.at(BACK + timedelta(seconds=1))
        shown = page.show()
        (group,) = groups_of(shown)
        assert group.name == f"Gateway gw-1: 300 machines silent since {CLOCK} (40 min)"
        (opened,) = groups_of(page.show(opened=(group.id,)))
        assert [member.status_text for member in opened.members[:3]] == [
            "Critical before it fell silent",
            "Warning before it fell silent",
            "No data",
        ]
        assert len(opened.members) == 300
        alone = [row for row in shown.attention if not row.is_group]
        assert {row.id: row.standing for row in alone} == dict(zip(SICK, ("critical", "warning"), strict=True))
        assert alone[0].why.startswith("Before it fell silent at 08:01: ")
        assert len(shown.rest) + len(alone) == 12, "every machine is somewhere, 298 of them in the group"
        first = page.feed.snapshot.groups[0].id

        await returns()
        await page.at(BACK + timedelta(minutes=5, seconds=1))
        (group,) = groups_of(page.show())
        assert group.name == f"Gateway gw-1: 1 of 300 machines silent since {CLOCK} (45 min)"
        assert page.feed.snapshot.groups[0].id == first

        await page.at(BACK + timedelta(minutes=11))
        shown = page.show()
        assert groups_of(shown) == []
        assert LEFT in [row.id for row in shown.attention if row.standing == "no_data"]

    looks(tmp_path, made, look)


def test_a_page_that_starts_anew_finds_the_same_groups(tmp_path, made):
    async def look(page, dies, returns):
        for happens, now in (
            (dies, BACK),
            (returns, BACK + timedelta(minutes=5)),
            (None, BACK + timedelta(minutes=11)),
        ):
            if happens:
                await happens()
            groups = (await page.at(now)).groups
            fresh = Page(tmp_path, page.machines)
            assert (await fresh.at(now)).groups == groups
            await fresh.feed.close()

    looks(tmp_path, made, look)


def test_in_chinese_too(tmp_path, made):
    async def look(page, dies, returns):
        await dies()
        await page.at(BACK + timedelta(seconds=1))
        shown = page.show("zh")
        (group,) = groups_of(shown)
        assert group.name == f"网关 gw-1：300台设备自{CLOCK}起无数据（已40分钟）"
        assert group.why.startswith("这些设备同时无数据：请检查网关及其电源和网络。")
        (opened,) = groups_of(page.show("zh", opened=(group.id,)))
        assert opened.members[0].status_text == "无数据之前：危险"
        alone = [row for row in shown.attention if not row.is_group]
        assert alone[0].why.startswith("08:01无数据之前：")

    looks(tmp_path, made, look)


def test_an_hour_of_silence_is_told_all_along_with_its_right_time(tmp_path, made):
    """That machines have fallen silent is stored too, and is no news of the plant."""
    machines, before, _ = made
    rows = [each for each in before if each.machine.startswith("gw-1")]
    rows.sort(key=lambda each: (isinstance(each, Alert), each.time))
    of_silence = [each for each in rows if isinstance(each, Alert) and each.rule == "no_data"]
    of_silence += [each for each in rows if getattr(each, "point", None) == "" and not isinstance(each, Alert)]
    told = {id(each) for each in of_silence}
    measured = [each for each in rows if id(each) not in told]
    assert len(of_silence) == 600

    async def run():
        store = SqliteStore(tmp_path / "results.db")
        await store.open()
        await store.write(measured[:-20])
        page = Page(tmp_path, {name: each for name, each in machines.items() if name.startswith("gw-1")})
        await page.at(DIED - timedelta(seconds=2))
        await store.write(measured[-20:])
        await page.at(DIED)
        assert page.show().notices == ()
        for minute in range(1, 61):
            if minute == 5:
                await store.write(of_silence[:300])
            if minute == 6:
                await store.write(of_silence[300:])
            await page.at(DIED + timedelta(minutes=minute))
            if minute >= 4:
                (notice,) = page.show().notices
                assert notice.title == f"No new data for {'1 h' if minute == 60 else f'{minute} min'}"
                assert "The last came in at 08:02:00" in notice.text
        assert groups_of(page.show())[0].name.startswith("Gateway gw-1: 300 machines silent")
        await page.feed.close()
        await store.close()

    asyncio.run(run())


def test_a_gateway_that_drops_out_again_and_again_is_one_row_that_says_so(tmp_path):
    """From the fifth time on its alerts stay open, also while data come."""
    began = NOW - timedelta(hours=6)
    made = Plant(began, gateways={"gw-1": 8, "gw-2": 3})
    for number in range(6):
        at = began + timedelta(minutes=50 * number)
        made.waits({"gw-1"}, at, at + timedelta(minutes=29))
        made.goes_on({"gw-1"}, at + timedelta(minutes=30), at + timedelta(minutes=50))
    made.goes_on({"gw-2"}, began, began + timedelta(hours=5))
    outputs = made.taken()

    async def run():
        store = SqliteStore(tmp_path / "results.db")
        await store.open()
        await store.write(outputs)
        page = Page(tmp_path, made.machines)
        await page.at(began + timedelta(hours=5))
        shown = page.show()
        await page.feed.close()
        await store.close()
        return shown

    shown = asyncio.run(run())
    (group,) = shown.attention
    assert group.name == "Gateway gw-1: data of 8 machines come and go since 06:20, silent now: 0"


def test_a_machines_own_page_says_that_it_is_not_alone(tmp_path, made):
    async def look(page, dies, returns):
        await dies()
        snapshot = await page.at(BACK + timedelta(seconds=1))
        shown = machine_page(snapshot, "gw-1-200", machines=page.machines, clock=page.now)
        assert [notice.title for notice in shown.notices] == [
            f"Gateway gw-1: 300 machines silent since {CLOCK} (40 min)"
        ]
        assert machine_page(snapshot, "gw-2-001", machines=page.machines, clock=page.now).notices == ()

    looks(tmp_path, made, look)


def test_what_is_over_is_read_only_when_others_stand_than_before():
    silent = [health(f"A-{n}", "", NOW, status="no_data", score=None) for n in range(5)]

    async def run():
        store = MemoryStore([*silent, *(_silence(n) for n in range(5))])
        feed = Feed(store, {}, clock=lambda: NOW)
        for _ in range(3):
            await feed.read()
        before = store.calls
        await feed.read()
        same = store.calls - before
        store.outputs.append(_silence(7))
        await feed.read()
        return same, store.calls - before - same, feed.snapshot.groups

    same, another, groups = asyncio.run(run())
    assert another == same + 1
    assert [len(group.members) for group in groups] == [6]


def _silence(number):
    return Alert(
        id=f"{number}",
        machine=f"A-{number}",
        point="",
        time=NOW - timedelta(hours=1),
        rule="no_data",
        state="active",
        priority="low",
        value=301.0,
        limit=300.0,
        text="No data.",
        text_zh="无数据。",
        since=NOW - timedelta(hours=1),
        configuration="abc",
        observation="tick",
    )


def test_a_machine_whose_alert_was_answered_while_it_was_silent_has_no_data():
    outputs = [
        health("A", "", NOW, status="critical", score=None, guard="silent", reason="Nothing."),
        health("A", "x", NOW - timedelta(microseconds=1)),
    ]

    async def run(outputs):
        feed = Feed(MemoryStore(outputs), {"A": Machine(id="A")}, clock=lambda: NOW)
        await feed.read()
        return fleet(feed.snapshot, machines={})

    (row,) = asyncio.run(run(outputs)).attention
    assert row.standing == "no_data"
