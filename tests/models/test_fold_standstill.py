"""Who tells that a machine stands, for how long that is believed, and what a standstill ends or interrupts."""

from models.clock import from_datetime
from models.machinery.machine import Learning
from models.outputs import Uptime
from tests.models.observed import at, configured, healths, kind, reading, run, vibration

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
    assert statuses(outputs) == {"stopped"}, "it may come but once in half an hour"
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
    assert len(state.channels["readings/drive"].usuals) == 1


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
