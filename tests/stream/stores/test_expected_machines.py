"""Who is missing where nothing comes: everybody that was heard, but whoever has left."""

from itertools import permutations

from stream.stores.expected_machines import expected_machines
from tests.stream.stores.outputs import START, at, health


def away(machine, time, guard):
    return health(machine, time, point="", score=None, status="not_judged", guard=guard)


def test_retired_ones_are_not_expected_whatever_stands_of_their_points():
    for healths in permutations([health("P"), health("Q"), away("P", at(1), "retired"), health("P", point="NDE")]):
        assert expected_machines(healths) == {"Q"}


def test_who_came_back_is_expected():
    back = health("P", at(2), point="")
    assert expected_machines([health("P", START), away("P", at(1), "retired"), back]) == {"P"}


def test_forgotten_ones_are_expected_once_they_send_anew():
    gone = [health("P"), away("P", at(1), "forgotten")]
    assert expected_machines(gone) == set()
    assert expected_machines([*gone, health("P", at(2))]) == {"P"}
    assert expected_machines([]) == set()
