"""Which machines a partition takes: described ones always, others as long as there is room, or never."""

import logging
from types import MappingProxyType

import pytest

from models.machinery.machine import Machine
from stream.agents.admission import MOST_NAMES, Admission
from stream.config.machines import Fleet
from stream.config.settings_sections import Limits

FLEET = Fleet(machines=MappingProxyType({"P-101": Machine(id="P-101")}))


def admission(known=(), *, fleet=FLEET, clock=lambda: 0.0, **limits):
    return Admission(Limits(**limits), fleet, lambda _: known, partitions=1, clock=clock)


def taken(admits, *machines):
    return [machine for machine in machines if not admits.refusal(machine)]


def test_strangers_are_taken_up_to_the_limit_and_described_machines_beyond_it():
    admits = admission(machines_per_partition=2)
    assert taken(admits, "a", "b", "c", "P-101", "a") == ["a", "b", "P-101", "a"]
    assert "machines_per_partition" in admits.refusal("c")
    assert "machines.toml" in admits.refusal("c")


def test_what_the_partition_has_folded_counts_and_stays():
    folded = {"old 1": 1, "old 2": 2, "old 3": 3, "P-101": 4}
    admits = admission(folded, machines_per_partition=3)
    assert taken(admits, "new", "old 1", "old 2", "old 3", "P-101") == ["old 1", "old 2", "old 3", "P-101"]


def test_what_another_worker_has_let_in_meanwhile_counts_as_well():
    folded = {}
    admits = admission(folded, machines_per_partition=2)
    assert taken(admits, "a") == ["a"]
    folded |= {"a": 1, "elsewhere": 2}
    assert taken(admits, "b", "elsewhere") == ["elsewhere"]


def test_each_partition_counts_for_itself_and_begins_anew_with_its_states():
    machines = {0: {}, 1: {}}
    admits = Admission(Limits(machines_per_partition=1), Fleet(), machines.__getitem__, partitions=2)
    names = [f"m{i}" for i in range(20)]
    assert len(taken(admits, *names)) == 2
    machines[0], machines[1] = {}, {}
    assert len(taken(admits, *reversed(names))) == 2


def test_one_that_is_forgotten_gives_its_place_to_the_next():
    folded = {}
    admits = admission(folded, machines_per_partition=2)
    assert taken(admits, "a", "b", "c") == ["a", "b"]
    folded |= {"a": 1, "b": 2}
    del folded["a"]
    admits.release("a")
    admits.release("nobody")
    assert taken(admits, "c", "a", "b") == ["c", "b"]


@pytest.mark.parametrize("fleet", [Fleet(), FLEET])
def test_under_refuse_only_described_machines_are_taken(fleet):
    admits = admission({"known": 1}, fleet=fleet, unknown_machines="refuse")
    assert taken(admits, "known", "new", "P-101") == list(fleet.machines)
    assert "machines.toml" in admits.refusal("known")


@pytest.mark.parametrize("name", ["p-101", "Ｐ-101", "P-１０１"])
def test_a_name_that_differs_in_case_or_width_alone_is_asked_about(name):
    assert "is it 'P-101'?" in admission(unknown_machines="refuse").refusal(name)


def test_a_described_machine_in_another_spelling_is_asked_about_once_where_it_is_taken(caplog):
    admits = admission()
    with caplog.at_level(logging.WARNING):
        assert taken(admits, "p-101", "p-101", "other") == ["p-101", "p-101", "other"]
    assert [record.message for record in caplog.records] == [
        "p-101: judged by defaults, as nobody has described it; is it P-101?"
    ]


def test_to_refuse_everybody_is_told_at_once(caplog):
    with caplog.at_level(logging.ERROR):
        admission(fleet=Fleet(), unknown_machines="refuse")
        admission(unknown_machines="refuse")
    assert len(caplog.records) == 1


def test_a_flood_of_names_fills_neither_log_nor_memory(caplog):
    admits = admission(machines_per_partition=1)
    with caplog.at_level(logging.WARNING):
        for i in range(20_000):
            admits.refusal(f"m{i}")
    assert len(caplog.records) == 21
    refused = admits.refused[0]
    assert (refused.messages, len(refused.names())) == (19_999, MOST_NAMES)
    assert refused.names()[-1] == "m19999"


def test_a_machine_is_told_once_and_forgotten_after_an_hour(caplog):
    now = [0.0]
    admits = admission(unknown_machines="refuse", clock=lambda: now[0])
    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            admits.refusal("stranger")
    assert len(caplog.records) == 1
    assert admits.refused[0].names() == ("stranger",)
    now[0] = 3601.0
    assert admits.refused[0].names() == ()
