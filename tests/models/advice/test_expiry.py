"""Silent machines that nobody has described expire, and nothing else does."""

from models.advice.expiry import expiry_due_us
from models.advice.open_alarms import open_alarms
from models.clock import DAY_US, HOUR_US
from models.observations import FindingObserved
from models.outputs import Action
from tests.models.fold.leaving import expire, roster, shaking, tick
from tests.models.fold.observed import alerts, at, kind, learned, run, vibration


def test_a_silent_machine_expires_and_its_no_data_with_it():
    state, _ = learned(tick(at(100) + HOUR_US))
    assert [each.rule for each in open_alarms(state)] == ["no_data"]
    due_us = expiry_due_us(state, 30 * DAY_US)
    assert due_us == at(99) + 30 * DAY_US
    _, outputs = run([expire(due_us - 1)], state)
    assert outputs == [()]
    state, outputs = run([expire(due_us)], state)
    assert [(each.kind, each.by) for each in kind(outputs, Action)] == [("expire", "")]
    (over,) = alerts(outputs)
    assert (over.rule, over.state, over.text_zh) == ("no_data", "cleared", "超过30天无数据，已删除。")
    assert state.left.kind == "forgotten"


def test_one_that_has_sent_meanwhile_or_has_an_alert_does_not_expire():
    state, _ = learned()
    due_us = expiry_due_us(state, 30 * DAY_US)
    state, _ = run([vibration(100, observed_us=due_us - 1)], state)
    _, outputs = run([expire(due_us)], state)
    assert outputs == [()]
    state, _ = learned(*shaking())
    assert expiry_due_us(state, 30 * DAY_US) is None
    _, outputs = run([expire(at(160) + 90 * DAY_US)], state)
    assert outputs == [()]


def test_neither_what_is_retired_nor_what_is_forgotten_nor_anything_under_0_expires():
    for do in ("retire", "forget"):
        state, _ = learned(roster(do, 100))
        assert expiry_due_us(state, DAY_US) is None
        assert run([expire(at(100) + 99 * DAY_US)], state)[1] == [()]
    assert expiry_due_us(learned()[0], 0) is None


def test_one_that_is_known_by_what_was_said_alone_expires_as_well():
    said = FindingObserved(machine="pump", time_us=at(7), observed_us=at(7), digest="a", verdict="confirmed")
    state, _ = run([said, *(tick(at(100 * i)) for i in range(1, 9))])
    assert expiry_due_us(state, DAY_US) == at(7) + DAY_US


def test_a_clock_that_is_ahead_by_years_keeps_nothing_for_ever():
    said = FindingObserved(machine="pump", time_us=at(10**9), observed_us=at(7), digest="a", verdict="confirmed")
    state, _ = run([said])
    assert expiry_due_us(state, DAY_US) == at(7) + DAY_US
