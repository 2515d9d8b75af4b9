"""Findings may rate an alert low: one step, never where a limit stands, and never for good."""

import msgspec
import pytest

from models.alarms.alert_history import AlertHistory
from models.alarms.false_alarm_classifier import LOWER_BELOW, FalseAlarmClassifier
from models.clock import HOUR_US
from models.fold import dump_state, load_state
from models.learning.prioritization import MAX_LOW_US
from models.observations import Experienced, MaintenanceObserved
from models.outputs import Lesson
from tests.models.condition.made_up import names
from tests.models.fold.observed import STEP_US, alerts, at, healths, kind, learned, run, temperature, vibration
from tests.models.learning.made_up import finding, louder

SURE = FalseAlarmClassifier(lessons=50, used=True, bias=-5.0)
"""Takes everything for a false alarm."""


def experienced(judgement, i=99):
    return Experienced(machine="pump", observed_us=at(i), judgement=judgement)


def doubted(*observations, doubts=(False,) * 4, judgement=SURE, **machine):
    """A machine that has learned what is usual, and whose doubted alerts came out like this."""
    state, _ = learned(experienced(judgement), **machine)
    for fault in doubts:
        state.known.update_doubts(fault=fault, before=None)
    return run(observations, state)


def priorities(outputs, rule="change"):
    return [alert.priority for alert in alerts(outputs) if alert.rule == rule and alert.state == "active"]


def test_an_alert_like_false_ones_of_the_past_is_rated_low_and_says_so():
    _, without = learned(*louder(100, 200))
    state, outputs = doubted(*louder(100, 200))
    assert priorities(without) == ["low", "medium"]
    assert priorities(outputs) == ["low", "low"], "raised, and told again when it would have been medium"
    raised, again = (alert for alert in alerts(outputs) if alert.rule == "change")
    assert (again.id, again.since) == (raised.id, raised.since)
    assert again.time > raised.time
    assert ["Rated low" in alert.text for alert in (raised, again)] == [False, True]
    assert "已降为低优先级" in again.text_zh
    assert "1 %" in again.text
    scores = [health.score for health in healths(without)][100:]
    assert [health.score for health in healths(outputs)] == scores, "the evidence is what it is"
    (remembered,) = [alert for alert in state.known.alerts if alert.rule == "change"]
    assert (remembered.level, remembered.lowered) == (2, True)
    _, outputs = run([finding(200, "confirmed")], state)
    lesson = next(each for each in kind(outputs, Lesson) if each.rule == "change")
    assert (lesson.priority, lesson.lowered) == ("medium", True), "what it would have been is what counts"


def test_an_alert_that_begins_as_medium_tells_why_it_is_low():
    _, outputs = doubted(*hourly(louder(100, 112)))
    (told,) = [alert for alert in alerts(outputs) if alert.rule == "change"]
    assert told.priority == "low"
    assert "Rated low" in told.text
    assert "已降为低优先级" in told.text_zh


def hourly(observations):
    """Blocks so far apart that low and medium are reached by the same one."""
    for k, observation in enumerate(observations):
        us = at(100) + k * HOUR_US
        yield msgspec.structs.replace(observation, time_us=us, observed_us=us)


def test_what_is_taught_of_an_alert_is_what_it_was_judged_by():
    by_growth = FalseAlarmClassifier(lessons=50, used=True, bias=-1.55, weights={"grown": -2.0})
    state, outputs = doubted(*hourly(louder(100, 112)), judgement=by_growth)
    assert priorities(outputs) == ["low"]
    (known,) = [known for known in state.known.alerts if known.rule == "change"]
    assert known.features["grown"] > 0.1
    assert by_growth.probability(known.features) < LOWER_BELOW
    assert (known.lowered, known.doubted) == (True, True)


def test_what_has_been_high_is_never_shown_low_for_being_medium():
    state, _ = doubted(*louder(100, 160))
    state, outputs = run(louder(160, 200, factor=9.0), state)
    assert priorities(outputs)[-1] == "high"
    state, outputs = run(louder(200, 300, factor=1.8), state)
    assert priorities(outputs)[-1] == "low", "as its evidence is low"
    _, outputs = run(louder(300, 360, factor=3.0), load_state(dump_state(state)))
    assert priorities(outputs) == ["medium"]


def test_high_priority_is_never_lowered():
    _, outputs = doubted(*louder(100, 200, factor=8.0))
    assert priorities(outputs)[-1] == "high"


def test_zones_and_makers_limits_are_never_lowered():
    _, outputs = doubted(*louder(100, 200, factor=2.3), power_kw=75.0, mounting="rigid")
    assert "medium" in priorities(outputs, "severity")
    hot = (temperature(i, 92.0) for i in range(100, 300))
    _, outputs = doubted(*(temperature(i, 60.0) for i in range(100)), *hot, temperature_limit_c=90.0)
    assert "medium" in priorities(outputs, "temperature")


def test_a_machine_of_which_nobody_has_said_anything_is_judged_as_if_the_fleet_had_learned_nothing():
    _, plain = learned(*louder(100, 300))
    _, told = learned(experienced(SURE), *louder(100, 300))
    assert [outputs for outputs in told if outputs] == [outputs for outputs in plain if outputs]


@pytest.mark.parametrize(
    ("doubts", "hold"),
    [
        ([], False),
        ([False] * 3, False),
        ([False] * 4, True),
        ([True] + [False] * 11, False),
        ([True] + [False] * 12, True),
        ([True, True] + [False] * 12, False),
        ([False] * 4 + [True], True),
        ([False] * 4 + [True] * 2, False),
        ([False] * 4 + [True] * 2 + [False] * 12, False),
        ([False] * 20 + [True] * 4, True),
        ([False] * 30 + [True] * 14, False),
    ],
)
def test_the_machine_s_own_doubted_alerts_must_have_been_false_with_some_certainty(doubts, hold):
    _, outputs = doubted(*louder(100, 200), doubts=doubts)
    assert priorities(outputs) == ["low", "low" if hold else "medium"]


def test_doubted_alerts_and_what_came_of_them_are_remembered_before_the_classifier_is_in_force():
    unused = FalseAlarmClassifier(lessons=50, used=False, bias=-5.0)
    state, _ = learned(experienced(unused), *louder(100, 160))
    state, _ = run([finding(160, "false_alarm")], load_state(dump_state(state)))
    assert state.known.doubts == [False]
    change = next(known.id for known in state.known.alerts if known.rule == "change")
    state, _ = run([finding(161, "confirmed", alert=change)], state)
    assert state.known.doubts == [True], "a correction takes back what it corrects"
    undoubting = FalseAlarmClassifier(lessons=50, used=True, bias=5.0)
    state, _ = learned(experienced(undoubting), *louder(100, 160), finding(160, "false_alarm"))
    assert state.known.doubts == []


def test_the_last_thirty_two_doubts_count():
    known = AlertHistory()
    for _ in range(40):
        known.update_doubts(fault=False, before=None)
    known.update_doubts(fault=True, before=False)
    assert (len(known.doubts), sum(known.doubts)) == (32, 1)


def test_where_a_fault_is_named_nothing_is_lowered_or_doubted():
    state, outputs = doubted(*(vibration(i, factor=3.0, diagnosis=names("unbalance")) for i in range(100, 200)))
    assert "medium" in priorities(outputs)
    assert not any(known.doubted for known in state.known.alerts)


def test_a_classifier_that_has_not_passed_changes_nothing():
    unused = FalseAlarmClassifier(lessons=50, used=False, bias=-5.0)
    assert learned(experienced(unused), *louder(100, 200))[1][102:] == learned(*louder(100, 200))[1][101:]


def test_it_becomes_medium_after_a_day_and_high_at_once():
    state, outputs = doubted(*louder(100, 160))
    assert priorities(outputs) == ["low", "low"]
    day = MAX_LOW_US // STEP_US
    state, outputs = run(louder(160, 100 + day), state)
    assert priorities(outputs) == []
    later, outputs = run(louder(100 + day, 200 + day), load_state(dump_state(state)))
    assert priorities(outputs) == ["medium"]
    _, outputs = run([experienced(SURE, 260), *louder(200 + day, 400 + day, factor=2.9)], later)
    assert priorities(outputs) == [], "what people have been shown as medium stays so"
    _, outputs = run(louder(100 + day, 200 + day, factor=9.0), state)
    assert priorities(outputs)[-1] == "high"


def test_what_fewer_lessons_taught_comes_too_late_and_changes_nothing():
    older = FalseAlarmClassifier(lessons=49, used=False)
    state, outputs = doubted(experienced(older), *louder(100, 200))
    assert state.known.classifier == SURE
    assert priorities(outputs) == ["low", "low"]
    newer = FalseAlarmClassifier(lessons=50, used=True, bias=-4.0)
    assert run([experienced(newer, 200)], state)[0].known.classifier == newer


def test_an_alert_that_stood_before_the_classifier_was_trusted_is_not_lowered():
    state, outputs = learned(*louder(100, 160))
    assert priorities(outputs) == ["low", "medium"]
    _, outputs = run([experienced(SURE, 160), *louder(160, 300)], state)
    assert priorities(outputs) == []


def confirmed_once(**maintenance):
    """A machine whose alert was rated low and confirmed; then it was quiet, and louder again."""
    state, _ = doubted(*louder(100, 160))
    assert [known.lowered for known in state.known.alerts if known.rule == "change"] == [True]
    state, _ = run(
        [finding(160, "confirmed"), *(MaintenanceObserved(**each) for each in maintenance.values())], state
    )
    assert state.known.doubts_hold, "one true alert of five is no evidence against them yet"
    state, _ = run([vibration(i) for i in range(161, 340)], state)
    return run(louder(340, 420), load_state(dump_state(state)))[1]


def test_where_a_fault_was_confirmed_nothing_is_rated_low_until_it_is_mended():
    assert "medium" in priorities(confirmed_once())
    mended = {"machine": "pump", "observed_us": at(161), "time_us": at(161), "digest": "mended", "done": "bearing"}
    assert priorities(confirmed_once(mended=mended)) == ["low", "low"]


def test_what_is_confirmed_of_an_alert_before_the_last_repair_is_over():
    state, _ = doubted(*louder(100, 160))
    mended = MaintenanceObserved(machine="pump", observed_us=at(161), time_us=at(161), digest="mended")
    state, _ = run([mended, finding(162, "confirmed")], state)
    assert state.known.plain_until_us == 0
    state, outputs = run([vibration(i) for i in range(163, 340)], state)
    _, outputs = run(louder(340, 420), load_state(dump_state(state)))
    assert priorities(outputs) == ["low", "low"]


def test_what_is_rated_low_becomes_medium_as_soon_as_somebody_confirms_it():
    state, outputs = doubted(*louder(100, 160))
    assert priorities(outputs) == ["low", "low"]
    _, outputs = run([finding(160, "confirmed"), *louder(161, 163)], state)
    assert priorities(outputs) == ["medium"]


def test_a_restored_machine_rates_on_bit_for_bit():
    state, _ = doubted(*louder(100, 150))
    restored = load_state(dump_state(state))
    more = [*louder(150, 200), finding(200, "false_alarm"), *louder(201, 220, factor=1.0)]
    assert run(more, restored)[1] == run(more, state)[1]
    assert dump_state(restored) == dump_state(state)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_what_is_usual_is_not_weighed_at_all(factor):
    state, _ = doubted(*(vibration(i, factor=factor) for i in range(100, 200)))
    assert state.known.alerts == []
