"""A scenario is checked as a whole; what is wrong is told with its place and the fix."""

import contextlib
import copy
import resource
import time
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError, RecordingError
from models.simulation.ground_truth import StateTruth, read_truth, truths
from models.simulation.library import built_in, names
from models.simulation.machine import Operation
from models.simulation.operation import Operating, in_shift
from models.simulation.plan import Plan
from models.simulation.run import VibrationBlock, simulate, simulate_with_truth
from models.simulation.scenario import scenario_from

GOOD = {
    "machine": [
        {
            "id": "P-1",
            "speed_rpm": 1480.0,
            "points": [{"name": "A"}],
            "bearings": {"A": "6205"},
            "teeth": 20,
            "temperature": {"point": "oil", "time_constant_s": 600.0, "rise_c": 30.0},
            "sound": {"tones": [{"order": 1, "rms_mm_s": 1.0}], "noise_g": 0.1, "resonance_hz": 3000.0},
            "operation": {"regimes": [{"name": "full"}]},
            "faults": [{"fault": "unbalance", "point": "A", "velocity_mm_s": 5.0}],
        }
    ]
}


def refused(path, value):
    """What is told when the value at a path such as `machine.0.id` is another one."""
    content = copy.deepcopy(GOOD)
    place = content
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    with pytest.raises(ConfigurationError) as caught:
        scenario_from(content, "mine.toml")
    text = str(caught.value)
    assert text.startswith("mine.toml: ")
    assert "\n" not in text
    return text


def test_the_good_one_is_good():
    assert scenario_from(GOOD, "mine.toml").machines[0].faults[0].velocity_mm_s == 5.0


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("machine", [], "describe each in a [[machine]] table"),
        ("machine", None, "machine is missing; add it"),
        ("machine", 3, "machine: expected array, got int"),
        ("sped", 3, "there is no key sped; there are title, healthy_h"),
        ("id", "x", "called as its file is"),
        ("title", {"cn": "厂"}, "title: there is no key cn; write { en ="),
        ("healthy_h", -1, "healthy_h: expected float >= 0"),
        ("healthy_h", float("nan"), "healthy_h: expected float >= 0"),
        ("development_h", 0, "development_h: expected float > 0"),
        ("development_h", float("inf"), "development_h: expected float <= 100000"),
        ("samples", 2**40, "samples: expected int <= 2000000"),
        ("interval_s", 1.0, "take fewer samples"),
        ("ambient", {"warm": 3}, "ambient: there is no key warm; there are mean_c, year_k, day_k"),
        ("machine.1", copy.deepcopy(GOOD["machine"][0]), "'P-1': this id is given twice"),
        ("machine.0.id", None, "machine 1: id is missing; add it"),
        ("machine.0.name", {"english": "Pump"}, "machine 1: name: there is no key english"),
        ("machine.0.speed_rpm", None, "'P-1': speed_rpm: give the shaft speed"),
        ("machine.0.speed_rpm", "fast", "machine 1 ('P-1'): speed_rpm: expected float"),
        ("machine.0.speed_rpm", float("nan"), "speed_rpm: give the shaft speed"),
        ("machine.0.points", [], "points: give 1 to 64"),
        ("machine.0.points", [{"name": "A"}, {"name": "A"}], "each with a name of its own"),
        ("machine.0.points.0.gian", 2, "points 1: there is no key gian; there are name, gain"),
        ("machine.0.bearings", {"A": "9999-Z"}, "bearings: A: bearing '9999-Z' is not in the catalogue"),
        ("machine.0.sound.resonance_hz", 12_000, "must be below 11520, or raise rate_hz"),
        ("machine.0.sound.tones", [{"rms_mm_s": 1.0}], "each needs an order"),
        ("machine.0.sound", None, "machine 1 ('P-1'): sound is missing"),
        ("machine.0.operation.weekdays", [], "give some of 1 (Monday) to 7"),
        ("machine.0.operation.weekdays", [8], "weekdays 1: expected int <= 7"),
        ("machine.0.operation.hours", [8.0, 8.0], "begin and end are the same"),
        ("machine.0.operation.hours", [8.0], "expected array of length 2"),
        ("machine.0.operation.regimes", [], "give at least one"),
        ("machine.0.operation.regimes.0.load", [0.9, 0.5], "from the lowest to the highest"),
        ("machine.0.operation.regimes.0.speed", 900, "regimes 1: there is no key speed; there are name, load"),
        ("machine.0.faults.0.fault", "rust", "faults 1: fault: invalid value 'rust'; the faults are unbalance"),
        ("machine.0.faults.0.fault", None, "faults 1: fault is missing; add it: one of unbalance"),
        ("machine.0.faults.0.velocity_mm_s", None, "faults 1: velocity_mm_s is missing"),
        ("machine.0.faults.0.noise_g", 3.0, "there is no key noise_g; there are fault, point, begins"),
        ("machine.0.faults.0.begins", 1.0, "the first must be before the second"),
        ("machine.0.faults.0.point", "B", "'B' is no vibration point of this machine; there are A"),
        ("machine.0.faults.0", {"fault": "sensor_open", "point": "A"}, "no temperature point of this machine"),
        ("machine.0.faults.0", {"fault": "sensor_drift", "point": "A"}, "gain_loss: give the part"),
        ("machine.0.faults.0", {"fault": "sensor_drift", "point": "oil"}, "drift_k: give the kelvin"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_fix(path, value, told):
    assert told in refused(path, value)


def test_a_fault_needs_what_it_happens_to():
    content = copy.deepcopy(GOOD)
    machine = content["machine"][0]
    machine["faults"] = [{"fault": "bearing_cage", "point": "A", "impact_g": 5.0}]
    del machine["bearings"]
    with pytest.raises(ConfigurationError, match=r'name the bearing at this point.*A = "6205"'):
        scenario_from(content, "mine.toml")
    machine["faults"] = [{"fault": "gear", "point": "A", "acceleration_g": 5.0}]
    machine["teeth"] = 600
    with pytest.raises(ConfigurationError, match="mesh is too fast"):
        scenario_from(content, "mine.toml")
    del machine["teeth"]
    with pytest.raises(ConfigurationError, match="number of the gear's teeth"):
        scenario_from(content, "mine.toml")


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(key=st.sampled_from(["ambient", "title", "machine", "samples", "utc_offset_h"]), value=json_like)
def test_whatever_stands_there_is_taken_or_refused_in_one_line(key, value):
    content = copy.deepcopy(GOOD) | {key: value}
    with contextlib.suppress(ConfigurationError):
        scenario_from(content, "mine.toml")


@given(key=st.sampled_from(sorted(GOOD["machine"][0])), value=json_like)
def test_whatever_stands_in_a_machine_is_taken_or_refused(key, value):
    content = copy.deepcopy(GOOD)
    content["machine"][0][key] = value
    with contextlib.suppress(ConfigurationError):
        scenario_from(content, "mine.toml")


def test_the_plant_has_what_a_plant_has():
    plant = built_in("plant")
    faults = [fault.fault for fault in truths(plant, start_us=0, plan=plant.plan)]
    assert len(plant.machines) >= 8
    assert {"unbalance", "misalignment", "looseness", "lubrication", "gear", "overheating"} <= set(faults)
    assert {"bearing_outer_race", "bearing_inner_race", "bearing_rolling_element"} <= set(faults)
    assert {"sensor_drift", "sensor_stuck", "sensor_open", "sensor_cable", "healthy"} <= set(faults)
    assert all(machine.name.en and machine.name.zh for machine in plant.machines)
    assert any(machine.operation.stops_per_day for machine in plant.machines)
    assert any(len(machine.operation.regimes) > 1 for machine in plant.machines)
    assert {machine.sends_speed for machine in plant.machines} == {True, False}


def content_of(scenario, *, seed, count=120):
    told = islice(
        simulate_with_truth(scenario, seed=seed, start_us=0, plan=Plan(healthy_s=60, development_s=600)), count
    )
    return [
        (each.machine, each.point, each.counts.tobytes()) if isinstance(each, VibrationBlock) else each
        for each in told
    ]


@pytest.mark.parametrize("name", names())
def test_seeds_reproduce_bit_for_bit_and_differ(name):
    scenario = built_in(name)
    assert content_of(scenario, seed=3) == content_of(scenario, seed=3)
    assert content_of(scenario, seed=3) != content_of(scenario, seed=4)


def test_truth_and_measurements_come_in_order_of_time_each_at_a_moment_of_its_own():
    told = list(islice(simulate_with_truth(built_in("plant"), start_us=0), 46 * 6))
    assert [each.time_us for each in told] == sorted(each.time_us for each in told)
    measured = [each for each in told if not isinstance(each, StateTruth)]
    assert len({each.time_us for each in measured}) == len(measured)
    before = [each for each in told if each.time_us < 5 * 120_000_000]
    assert sum(isinstance(each, StateTruth) for each in before) == 13 * 5


def test_it_is_fast_and_keeps_nothing(figure):
    run = simulate(built_in("plant"), start_us=0)
    for _ in islice(run, 33 * 2):  # whatever is loaded once
        pass
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    count = sum(1 for _ in islice(run, 33 * 20))
    seconds = time.process_time() - begun
    figure(f"simulate plant: {count / seconds:.0f} messages/s of processor time")
    assert count / seconds > 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 20_000


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_machine_runs_by_its_shifts_and_rests_as_often_as_told(seed):
    operation = Operation(hours=(6, 22), weekdays=(1, 2, 3, 4, 5), stops_per_day=12, stop_minutes=10)
    operating = Operating(operation, np.random.default_rng(seed))
    minutes = range(7 * 1440)
    running = [operating.after(60, 60.0 * minute).regime is not None for minute in minutes]
    shift = [in_shift(operation, 60.0 * minute) for minute in minutes]
    assert sum(shift) == 5 * 16 * 60
    assert not any(r and not s for r, s in zip(running, shift, strict=True))
    # Stops begin only while none lasts: 12 a day of 10 minutes leave 1 / (1 + 120 / 1440) of the time.
    share = sum(running) / sum(shift)
    assert share == pytest.approx(1 / (1 + 120 / 1440), abs=0.06)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "no line names the run"),
        ([b"\xff\xfe"], "line 1"),
        (['{"type":"fault"}'], "line 1"),
        (["[]"], "line 1"),
        (["", '{"type":"other"}'], "line 2"),
    ],
)
def test_what_is_no_truth_is_told(lines, told):
    with pytest.raises(RecordingError, match=told):
        read_truth(lines)
