"""Running hours come from the very state that health has; what cannot tell adds nothing."""

import msgspec

from models import fold
from models.clock import HOUR_US, from_datetime
from models.outputs import Uptime
from tests.models.fold.observed import STEP_US, at, configured, healths, kind, reading, run, temperature, vibration

RPM = 1480.0


def hours(outputs):
    """Give the last word on each hour, in seconds of (running, stopped, unknown)."""
    return {
        from_datetime(hour.time) // HOUR_US - at(0) // HOUR_US: (hour.running_s, hour.stopped_s, hour.unknown_s)
        for hour in kind(outputs, Uptime)
    }


BEFORE_S = at(0) % HOUR_US / 1_000_000
"""Of the hour in which the observations begin. Full minutes are those of the observations 4, 10, 16 and so on."""


def test_a_speed_tells_from_the_first_block_on():
    still = {"speed_rpm": 0.0, "factor": 0.01}
    blocks = [vibration(i, **(still if 60 < i <= 90 else {"speed_rpm": RPM})) for i in range(125)]
    _, outputs = run([configured(), *blocks])
    assert hours(outputs) == {0: (940.0, 300.0, BEFORE_S)}
    assert [h.status for h in healths(outputs)].count("stopped") == 30


def test_without_a_speed_nothing_is_told_until_the_usual_level_is_known():
    blocks = [vibration(i, factor=0.02 if i > 100 else 1.0) for i in range(125)]
    _, outputs = run([configured(), *blocks])
    assert hours(outputs) == {0: (400.0, 230.0, BEFORE_S + 610.0)}


def test_temperatures_and_readings_tell_nothing():
    _, outputs = run([configured(), *(make(i) for i in range(100) for make in (temperature, reading))])
    assert hours(outputs) == {}


def test_an_alert_does_not_make_a_machine_stand():
    blocks = [vibration(i, speed_rpm=RPM, factor=9.0 if i > 60 else 1.0) for i in range(125)]
    _, outputs = run([configured(), *blocks])
    assert healths(outputs)[-1].status in {"watch", "warning", "critical"}
    assert hours(outputs) == {0: (1240.0, 0.0, BEFORE_S)}


def test_a_faulty_sensor_leaves_the_time_unknown_and_one_bad_block_does_not():
    bad = {30, *range(60, 100)}
    blocks = [vibration(i, speed_rpm=RPM, flags=("clipped",) if i in bad else ()) for i in range(125)]
    _, outputs = run([configured(), *blocks])
    told = hours(outputs)[0]
    assert told[0] == 590.0 + 1240.0 - 1060.0  # the sensor is believed again a minute after its last fault
    assert told[1:] == (0.0, BEFORE_S + 1060.0 - 590.0)


def test_a_silence_is_unknown():
    blocks = [vibration(i, speed_rpm=RPM) for i in (*range(31), *range(91, 125))]
    _, outputs = run([configured(), *blocks])
    assert hours(outputs) == {0: (630.0, 0.0, BEFORE_S + 610.0)}


def test_two_points_count_once_and_one_that_moves_is_enough():
    blocks = [
        each
        for i in range(65)
        for each in (
            vibration(i, speed_rpm=RPM),
            vibration(i, "non-drive-end", speed_rpm=0.0, time_us=at(i) + STEP_US // 3),
        )
    ]
    _, outputs = run([configured(), *blocks])
    assert hours(outputs) == {0: (640.0, 0.0, BEFORE_S)}


def test_late_future_and_repeated_blocks_change_nothing():
    blocks = [vibration(i, speed_rpm=RPM) for i in range(0, 65, 2)]
    odd = [
        vibration(31, speed_rpm=0.0),
        vibration(64, speed_rpm=RPM),
        vibration(64, speed_rpm=0.0, time_us=at(60) + 2 * HOUR_US),
    ]
    _, outputs = run([configured(), *blocks, *odd])
    assert hours(outputs) == {0: (640.0, 0.0, BEFORE_S)}
    assert not kind(outputs[-3:], Uptime)


def test_it_goes_on_after_a_restart_to_the_bit_and_again_gives_the_same():
    blocks = [vibration(i, speed_rpm=0.0 if i % 50 < 20 else RPM) for i in range(500)]
    whole, outputs = run([configured(), *blocks])
    state, first = run([configured(), *blocks[:333]])
    state, second = run(blocks[333:], fold.load_state(fold.dump_state(state)))
    assert msgspec.json.encode(first + second) == msgspec.json.encode(outputs)
    assert fold.dump_state(state) == fold.dump_state(whole)
    assert len(hours(outputs)) == 2


def test_it_costs_few_outputs_and_few_bytes():
    state, outputs = run([configured(), *(vibration(i, speed_rpm=RPM) for i in range(720))])
    assert len(kind(outputs, Uptime)) <= 122
    assert len(msgspec.msgpack.encode(state.run_time)) < 40
