"""One observation that came late: by live limits, for itself, in the regime to which it may belong."""

from math import inf, log, nan

import pytest

from models.condition.late_baseline import LateBaseline, UsualIn
from models.condition.regimes import Regime, operating_point
from models.health.late_judgement import judge_late
from models.machinery.machine import Configuration, Machine
from tests.models.fold.observed import reading, temperature, vibration

NAMES = ["envelope_rms_g", "rms_g", "velocity_rms_mm_s"]
SLOW, FAST = operating_point(750.0, None), operating_point(1500.0, None)
PUMP = Configuration(machine=Machine(id="pump", power_kw=90.0, mounting="rigid", speed_rpm=1500.0))


def usual(point, factor=1.0):
    values = [(log(value * factor), 0.08) for value in (0.2, 0.3, 1.5)]
    return UsualIn(None if point is None else Regime(1, point, point), values)


SINGLE = LateBaseline(NAMES, [usual(None)])
TWO = LateBaseline(NAMES, [usual(SLOW), usual(FAST, 3.0)])


def judged(baseline, configuration=PUMP, **changes):
    block = vibration(0, **changes)
    return judge_late(block, block.indicators, baseline, configuration)


@pytest.mark.parametrize(("factor", "level"), [(1.0, 0), (1.9, 1), (4.0, 2), (9.0, 3)])
def test_a_change_has_the_levels_of_a_live_one(factor, level):
    plain = Configuration(machine=Machine(id="pump"))
    symptom = judged(SINGLE, plain, factor=factor)
    assert (symptom.rule, int(symptom.degree)) == ("change", level)
    assert symptom.value / symptom.reference == pytest.approx(factor, rel=0.3)


def test_a_zone_counts_where_the_machine_is_described():
    assert (judged(LateBaseline(NAMES, []), factor=2.5).rule, judged(SINGLE, factor=1.0).degree < 1) == (
        "severity",
        True,
    )
    assert judged(LateBaseline(NAMES, []), factor=2.5).degree >= 2
    assert judged(LateBaseline(NAMES, []), factor=2.5, seconds=0.1) is None


def test_its_own_speed_tells_its_regime():
    plain = Configuration(machine=Machine(id="pump"))
    assert judged(TWO, plain, factor=3.0, speed_rpm=750.0).degree >= 2
    assert judged(TWO, plain, factor=3.0, speed_rpm=1500.0).degree < 1
    assert judged(TWO, plain, factor=3.0, speed_rpm=2900.0) is None


def test_without_a_speed_the_kindest_regime_counts():
    plain = Configuration(machine=Machine(id="pump"))
    assert judged(TWO, plain, factor=3.0).degree < 1
    assert judged(TWO, plain, factor=12.0).degree >= 2


def test_a_machine_that_stood_says_nothing():
    assert judged(SINGLE, factor=9.0, speed_rpm=0.0) is None
    assert judged(SINGLE, factor=0.05) is None


def test_a_temperature_is_judged_by_the_warmest_regime_and_by_the_maker():
    warm = LateBaseline(
        ["value_c"], [UsualIn(Regime(1, SLOW, SLOW), [(50.0, 0.5)]), UsualIn(Regime(2, FAST, FAST), [(70.0, 0.2)])]
    )
    limited = Configuration(machine=Machine(id="pump", temperature_limit_c=80.0))
    for value_c, level, rule in ((75.0, 0, "rise"), (86.5, 1, "rise"), (111.0, 3, "rise")):
        symptom = judge_late(temperature(0), {"value_c": value_c}, warm, Configuration(machine=Machine(id="pump")))
        assert (int(symptom.degree), symptom.indicator) == (level, rule)
    symptom = judge_late(temperature(0), {"value_c": 82.0}, warm, limited)
    assert (int(symptom.degree), symptom.indicator) == (2, "value_c")
    assert judge_late(temperature(0), {}, warm, limited) is None


def test_of_readings_levels_of_vibration_count():
    baseline = LateBaseline(["rms"], [UsualIn(None, [(log(2.0), 0.05)])])
    for values, level in (({"rms": 2.0}, 0), ({"rms": 6.0, "pressure": 1.0}, 2)):
        assert int(judge_late(reading(0), values, baseline, PUMP).degree) == level
    assert judge_late(reading(0), {"pressure": 99.0}, baseline, PUMP) is None
    assert judge_late(reading(0), {"rms": 6.0, "speed_rpm": 0.0}, baseline, PUMP) is None


@pytest.mark.parametrize("wild", [nan, inf, -inf, 1e308, -1e308])
def test_no_speed_however_wild_upsets_it(wild):
    judged(TWO, factor=3.0, speed_rpm=wild, load_percent=wild)
