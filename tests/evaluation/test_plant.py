"""The plant through the real fold: faults of machines raise serious alerts, sound machines and sensors don't."""

from functools import cache

import pytest

from evaluation.plant import START_US, Judged, judged, table
from models.clock import HOUR_US, MINUTE_US, from_datetime
from models.simulation.ground_truth import truths
from models.simulation.library import built_in
from models.simulation.plan import Plan

pytestmark = pytest.mark.slow

PLANT = built_in("plant")
SHORT = Plan(healthy_s=4 * 3600, development_s=4 * 3600)
TRUE = {truth.machine: truth for truth in reversed(truths(PLANT, start_us=START_US, plan=SHORT))}
"""First fault of each machine."""


@cache
def judgement(machine: str) -> Judged:
    return judged(PLANT, SHORT, machines={machine})[machine]


def raised(machine: str, *priorities: str):
    return [
        alert for alert in judgement(machine).alerts if alert.state == "active" and alert.priority in priorities
    ]


@pytest.mark.parametrize("machine", ["M-301", "C-501"])
def test_a_fault_of_the_machine_is_raised_after_its_onset_and_named(machine):
    serious = raised(machine, "medium", "high")
    onset_us = TRUE[machine].onset_us
    assert serious
    assert min(from_datetime(alert.time) for alert in serious) > onset_us
    named = judgement(machine).named
    assert set(named) == {TRUE[machine].fault}
    assert onset_us < named[TRUE[machine].fault] < onset_us + 4 * HOUR_US


@pytest.mark.parametrize("machine", ["V-801", "F-203", "H-701"])
def test_a_sound_machine_raises_nothing_serious_whatever_its_sensors_do(machine):
    assert raised(machine, "medium", "high") == []
    assert judgement(machine).named == {}


@pytest.mark.parametrize(("machine", "point"), [("F-203", "oil"), ("H-701", "pump")])
def test_a_broken_sensor_is_told_within_half_an_hour_of_being_broken(machine, point):
    onset_us, full_us = TRUE[machine].onset_us, TRUE[machine].full_us
    broken_us = onset_us if machine == "H-701" else full_us  # the thermometer's wire has contact at times before
    told = [alert for alert in raised(machine, "low") if alert.rule == "sensor_fault" and alert.point == point]
    assert onset_us < from_datetime(told[0].time) < broken_us + 30 * MINUTE_US


def test_standing_is_told_from_running():
    standing = judgement("V-801").standing
    assert sum(standing.values()) >= 10
    assert standing["stopped"] == sum(standing.values())


def test_the_table_has_a_line_for_truth_and_one_for_what_was_named():
    text = table({"C-501": judgement("C-501")}, truths(PLANT, start_us=START_US, plan=SHORT))
    assert text.startswith("C-501   bearing_outer_race from 4.0 h")
    assert "named: bearing_outer_race at" in text
    assert "NO FAULT YET" not in text
