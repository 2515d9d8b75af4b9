"""Who tells that a machine stands, for how long that is believed, and what a standstill ends or interrupts."""

import pytest

from models.clock import from_datetime
from models.fold import dump_state, load_state
from models.machinery.machine import Learning
from models.observations import AcceptObserved, MaintenanceObserved, Tick
from models.outputs import Uptime
from tests.models.fold.observed import alerts, at, configured, healths, kind, reading, run, vibration

LEARNING = Learning(duration_s=600.0, observations=60)
RPM = 1480.0
HOUR = 360
"""Observations of one hour."""


def with_speed(first, count, rpm=RPM, factor=1.0):
    """A reading of speed and a block that has none, at each moment."""
    for i in range(first, first + count):
        yield reading(i, values={"speed_rpm": rpm})
        yield vibration(i, factor=factor)


def turning(first, count, factor=1.0, point="drive-end", step=1):
    return [vibration(i, point, factor=factor, speed_rpm=RPM) for i in range(first, first + count, step)]


def standing(first, count, point="drive-end", step=6):
    return [vibration(i, point, factor=0.001, speed_rpm=0.0) for i in range(first, first + count, step)]


def statuses(outputs):
    return {health.status for health in healths(outputs)}


def uptime_h(outputs):
    """Hours of running and standing, by the last word on each hour."""
    last = {hour.time: hour for hour in kind(outputs, Uptime)}.values()
    return sum(hour.running_s for hour in last) / 3600, sum(hour.stopped_s for hour in last) / 3600


def test_a_reading_of_speed_that_died_at_0_rpm_is_not_believed_for_ever():
    state, _ = run([configured(learning=LEARNING), *with_speed(0, 200), *with_speed(200, 5, rpm=0.0, factor=0.01)])
    state, outputs = run((vibration(i, factor=10.0) for i in range(205, 205 + HOUR // 2, 6)), state)
    assert healths(outputs)[0].status == "stopped"
    assert {health.status for health in healths(outputs)[2:]} == {"not_judged"}, (
        "it may come but once in half an hour"
    )
    assert {health.running for health in healths(outputs)[2:]} == {None}
    _, outputs = run((vibration(i, factor=10.0) for i in range(205 + HOUR // 2, 205 + HOUR, 6)), state)
    assert healths(outputs)[-1].status == "critical"


def test_a_reading_of_speed_that_died_while_it_ran_does_not_hide_a_standstill():
    state, _ = run([configured(learning=LEARNING), *with_speed(0, 200)])
    still = [vibration(i, factor=0.003) for i in range(200, 200 + 24 * HOUR, 6)]
    _, outputs = run(still, state)
    assert healths(outputs)[-1].running == "stopped"
    running_h, stopped_h = uptime_h(outputs)
    assert running_h < 1.2
    assert stopped_h > 23


def test_a_load_that_nobody_tells_any_more_leaves_no_machine_idle():
    load = [reading(i, values={"load_percent": 2.0}) for i in range(5)]
    state, outputs = run([configured(learning=LEARNING), *load, *turning(5, 20)])
    assert healths(outputs)[-1].running == "idle"
    state, outputs = run(turning(25, HOUR, step=6), state)
    assert (healths(outputs)[-1].running, healths(outputs)[-1].running_since) == ("running", None)


def test_a_speed_that_is_told_every_two_hours_holds_until_the_next_word():
    """Else a slow machine were in and out of its regime."""
    found = [configured(learning=LEARNING)]
    for i in range(0, 30 * HOUR, 30):
        rpm = 0.0 if i // (10 * HOUR) == 1 else RPM
        found += [reading(i, values={"speed_rpm": rpm})] if i % (2 * HOUR) == 0 else []
        found.append(reading(i, point="drive", values={"flow": 3.0 + 0.1 * (i % 7)}))
    state, outputs = run(found)
    said = [(from_datetime(health.time), health.running) for health in healths(outputs)]
    assert {running for time_us, running in said if at(10 * HOUR) <= time_us < at(20 * HOUR)} == {"stopped"}
    assert len(state.channels["readings/drive"].baselines_by_regime) == 1


def test_who_told_a_speed_first_goes_on_telling_it_until_it_has_been_silent_for_half_an_hour():
    def told(i, point, rpm):
        return reading(i, point=point, values={"speed_rpm": rpm})

    state, _ = run([configured(learning=LEARNING), *(told(i, "encoder", RPM) for i in range(10))])
    state, outputs = run([told(10, "drive", 0.0), vibration(10)], state)
    assert healths(outputs)[-1].running == "running"
    _, outputs = run([told(10 + HOUR, "drive", 0.0), vibration(10 + HOUR)], state)
    assert healths(outputs)[-1].running == "stopped"


def test_a_point_that_fell_silent_keeps_no_machine_running():
    both = [each for i in range(200) for each in (*turning(i, 1), *turning(i, 1, point="other"))]
    state, _ = run([configured(learning=LEARNING), *both])
    _, outputs = run(standing(200, 10 * HOUR), state)
    assert {health.status for health in healths(outputs)[:20]} == {"healthy"}
    assert statuses(outputs[40:]) == {"stopped"}
    running_h, stopped_h = uptime_h(outputs)
    assert running_h < 1.2
    assert stopped_h > 9


def test_a_point_that_once_had_a_wrong_clock_keeps_no_machine_running():
    state, _ = run([configured(learning=LEARNING), *turning(0, 150)])
    ahead = vibration(150, "other", time_us=at(150) + 3 * 3_600_000_000, observed_us=at(150), speed_rpm=0.0)
    _, outputs = run([ahead, *standing(151, HOUR)], state)
    assert healths(outputs)[-1].status == "stopped"


def test_a_point_that_comes_twice_a_shift_still_says_that_the_machine_stands():
    four_hours = 4 * HOUR
    found = [configured(learning=LEARNING)]
    for i in range(0, 20 * four_hours, HOUR):
        rpm = RPM if i < 12 * four_hours else 0.0
        found += [vibration(i, speed_rpm=rpm)] if i % four_hours == 0 else []
        found.append(reading(i))
    _, outputs = run(found)
    assert statuses(outputs[-7 * 4 :]) == {"stopped"}


def test_when_all_that_tell_are_silent_nothing_is_said_of_running():
    state, outputs = run([configured(learning=LEARNING), *turning(0, 200), *standing(200, 60), reading(260)])
    assert healths(outputs)[-1].running == "stopped"
    state, outputs = run([reading(i) for i in range(260, 260 + HOUR)], state)
    assert healths(outputs)[-1].running is None
    _, outputs = run(turning(260 + HOUR, 1), state)
    assert healths(outputs)[-1].running == "starting", "it was standing when it was heard last"


def maintained(i, kind=MaintenanceObserved):
    return kind(machine="pump", observed_us=at(i), time_us=at(i), digest=f"said-{i}")


def quiet(first, count):
    """Standing, of which only the level tells."""
    return [vibration(i, factor=0.01) for i in range(first, first + count)]


@pytest.mark.parametrize("kind", [MaintenanceObserved, AcceptObserved])
def test_what_people_say_while_it_stands_does_not_make_a_standstill_usual(kind):
    sound = [vibration(i) for i in range(200)]
    state, outputs = run([configured(learning=LEARNING), *sound, *quiet(200, 30)])
    assert healths(outputs)[-1].status == "stopped"
    state, outputs = run([maintained(230, kind), *quiet(231, 170), maintained(401, kind), *quiet(402, 100)], state)
    assert statuses(outputs) == {"stopped"}
    state, outputs = run((vibration(i) for i in range(502, 800)), state)
    assert not alerts(outputs)
    assert (healths(outputs)[0].status, healths(outputs)[-1].status) == ("warming_up", "healthy")
    _, outputs = run(quiet(800, 5), load_state(dump_state(state)))
    assert healths(outputs)[-1].status == "stopped", "by its own baseline again"


def test_a_new_epoch_is_learned_however_the_machine_has_changed():
    state, _ = run([configured(learning=LEARNING), *(vibration(i) for i in range(200)), maintained(200)])
    state, outputs = run((vibration(i, factor=0.2) for i in range(201, 400)), state)
    assert not alerts(outputs)
    assert healths(outputs)[-1].status == "healthy"
    _, outputs = run((vibration(i, factor=0.03) for i in range(400, 405)), state)
    assert healths(outputs)[-1].status == "healthy", "a tenth of what is usual now, not of before"


def raised_after_s(outputs, i):
    """Seconds from a moment to each alert of change at high priority."""
    return [
        (from_datetime(alert.time) - at(i)) / 1e6
        for alert in alerts(outputs)
        if (alert.rule, alert.state, alert.priority) == ("change", "active", "high")
    ]


def test_evidence_does_not_hold_through_a_standstill():
    """High priority needs three minutes: thirty seconds were before it stood, and the start is not judged."""
    state, outputs = run([configured(learning=LEARNING), *turning(0, 200), *turning(200, 6, factor=9.0)])
    held_s = (205 - 203) * 10  # the median of seven is loud from the fourth loud block on
    assert not raised_after_s(outputs, 200)
    state, _ = run(standing(206, 10 * HOUR), state)
    first = 206 + 10 * HOUR
    _, outputs = run(turning(first, 60, factor=9.0), load_state(dump_state(state)))
    (after_s,) = raised_after_s(outputs, first)
    assert after_s == pytest.approx(120 + 180 - held_s, abs=20)


def test_nor_does_it_at_a_point_that_doesn_t_tell_itself():
    def level(i, factor):
        return reading(i, values={"rms_x_g": factor * (1 + 0.01 * (i % 5))})

    def both(first, count, factor, step=1):
        return [each for i in range(first, first + count, step) for each in (*turning(i, 1), level(i, factor))]

    state, outputs = run([configured(learning=LEARNING), *both(0, 200, 1.0), *both(200, 6, 9.0)])
    still = [
        each for one in standing(206, 10 * HOUR) for each in (one, level(round((one.time_us - at(0)) / 1e7), 0.01))
    ]
    state, _ = run(still, state)
    first = 206 + 10 * HOUR
    _, outputs = run(both(first, 60, 9.0), state)
    (after_s,) = raised_after_s(outputs, first)
    assert 240 <= after_s <= 300


def test_evidence_does_not_hold_through_a_silence():
    state, _ = run([configured(learning=LEARNING), *turning(0, 200), *turning(200, 6, factor=9.0)])
    state, outputs = run([Tick(machine="pump", observed_us=at(206 + HOUR))], state)
    assert [alert.rule for alert in alerts(outputs)] == ["no_data"]
    _, outputs = run(turning(206 + HOUR, 60, factor=9.0), state)
    (after_s,) = raised_after_s(outputs, 206 + HOUR)
    assert 120 <= after_s <= 180


def test_a_machine_with_short_runs_may_still_raise_an_alert():
    state, _ = run([configured(learning=LEARNING), *turning(0, 200)])
    found, i = [], 200
    for _ in range(10):
        found += [*turning(i, 20, factor=9.0), *standing(i + 20, 60)]
        i += 80
    _, outputs = run(found, state)
    assert len(raised_after_s(outputs, 200)) == 1


def hours_of(state, key):
    trend = state.channels[key].degradation_trend
    return trend and trend.hours


def test_a_degradation_trend_counts_hours_of_running_at_every_point():
    def both(first, count, factor):
        for i in range(first, first + count, 6):
            yield from turning(i, 1)
            yield reading(i, values={"rms_x_g": factor * (1 + 0.01 * (i % 5))})

    state, _ = run([configured(learning=LEARNING), *both(0, 1200, 1.0), *both(1200, 300, 3.0)])
    before_h = hours_of(state, "readings/skid")
    assert 0 < before_h < 1
    still = [
        each
        for i in range(1500, 1500 + 24 * HOUR, 6)
        for each in (vibration(i, speed_rpm=0.0, factor=0.001), reading(i, values={"rms_x_g": 0.001}))
    ]
    state, _ = run(still, state)
    state, _ = run(both(1500 + 24 * HOUR, 60, 3.0), state)
    assert before_h < hours_of(state, "readings/skid") < before_h + 0.5


def test_a_point_that_fell_silent_foretells_no_end():
    growing = [
        each
        for i in range(200, 1400)
        for each in (*turning(i, 1, factor=2.0 * 1.0009 ** (i - 200)), *turning(i, 1, point="other"))
    ]
    sound = [each for i in range(200) for each in (*turning(i, 1), *turning(i, 1, point="other"))]
    state, outputs = run([configured(learning=LEARNING), *sound, *growing])
    before = healths(outputs)[-1].remaining_life_h
    assert before is not None
    _, outputs = run(turning(1400, 2 * HOUR, point="other"), state)
    lives = [health.remaining_life_h for health in healths(outputs)]
    assert lives[HOUR // 4] == before, "of its last word"
    assert lives[-1] is None
    assert healths(outputs)[-1].status in {"warning", "critical"}


@pytest.mark.parametrize("told", [False, True])
def test_what_was_learned_while_it_stood_is_asked_about_where_no_speed_could_tell(told):
    """A sensor is mounted while the machine stands: what is told of its first run names that, and what helps."""
    rpm = {"speed_rpm": RPM} if told else {}
    quiet = [vibration(i, factor=0.02, **rpm) for i in range(200)]
    state, outputs = run([configured(learning=LEARNING), *quiet, *(vibration(i, **rpm) for i in range(200, 300))])
    high = [alert for alert in alerts(outputs) if (alert.rule, alert.priority) == ("change", "high")]
    assert ("stethos maintenance pump --point drive-end" in high[-1].text) is not told
    done = MaintenanceObserved(
        machine="pump", point="drive-end", observed_us=at(300), time_us=at(300), digest="done"
    )
    state, _ = run([done, *(vibration(i, **rpm) for i in range(301, 600))], state)
    _, outputs = run((vibration(i, factor=0.001, **rpm) for i in range(600, 700)), state)
    assert "critical" not in statuses(outputs)
    _, outputs = run((vibration(i, factor=9.0, **rpm) for i in range(700, 800)), state)
    asked = [alert.text for alert in alerts(outputs) if alert.rule == "change" and alert.state == "active"]
    assert asked
    assert told or not any("learned anew" in text for text in asked), "it has been seen to stand since"


def test_where_a_severity_speaks_of_a_fault_nobody_is_asked_whether_it_stood():
    """Maintenance would end the alert, and learn the fault: 75 mm/s is no start of a sound machine."""
    known = configured(learning=LEARNING, power_kw=75.0, mounting="rigid")
    quiet, loud = (
        [vibration(i, factor=f) for i in span] for f, span in ((1.0, range(200)), (50.0, range(200, 300)))
    )
    _, outputs = run([known, *quiet, *loud])
    high = [alert.text for alert in alerts(outputs) if (alert.rule, alert.priority) == ("change", "high")]
    assert high
    assert not any("stand while this was learned" in text for text in high)
