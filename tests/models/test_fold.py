import msgspec
import pytest

from models import fold
from models.clock import MINUTE_US, SECOND_US, to_datetime
from models.errors import StateError
from models.machinery.machine import Learning
from models.observations import Source, Tick
from models.outputs import Alert, Health, Row
from tests.models.observed import (
    START_US,
    alerts,
    at,
    configured,
    healths,
    reading,
    rows,
    run,
    temperature,
    vibration,
)


def learned(*more, **description):
    """A sound pump, 100 observations old."""
    return run([configured(**description), *(vibration(i) for i in range(100)), *more])


def transitions(outputs):
    return [(alert.rule, alert.state, alert.priority) for alert in alerts(outputs)]


# Learning and status


def test_one_row_and_one_health_for_each_observation():
    _, outputs = learned()
    assert outputs[0] == ()
    assert [[type(output) for output in out] for out in outputs[1:]] == [[Row, Health]] * 100


def test_nothing_is_judged_while_learning_and_everything_after():
    _, outputs = learned()
    found = healths(outputs)
    assert {(h.status, h.score, h.anomaly.anomalous) for h in found[:60]} == {("warming_up", None, None)}
    assert all(h.reason and h.reason_zh for h in found[:60])
    assert {(h.status, h.anomaly.anomalous) for h in found[60:]} == {("healthy", False)}
    assert all(h.score > 95 and not h.reason for h in found[60:])


def test_without_an_end_learning_lasts_for_the_longer_of_both():
    quick = [vibration(i, time_us=START_US + i * SECOND_US) for i in range(1900)]
    _, outputs = run([configured(learning=Learning()), *quick])
    assert [h.status for h in healths(outputs)].index("healthy") == 1800
    slow = [
        vibration(i, time_us=START_US + i * MINUTE_US, observed_us=START_US + i * MINUTE_US) for i in range(120)
    ]
    _, outputs = run([configured(learning=Learning()), *slow])
    assert [h.status for h in healths(outputs)].index("healthy") == 100


def test_learning_ends_for_good_whatever_comes_late():
    late = vibration(30, digest="late", factor=2.0)
    _, outputs = learned(late, vibration(100))
    assert [h.status for h in healths(outputs)[-2:]] == ["healthy", "healthy"]
    assert healths(outputs)[-2].quality.flags == ("late",)


def test_an_unknown_machine_is_judged_under_defaults():
    state, outputs = run([vibration(0, machine="风机 3#")])
    assert state.machine == "风机 3#"
    assert healths(outputs)[0].configuration == state.configuration.version()


@pytest.mark.parametrize("make", [vibration, temperature, reading])
def test_every_kind_of_measurement_gets_a_verdict(make):
    observations = [configured(), *(make(i) for i in range(100))]
    _, outputs = run(observations)
    assert all(isinstance(h.anomaly.anomalous, bool) for h in healths(outputs)[60:])
    names = {"vibration": "indicators", "temperature": "temperature", "reading": "readings"}
    assert {row.measurement for row in rows(outputs)} == {names[make.__name__]}


# Alerts


def test_a_lasting_change_raises_rises_and_clears_under_one_id():
    louder = [vibration(i, factor=3.0) for i in range(100, 140)]
    loudest = [vibration(i, factor=9.0) for i in range(140, 180)]
    sound = [vibration(i) for i in range(180, 260)]
    _, outputs = learned(*louder, *loudest, *sound)
    change = [alert for alert in alerts(outputs) if alert.rule == "change"]
    assert [(a.state, a.priority) for a in change] == [
        ("active", "low"), ("active", "medium"), ("active", "high"), ("cleared", "high"),
    ]  # fmt: skip
    assert len({a.id for a in change}) == 1
    assert {a.since for a in change} == {change[0].time}
    assert all(a.value > a.limit for a in change[:3])
    statuses = [h.status for h in healths(outputs)]
    assert [s for i, s in enumerate(statuses) if i == 0 or statuses[i - 1] != s] == [
        "warming_up", "healthy", "watch", "warning", "critical", "healthy",
    ]  # fmt: skip


def test_a_burst_of_a_hundred_seconds_raises_nothing_above_low():
    burst = [vibration(i, factor=50.0) for i in range(100, 110)]
    _, outputs = learned(*burst, *(vibration(i) for i in range(110, 250)))
    assert {priority for _, _, priority in transitions(outputs)} <= {"low"}
    assert healths(outputs)[-1].status == "healthy"


def test_a_single_shock_hardly_moves_the_health():
    _, outputs = learned(vibration(100, factor=57.0), vibration(101))
    assert healths(outputs)[-2].anomaly.anomalous is True
    assert min(h.score for h in healths(outputs)[60:]) > 90
    assert not alerts(outputs)


def test_what_is_anomalous_is_not_learned():
    state, _ = learned()
    learned_before = state.channels["indicators/drive-end"].learned
    state, _ = run([vibration(i, factor=9.0) for i in range(100, 160)], state)
    assert state.channels["indicators/drive-end"].learned == learned_before


def test_an_alert_of_a_reading_is_never_more_than_low():
    observations = [reading(i) for i in range(100)]
    strange = [reading(i, values={"pressure_bar": 90.0, "current_a": 5.0, "flow": -3.0}) for i in range(100, 200)]
    _, outputs = run([configured(), *observations, *strange])
    assert transitions(outputs) == [("anomaly", "active", "low")]
    assert "pressure_bar" in alerts(outputs)[0].text
    assert healths(outputs)[-1].status == "watch"
    assert healths(outputs)[-1].score == 90.0


def test_alert_ids_are_the_same_every_time_and_differ_between_machines():
    louder = [vibration(i, factor=3.0) for i in range(100, 140)]
    first, again = (alerts(learned(*louder)[1])[0].id for _ in range(2))
    assert first == again
    other = [msgspec.structs.replace(o, machine="fan") for o in [*map(vibration, range(100)), *louder]]
    assert alerts(run([configured(machine="fan"), *other])[1])[0].id != first


# Severity


def test_a_zone_alerts_even_while_learning():
    loud = [vibration(i, factor=4.0) for i in range(50)]
    _, outputs = run([configured(power_kw=90.0, mounting="rigid"), *loud])
    assert transitions(outputs)[-1] == ("severity", "active", "high")
    assert healths(outputs)[-1].status == "critical"
    assert healths(outputs)[-1].score is None


@pytest.mark.parametrize(
    ("description", "seconds"),
    [({}, 1.0), ({"power_kw": 11.0, "mounting": "rigid"}, 1.0), ({"power_kw": 90.0, "mounting": "rigid"}, 0.1)],
)
def test_no_zone_where_the_standard_says_nothing(description, seconds):
    loud = [vibration(i, factor=4.0, seconds=seconds) for i in range(50)]
    _, outputs = run([configured(**description), *loud])
    assert not alerts(outputs)


# Temperature


def test_overheating_is_told_with_its_rise():
    observations = [temperature(i) for i in range(400)]
    hot = [temperature(i, 60.0 + min(30.0, 0.5 * (i - 400))) for i in range(400, 500)]
    _, outputs = run([configured(), *observations, *hot])
    raised = [alert for alert in alerts(outputs) if alert.rule == "temperature"]
    assert [alert.priority for alert in raised] == ["low", "medium"]
    assert "above its warm state of 60" in raised[-1].text


def test_a_makers_limit_holds_while_learning():
    hot = [temperature(i, 85.0) for i in range(50)]
    _, outputs = run([configured(temperature_limit_c=80.0), *hot])
    assert transitions(outputs)[-1] == ("temperature", "active", "medium")


# Sensors


def test_a_faulty_sensor_teaches_nothing_and_is_no_watch():
    stuck = [vibration(i, flags=("stuck",), factor=100.0) for i in range(100, 160)]
    state, outputs = learned(*stuck)
    assert transitions(outputs) == [("sensor_fault", "active", "low")]
    last = healths(outputs)[-1]
    assert (last.status, last.score, last.anomaly.anomalous, last.quality.ok) == ("sensor_fault", None, None, False)
    assert state.channels["indicators/drive-end"].learned == 100
    state, outputs = run([vibration(i) for i in range(160, 180)], state)
    assert transitions(outputs) == [("sensor_fault", "cleared", "low")]
    assert healths(outputs)[-1].status == "healthy"


def test_a_machine_is_judged_by_the_points_that_can_be():
    pairs = [make for i in range(100) for make in (vibration(i), vibration(i, "non-drive-end"))]
    faulty = [
        make for i in range(100, 110) for make in (vibration(i, flags=("clipped",)), vibration(i, "non-drive-end"))
    ]
    _, outputs = run([configured(), *pairs, *faulty])
    assert {h.status for h in healths(outputs)[-20:]} == {"healthy"}
    assert [h.quality.ok for h in healths(outputs)[-4:]] == [False, True, False, True]


def test_a_jump_of_temperature_is_the_sensors_not_the_machines():
    observations = [temperature(i) for i in range(100)]
    jumped = [temperature(i, 190.0) for i in range(100, 140)]
    _, outputs = run([configured(), *observations, *jumped])
    assert healths(outputs)[101].quality.flags == ("recovering",)
    assert not [alert for alert in alerts(outputs) if alert.rule == "temperature"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_never_enters(value):
    bad = reading(100, values={"pressure_bar": value, "current_a": 5.0, "flow": -3.0})
    state, outputs = run([configured(), *(reading(i) for i in range(100)), bad])
    assert rows(outputs)[-1].fields == {"current_a": 5.0, "flow": -3.0}
    assert healths(outputs)[-1].quality.flags == ("not_finite",)
    assert b"nan" not in repr(fold.dump_state(state)).encode()
    assert healths(outputs)[-1].anomaly.anomalous is None


# Standstill


def test_a_machine_that_stands_is_neither_judged_nor_learned():
    standing = [vibration(i, factor=0.02) for i in range(100, 200)]
    state, outputs = learned(*standing)
    assert {h.status for h in healths(outputs)[-100:]} == {"stopped"}
    assert not alerts(outputs)
    assert state.channels["indicators/drive-end"].learned == 100
    _, outputs = run([vibration(i) for i in range(200, 210)], state)
    assert {h.status for h in healths(outputs)} == {"healthy"}


def test_no_speed_is_a_standstill_at_once():
    _, outputs = run([vibration(0, speed_rpm=0.0), vibration(1, speed_rpm=1480.0)])
    assert [h.status for h in healths(outputs)] == ["stopped", "warming_up"]


# Order and time


def test_duplicates_are_counted_and_give_nothing():
    state, outputs = learned(vibration(99), vibration(40))
    assert outputs[-2:] == [(), ()]
    assert state.counts.duplicates == 2


def test_a_source_offset_is_folded_once_however_old():
    source = [Source("vibration", 3, offset) for offset in (7, 8, 8, 5)]
    observations = [vibration(i, source=source[i]) for i in range(4)]
    state, outputs = run(observations)
    assert [len(out) for out in outputs] == [2, 2, 0, 0]
    _, outputs = run([vibration(9, source=Source("vibration", 4, 0))], state)
    assert len(outputs[0]) == 2


def test_two_that_share_a_time_are_both_kept():
    twins = [vibration(5, digest=digest) for digest in ("a", "b", "c")]
    _, outputs = run(twins)
    assert [row.time for row in rows(outputs)] == [to_datetime(at(5) + k) for k in range(3)]
    assert [h.quality.flags for h in healths(outputs)] == [(), (), ()]


def test_vibration_and_temperature_of_one_point_do_not_disturb_each_other():
    _, outputs = run([vibration(5, "bearing"), temperature(4), temperature(5)])
    assert [row.time for row in rows(outputs)] == [to_datetime(t) for t in (at(5), at(4), at(5))]
    assert all(h.quality.flags == () for h in healths(outputs))


def test_late_and_future_ones_are_flagged_and_move_nothing():
    state, _ = learned()
    channel = state.channels["indicators/drive-end"]
    before = (channel.newest_us, channel.learned, state.time_us, dict(channel.evidence))
    late = vibration(20, digest="late", factor=9.0)
    future = vibration(100, time_us=at(100) + 6 * MINUTE_US, factor=9.0)
    state, outputs = run([late, future], state)
    assert [h.quality.flags for h in healths(outputs)] == [("late",), ("future",)]
    assert all(h.quality.ok and h.anomaly.anomalous is True for h in healths(outputs))
    assert (channel.newest_us, channel.learned, state.time_us, dict(channel.evidence)) == before
    assert (state.counts.late, state.counts.future) == (1, 1)
    _, outputs = run([vibration(101)], state)
    assert healths(outputs)[0].quality.flags == ()


def test_five_minutes_ahead_is_not_yet_the_future():
    _, outputs = run([vibration(0, time_us=START_US + 5 * MINUTE_US)])
    assert healths(outputs)[0].quality.flags == ()


# Silence


def tick(observed_us):
    return Tick(machine="pump", observed_us=observed_us)


def test_silence_is_told_once_and_ends_with_the_next_observation():
    state, _ = learned()
    newest_us = at(99)
    state, outputs = run([tick(newest_us + k * MINUTE_US) for k in range(1, 30)], state)
    said = [output for out in outputs for output in out]
    assert [type(output) for output in said] == [Health, Alert]
    health, alert = said
    assert (health.status, health.score, health.point) == ("no_data", None, "")
    assert health.time == alert.time == to_datetime(newest_us + 1)
    assert (alert.rule, alert.priority, alert.state, alert.observation) == ("no_data", "low", "active", "tick")
    assert health.reason
    assert [bool(out) for out in outputs].index(True) == 5
    assert state.time_us == newest_us
    _, outputs = run([vibration(400)], state)
    assert [(a.rule, a.state, a.id) for a in alerts(outputs)] == [("no_data", "cleared", alert.id)]
    assert healths(outputs)[0].status == "healthy"


def test_a_machine_that_reports_hourly_may_be_silent_for_ten_hours():
    hour_us = 60 * MINUTE_US
    observations = [
        vibration(i, time_us=START_US + i * hour_us, observed_us=START_US + i * hour_us) for i in range(60)
    ]
    state, _ = run(observations)
    last_us = START_US + 59 * hour_us
    state, outputs = run([tick(last_us + 9 * hour_us)], state)
    assert outputs == [()]
    _, outputs = run([tick(last_us + 11 * hour_us)], state)
    assert len(outputs[0]) == 2


def test_a_machine_never_heard_of_has_no_silence():
    _, outputs = run([tick(START_US + k * MINUTE_US) for k in range(100)])
    assert outputs == [()] * 100


def test_two_silences_have_two_ids():
    state, _ = learned()
    ids = []
    for k in range(2):
        state, outputs = run([tick(at(100) + (20 + 40 * k) * MINUTE_US)], state)
        ids.append(alerts(outputs)[0].id)
        back_us = at(100) + (30 + 40 * k) * MINUTE_US
        state, outputs = run([vibration(1000 + k, time_us=START_US - k, observed_us=back_us)], state)
        assert alerts(outputs)[0].state == "cleared"
    assert ids[0] != ids[1]


# State


def test_a_state_of_another_version_is_refused():
    data = fold.dump_state(fold.initial_state("pump"))
    other = data.replace(fold.STATE_VERSION.encode(), b"9" * len(fold.STATE_VERSION))
    with pytest.raises(StateError, match="rebuild"):
        fold.load_state(other)


@pytest.mark.parametrize("damage", [lambda d: d[:-7], lambda d: b"", lambda d: b"\xff" + d, lambda d: d + b"\x00"])
def test_a_damaged_state_is_refused(damage):
    data = fold.dump_state(learned()[0])
    with pytest.raises(StateError, match="rebuild"):
        fold.load_state(damage(data))


def test_the_state_of_three_points_is_small_and_does_not_grow():
    def hour(start):
        return [
            observation
            for i in range(start, start + 360)
            for observation in (vibration(i), vibration(i, "non-drive-end"), temperature(i))
        ]

    state, _ = run(hour(0))
    for k in range(1, 4):
        state, _ = run(hour(360 * k), state)
    first = len(fold.dump_state(state))
    state, _ = run(hour(1440), state)
    assert first < 20_000
    assert abs(len(fold.dump_state(state)) - first) < 200


def test_points_without_end_leave_the_state_bounded():
    state, _ = run([vibration(i, f"point {i}") for i in range(300)])
    assert len(state.channels) == 64
    assert "indicators/point 299" in state.channels
