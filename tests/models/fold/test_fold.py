import msgspec
import pytest

from models import fold
from models.clock import MINUTE_US, SECOND_US
from models.machinery.machine import Learning
from models.outputs import Alert, Health, Row, Uptime
from tests.models.fold.observed import (
    START_US,
    alerts,
    configured,
    healths,
    learned,
    reading,
    rows,
    run,
    temperature,
    transitions,
    vibration,
)

# Learning and status


def test_one_row_and_one_health_for_each_observation():
    _, outputs = learned()
    assert outputs[0] == ()
    kinds = [[type(output) for output in out if not isinstance(output, Uptime)] for out in outputs[1:]]
    assert kinds == [[Row, Health]] * 100


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


def test_a_burst_of_a_hundred_seconds_raises_nothing_above_low_in_blocks_that_may_be_shocks():
    """In blocks of a second or more it is what no shock is, and high at once: see `test_sudden_rise`."""
    burst = [vibration(i, factor=50.0, seconds=0.5) for i in range(100, 110)]
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
    assert "above its usual 60" in raised[-1].text


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
    assert {h.status for h in healths(outputs)[-18:]} == {"watch"}, "no better than the alert of its sensor"
    assert {h.score for h in healths(outputs)[-18:]} == {100.0}
    assert [h.quality.ok for h in healths(outputs)[-4:]] == [False, True, False, True]


def test_a_faulty_sensor_is_trusted_again_only_once_it_was_plausible_for_a_while():
    """What it says until then is no evidence: twenty times as loud as usual it teaches and raises nothing."""
    state, _ = learned()
    taught = state.channels["indicators/drive-end"].learned
    broken = [vibration(i, flags=("clipped",), indicators={}) for i in range(100, 103)]
    state, outputs = run([*broken, *(vibration(i, factor=20.0) for i in range(103, 109))], state)
    assert transitions(outputs) == [("sensor_fault", "active", "low")]
    assert {(health.status, health.quality.ok) for health in healths(outputs)[1:]} == {("sensor_fault", False)}
    assert all("recovering" in health.quality.flags for health in healths(outputs)[3:])
    state, outputs = run([vibration(109, flags=("clipped",)), *(vibration(i) for i in range(110, 116))], state)
    assert transitions(outputs) == [], "one more fault, and the while begins anew"
    assert state.channels["indicators/drive-end"].learned == taught
    _, outputs = run([vibration(i) for i in range(116, 118)], state)
    assert transitions(outputs) == [("sensor_fault", "cleared", "low")]
    assert healths(outputs)[-1].quality.ok


def test_remaining_life_is_said_after_an_onset_only_and_counts_its_tests():
    state, outputs = learned(*(vibration(i) for i in range(100, 400)))
    assert not any(health.remaining_life_h for health in healths(outputs))
    worse = [vibration(i, factor=1.01 ** (i - 400)) for i in range(400, 640)]
    _, outputs = run(worse, state)
    alerted = False
    for out in outputs:
        alerted = alerted or any(isinstance(o, Alert) and o.rule in ("change", "severity") for o in out)
        (health,) = (o for o in out if isinstance(o, Health))
        assert alerted or health.remaining_life_h is None
    assert healths(outputs)[-1].remaining_life_h is None, "nine times its baseline: past the limit there is none"
    life = [each.remaining_life_h for each in healths(outputs) if each.remaining_life_h is not None][-1]
    assert 0 <= life.low <= life.median <= life.high
    assert 0 < life.held <= life.checked
    assert life.claimed == 0.8


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


# Readings that are levels of vibration


def test_a_reading_of_vibration_that_doubles_and_more_is_a_change_and_another_reading_is_an_anomaly():
    def readings(count, factor=1.0, begin=0):
        return [
            reading(
                i,
                values={
                    "vib_rms_mm_s": 2.0 * factor * (1 + 0.05 * (i % 5)),
                    "flow_rms": 30.0 * factor * (1 + 0.01 * (i % 7)),
                },
            )
            for i in range(begin, begin + count)
        ]

    _, outputs = run([configured(), *readings(100), *readings(60, 3.0, begin=100)])
    assert ("change", "active", "medium") in transitions(outputs)
    texts = {alert.rule: alert for alert in alerts(outputs)}
    assert "vib_rms_mm_s" in texts["change"].text
    assert "3" in texts["change"].text_zh
    _, outputs = run(
        [
            configured(),
            *readings(100),
            *[msgspec.structs.replace(r, values={"flow_rms": 90.0}) for r in readings(60, begin=100)],
        ]
    )
    assert {alert.rule for alert in alerts(outputs)} == {"anomaly"}


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_a_reading_of_vibration_without_a_positive_value_has_no_factor(value):
    _, outputs = run([configured(), *(reading(i, values={"rms": value if i < 100 else 5.0}) for i in range(160))])
    assert "change" not in {alert.rule for alert in alerts(outputs)}


def test_a_temperature_on_its_way_back_after_a_standstill_is_no_anomaly_and_overheating_is_told():
    minute = 6
    sound = [o for i in range(0, 3000, minute) for o in (vibration(i), temperature(i))]
    still = {"speed_rpm": 0.0, "factor": 0.01}
    standing = [o for i in range(3000, 3720, minute) for o in (vibration(i, **still), temperature(i, 25.0))]

    def back(top_c):
        for k, i in enumerate(range(3720, 5400, minute)):
            yield vibration(i)
            yield temperature(i, min(25.0 + 0.5 * k, top_c))

    _, outputs = run([configured(), *sound, *standing, *back(60.0)])
    assert transitions(outputs) == []
    verdicts = [h.anomaly.anomalous for h in healths(outputs) if h.point == "bearing"]
    assert verdicts[-200] is None
    assert verdicts[-1] is False
    _, outputs = run([configured(), *sound, *standing, *back(120.0)])
    assert ("temperature", "active", "medium") in transitions(outputs)
