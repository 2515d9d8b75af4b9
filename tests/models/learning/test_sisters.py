"""What is usual of machines that are alike: which those are, and that no machine is held against itself."""

from datetime import UTC, datetime
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.regimes import Regime
from models.learning.sisters import MIN_SISTERS, Sisterhood, group_of
from models.machinery.machine import Machine
from models.outputs import Usual

PUMP = Machine(id="P-1", kind="Pump", power_kw=30.0, mounting="rigid", speed_rpm=1480.0)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def usual(machine, group="g", **values):
    return Usual(machine=machine, group=group, point="DE", time=NOW, values=values)


def regime(rpm, load=None):
    corner = (log(rpm), load)
    return Regime(0, corner, corner)


def test_alike_are_machines_of_one_kind_size_mounting_speed_load_and_rate():
    group = group_of(PUMP, "DE", regime(1478.0, 0.8), 25_600.0)
    same = Machine(id="P-2", kind=" PUMP", power_kw=45.0, mounting="rigid", speed_rpm=1480.0)
    assert group_of(same, "DE", regime(1491.0, 0.85), 25_600.0) == group
    others = [
        group_of(PUMP, "NDE", regime(1478.0, 0.8), 25_600.0),
        group_of(PUMP, "DE", regime(740.0, 0.8), 25_600.0),
        group_of(PUMP, "DE", regime(1478.0, 0.1), 25_600.0),
        group_of(PUMP, "DE", regime(1478.0, 0.8), 2_560.0),
        group_of(Machine(id="F", kind="fan", power_kw=30.0, mounting="rigid"), "DE", regime(1478.0, 0.8), 25_600.0),
        group_of(Machine(id="P-3", kind="pump", power_kw=90.0, mounting="rigid"), "DE", None, 25_600.0),
    ]
    assert len({group, *others}) == 7


@pytest.mark.parametrize("machine", [Machine(id="?"), Machine(id="?", kind="pump"), Machine(id="?", power_kw=9.0)])
def test_what_nobody_has_described_is_like_nothing(machine):
    assert group_of(machine, "DE", None, 25_600.0) == ""


def test_a_name_with_a_bar_makes_no_other_group():
    assert group_of(PUMP, "a|b", None, 1.0).count("|") == 6


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=12), st.floats(-10, 10))
def test_the_others_are_told_and_never_the_machine_itself(others, own):
    sisterhood = Sisterhood()
    for number, value in enumerate(others):
        sisterhood.learn_one(usual(f"M-{number}", rms_g=value))
    before = sisterhood.sisters_of("P-1", ["g"])
    sisterhood.learn_one(usual("P-1", rms_g=own))
    after = sisterhood.sisters_of("P-1", ["g"])
    assert after == before
    assert ("g" in after) == (len(others) >= MIN_SISTERS)
    for baseline in (after[group]["rms_g"] for group in after):
        assert min(others) - 1e-3 <= baseline.location <= max(others) + 1e-3
        assert baseline.machines == len(others)
        assert baseline.sigma >= 0.05


def test_what_a_machine_told_before_is_replaced_and_the_order_of_machines_is_nothing():
    first, second = Sisterhood(), Sisterhood()
    told = [usual(f"M-{number}", rms_g=float(number)) for number in range(6)]
    for each in [usual("M-3", rms_g=99.0), *told]:
        first.learn_one(each)
    for each in reversed(told):
        second.learn_one(each)
    assert first.sisters_of("P", ["g"]) == second.sisters_of("P", ["g"])
    assert first.number == 7


def test_one_that_has_left_counts_no_more_and_gives_its_place_back():
    sisterhood = Sisterhood()
    for number in range(MIN_SISTERS):
        sisterhood.learn_one(usual(f"M-{number}", rms_g=float(number)))
    assert "g" in sisterhood.sisters_of("P-1", ["g"])
    before = sisterhood.number
    sisterhood.learn_one(usual("M-0"))
    sisterhood.learn_one(usual("nobody", group="nowhere"))
    assert sisterhood.sisters_of("P-1", ["g"]) == {}
    assert "M-0" not in sisterhood.groups["g"]
    assert sisterhood.number == before + 2, "who was told less is told again"
