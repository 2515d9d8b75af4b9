"""Findings label alerts, each as one lesson."""

import pytest

from models.clock import HOUR_US
from models.fold import dump_state
from models.learning.labelling import HORIZON_US
from models.outputs import Action, Lesson
from tests.models.fold.observed import alerts, at, kind, learned, run, vibration
from tests.models.learning.made_up import finding, louder


@pytest.fixture
def raised():
    """A pump three times as loud as usual, with its open alerts."""
    state, outputs = learned(*louder(100, 160), kind="pump")
    open_ = {alert.rule: alert for alert in alerts(outputs) if alert.state == "active"}
    assert open_["change"].priority == "medium"
    return state, open_


def test_a_confirmed_alert_is_a_lesson_with_its_lead_time_and_signs(raised):
    state, open_ = raised
    later = at(160) + 5 * HOUR_US
    quiet = vibration(0, time_us=later, observed_us=later, digest="later")
    state, outputs = run([quiet, finding(160, "confirmed", time_us=later, alert=open_["change"].id)], state)
    (lesson,) = kind(outputs, Lesson)
    assert (lesson.machine, lesson.kind, lesson.rule, lesson.priority) == ("pump", "pump", "change", "medium")
    assert lesson.confirmed
    assert not lesson.corrects
    since_us = round(open_["change"].since.timestamp() * 1e6)
    assert lesson.lead_h == pytest.approx((later - since_us) / HOUR_US)
    assert lesson.signs["gone_rms_g"] == pytest.approx(1.1, abs=0.15)  # three times: 1.1 nepers
    assert lesson.signs["rule_change"] == 1.0
    (action,) = kind(outputs, Action)
    assert action.alerts == (open_["change"].id,)


def test_without_an_id_a_finding_is_about_all_alerts_of_its_time_that_nobody_has_labelled(raised):
    state, open_ = raised
    state, outputs = run([finding(160, "confirmed", alert=open_["change"].id)], state)
    state, outputs = run([finding(161, "false_alarm")], state)
    assert {lesson.rule for lesson in kind(outputs, Lesson)} == set(open_) - {"change"}
    _, outputs = run([finding(162, "false_alarm")], state)
    assert not kind(outputs, Lesson)


def test_a_false_alarm_reaches_no_further_back_than_it_says_and_a_fault_may_have_announced_itself(raised):
    state, _ = raised
    restored = dump_state(state)
    state, outputs = run([finding(160, "false_alarm", since_us=at(159))], state)
    assert not kind(outputs, Lesson)
    _, outputs = run([finding(160, "confirmed", since_us=at(159))], state)
    assert kind(outputs, Lesson)
    assert dump_state(state) != restored


def test_alerts_older_than_the_horizon_are_out_of_reach(raised):
    state, _ = raised
    later = at(160) + HORIZON_US + HOUR_US
    quiet = vibration(0, time_us=later, observed_us=later, digest="later")
    _, outputs = run([quiet, finding(160, "confirmed", time_us=later)], state)
    assert not kind(outputs, Lesson)


@pytest.mark.parametrize("other", [{"alert": "0000000000000000"}, {"point": "轴承 2"}])
def test_a_finding_about_something_else_labels_nothing_and_is_kept(raised, other):
    state, _ = raised
    state, outputs = run([finding(160, "confirmed", note="没有这个报警", **other)], state)
    assert not kind(outputs, Lesson)
    assert kind(outputs, Action)[0].alerts == ()
    assert state.known.confirmed == 0


def test_a_second_opinion_corrects_the_first(raised):
    state, open_ = raised
    first, second = (
        finding(160 + i, verdict, alert=open_["change"].id)
        for i, verdict in enumerate(("false_alarm", "confirmed"))
    )
    state, outputs = run([first, second], state)
    assert [(lesson.confirmed, lesson.corrects) for lesson in kind(outputs, Lesson)] == [
        (False, False),
        (True, True),
    ]
    assert (state.known.confirmed, state.known.false_alarms) == (1, 0)


def test_only_the_last_sixteen_alerts_are_remembered():
    state, _ = learned()
    for round_ in range(1, 12):
        begin = 100 + 30_000 * round_  # days apart: what comes more often is one alert that comes and goes
        state, _ = run(
            [*louder(begin, begin + 40, factor=3.0), *louder(begin + 40, begin + 200, factor=1.0)], state
        )
    assert state.raised > 16
    assert len(state.known.alerts) == 16
