"""What comes and goes through the fold: one alert with its count, never less or later than without it."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.alarms.alarm import Alarm
from models.clock import HOUR_US, MINUTE_US, SECOND_US
from models.observations import AcceptObserved, Tick
from models.outputs import Alert
from tests.models.fold.observed import STEP_US, alerts, at, healths, learned, run, vibration

RANK = {"low": 1, "medium": 2, "high": 3}
BEGUN, HALF = 100, 180  # observations; half a breath, half an hour


def breathing(times, factor=2.0, begun=BEGUN):
    """Half an hour loud, half an hour as usual, and so on."""
    return [
        vibration(begun + 2 * HALF * breath + number, factor=factor if number < HALF else 1.0)
        for breath in range(times)
        for number in range(2 * HALF)
    ]


def of(outputs, rule):
    return [alert for alert in alerts(outputs) if alert.rule == rule]


@pytest.fixture(scope="module")
def breathed():
    return learned(*breathing(9))


def test_from_the_fifth_time_on_one_alert_stays_open_with_its_count(breathed):
    _, outputs = breathed
    told = of(outputs, "change")
    assert [alert.state for alert in told] == ["active", "cleared"] * 4 + ["active"]
    assert [alert.count for alert in told] == [0] * 8 + [5]
    assert "Comes and goes since 2023-11-" in told[-1].text
    assert ", 5 times" in told[-1].text
    assert "反复出现 5 次" in told[-1].text_zh
    assert "`stethos accept pump --point drive-end`" in told[-1].text
    assert healths(outputs)[-1].status == "watch", "the status is that of what stands open"


def test_a_higher_level_is_told_at_once_with_the_count(breathed):
    state, _ = fold_copy(breathed)
    begun = BEGUN + 2 * HALF * 9
    _, outputs = run([vibration(begun + i, factor=9.0) for i in range(40)], state)
    raised = of(outputs, "change")
    assert [alert.priority for alert in raised][-1] == "high"
    assert {alert.count for alert in raised} == {10}
    assert "stethos accept" not in raised[-1].text, "what is high is not offered to be accepted"
    assert raised[-1].time.timestamp() * SECOND_US - at(begun) < 5 * MINUTE_US


def test_it_clears_after_it_has_been_gone_for_long_and_says_how_often_it_came(breathed):
    state, _ = fold_copy(breathed)
    begun = BEGUN + 2 * HALF * 9
    _, outputs = run([vibration(begun + i) for i in range(4 * 360)], state)
    (cleared,) = of(outputs, "change")
    assert (cleared.state, cleared.count) == ("cleared", 9)
    assert "Had come and gone 9 times" in cleared.text
    assert cleared.time.timestamp() * SECOND_US - at(begun) >= HOUR_US / 2
    assert healths(outputs)[-1].status == "healthy"


def test_accept_clears_it_and_begins_anew(breathed):
    state, _ = fold_copy(breathed)
    moment = at(BEGUN + 2 * HALF * 9)
    accept = AcceptObserved(machine="pump", time_us=moment, observed_us=moment, digest="accept")
    state, outputs = run([accept], state)
    assert [(alert.rule, alert.state) for alert in alerts(outputs) if alert.rule == "change"] == [
        ("change", "cleared")
    ]
    assert not state.channels["indicators/drive-end"].alarms


def test_a_state_of_before_goes_on():
    state, _ = learned(*breathing(1))
    document = msgspec.msgpack.decode(fold.dump_state(state))
    again = fold.load_state(fold.dump_state(state))
    assert document
    alarm = msgspec.convert([[[True, 0, 5]] * 3, 1, "id", 7, ""], Alarm)  # as it was written without recurrence
    assert (alarm.recurrence, alarm.present, alarm.comings, alarm.onset_us) == (None, 1, 0, 7)
    more = breathing(3, begun=BEGUN + 2 * HALF)
    assert run(more, again)[1] == run(more, state)[1]


def test_a_state_cut_while_an_alert_is_held_goes_on_alike(breathed):
    state, again = fold_copy(breathed)[0], fold.load_state(fold.dump_state(breathed[0]))
    more = [vibration(BEGUN + 2 * HALF * 9 + i, factor=2.0 if i % 300 < 60 else 1.0) for i in range(1_200)]
    assert run(more, again)[1] == run(more, state)[1]


def fold_copy(breathed):
    state, outputs = breathed
    return fold.load_state(fold.dump_state(state)), outputs


def silences(gap_us, times, begun=100):
    """Measurements every ten seconds for an hour, then none for a while with the worker's ticks, and so on."""
    shift_us, number = 0, begun
    for _ in range(times):
        for _ in range(360):
            yield vibration(number, time_us=at(number) + shift_us, observed_us=at(number) + shift_us)
            number += 1
        last_us = at(number - 1) + shift_us
        for minute in range(1, gap_us // MINUTE_US):
            yield Tick(machine="pump", observed_us=last_us + minute * MINUTE_US)
        shift_us += gap_us


def test_silences_that_come_and_go_are_one_alert_and_the_status_follows_the_data():
    _, outputs = learned(*silences(20 * MINUTE_US, 12))
    told = of(outputs, "no_data")
    assert [alert.state for alert in told] == ["active", "cleared"] * 4 + ["active"]
    assert told[-1].count == 5
    assert "accept" not in told[-1].text
    after = [health.status for health in healths(outputs)[-400:]]
    assert after.count("no_data") >= 1, "a silence shows although its alert stands already"
    assert "watch" in after, "and is over as soon as data come, with the alert still open"
    assert "healthy" not in after


def uploads(hours, times, begun=100):
    """What was measured every ten seconds comes gathered, with the worker's ticks meanwhile."""
    count = int(hours * HOUR_US // STEP_US)
    for upload in range(times):
        first = begun + upload * count
        sent_us = at(first + count)
        for minute in range(1, int(hours * 60)):
            yield Tick(machine="pump", observed_us=at(first) + minute * MINUTE_US)
        for number in range(count):
            yield vibration(first + number, observed_us=sent_us + number * 10_000)


@pytest.mark.parametrize("hours", [0.5, 1.0, 3.0])
def test_hourly_uploads_are_no_silence_once_they_are_known(hours):
    state, outputs = learned(*uploads(hours, 8))
    assert len([alert for alert in of(outputs, "no_data") if alert.state == "active"]) <= 2
    last_us = state.observed_us
    ticks = [Tick(machine="pump", observed_us=last_us + minute * MINUTE_US) for minute in range(1, 600)]
    _, silent = run(ticks, state)
    (raised,) = of(silent, "no_data")
    assert raised.limit <= hours * 3_600 + 1.3 * 3_600, "but a gateway that is dead is told within an hour or so"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from([1.0, 0.3, 1.9, 3.0, 8.0]), st.integers(20, 150)), min_size=4, max_size=14)
)
def test_no_level_is_later_or_lower_than_without_it(pieces):
    course = [factor for factor, number in pieces * 3 for _ in range(number)][:2_500]
    observations = [vibration(100 + i, factor=factor) for i, factor in enumerate(course)]
    with_it = learned(*observations)[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Alarm, "hold", lambda _, level, __: level)
        without = learned(*observations)[1]
    standing, alone = {}, {}
    cleared = set()
    for ours, theirs in zip(with_it, without, strict=True):
        _stand(standing, ours)
        _stand(alone, theirs)
        assert all(standing.get(rule, 0) >= level for rule, level in alone.items() if level > 1)
        for alert in ours:
            if isinstance(alert, Alert) and alert.state == "cleared":
                assert alert.id not in cleared
                cleared.add(alert.id)
    told = len(of(with_it, "change"))
    assert told <= max(len(of(without, "change")) + 4, 24)


def _stand(standing, outputs):
    for alert in outputs:
        if isinstance(alert, Alert):
            standing[alert.rule] = RANK[alert.priority] if alert.state == "active" else 0
