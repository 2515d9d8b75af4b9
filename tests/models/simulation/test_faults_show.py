"""Each fault shows as its mechanism says, in the size that the scenario gives: closed forms, and the diagnosis."""

import math
import tomllib
from itertools import islice

import msgspec
import numpy as np
import pytest

from models.diagnosis.diagnose import diagnose
from models.diagnosis.results import MachineKnowledge
from models.machinery.bearings import parse_bearing
from models.signal.indicators import waveform_indicators
from models.simulation.ground_truth import StateTruth
from models.simulation.library import built_in
from models.simulation.plan import Plan
from models.simulation.run import TemperatureBlock, VibrationBlock, simulate, simulate_with_truth
from models.simulation.scenario import scenario_from

QUIET = """
rate_hz = 25600.0
samples = 102400
interval_s = 60.0
ambient = { mean_c = 20.0, day_k = 0.0 }
[[machine]]
id = "M"
speed_rpm = 1500.0
mounting = "rigid"
power_kw = 45.0
teeth = 23
bearings = { A = "SKF 6205" }
points = [{ name = "A" }, { name = "B" }]
temperature = { point = "oil", time_constant_s = 600.0, rise_c = 30.0 }
operation = { regimes = [{ name = "full", load = [1.0, 1.0] }] }
sound = { tones = [], noise_g = 0.02, resonance_hz = 3700.0, restlessness = 0.0 }
"""
DONE = Plan(healthy_s=0, development_s=1e-3)
"""Everything has developed from the second interval on."""


def scenario(*faults, **changes):
    content = tomllib.loads(QUIET)
    content["machine"][0] |= {"faults": [dict(fault) for fault in faults], **changes}
    return scenario_from(content, "test.toml")


def grown(*faults, seed=0, count=1, **changes):
    """Blocks by point of a machine whose faults have developed."""
    run = simulate(scenario(*faults, **changes), seed=seed, start_us=0, plan=DONE)
    blocks = [each for each in islice(run, 3 * (count + 1)) if isinstance(each, VibrationBlock)][2:]
    return {point: [each for each in blocks if each.point == point] for point in "AB"}


def indicators(block):
    return waveform_indicators(
        block.counts * block.scale_g, rate_hz=block.rate_hz, unit="g", speed_rpm=block.speed_rpm
    ).values


def velocity(block):
    return indicators(block)["velocity_rms_mm_s"]


@pytest.mark.parametrize("size", [2.0, 4.5, 11.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_an_unbalance_of_so_many_mm_s_shows_so_many_mm_s_at_once_the_speed(size, seed):
    shown = grown({"fault": "unbalance", "point": "A", "velocity_mm_s": size}, seed=seed)
    found = indicators(shown["A"][0])
    assert found["velocity_rms_mm_s"] == pytest.approx(size, rel=0.01)
    assert found["order1_mm_s"] == pytest.approx(math.sqrt(2) * size, rel=0.01)
    assert found["order2_mm_s"] < 0.02 * size
    assert velocity(shown["B"][0]) == pytest.approx(0.7 * size, rel=0.01)


def test_misalignment_is_most_at_twice_the_speed_and_as_much_in_all_as_said():
    found = indicators(grown({"fault": "misalignment", "point": "A", "velocity_mm_s": 6.0})["A"][0])
    assert found["velocity_rms_mm_s"] == pytest.approx(6.0, rel=0.01)
    assert found["order1_mm_s"] / found["order2_mm_s"] == pytest.approx(0.6, rel=0.02)
    assert found["order3_mm_s"] / found["order2_mm_s"] == pytest.approx(0.25, rel=0.02)


def test_looseness_is_as_much_as_said_on_average_and_never_steady():
    blocks = grown({"fault": "looseness", "point": "A", "velocity_mm_s": 6.0}, count=40)["A"]
    sizes = [velocity(block) for block in blocks]
    assert np.mean(sizes) == pytest.approx(6.0, rel=0.1)
    assert 0.05 < np.std(sizes) / np.mean(sizes) < 0.35


def test_rubbing_is_noise_of_the_size_said_and_nearly_all_of_it_high():
    block = grown({"fault": "lubrication", "point": "A", "noise_g": 3.0})["A"][0]
    signal = block.counts * block.scale_g
    power = np.abs(np.fft.rfft(signal)) ** 2
    frequencies = np.fft.rfftfreq(len(signal), 1 / block.rate_hz)
    assert signal.std() == pytest.approx(3.0, rel=0.5)  # it is restless, 15 % one sigma
    assert power[frequencies > 4_000].sum() > 0.95 * power.sum()
    assert indicators(block)["kurtosis"] == pytest.approx(3.0, abs=0.2)


def test_a_damaged_tooth_makes_the_mesh_louder_once_a_turn():
    block = grown({"fault": "gear", "point": "A", "acceleration_g": 2.0})["A"][0]
    signal = block.counts * block.scale_g
    assert signal.std() == pytest.approx(2.0, rel=0.02)
    shaft_hz = block.speed_rpm / 60
    energy = np.convolve(signal**2, np.ones(64) / 64, "same")
    turn = np.arange(len(signal)) * shaft_hz / block.rate_hz
    loud = turn[energy > 0.5 * energy.max()] % 1
    middle = np.angle(np.mean(np.exp(2j * math.pi * loud))) / (2 * math.pi)
    assert np.abs((loud - middle + 0.5) % 1 - 0.5).max() < 0.06


@pytest.mark.parametrize(
    "fault", ["bearing_outer_race", "bearing_inner_race", "bearing_rolling_element", "bearing_cage"]
)
def test_the_diagnosis_names_each_part_of_the_bearing(fault):
    blocks = grown({"fault": fault, "point": "A", "impact_g": 10.0}, count=6)
    verdicts = [verdict(block) for block in blocks["A"]]
    assert verdicts.count(fault) >= 5, verdicts


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "unbalance", "velocity_mm_s": 8.0},
        {"fault": "misalignment", "velocity_mm_s": 8.0},
        {"fault": "looseness", "velocity_mm_s": 8.0},
        {"fault": "gear", "acceleration_g": 3.0},
        {"fault": "lubrication", "noise_g": 5.0},
    ],
)
def test_the_diagnosis_names_what_is_wrong_around_the_bearing(fault):
    tones = {
        "tones": [{"order": 1, "rms_mm_s": 0.7}, {"order": 2, "rms_mm_s": 0.2}, {"order": 23, "rms_mm_s": 0.4}]
    }
    sound = {"noise_g": 0.05, "resonance_hz": 3700.0, **tones}
    blocks = grown({"point": "A", **fault}, count=6, sound=sound)
    verdicts = [verdict(block) for block in blocks["A"]]
    assert verdicts.count(fault["fault"]) >= 5, verdicts


def test_a_rolling_element_whose_impacts_scatter_is_not_taken_for_a_race():
    fault = {"fault": "bearing_rolling_element", "point": "A", "impact_g": 10.0, "scatter": 0.015}
    verdicts = {verdict(block) for block in grown(fault, count=6)["A"]}
    assert verdicts <= {"unknown", "bearing_rolling_element", "bearing_cage"}


def test_the_diagnosis_finds_a_machine_without_faults_healthy():
    verdicts = [verdict(block) for block in grown(count=6)["A"]]
    assert verdicts == ["healthy"] * 6


def verdict(block):
    return diagnose(
        block.counts * block.scale_g,
        rate_hz=block.rate_hz,
        speed_rpm=block.speed_rpm,
        orders=parse_bearing("SKF 6205"),
        machine=MachineKnowledge(teeth=23),
    ).verdict


@pytest.mark.parametrize(("mounting", "power"), [("rigid", 3), ("flexible", 1)])
def test_regimes_change_the_level_as_the_mounting_has_it(mounting, power):
    def at(speed_rpm):
        regimes = [{"name": "only", "load": [1.0, 1.0], "speed_rpm": speed_rpm}]
        changes = {"operation": {"regimes": regimes}, "mounting": mounting}
        return grown({"fault": "unbalance", "point": "A", "velocity_mm_s": 5.0}, **changes)["A"][0]

    slow, full = at(1_200.0), at(1_500.0)
    assert (slow.speed_rpm, full.speed_rpm) == (1_200.0, 1_500.0)
    assert velocity(slow) / velocity(full) == pytest.approx(0.8**power, rel=0.02)


def test_load_adds_a_quarter_and_is_told():
    def at(load):
        changes = {
            "operation": {"regimes": [{"name": "only", "load": [load, load]}]},
            "sound": {
                "tones": [{"order": 2, "rms_mm_s": 2.0}],
                "noise_g": 0.0,
                "resonance_hz": 3000,
                "restlessness": 0,
            },
        }
        return grown(**changes)["A"][0]

    idle, full = at(0.0), at(1.0)
    assert (idle.load_percent, full.load_percent) == (0.0, 100.0)
    faster = (1 + 0.006) ** 3
    assert velocity(idle) / velocity(full) == pytest.approx(0.75 * faster, rel=0.01)


def test_speed_and_load_are_told_where_the_scenario_says_so():
    block = grown(sends_speed=False, sends_load=False)["A"][0]
    assert (block.speed_rpm, block.load_percent) == (None, None)


def test_severity_grows_exponentially_between_its_shares():
    plan = Plan(healthy_s=3_600, development_s=36_000)
    fault = {"fault": "unbalance", "point": "A", "velocity_mm_s": 8.0, "begins": 0.2, "ends": 0.7}
    run = islice(simulate_with_truth(scenario(fault), start_us=0, plan=plan), 4 * 660)
    states = [each for each in run if isinstance(each, StateTruth)]
    for minute, state in enumerate(states):
        progress = min(1.0, max(0.0, ((minute - 60) / 600 - 0.2) / 0.5))
        expected = math.expm1(3.5 * progress) / math.expm1(3.5)
        assert sum(each.severity for each in state.severities) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("faults", "expected_c"),
    [
        ([], 50.0),
        ([{"fault": "overheating", "point": "oil", "rise_factor": 1.0}], 80.0),
        ([{"fault": "bearing_outer_race", "point": "A", "impact_g": 1.0, "heat_k": 20.0}], 70.0),
        ([{"fault": "lubrication", "point": "A", "noise_g": 1.0, "heat_k": 15.0}], 65.0),
        ([{"fault": "sensor_drift", "point": "oil", "drift_k": -12.0}], 38.0),
        ([{"fault": "sensor_open", "point": "oil"}], 850.0),
    ],
)
def test_temperatures_end_where_they_must(faults, expected_c):
    run = islice(simulate(scenario(*faults), start_us=0, plan=DONE), 3 * 120)
    shown = [each.value_c for each in run if isinstance(each, TemperatureBlock)]
    assert np.mean(shown[-20:]) == pytest.approx(expected_c, abs=0.2)


def test_sensors_fail_as_said():
    stuck = grown({"fault": "sensor_stuck", "point": "A"})
    assert len(set(stuck["A"][0].counts)) == 1
    assert len(set(stuck["B"][0].counts)) > 50
    loss = grown(
        {"fault": "unbalance", "point": "A", "velocity_mm_s": 8.0},
        {"fault": "sensor_drift", "point": "A", "gain_loss": 0.75},
    )
    assert velocity(loss["A"][0]) == pytest.approx(2.0, rel=0.02)
    run = islice(simulate(scenario({"fault": "sensor_stuck", "point": "oil"}), start_us=0, plan=DONE), 3 * 50)
    assert len({each.value_c for each in run if isinstance(each, TemperatureBlock)}) == 1


def test_a_machine_that_stands_is_quiet_and_cools():
    changes = {"operation": {"hours": [0.0, 2.0]}}
    told = list(islice(simulate_with_truth(scenario(**changes), start_us=0, plan=DONE), 4 * 300))
    states = {each.time_us: each for each in told if isinstance(each, StateTruth)}
    blocks = [each for each in told if isinstance(each, VibrationBlock) and each.point == "A"]
    assert [states[each.time_us].running for each in blocks] == [True] * 120 + [False] * 180
    assert all(block.speed_rpm == 0 for block in blocks[120:])
    assert max((block.counts * block.scale_g).std() for block in blocks[120:]) < 0.002
    last = [each for each in told if isinstance(each, TemperatureBlock)][-1]
    assert last.value_c == pytest.approx(20.0, abs=0.7)


def test_winter_is_colder_than_summer_and_night_than_day():
    content = msgspec.to_builtins(scenario().ambient) | {"mean_c": 15.0, "year_k": 12.0, "day_k": 4.0}
    ambient = msgspec.convert(content, type(scenario().ambient))
    day_s = 86_400
    assert ambient.at(200 * day_s + 15 * 3600) == pytest.approx(31.0, abs=0.1)
    assert ambient.at(17 * day_s + 3 * 3600) == pytest.approx(-1.0, abs=0.1)
    for hour in range(24):
        one_year_on = ambient.at((365 + 17) * day_s + hour * 3600)
        assert ambient.at(17 * day_s + hour * 3600) == pytest.approx(one_year_on, abs=0.1)


def test_the_diagnosis_reads_a_comb_whose_last_harmonic_lies_at_the_end_of_the_spectrum():
    demo = built_in("demo")
    pump = msgspec.structs.replace(demo, machines=demo.machines[:1])
    blocks = islice(simulate(pump, start_us=1_767_225_600_000_000), 9)
    third = [block for block in blocks if isinstance(block, VibrationBlock) and block.point == "drive-end"][2]
    orders = parse_bearing(pump.machines[0].bearings["drive-end"])
    signal = third.counts * third.scale_g
    found = diagnose(signal, rate_hz=third.rate_hz, speed_rpm=third.speed_rpm, orders=orders)
    assert found.verdict in ("healthy", "unknown")
