"""Findings may rate an alert low: one step, never where a limit stands, and never for good."""

import pytest

from models.fold import dump_state, load_state
from models.learning.judgement import Judgement
from models.learning.rating import LONGEST_LOW_US
from models.observations import Experienced
from models.outputs import Lesson
from tests.models.learning.test_labelling import finding, louder
from tests.models.observed import (
    STEP_US,
    alerts,
    at,
    configured,
    healths,
    kind,
    learned,
    run,
    temperature,
    vibration,
)

SURE = Judgement(lessons=50, used=True, bias=-5.0)
"""Takes everything for a false alarm."""


def experienced(judgement, i=99):
    return Experienced(machine="pump", observed_us=at(i), judgement=judgement)


def priorities(outputs, rule="change"):
    return [alert.priority for alert in alerts(outputs) if alert.rule == rule and alert.state == "active"]


def test_an_alert_like_false_ones_of_the_past_is_rated_low_and_says_so():
    _, without = learned(*louder(100, 200))
    state, outputs = learned(experienced(SURE), *louder(100, 200))
    assert priorities(without) == ["low", "medium"]
    assert priorities(outputs) == ["low"]
    assert [h.score for h in healths(outputs)] == [h.score for h in healths(without)], "the evidence is what it is"
    (remembered,) = [alert for alert in state.known.alerts if alert.rule == "change"]
    assert (remembered.level, remembered.lowered) == (2, True)
    _, outputs = run([finding(200, "confirmed")], state)
    lesson = next(each for each in kind(outputs, Lesson) if each.rule == "change")
    assert (lesson.priority, lesson.lowered) == ("medium", True), "what it would have been is what counts"


def test_an_alert_that_begins_as_medium_tells_why_it_is_low():
    hot = [temperature(i, 60.0) for i in range(100)]
    state, outputs = run([configured(), *hot, experienced(SURE), *(temperature(i, 91.0) for i in range(100, 220))])
    told = [alert for alert in alerts(outputs) if "Rated low" in alert.text]
    assert all("已降为低优先级" in alert.text_zh and "1 %" in alert.text for alert in told)
    assert set(priorities(outputs, "temperature")) <= {"low"}
    assert state.known.alerts


def test_high_priority_is_never_lowered():
    _, outputs = learned(experienced(SURE), *louder(100, 200, factor=8.0))
    assert priorities(outputs)[-1] == "high"


def test_zones_and_makers_limits_are_never_lowered():
    _, outputs = learned(experienced(SURE), *louder(100, 200, factor=2.3), power_kw=75.0, mounting="rigid")
    assert "medium" in priorities(outputs, "severity")
    hot = (temperature(i, 92.0) for i in range(100, 300))
    _, outputs = learned(
        experienced(SURE), *(temperature(i, 60.0) for i in range(100)), *hot, temperature_limit_c=90.0
    )
    assert "medium" in priorities(outputs, "temperature")


def test_a_classifier_that_has_not_passed_changes_nothing():
    unused = Judgement(lessons=50, used=False, bias=-5.0)
    assert learned(experienced(unused), *louder(100, 200))[1][102:] == learned(*louder(100, 200))[1][101:]


def test_it_becomes_medium_after_a_day_and_high_at_once():
    state, outputs = learned(experienced(SURE), *louder(100, 160))
    assert priorities(outputs) == ["low"]
    day = LONGEST_LOW_US // STEP_US
    state, outputs = run(louder(160, 100 + day), state)
    assert priorities(outputs) == []
    later, outputs = run(louder(100 + day, 200 + day), load_state(dump_state(state)))
    assert priorities(outputs) == ["medium"]
    _, outputs = run([experienced(SURE, 260), *louder(200 + day, 400 + day, factor=2.9)], later)
    assert priorities(outputs) == [], "what people have been shown as medium stays so"
    _, outputs = run(louder(100 + day, 200 + day, factor=9.0), state)
    assert priorities(outputs)[-1] == "high"


def test_what_fewer_lessons_taught_comes_too_late_and_changes_nothing():
    older = Judgement(lessons=49, used=False)
    state, outputs = learned(experienced(SURE), experienced(older), *louder(100, 200))
    assert state.known.judgement == SURE
    assert priorities(outputs) == ["low"]
    newer = Judgement(lessons=50, used=True, bias=-4.0)
    assert run([experienced(newer, 200)], state)[0].known.judgement == newer


def test_an_alert_that_stood_before_the_classifier_was_trusted_is_not_lowered():
    state, outputs = learned(*louder(100, 160))
    assert priorities(outputs) == ["low", "medium"]
    _, outputs = run([experienced(SURE, 160), *louder(160, 300)], state)
    assert priorities(outputs) == []


def test_where_a_true_alert_was_rated_low_none_is_for_a_month():
    state, _ = learned(experienced(SURE), *louder(100, 160))
    quiet = [vibration(i) for i in range(161, 340)]
    state, _ = run([finding(160, "confirmed"), *quiet], state)
    _, outputs = run(louder(340, 420), load_state(dump_state(state)))
    assert "medium" in priorities(outputs)


def test_a_restored_machine_rates_on_bit_for_bit():
    state, _ = learned(experienced(SURE), *louder(100, 150))
    restored = load_state(dump_state(state))
    more = [*louder(150, 200), finding(200, "false_alarm"), *louder(201, 220, factor=1.0)]
    assert run(more, restored)[1] == run(more, state)[1]
    assert dump_state(restored) == dump_state(state)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_what_is_usual_is_not_weighed_at_all(factor):
    state, _ = learned(experienced(SURE), *(vibration(i, factor=factor) for i in range(100, 200)))
    assert state.known.alerts == []
