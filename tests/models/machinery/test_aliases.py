"""Aliases: whoever sends under another id is resolved to the first, whatever the order in which that was said."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from models.machinery.aliases import Aliases

NAMES = st.sampled_from(["P-101", "p-101", "Ｐ-101", "P-102", "P-103", "泵-1", "水泵 1号", "Ａ", "a", "A"])
PAIRS = st.lists(st.tuples(NAMES, NAMES), max_size=12)


@st.composite
def forests(draw):
    """Aliases as people who know better would declare them: each with one parent that was there before it."""
    names = draw(st.lists(NAMES, min_size=2, max_size=10, unique=True))
    parents = {}
    for i, name in enumerate(names[1:], 1):
        if draw(st.booleans()):
            parents[name] = names[draw(st.integers(0, i - 1))]
    return parents


def first_of(name, parents):
    while name in parents:
        name = parents[name]
    return name


def declared(pairs, **described):
    aliases = Aliases(**described)
    return aliases, [aliases.add(alias, machine) for alias, machine in pairs]


@given(forests(), st.randoms(use_true_random=False))
def test_any_order_of_declarations_resolves_chains_to_the_same_first_ids(parents, chance):
    pairs = list(parents.items())
    chance.shuffle(pairs)
    aliases, refusals = declared(pairs)
    assert not any(refusals)
    for name in (*parents, *parents.values(), "nobody"):
        assert aliases.resolve(name) == first_of(name, parents)
    machines = {first_of(name, parents) for name in parents}
    assert sorted(name for machine in machines for name in aliases.names_of(machine)) == sorted(parents)


@given(PAIRS)
def test_whatever_is_said_no_cycle_comes_of_it_and_what_is_refused_changes_nothing(pairs):
    aliases = Aliases()
    for alias, machine in pairs:
        before = {name: aliases.resolve(name) for pair in pairs for name in pair}
        refusal = aliases.add(alias, machine)
        after = {name: aliases.resolve(name) for name in before}  # a cycle would never come back
        if refusal:
            assert after == before
            assert repr(alias) in refusal, "it names what is in the way"
        else:
            assert after[alias] == after[machine] == before[machine]
            assert alias in aliases
    for name in aliases:
        assert aliases.resolve(name) not in aliases


@given(PAIRS)
def test_saying_all_of_it_again_changes_no_resolution(pairs):
    """As where the log is read anew: what was refused then stays without effect."""
    aliases, _ = declared(pairs)
    resolved = {name: aliases.resolve(name) for pair in pairs for name in pair}
    for alias, machine in pairs:
        aliases.add(alias, machine)
    assert {name: aliases.resolve(name) for name in resolved} == resolved


@given(NAMES, NAMES)
def test_names_that_only_look_alike_are_different_names(one, other):
    aliases, _ = declared([(one, "machine")])
    assert aliases.resolve(other) == ("machine" if one == other else other)
    alike = unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()
    assert alike or other not in aliases


def test_a_machine_that_is_described_is_the_alias_of_none():
    aliases, (own, cycle, fine) = declared(
        [("P-102", "P-101"), ("P-101", "P-101"), ("P-103", "P-101")], own={"P-101", "P-102"}
    )
    assert "'P-102' is described as a machine of its own" in own
    assert "'P-101' is the id that this machine had first" in cycle
    assert (fine, list(aliases)) == ("", ["P-103"])


def test_the_name_declared_last_is_the_newest_and_going_back_to_a_former_one_makes_it_so():
    aliases, refusals = declared([("B", "A"), ("C", "B"), ("B", "C")])
    assert not any(refusals)
    assert aliases.names_of("A") == ("C", "B")
    assert {aliases.resolve(name) for name in "ABC"} == {"A"}


def test_an_alias_holds_for_what_came_since_and_where_nobody_knows_when_it_came():
    aliases = Aliases()
    aliases.add("B", "A", from_us=100)
    aliases.add("C", "B", from_us=200)
    assert [aliases.resolve("C", us) for us in (99, 199, 200, None)] == ["C", "C", "A", "A"]
    assert [aliases.resolve("B", us) for us in (99, 100)] == ["B", "A"]
    aliases.add("B", "A", from_us=500)
    assert aliases.resolve("B", 100) == "A", "what was the machine's stays so"


def test_a_copy_goes_its_own_way():
    aliases, _ = declared([("B", "A")])
    copied = aliases.copy()
    copied.add("C", "A")
    assert (list(aliases), list(copied), len(copied)) == (["B"], ["B", "C"], 2)
