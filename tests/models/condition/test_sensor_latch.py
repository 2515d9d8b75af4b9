from models.clock import MINUTE_US, SECOND_US
from models.condition.sensor_latch import JUMP, RECOVERING, SensorLatch


def run(sensor, observations, step_us):
    return [sensor.update(flags, i * step_us, value_c) for i, (flags, value_c) in enumerate(observations)]


def test_one_clipped_block_is_left_out_and_no_more():
    sensor = SensorLatch(thermometer=False)
    found = run(sensor, [((), None), (("clipped",), None), ((), None)], 10 * SECOND_US)
    assert found == [(), ("clipped",), ()]
    assert not sensor.faulty


def test_a_repeated_fault_holds_until_the_signal_was_plausible_for_a_while():
    sensor = SensorLatch(thermometer=False)
    bad = [(("clipped",), None)] * 2
    found = run(sensor, bad + [((), None)] * 8, 10 * SECOND_US)
    assert found[2:] == [(RECOVERING,)] * 6 + [()] * 2


def test_a_fault_that_comes_and_goes_is_told():
    sensor = SensorLatch(thermometer=False)
    run(sensor, [((), None), (("clipped",), None)] * 5, 10 * SECOND_US)
    assert sensor.faulty
    assert sensor.faults == 5


def test_notes_are_no_faults():
    sensor = SensorLatch(thermometer=False)
    assert sensor.update(("short", "narrow_band"), 0, None) == ("short", "narrow_band")
    assert not sensor.faulty


def test_a_temperature_cannot_jump_but_it_can_climb():
    climbing = SensorLatch(thermometer=True)
    run(climbing, [((), 20.0 + 15.0 * i) for i in range(6)], MINUTE_US)
    assert not climbing.faulty
    jumping = SensorLatch(thermometer=True)
    found = run(jumping, [((), 80.0), ((), 157.0), ((), 158.0)], MINUTE_US)
    assert found == [(), (JUMP,), (RECOVERING,)]


def test_after_a_long_gap_another_temperature_is_plausible():
    sensor = SensorLatch(thermometer=True)
    assert sensor.update((), 0, 90.0) == ()
    assert sensor.update((), 60 * MINUTE_US, 20.0) == ()


def test_a_thermometer_needs_ten_plausible_minutes():
    sensor = SensorLatch(thermometer=True)
    found = run(sensor, [(("open",), None)] + [((), 80.0)] * 12, MINUTE_US)
    assert found[1:] == [(RECOVERING,)] * 10 + [()] * 2


def test_a_thermometer_that_flaps_is_never_trusted():
    sensor = SensorLatch(thermometer=True)
    cycle = [(("open",), None)] + [((), 80.0)] * 7
    run(sensor, cycle * 10, MINUTE_US)
    assert sensor.faulty


def test_however_slowly_they_come_six_plausible_ones_in_a_row_are_wanted():
    sensor = SensorLatch(thermometer=False)
    found = run(sensor, [(("clipped",), None)] * 2 + [((), None)] * 8, 10 * MINUTE_US)
    assert found[2:] == [(RECOVERING,)] * 5 + [()] * 3
