"""Described machines as TOML: whatever stands in them reads back the same."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.machinery.machine import Machine, Name
from models.simulation.library import built_in
from stream.config.machines_toml import _table, machines_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
MACHINES = st.builds(
    Machine,
    id=TEXT,
    name=st.builds(Name, TEXT, TEXT),
    kind=TEXT,
    power_kw=st.floats(1e-9, 1e9) | st.none(),
    bearings=st.dictionaries(TEXT, TEXT, max_size=3),
    teeth=st.integers(1, 500) | st.none(),
    mechanism=st.none(),
)


@given(st.lists(MACHINES, min_size=1, max_size=3))
def test_what_stands_in_machines_reads_back_the_same(machines):
    read = tomllib.loads("\n".join(map(_table, machines)))["machine"]
    assert [msgspec.convert(each, Machine) for each in read] == machines


def test_a_machine_of_which_little_is_known_is_a_table_to_fill_in():
    assert (
        _table(Machine(id="泵 1"))
        == '[[machine]]\nid = "泵 1"\nline_frequency_hz = 50.0\n\n[machine.name]\nen = ""\nzh = ""\n'
    )


@pytest.mark.parametrize("name", ["a\nb = 1", 'quote"', "DEL\x7f"])
def test_no_name_of_a_scenario_breaks_the_file(name):
    scenario = msgspec.structs.replace(built_in("demo"), id=name)
    assert len(tomllib.loads(machines_toml(scenario))["machine"]) == len(scenario.machines)
