"""Names on the page: a renamed machine by its newest, found by all, and never in place of what people call it."""

import asyncio
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.machinery.aliases import Aliases
from models.machinery.machine import Machine
from models.outputs import Action
from stream.web.data.feed import Feed
from stream.web.data.machine_names import NamedMachines
from stream.web.fleet.view import fleet_view
from stream.web.views.machine_names import machine_name
from stream.web.views.snapshot import Snapshot
from tests.stream.web.fleets import MACHINES, NOW, MemoryStore, health


def renamed(machine, alias, minutes):
    return Action(machine=machine, point="", time=NOW + timedelta(minutes=minutes), kind="renamed", alias=alias)


class Store:
    def __init__(self, *actions):
        self.actions_, self.asked = list(actions), []

    async def actions(self, machine, *, limit=50):
        assert machine is None
        self.asked.append(limit)
        return sorted(self.actions_, key=lambda each: each.time, reverse=True)[:limit]


def test_a_machine_is_shown_by_its_newest_name_and_found_by_all_of_them():
    store = Store(renamed("P-7", "P-8", 0), renamed("P-7", "泵-9", 1))
    named = NamedMachines({"P-7": Machine(id="P-7", kind="pump")})
    asyncio.run(named.read(store))
    assert (machine_name(named["P-7"], "en"), machine_name(named["P-7"], "zh")) == ("泵-9", "泵-9")
    assert named["P-7"].kind == "pump"
    assert [named.first_id(name) for name in ("P-7", "P-8", "泵-9", "P-1")] == ["P-7", "P-7", "P-7", "P-1"]
    assert named.names_of("P-7") == ("P-8", "泵-9")
    store.actions_.append(renamed("P-7", "P-8", 2))
    asyncio.run(named.read(store))
    assert machine_name(named["P-7"], "en") == "P-8", "back to a former one"
    assert store.asked[0] > store.asked[1]


def test_a_name_in_the_file_stays():
    named = NamedMachines(MACHINES)
    named.learn([renamed("P-101", "P-102", 0)])
    assert named["P-101"] == MACHINES["P-101"]
    assert (named.first_id("P-102"), dict(named)) == ("P-101", dict(MACHINES))


def test_one_that_nobody_described_is_on_the_fleet_s_page_by_its_newest_name_once():
    named = NamedMachines({})
    named.learn([renamed("P-7", "泵-9", 0)])
    snapshot = Snapshot(read_at=NOW, healths=(health("P-7", "DE", NOW),))
    view = fleet_view(snapshot, named, clock=NOW, zone=NOW.tzinfo, language="zh")
    assert [(row.id, row.name) for row in view.rest] == [("P-7", "泵-9")]
    assert (list(named), len(named), named["P-7"].name.zh) == ([], 0, "泵-9")


def test_one_that_nobody_described_is_gone_with_what_the_store_held_of_it():
    """The action that renamed it is kept for ever, and must not let it stand there as one that never sent."""
    named = NamedMachines(MACHINES)
    named.learn([renamed("P-7", "泵-9", 0)])
    view = fleet_view(Snapshot(read_at=NOW), named, clock=NOW, zone=NOW.tzinfo, language="en")
    assert "P-7" not in {row.id for row in (*view.attention, *view.rest)}
    assert set(named) == set(MACHINES)


def test_aliases_of_the_file_are_found_and_what_contradicts_them_is_left_out():
    described = Aliases(MACHINES.keys())
    described.add("泵-1", "P-101")
    named = NamedMachines(MACHINES, described)
    named.learn([renamed("F-201", "泵-1", 0), renamed("F-201", "P-101", 1), renamed("F-201", "F-202", 2)])
    assert [named.first_id(name) for name in ("泵-1", "P-101", "F-202")] == ["P-101", "P-101", "F-201"]
    assert "F-202" not in described, "the page's own book"


@given(st.permutations([renamed("A", "B", 0), renamed("B", "C", 1), renamed("A", "B", 2), renamed("X", "Y", 3)]))
def test_the_order_in_which_a_store_gives_actions_is_all_one(actions):
    named = NamedMachines({})
    named.learn(actions)
    assert {name: named.first_id(name) for name in "ABCXY"} == dict(zip("ABCXY", "AAAXX", strict=True))
    assert {machine: named[machine].name.en for machine in "AX"} == {"A": "B", "X": "Y"}


def test_the_page_s_feed_learns_what_is_renamed_while_it_is_open():
    async def scenario():
        named, store = NamedMachines({}), MemoryStore([health("P-7", "DE", NOW)])
        feed = Feed(store, named, clock=lambda: NOW)
        await feed.read()
        before = named.first_id("P-8")
        store.outputs.append(renamed("P-7", "P-8", 0))
        for _ in range(10):
            await feed.read()
        return before, named.first_id("P-8"), feed.snapshot.trouble

    assert asyncio.run(scenario()) == ("P-8", "P-7", "")
