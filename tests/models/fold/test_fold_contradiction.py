"""No fact is believed alone against all others: speed, level, current and load are held against each other."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.fold import dump_state, load_state
from models.machinery.machine import Learning
from models.observations import AcceptObserved, MaintenanceObserved
from tests.models.fold.observed import (
    alerts,
    at,
    configured,
    healths,
    reading,
    run,
    temperature,
    transitions,
    vibration,
)

LEARNING = Learning(duration_s=600.0, observations=60)
RPM = 1480.0
MINUTE = 6
HOUR = 60 * MINUTE


def grown(*, rpm=RPM, points=("drive-end",), **description):
    """A sound machine, learned with a speed in its blocks."""
    blocks = [vibration(i, point, speed_rpm=rpm) for i in range(200) for point in points]
    return run([configured(learning=LEARNING, **description), *blocks])[0]


def of(outputs, rule="contradiction"):
    return [(state, priority) for told, state, priority in transitions(outputs) if told == rule]


def last(outputs):
    health = healths(outputs)[-1]
    return health.status, health.running, health.guard


MUTE = ("not_judged", None, "contradiction")


@pytest.mark.parametrize("factor", [0.6, 1.0, 6.0, 1e9])
def test_a_speed_of_0_against_the_level_of_a_running_machine_is_a_contradiction_at_once(factor):
    state, outputs = run((vibration(i, speed_rpm=0.0, factor=factor) for i in range(200, 210)), grown())
    assert last(outputs) == MUTE
    assert of(outputs) == [("active", "low")]
    (alert,) = alerts(outputs)
    assert "told 0 rpm" in alert.text
    assert "0 r/min" in alert.text_zh
    assert healths(outputs)[-1].score is None
    assert "Not judged" in healths(outputs)[-1].reason
    assert state.channels["indicators/drive-end"].learned == 200, "nothing is learned of it"
    _, outputs = run((vibration(i, speed_rpm=RPM) for i in range(210, 220)), load_state(dump_state(state)))
    assert of(outputs) == [("cleared", "low")]
    assert last(outputs) == ("healthy", "running", None)


@pytest.mark.parametrize("factor", [0.001, 0.1, 0.3])
def test_what_neighbours_shake_is_none(factor):
    _, outputs = run((vibration(i, speed_rpm=0.0, factor=factor) for i in range(200, 300)), grown())
    assert {health.status for health in healths(outputs)} == {"stopped"}
    assert not alerts(outputs)


def test_a_block_that_came_before_the_speed_did_is_none():
    state, outputs = run([vibration(200, speed_rpm=0.0), vibration(201, speed_rpm=0.0)], grown())
    assert healths(outputs)[-1].status == "healthy", "neither judged nor taken for a standstill yet"
    _, outputs = run((vibration(i, speed_rpm=0.0, factor=0.01) for i in range(202, 240)), state)
    assert last(outputs)[:2] == ("stopped", "stopped")
    assert not alerts(outputs)


def test_the_machine_that_hardly_vibrates_at_the_speed_it_had_is_one_too():
    state, outputs = run((vibration(i, speed_rpm=RPM, factor=0.02) for i in range(200, 220)), grown())
    assert last(outputs) == MUTE
    assert "hardly vibrates" in alerts(outputs)[0].text
    _, outputs = run((vibration(i, speed_rpm=0.0, factor=0.02) for i in range(220, 230)), state)
    assert last(outputs)[:2] == ("stopped", "stopped")
    assert of(outputs) == [("cleared", "low")]


def test_a_slower_machine_that_vibrates_less_is_none():
    _, outputs = run((vibration(i, speed_rpm=0.3 * RPM, factor=0.03) for i in range(200, 400)), grown())
    assert not of(outputs)


def test_one_sensor_that_sees_nothing_mutes_no_other():
    both = [
        vibration(i, point, speed_rpm=RPM, factor=0.02 if point == "a" else 1.0)
        for i in range(200, 260)
        for point in ("a", "b")
    ]
    _, outputs = run(both, grown(points=("a", "b")))
    assert of(outputs) == [("active", "low")]
    assert last(outputs) == ("watch", "running", None)


def drawing(i, current_a, point="drive"):
    return reading(i, point=point, values={"current_a": current_a})


def with_current(first, count, current_a, **block):
    return [each for i in range(first, first + count) for each in (drawing(i, current_a), vibration(i, **block))]


def test_a_current_outvotes_a_speed_of_0_so_that_the_level_is_judged():
    state, _ = run([configured(learning=LEARNING), *with_current(0, 200, 12.0, speed_rpm=RPM)])
    state, outputs = run(with_current(200, 30, 11.0, speed_rpm=0.0), state)
    assert last(outputs) == ("watch", "running", None), "the speed is still to be looked at"
    assert of(outputs) == [("active", "low")]
    _, outputs = run(with_current(230, 60, 13.0, speed_rpm=0.0, factor=8.0), state)
    assert ("active", "high") in of(outputs, "change")


def test_a_current_of_0_and_a_speed_of_0_outvote_what_a_neighbour_shakes():
    state, _ = run([configured(learning=LEARNING), *with_current(0, 200, 12.0, speed_rpm=RPM)])
    _, outputs = run(with_current(200, 60, 0.0, speed_rpm=0.0), state)
    assert last(outputs)[:2] == ("stopped", "stopped")
    assert not alerts(outputs)


def test_a_line_that_died_tells_current_and_speed_as_one():
    def both(first, count, rpm, current_a, factor=1.0):
        for i in range(first, first + count):
            yield reading(i, point="plc", values={"speed_rpm": rpm, "current_a": current_a})
            yield vibration(i, factor=factor)

    state, _ = run([configured(learning=LEARNING), *both(0, 200, RPM, 12.0)])
    _, outputs = run(both(200, 60, 0.0, 0.0, 5.0), state)
    assert last(outputs) == MUTE


def test_limits_that_no_machine_may_exceed_go_on():
    state = grown(power_kw=90.0, mounting="rigid", temperature_limit_c=80.0)
    loud = [
        each
        for i in range(200, 300)
        for each in (vibration(i, speed_rpm=0.0, factor=6.0), temperature(i, 75.0 + 0.1 * (i - 200)))
    ]
    _, outputs = run(loud, state)
    assert ("active", "high") in of(outputs, "severity")
    assert ("active", "medium") in of(outputs, "temperature")
    assert healths(outputs)[-1].status == "critical"
    assert healths(outputs)[-1].score is None
    assert not of(outputs, "change")


def test_a_load_of_0_that_changes_nothing_is_not_believed():
    state, _ = run(
        [configured(learning=LEARNING), *(vibration(i, speed_rpm=RPM, load_percent=70.0) for i in range(200))]
    )
    state, _ = run((vibration(i, speed_rpm=RPM, load_percent=0.0) for i in range(200, 230)), state)
    _, outputs = run((vibration(i, speed_rpm=RPM, load_percent=0.0, factor=8.0) for i in range(230, 290)), state)
    assert ("active", "high") in of(outputs, "change")


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_load_of_0_that_changes_the_level_is_another_way_of_running(factor):
    state, _ = run(
        [configured(learning=LEARNING), *(vibration(i, speed_rpm=RPM, load_percent=70.0) for i in range(200))]
    )
    idling = (vibration(i, speed_rpm=RPM, load_percent=0.0, factor=factor) for i in range(200, 600))
    _, outputs = run(idling, state)
    assert last(outputs) == ("healthy", "idle", None)
    assert not alerts(outputs)


def shown(i, factor):
    return reading(i, values={"rms_g": 0.3 * factor * (1 + 0.02 * (i % 5))})


def test_a_cheap_sensor_s_level_is_held_against_a_speed_too():
    def both(first, count, rpm, factor):
        for i in range(first, first + count):
            yield reading(i, point="tacho", values={"speed_rpm": rpm and rpm + i % 3})
            yield shown(i, factor)

    state, _ = run([configured(learning=LEARNING), *both(0, 200, RPM, 1.0)])
    _, outputs = run(both(200, 60, 0.0, 6.0), state)
    assert last(outputs) == MUTE
    assert of(outputs) == [("active", "low")]


def said(kind, i, **more):
    return kind(machine="pump", observed_us=at(i), time_us=at(i), digest=f"said-{i}", **more)


def without_speed(first, last, factor, step=MINUTE):
    return [vibration(i, factor=factor) for i in range(first, last, step)]


def test_a_machine_that_seems_to_stand_for_longer_than_ever_asks_whether_the_sensor_was_changed():
    state, _ = run([configured(learning=LEARNING), *without_speed(0, 3 * HOUR, 1.0)])
    state, outputs = run(without_speed(3 * HOUR, 9 * HOUR, 0.05), state)
    assert last(outputs) == MUTE
    assert "Was the sensor changed?" in alerts(outputs)[0].text
    learned = state.channels["indicators/drive-end"].learned
    state, outputs = run(without_speed(9 * HOUR, 15 * HOUR, 0.3), load_state(dump_state(state)))
    assert last(outputs) == MUTE, "a fault that makes it louder answers nothing"
    assert state.channels["indicators/drive-end"].learned == learned
    state, outputs = run(without_speed(15 * HOUR, 16 * HOUR, 1.0), state)
    assert last(outputs) == ("healthy", "running", None)
    state, outputs = run(without_speed(16 * HOUR, 28 * HOUR, 0.05), state)
    assert last(outputs)[0] == "stopped", "now it is known how loud its standstills are"


@pytest.mark.parametrize("part", [0.018, 0.02, 0.022, 0.025])
def test_a_level_that_strays_about_what_is_taken_for_a_standstill_asks_once_at_most(part):
    state, _ = run([configured(learning=LEARNING), *without_speed(0, 3 * HOUR, 1.0)])
    _, outputs = run(without_speed(3 * HOUR, 30 * HOUR, part), state)
    assert of(outputs) in ([], [("active", "low")])


def test_a_standstill_of_a_weekend_asks_nothing():
    state, _ = run([configured(learning=LEARNING), *without_speed(0, 3 * HOUR, 1.0)])
    _, outputs = run(without_speed(3 * HOUR, 60 * HOUR, 0.01), state)
    assert {health.status for health in healths(outputs)[1:]} == {"stopped"}


@pytest.mark.parametrize("factor", [0.03, 0.2, 0.4])
def test_a_first_standstill_that_the_block_s_own_speed_confirms_asks_nothing_however_long_it_is(factor):
    state, _ = run([configured(learning=LEARNING), *(vibration(i, speed_rpm=RPM) for i in range(200))])
    standing = (vibration(i, speed_rpm=0.0, factor=factor) for i in range(200, 12 * HOUR, MINUTE))
    _, outputs = run(standing, state)
    assert {health.status for health in healths(outputs)} == {"stopped"}
    assert not alerts(outputs)


@pytest.mark.parametrize("kind", [MaintenanceObserved, AcceptObserved])
def test_a_less_sensitive_sensor_is_learned_once_people_have_said_something(kind):
    state, _ = run([configured(learning=LEARNING), *without_speed(0, 3 * HOUR, 1.0)])
    swapped = [*without_speed(3 * HOUR, 3 * HOUR + 30, 0.05), said(kind, 3 * HOUR + 31, point="drive-end")]
    state, outputs = run([*swapped, *without_speed(3 * HOUR + 32, 8 * HOUR, 0.05)], state)
    assert last(outputs) == ("healthy", "running", None)
    assert not alerts(outputs)
    _, outputs = run(without_speed(8 * HOUR, 9 * HOUR, 0.3), state)
    assert ("active", "medium") in of(outputs, "change")


def short_runs(first, hours, run_s, factor=1.0):
    for hour in range(first, first + hours):
        begun = hour * HOUR
        yield from (vibration(i, factor=factor, speed_rpm=RPM) for i in range(begun, begun + run_s // 10))
        yield from (
            vibration(i, factor=0.01, speed_rpm=0.0) for i in range(begun + run_s // 10 + 1, begun + HOUR, 60)
        )


@pytest.mark.parametrize("run_s", [110, 130, 300])
def test_a_machine_whose_runs_never_outlast_a_start_is_judged_within_them(run_s):
    state, outputs = run([configured(learning=LEARNING), *short_runs(0, 40, run_s)])
    assert not alerts(outputs)
    running = [health for health in healths(outputs) if health.running == "running"]
    assert running[-1].status == "healthy"
    _, outputs = run(short_runs(40, 5, run_s, factor=5.0), load_state(dump_state(state)))
    assert ("active", "medium") in of(outputs, "change"), "within a few runs"


def test_trials_after_long_runs_shorten_no_start():
    trials = short_runs(10, 6, 110)
    state, _ = run([configured(learning=LEARNING), *short_runs(0, 5, 110), *short_runs(5, 1, 3000), *trials])
    assert state.operation.runs.start_us == 120_000_000


def test_a_state_of_before_goes_on():
    state = grown()
    stored = msgspec.msgpack.decode(dump_state(state))
    plain = stored["state"]
    del plain["contradiction"]
    plain["operation"].pop()
    for channel in plain["channels"].values():
        channel.pop()
    older = load_state(msgspec.msgpack.encode(stored))
    made = [vibration(i, speed_rpm=0.0) for i in range(200, 240)]
    older, outputs = run(made, older)
    _, expected = run(made, state)
    assert outputs == expected
    assert last(outputs) == MUTE
    assert dump_state(load_state(dump_state(older))) == dump_state(older)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, 0.0, 0.5, 740.0, RPM, float("nan"), float("inf"), -RPM, 1e300]),
            st.sampled_from([0.0, 0.01, 0.2, 1.0, 8.0, 1e300]),
            st.sampled_from([None, 0.0, 12.0, float("nan"), -1e300]),
            st.sampled_from([None, 0.0, 70.0]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.integers(0, 59),
)
def test_whatever_is_told_it_goes_on_bit_for_bit_from_any_cut(told, cut):
    made = []
    for n, (rpm, factor, current_a, load) in enumerate(told):
        i = 200 + MINUTE * n
        made += [] if current_a is None else [drawing(i, current_a)]
        made.append(vibration(i, factor=factor, speed_rpm=rpm, load_percent=load))
    whole, outputs = run(made, grown())
    before, _ = run(made[:cut], grown())
    after, rest = run(made[cut:], load_state(dump_state(before)))
    assert dump_state(after) == dump_state(whole)
    assert rest == outputs[cut:]
    assert msgspec.json.encode(rest) == msgspec.json.encode(outputs[cut:])
