"""Where an asset stood: its history followed from place to place, by the actions that marked each change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.advice.placements import of_asset, of_machine, placements
from models.machinery.aliases import Aliases
from models.outputs import Action

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def after(hours):
    return BEGIN + timedelta(hours=hours)


def marked(machine, hours, asset, former=""):
    return Action(machine=machine, point="", time=after(hours), kind="asset", asset=asset, former_asset=former)


PLANT = [
    marked("P-101", 0, "SN 1"),
    marked("P-102", 0, "SN 2"),
    marked("P-101", 5, "SN 2", former="SN 1"),
    marked("P-102", 6, "SN 3", former="SN 2"),
    Action(machine="P-101", point="", time=after(7), kind="renamed", alias="P-109"),
    Action(machine="P-101", point="", time=after(7), kind="maintenance", done="oil"),
]


def told(found):
    return [
        (each.asset, each.machine, each.since and (each.since - BEGIN).seconds // 3600,
         each.until and (each.until - BEGIN).seconds // 3600) for each in found
    ]  # fmt: skip


def test_an_asset_is_followed_from_place_to_place_however_it_is_written():
    assert told(of_asset(placements(PLANT), "sn2")) == [("SN 2", "P-102", 0, 6), ("SN 2", "P-101", 5, None)]
    assert of_asset(placements(PLANT), "SN 9") == []


def test_a_place_is_found_by_any_of_its_ids():
    found = placements(PLANT)
    by_first = of_machine(found, "P-101", PLANT, Aliases())
    assert told(by_first) == [("SN 1", "P-101", 0, 5), ("SN 2", "P-101", 5, None)]
    assert of_machine(found, "P-109", PLANT, Aliases()) == by_first
    declared = Aliases()
    declared.add("泵-1", "P-101")
    assert of_machine(found, "泵-1", PLANT, declared) == by_first


def test_what_stood_there_before_anybody_marked_it_has_no_beginning():
    assert told(placements([marked("P", 3, "B", former="A")])) == [("A", "P", None, 3), ("B", "P", 3, None)]


@given(st.permutations(PLANT))
def test_the_order_in_which_a_store_gives_actions_is_all_one(actions):
    assert placements(actions) == placements(PLANT)


@given(st.lists(st.tuples(st.sampled_from("PQ"), st.sampled_from("ABC")), max_size=12))
def test_each_place_has_one_asset_at_a_time_and_the_last_stands_there(changes):
    actions, stands = [], {}
    for hours, (machine, asset) in enumerate(changes):
        if stands.get(machine) != asset:
            actions.append(marked(machine, hours, asset, former=stands.get(machine, "")))
            stands[machine] = asset
    found = placements(actions)
    assert {each.machine: each.asset for each in found if each.until is None} == stands
    for machine in stands:
        of_one = [each for each in found if each.machine == machine]
        assert all(one.until == other.since for one, other in pairwise(of_one))
