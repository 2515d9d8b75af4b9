"""Raw activations: each time an alarm comes by itself is counted, however few alerts tell of it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models import fold
from models.advice.activations import hold
from models.alarms.alarm import Alarm
from models.clock import MINUTE_US
from models.machinery.machine import Learning
from models.observations import Tick
from tests.models.fold.observed import STEP_US, alerts, at, configured, learned, run, temperature, vibration

HALF = 180


def breathing(times, *, begun=100, factor=2.0):
    """Half an hour loud, half an hour as usual, and so on."""
    return [
        vibration(begun + 2 * HALF * breath + number, factor=factor if number < HALF else 1.0)
        for breath in range(times)
        for number in range(2 * HALF)
    ]


def test_what_is_held_as_one_alert_is_counted_each_time():
    state, outputs = learned(*breathing(9))
    change = [alert for alert in alerts(outputs) if alert.rule == "change" and alert.state == "active"]
    others = {alert.id for alert in alerts(outputs) if alert.rule != "change"}
    assert len(change) == 5
    assert 9 <= state.counts.activations <= 9 + len(others) * 9
    assert state.channels["indicators/drive-end"].alarms["change"].comings == 9


def test_of_silences_as_well():
    state, _ = learned()
    last = 100
    for minutes in (20, 41, 23, 97, 30, 61, 25, 150):  # in no rhythm, of which another alert would tell
        quiet_us = at(last) + minutes * MINUTE_US
        state, _ = run([Tick(machine="pump", observed_us=quiet_us)], state)
        first = last + minutes * MINUTE_US // STEP_US + 1
        state, _ = run([vibration(i) for i in range(first, first + 30)], state)
        last = first + 30
    assert state.silence.comings == 8
    assert state.counts.activations == 8
    assert state.raised == 5


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 400)), max_size=60))
def test_it_counts_every_coming_from_nothing_and_no_other(course):
    state, alarm = fold.initial_state("pump"), Alarm()
    time_us, before, comings = at(0), 0, 0
    for level, minutes in course:
        comings += before == 0 and level > 0
        raised = alarm.level == 0
        alarm.level = hold(state, alarm, level, time_us)
        state.counts.activations += raised and alarm.level > 0  # as `transition` counts what is raised
        before, time_us = level, time_us + minutes * MINUTE_US
    assert state.counts.activations == comings


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from([1.0, 1.8, 3.0, 9.0]), st.sampled_from([60.0, 95.0])),
        max_size=12,
    )
)
def test_there_are_never_fewer_than_alerts_and_none_without_an_alarm(course):
    observations, number = [], 0
    for count, factor, value_c in [(100, 1.0, 60.0), *course]:
        for i in range(number, number + count):
            observations += [vibration(i, factor=factor), temperature(i, value_c)]
        number += count
    state, outputs = run([configured(learning=Learning(duration_s=60.0, observations=60)), *observations])
    assert state.counts.activations >= state.raised
    assert (state.counts.activations > 0) == (len(alerts(outputs)) > 0)
    assert state.counts.activations >= len({alert.id for alert in alerts(outputs)})


def test_a_state_of_before_that_has_no_count_goes_on():
    state, _ = learned(*breathing(2))
    stored = fold.dump_state(state)
    name = b"activations"
    assert name in stored
    begin = stored.index(name) - 1
    counts_at = stored.index(b"accepted") - 2
    older = stored[:counts_at] + bytes([stored[counts_at] - 1]) + stored[counts_at + 1 : begin]
    older += stored[begin + 1 + len(name) + 1 :]
    loaded = fold.load_state(older)
    assert loaded.counts.activations == 0
    assert loaded.counts.accepted == state.counts.accepted
    assert run([vibration(900)], loaded)[0].counts.accepted == state.counts.accepted + 1
