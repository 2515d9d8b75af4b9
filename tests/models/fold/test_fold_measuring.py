"""The measurement changed, not the machine: repeats, other settings of a logger, and a sensor's limit."""

import msgspec
import numpy as np
import pytest

from models.clock import MINUTE_US
from models.condition.channel import Channel
from models.fold import dump_state, load_state, step
from models.machinery.machine import Learning
from models.observations import TemperatureObserved
from models.signal.indicators import waveform_indicators
from tests.models.fold.observed import (
    START_US,
    alerts,
    configured,
    healths,
    reading,
    run,
    transitions,
    vibration,
)

LEARNING = Learning(duration_s=1800.0, observations=60)
CONFIGURED = configured(learning=LEARNING)
BEFORE, AFTER = 160, 150
SLOW, FAST = (2560.0, 256), (25_600.0, 1024)


def measured(i, way, gain=1.0, *, rail_g=None, unit="g", colour="white", seed=0):
    """A block a minute of a machine with noise of a fixed density and a line of its shaft."""
    rate_hz, samples = way
    generator = np.random.default_rng((seed, i, samples))
    seconds = np.arange(samples) / rate_hz
    noise = generator.standard_normal(samples) * (0.1 / np.sqrt(1280.0) * np.sqrt(rate_hz / 2))
    if colour == "aliased":  # a logger without a filter: all the energy there is, at any rate
        noise *= np.sqrt(12_800.0 / (rate_hz / 2)) / np.sqrt(10.0)
    wave = gain * (noise + 0.03 * np.sin(2 * np.pi * 24.7 * seconds + generator.uniform(0, 6)))
    if rail_g is not None:
        wave = np.clip(wave, -rail_g, rail_g)
    found = waveform_indicators(wave, rate_hz=rate_hz, unit="g", speed_rpm=None)
    at_us = START_US + i * MINUTE_US
    return vibration(
        i, time_us=at_us, observed_us=at_us, rate_hz=rate_hz, seconds=samples / rate_hz, samples=samples, unit=unit,
        indicators=found.values, flags=found.flags,
    )  # fmt: skip


def series(first, count, way, **how):
    return [measured(i, way, **how) for i in range(first, first + count)]


def serious(outputs):
    return [alert for alert in alerts(outputs) if alert.priority != "low"]


@pytest.mark.parametrize("colour", ["white", "aliased"])
@pytest.mark.parametrize(("before", "after"), [(SLOW, FAST), (FAST, SLOW), ((2560.0, 128), (2560.0, 4096))])
def test_other_settings_of_a_logger_are_told_as_that_once_and_nothing_else_is(before, after, colour):
    _, outputs = run(
        [CONFIGURED, *series(0, BEFORE, before, colour=colour), *series(BEFORE, AFTER, after, colour=colour)]
    )
    assert transitions(outputs) == [("remeasured", "active", "low"), ("remeasured", "cleared", "low")]
    raised = alerts(outputs)[0]
    assert "sampling changed from" in raised.text
    assert "at 00:53 UTC" in raised.text
    assert "采样方式" in raised.text_zh
    assert healths(outputs)[-1].status == "healthy"
    assert healths(outputs)[-1].anomaly.anomalous is False, "all of it has been learned anew"


@pytest.mark.parametrize(("before", "after"), [(SLOW, FAST), (FAST, SLOW), ((2560.0, 128), (2560.0, 4096))])
def test_a_fault_that_comes_after_the_change_is_said(before, after):
    state, _ = run([CONFIGURED, *series(0, BEFORE, before), *series(BEFORE, 10, after)])
    _, outputs = run(series(BEFORE + 10, 20, after, gain=6.0), state)
    assert [alert.rule for alert in serious(outputs)][:1] == ["change"]


@pytest.mark.parametrize("gain", [0.2, 5.0])
@pytest.mark.parametrize(("before", "after"), [(SLOW, FAST), (FAST, SLOW)])
def test_a_change_of_level_that_comes_with_it_is_never_learned(before, after, gain):
    state, outputs = run([CONFIGURED, *series(0, BEFORE, before), *series(BEFORE, AFTER, after, gain=gain)])
    assert ("remeasured", "active", "low") in transitions(outputs)
    told = next(alert for alert in alerts(outputs) if alert.rule == "remeasured")
    assert "The level changed with it" in told.text
    assert {health.status for health in healths(outputs)[-60:]} == {"not_judged"}
    assert healths(outputs)[-1].guard == "remeasured"
    assert state.channels["indicators/drive-end"].measuring.way.rate_hz == before[0]


def test_an_open_alert_survives_a_change_of_how_it_is_measured():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW), *series(BEFORE, 30, SLOW, gain=5.0)])
    level = state.channels["indicators/drive-end"].alarms["change"].level
    assert level == 2
    state, outputs = run(series(BEFORE + 30, AFTER, FAST), state)
    assert not [alert for alert in alerts(outputs) if alert.rule == "change" and alert.state == "cleared"]
    assert healths(outputs)[-1].status == "warning"


def test_two_ways_in_turn_raise_nothing_and_each_has_its_own_past():
    observations = [measured(i, FAST if i % 5 == 0 else SLOW) for i in range(700)]
    state, outputs = run([CONFIGURED, *observations])
    assert transitions(outputs) == []
    other = state.channels["indicators/drive-end"].measuring.other
    assert other.baselines["envelope_rms_g"].ready
    _, outputs = run([measured(i, FAST if i % 5 == 0 else SLOW, gain=5.0) for i in range(700, 730)], state)
    assert [alert.rule for alert in serious(outputs)][:1] == ["change"]


def test_a_way_that_was_known_before_is_taken_up_again_without_a_word():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW), *series(BEFORE, AFTER, FAST)])
    state, outputs = run(series(BEFORE + AFTER, 60, SLOW), state)
    assert transitions(outputs) == []
    state, outputs = run(series(BEFORE + AFTER + 60, 60, SLOW, gain=5.0), state)
    assert [alert.rule for alert in serious(outputs)][:1] == ["change"]


@pytest.mark.parametrize("cut", [BEFORE + 2, BEFORE + 5, BEFORE + 40])
def test_it_continues_bit_for_bit_while_the_way_changes(cut):
    observations = [CONFIGURED, *series(0, BEFORE, SLOW), *series(BEFORE, 60, FAST)]
    whole, outputs = run(observations)
    state, first = run(observations[:cut])
    state, rest = run(observations[cut:], load_state(dump_state(state)))
    assert [*first, *rest] == outputs
    assert dump_state(state) == dump_state(whole)


def test_a_state_of_before_loads_and_goes_on():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW)])
    channel = state.channels["indicators/drive-end"]
    written = msgspec.to_builtins(channel.measuring), msgspec.to_builtins(channel.stillness)
    assert all(written)
    plain = msgspec.msgpack.decode(dump_state(state))
    stored = plain["state"]["channels"]["indicators/drive-end"]
    del stored[Channel.__struct_fields__.index("stillness") :]
    older = load_state(msgspec.msgpack.encode(plain))
    assert older.channels["indicators/drive-end"].measuring.way is None
    older, outputs = run(series(BEFORE, 100, SLOW), older)
    assert transitions(outputs) == []
    assert healths(outputs)[-1].status == "healthy"


def test_a_waveform_that_is_sent_again_is_a_sensor_s_fault():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW)])
    last = measured(BEFORE - 1, SLOW)
    again = [
        msgspec.structs.replace(last, time_us=at_us, observed_us=at_us, digest=f"again-{at_us}")
        for at_us in (START_US + (BEFORE + k) * MINUTE_US for k in range(30))
    ]
    _, outputs = run(again, state)
    assert transitions(outputs)[:1] == [("sensor_fault", "active", "low")]
    assert "repeats what was sent before" in alerts(outputs)[0].text
    assert {health.status for health in healths(outputs)[1:]} == {"sensor_fault"}


def test_a_block_that_comes_once_more_is_left_out_and_no_more():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW)])
    at_us = START_US + BEFORE * MINUTE_US
    again = msgspec.structs.replace(measured(BEFORE - 1, SLOW), time_us=at_us, observed_us=at_us, digest="again")
    _, outputs = run([again, *series(BEFORE + 1, 20, SLOW)], state)
    assert transitions(outputs) == []
    assert healths(outputs)[-1].status == "healthy"


def temperatures(first, values_c):
    for i, value_c in enumerate(values_c, start=first):
        at_us = START_US + i * MINUTE_US
        yield TemperatureObserved(
            machine="pump", point="bearing", time_us=at_us, observed_us=at_us, digest=f"t{i}",
            indicators={"value_c": value_c},
        )  # fmt: skip


def test_a_temperature_that_stands_still_is_stuck_and_one_of_coarse_steps_is_not():
    generator = np.random.default_rng(4)
    fine = np.round(61 + 0.4 * generator.standard_normal(400), 2).tolist()
    _, outputs = run([CONFIGURED, *temperatures(0, fine), *temperatures(400, [61.0] * 200)])
    assert transitions(outputs) == [("sensor_fault", "active", "low")]
    coarse = np.round(61 + 1.5 * np.sin(np.arange(4000) / 300.0)).tolist()
    _, outputs = run([CONFIGURED, *temperatures(0, coarse), *temperatures(4000, [61.0] * 300)])
    assert transitions(outputs) == []


def test_a_machine_that_stands_may_repeat_itself():
    state, _ = run(
        [CONFIGURED, *series(0, BEFORE, SLOW), *temperatures(0, [61.0 + 0.01 * (i % 7) for i in range(300)])]
    )
    state.operation.stood_us = START_US
    for observation in temperatures(300, [20.0] * 500):
        state, outputs = step(state, observation)
        assert not [output for output in outputs if getattr(output, "rule", "") == "sensor_fault"]


def test_a_level_at_the_sensor_s_limit_raises_an_alert_and_never_ends_one():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW)])
    clipped_from = BEFORE + 12
    state, outputs = run(series(BEFORE, 12, SLOW, gain=3.0), state)
    assert ("change", "active", "medium") in transitions(outputs)
    state, outputs = run(series(clipped_from, 20, SLOW, gain=12.0, rail_g=1.0), state)
    assert ("change", "active", "high") in transitions(outputs)
    said = next(alert.text for alert in alerts(outputs) if alert.rule == "change")
    assert "at least" in said
    assert healths(outputs)[-1].status == "critical"
    assert healths(outputs)[-1].score is None
    state, outputs = run(series(clipped_from + 20, 60, SLOW, gain=12.0, rail_g=0.25), state)
    assert not [alert for alert in alerts(outputs) if alert.rule == "change"], "quieter only for being cut off more"
    assert healths(outputs)[-1].status == "critical"


def test_a_level_at_the_sensor_s_limit_accuses_no_machine_of_which_nothing_stands():
    """A broken sensor clips as well, and where nothing was wrong before, that is likelier."""
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW)])
    _, outputs = run(series(BEFORE, 20, SLOW, gain=12.0, rail_g=1.0), state)
    assert {rule for rule, _, _ in transitions(outputs)} == {"sensor_fault"}


def test_a_sensor_that_only_goes_from_limit_to_limit_accuses_no_machine():
    state, _ = run([CONFIGURED, *series(0, BEFORE, SLOW)])
    _, outputs = run(series(BEFORE, 30, SLOW, gain=1000.0, rail_g=5.0), state)
    assert {rule for rule, _, _ in transitions(outputs)} == {"sensor_fault"}
    assert healths(outputs)[-1].status == "sensor_fault"


def reading_of(i, value):
    return reading(
        i, point="panel", time_us=START_US + i * MINUTE_US, observed_us=START_US + i * MINUTE_US,
        values={"rms_mm_s": value},
    )  # fmt: skip


def levels(first, count, factor=1.0):
    noise = np.random.default_rng(first).standard_normal(count)
    return [reading_of(i, 2.8 * factor * float(np.exp(0.05 * x))) for i, x in enumerate(noise, start=first)]


@pytest.mark.parametrize("factor", [1 / 9.81, 1 / 25.4, 1e-3])
def test_a_fall_by_a_unit_s_factor_is_told_as_that_and_a_fault_behind_it_is_never_healthy(factor):
    state, outputs = run([CONFIGURED, *levels(0, 200), *levels(200, 60, factor)])
    told = next(alert for alert in alerts(outputs) if alert.rule == "remeasured")
    assert "at once" in told.text
    assert "单位" in told.text_zh
    state, outputs = run(levels(260, 60, 6.0 * factor), state)
    assert {health.status for health in healths(outputs)} <= {"watch", "not_judged"}
    state, outputs = run(levels(320, 60), state)
    assert ("remeasured", "cleared", "low") in transitions(outputs), "the unit was put right"
    assert healths(outputs)[-1].status == "healthy"


@pytest.mark.parametrize("every", [1, 10, 60])
def test_an_alert_that_a_unit_s_fall_raised_before_it_was_known_as_that_gives_way_to_it(every):
    def slow(first, count, factor=1.0):
        apart = [START_US + i * every * MINUTE_US for i in range(first, first + count)]
        return [
            msgspec.structs.replace(each, time_us=at_us, observed_us=at_us)
            for each, at_us in zip(levels(first, count, factor), apart, strict=True)
        ]

    state, outputs = run([CONFIGURED, *slow(0, 200), *slow(200, 60, 1 / 9.81)])
    assert [alert for alert in open_ones(outputs) if alert.rule != "remeasured"] == []
    _, outputs = run(slow(260, 60), state)
    assert transitions(outputs) == [("remeasured", "cleared", "low")]
    assert healths(outputs)[-1].status == "healthy"


def test_what_was_quieter_before_and_gets_quieter_still_is_no_unit_s_step():
    _, outputs = run([CONFIGURED, *levels(0, 200), *levels(200, 40, 0.3), *levels(240, 60, 1 / 9.81)])
    assert "remeasured" not in {rule for rule, _, _ in transitions(outputs)}
    assert healths(outputs)[-1].status == "warning"


def open_ones(outputs):
    last = {alert.rule: alert for alert in alerts(outputs)}
    return [alert for alert in last.values() if alert.state == "active"]


@pytest.mark.parametrize("factor", [0.2, 0.5, 1 / 16])
def test_another_fall_is_none_of_a_unit_s(factor):
    _, outputs = run([CONFIGURED, *levels(0, 200), *levels(200, 60, factor)])
    assert "remeasured" not in {rule for rule, _, _ in transitions(outputs)}


@pytest.mark.parametrize(("factor", "says"), [(9.81, "m/s² and g confused"), (25.4, "inch/s"), (5.0, "")])
def test_a_rise_by_a_unit_s_factor_alarms_and_says_so(factor, says):
    _, outputs = run([CONFIGURED, *levels(0, 200), *levels(200, 60, factor)])
    high = [alert for alert in alerts(outputs) if alert.rule == "change" and alert.priority != "low"]
    assert high, "on the safe side"
    assert ("Check that first" in high[-1].text) == bool(says)
    assert says in high[-1].text


def test_a_temperature_in_fahrenheit_says_so():
    usual = np.round(62 + 0.3 * np.random.default_rng(5).standard_normal(300), 1)
    _, outputs = run(
        [CONFIGURED, *temperatures(0, usual.tolist()), *temperatures(300, (1.8 * usual + 32).tolist())]
    )
    hot = [alert for alert in alerts(outputs) if alert.rule == "temperature"]
    assert hot[-1].priority == "high"
    assert "°F" in hot[-1].text
