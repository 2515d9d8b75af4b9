"""What is raised, or gets worse, is so by its newest value too: two odd ones in a row are no condition."""

import copy
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.alarms.symptom import Symptom
from models.condition.channel import new_channel
from models.fold import dump_state, load_state
from models.health.newest import with_newest
from models.machinery.machine import Learning
from tests.models.fold.observed import alerts, at, configured, healths, run, temperature, vibration

LEARNING = Learning(duration_s=600.0, observations=60)
FIRST = 200


class Kept:
    """A state to begin from, not shown at length where a test fails."""

    def __init__(self, dumped):
        self.dumped = dumped

    def loaded(self):
        return load_state(self.dumped)


def slowly(make, i, *more, minutes=10, **changes):
    """One observation every ten minutes: medians are of three values then."""
    when = at(6 * minutes * i)
    return make(i, *more, time_us=when, observed_us=when, **changes)


@pytest.fixture(scope="module")
def sound():
    """A sound pump with a thermometer, observed every ten minutes."""
    seen = [slowly(make, i) for i in range(FIRST) for make in (vibration, temperature)]
    described = configured(learning=LEARNING, temperature_limit_c=75.0)
    return Kept(dump_state(run([described, *seen])[0]))


def told(sound, factors, *, then=6):
    blocks = [slowly(vibration, FIRST + i, factor=factor) for i, factor in enumerate((*factors, *[1.0] * then))]
    return run(blocks, sound.loaded())


@given(factors=st.lists(st.floats(0.3, 10.0), min_size=1, max_size=2), apart=st.integers(3, 6))
@settings(max_examples=25, deadline=None)
def test_two_odd_blocks_in_a_row_raise_nothing_however_often_they_come(sound, factors, apart):
    _, outputs = told(sound, [*factors, *[1.0] * apart, *factors, *[1.0] * apart])
    assert not alerts(outputs)


@pytest.mark.parametrize("minutes", [1, 2, 3, 4, 5, 6, 7, 8, 15, 30])
def test_nor_do_they_at_any_other_interval(minutes):
    def blocks(first, factors):
        found = enumerate(factors, start=first)
        return [slowly(vibration, i, minutes=minutes, factor=factor) for i, factor in found]

    learned, _ = run([configured(learning=LEARNING), *blocks(0, [1.0] * FIRST)])
    for factors in ([3.0, 3.0], [10.0, 10.0], [2.0, 9.0], [9.0, 2.0]):
        _, outputs = run(blocks(FIRST, [*factors, *[1.0] * 12]), copy.deepcopy(learned))
        assert not alerts(outputs)
    _, outputs = run(blocks(FIRST, [3.0] * 7), learned)
    assert {"medium", "low"} <= {alert.priority for alert in alerts(outputs)}


@pytest.mark.parametrize(("factor", "priority"), [(1.8, "low"), (4.0, "medium"), (9.0, "high")])
def test_the_third_raises_as_much_as_it_shows_with_no_delay(sound, factor, priority):
    _, outputs = told(sound, [factor] * 3, then=0)
    order = ["low", "medium", "high"]
    assert max((alert.priority for alert in alerts(outputs)), key=order.index) == priority


def test_what_gets_worse_does_so_by_its_newest_value(sound):
    state, _ = told(sound, [1.9] * 6, then=0)
    assert healths(run([slowly(vibration, 206, factor=1.9)], copy.deepcopy(state))[1])[-1].status == "watch"
    blocks = [slowly(vibration, 206 + i, factor=factor) for i, factor in enumerate([4.0, 4.0, 1.9, 1.9, 1.9])]
    _, outputs = run(blocks, state)
    assert "warning" not in {health.status for health in healths(outputs)}


def test_a_fault_that_every_third_block_misses_is_raised_all_the_same(sound):
    _, outputs = told(sound, [4.0, 4.0, 1.0] * 3, then=0)
    assert "warning" in {health.status for health in healths(outputs)}


@pytest.mark.parametrize(("count", "raised"), [(2, False), (3, True)])
def test_it_holds_of_limits_that_go_on_where_facts_contradict_each_other_too(count, raised):
    described = configured(learning=LEARNING, power_kw=45.0, mounting="rigid")
    state, _ = run([described, *(slowly(vibration, i, speed_rpm=1480.0) for i in range(FIRST))])
    factors = [1.0] * 6 + [2.5] * count + [1.0] * 6
    blocks = [slowly(vibration, FIRST + i, factor=factor, speed_rpm=0.0) for i, factor in enumerate(factors)]
    _, outputs = run(blocks, state)
    told = {alert.rule for alert in alerts(outputs)}
    assert "contradiction" in told
    assert ("severity" in told) is raised


def test_an_anomaly_is_over_only_half_way_back_to_usual(sound):
    """At 1.2 times its level the score is about 3 of 4: not as ever, and no news either."""
    louder = [1.45] * 6 + [1.2] * 12

    def states(then):
        return [alert.state for alert in alerts(told(sound, louder, then=then)[1]) if alert.rule == "anomaly"]

    assert states(0) == ["active"]
    assert states(12) == ["active", "cleared"]


@pytest.mark.parametrize("rise_k", [12.0, 30.0])
def test_two_hot_values_are_no_heat_and_three_are(sound, rise_k):
    def hot(count):
        values = [60.0 + rise_k] * count + [60.0] * 6
        return run([slowly(temperature, FIRST + i, value) for i, value in enumerate(values)], sound.loaded())[1]

    rules = ("temperature",)
    assert not [alert for alert in alerts(hot(2)) if alert.rule in rules]
    assert [alert for alert in alerts(hot(3)) if alert.rule in rules]


@given(degree=st.floats(0.0, 4.0), value=st.floats(0.0, 10.0), rule=st.sampled_from(["temperature", "change"]))
def test_a_newest_value_has_the_degree_that_it_would_have_alone_where_it_is_of_concern(degree, value, rule):
    symptom = Symptom(rule, "rms_g", 9.0, 1.0, [2.0, 4.0, 8.0], degree)
    logs = {"rms_g": log(value)} if value else {}
    (found,) = with_newest(new_channel("bearing", "indicators"), [symptom], logs, {"value_c": value}, None)
    reached = sum(value >= limit * (1 + 1e-9) for limit in (2.0, 4.0, 8.0))
    assert found.newest == 4.0 if degree < 1.0 else reached <= found.newest <= reached + 1


def test_a_fall_is_as_far_as_it_has_fallen_and_growth_as_its_low_limit_says():
    channel = new_channel("drive-end", "indicators")
    fall = Symptom("change", "rms_g", 0.2, 1.0, [0.5, 0.25], 2.1)
    grown = Symptom("change", "rms_g", 2.1, 1.0, [2.0, 2.0, 8.0], 2.0, grows=(0, 0.1))

    def newest(symptom, value):
        return with_newest(channel, [symptom], {"rms_g": log(value)}, {}, None)[0].newest

    assert [newest(fall, value) for value in (1.5, 0.5, 0.25)] == pytest.approx([0.0, 1.0, 2.0])
    assert [newest(grown, value) for value in (1.0, 2.0, 8.0)] == pytest.approx([1.0, 2.0, 3.0])


def test_what_is_no_smoothed_value_stands_by_itself():
    symptoms = [Symptom("diagnosis", "gear", 7.0, None, [5.0], 1.2)]
    channel = new_channel("drive-end", "indicators")
    assert with_newest(channel, symptoms, {}, {}, None) == symptoms
