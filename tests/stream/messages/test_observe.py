"""What an observation takes from its message, and what from the configuration."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from models.clock import SECOND_US, from_datetime
from models.machinery.bearings import parse_bearing
from models.machinery.machine import Configuration, Machine
from models.observations import ReadingObserved, Source, TemperatureObserved, VibrationObserved
from models.signal.indicators import waveform_indicators
from models.signal.quality import is_fault
from stream.messages.digests import digest
from stream.messages.measurements import Reading, Temperature, Vibration, decode, encode
from stream.messages.observe import MOST_SAMPLES, observe

START = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
START_US = from_datetime(START)
CONFIGURATION = Configuration(machine=Machine(id="泵-1", speed_rpm=1480.0))
UNKNOWN_SPEED = Configuration(machine=Machine(id="泵-1"))
SOURCE = Source("vibration", 3, 42)


def seen(message, configuration=CONFIGURATION, *, source=SOURCE):
    return observe(decode(encode(message)), configuration, observed_us=START_US + 7, source=source)


def vibration(samples=None, **fields):
    samples = np.sin(np.arange(10_000) * 2 * np.pi * 0.00247) if samples is None else samples
    raw = samples if isinstance(samples, bytes | list) else np.asarray(samples, dtype="<f4").tobytes()
    given = {"machine": "泵-1", "point": "驱动端", "time": START, "rate": 10_000.0, "unit": "g", "samples": raw}
    return Vibration(**given | fields)


def test_vibration_is_observed_at_the_end_of_its_block():
    message = vibration(load=75.0)
    found = seen(message)
    assert isinstance(found, VibrationObserved)
    assert (found.machine, found.point, found.source) == ("泵-1", "驱动端", SOURCE)
    assert found.time_us == START_US + SECOND_US
    assert found.observed_us == START_US + 7
    assert found.digest == digest(message)
    assert (found.seconds, found.rate_hz, found.load_percent) == (1.0, 10_000.0, 75.0)
    expected = waveform_indicators(message.waveform(), rate_hz=10_000.0, unit="g", speed_rpm=1480.0)
    assert found.indicators == expected.values
    assert found.flags == expected.flags == ()


def test_a_block_of_a_tenth_of_a_second_ends_to_the_microsecond():
    message = vibration(np.sin(np.arange(2560)), rate=25_600.0, time=START + timedelta(microseconds=1))
    assert seen(message).time_us == START_US + 100_001
    assert seen(vibration(np.sin(np.arange(100)), rate=48_828.0)).time_us == START_US + 2048


def test_speed_is_the_message_s_or_else_the_machine_s():
    assert seen(vibration(speed=1495.0)).speed_rpm == 1495.0
    assert seen(vibration()).speed_rpm == 1480.0
    assert seen(vibration(), UNKNOWN_SPEED).speed_rpm is None
    assert "order1_mm_s" in seen(vibration()).indicators
    assert "order1_mm_s" not in seen(vibration(), UNKNOWN_SPEED).indicators


def test_a_machine_that_stands_still_is_not_given_its_nominal_speed():
    found = seen(vibration(speed=0.0))
    assert found.speed_rpm == 0.0
    assert "order1_mm_s" not in found.indicators


def test_a_block_s_faults_are_sought_with_the_bearing_of_its_point():
    known = msgspec.structs.replace(CONFIGURATION, orders={"驱动端": parse_bearing("6205")})
    noise = np.random.default_rng(1).standard_normal(76_800) / 100
    found = seen(vibration(noise, rate=25_600.0), known).diagnosis
    assert (found.verdict, round(found.turns, 3)) == ("healthy", 74.0)
    elsewhere = seen(vibration(noise, rate=25_600.0, point="非驱动端"), known).diagnosis
    assert (elsewhere.verdict, elsewhere.reason) == ("unknown", "no_bearing")


@pytest.mark.parametrize(
    ("message", "configuration"),
    [
        (vibration(), UNKNOWN_SPEED),
        (vibration(speed=0.0), CONFIGURATION),
        (vibration(np.sin(np.arange(2560)), rate=25_600.0), CONFIGURATION),  # two turns
        (vibration(np.clip(np.sin(np.arange(30_000)), -0.5, 0.5)), CONFIGURATION),
        (vibration(np.zeros(30_000)), CONFIGURATION),
        (vibration([0.1, None] * 15_000), CONFIGURATION),
    ],
    ids=["no speed", "standing", "short", "clipped", "stuck", "no numbers"],
)
def test_nothing_is_diagnosed_without_a_speed_turns_and_a_good_signal(message, configuration):
    assert seen(message, configuration).diagnosis is None


def test_unit_and_scale_are_heeded():
    counts = (1000 * np.sin(np.arange(10_000) * 0.02)).astype("<i2")
    in_g = seen(vibration(samples=counts.tobytes(), dtype="i2", scale=0.001))
    in_m_s2 = seen(vibration(samples=counts.tobytes(), dtype="i2", scale=0.00980665, unit="m/s2"))
    assert in_g.indicators["rms_g"] == pytest.approx(0.7071, rel=0.01)
    assert in_m_s2.indicators == pytest.approx(in_g.indicators)


@pytest.mark.parametrize(
    ("samples", "flag"),
    [
        (np.zeros(2560), "stuck"),
        (np.full(2560, np.nan), "not_finite"),
        (np.full(2560, np.inf), "not_finite"),
        (np.ones(3), "too_short"),
        (np.sin(np.arange(2560)) * 1e30, "out_of_range"),
    ],
)
def test_a_bad_signal_is_observed_with_its_flag(samples, flag):
    found = seen(vibration(samples))
    assert flag in found.flags
    assert found.indicators.get("rms_g", 0.0) == 0.0


def test_no_value_among_numbers_is_flagged():
    assert "not_finite" in seen(vibration(samples=[0.1, None, 0.3])).flags


def test_block_of_temperatures():
    message = Temperature(
        machine="泵-1", point="轴承", time=START, value=[60 + k / 60 for k in range(60)], rate=1.0
    )
    found = seen(message)
    assert isinstance(found, TemperatureObserved)
    assert found.time_us == START_US + 60 * SECOND_US
    assert (found.seconds, found.samples, found.flags) == (60.0, 60, ())
    assert found.indicators["slope_c_per_min"] == pytest.approx(1.0)
    assert found.digest == digest(message)


@pytest.mark.parametrize("rate", [None, 10.0])
def test_one_temperature_is_observed_when_it_was_measured(rate):
    found = seen(Temperature(machine="泵-1", point="轴承", time=START, value=212.0, unit="F", rate=rate))
    assert (found.time_us, found.seconds, found.samples) == (START_US, 0.0, 1)
    assert found.indicators == {"value_c": 100.0, "minimum_c": 100.0, "maximum_c": 100.0}


def test_no_temperature_is_flagged():
    found = seen(Temperature(machine="泵-1", point="轴承", time=START, value=None))
    assert (found.flags, found.indicators) == (("not_finite",), {})


def test_reading_keeps_its_finite_values():
    message = Reading(machine="泵-1", point="配电柜", time=START, values={"电流_a": 4.2, "flow": None})
    found = seen(message, source=None)
    assert isinstance(found, ReadingObserved)
    assert found.values == {"电流_a": 4.2}
    assert found.flags == ("not_finite",)
    assert (found.time_us, found.source, found.digest) == (START_US, None, digest(message))


@pytest.mark.parametrize(
    "message",
    [
        vibration(),
        vibration(np.random.default_rng(1).standard_normal(30_000)),
        Temperature(machine="泵-1", point="轴承", time=START, value=21.0),
        Reading(machine="泵-1", point="配电柜", time=START, values={"a": 1.0}),
    ],
)
def test_observing_twice_gives_the_same_and_survives_encoding(message):
    one, again = seen(message), seen(message)
    assert one == again
    assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one


def test_of_a_block_that_is_too_long_the_beginning_is_looked_at_and_the_flag_says_so():
    noise = np.random.default_rng(5).standard_normal(MOST_SAMPLES + 1)
    whole, beginning = seen(vibration(noise)), seen(vibration(noise[:-1]))
    assert (whole.flags, beginning.flags) == (("shortened",), ())
    assert whole.indicators == beginning.indicators
    assert whole.diagnosis == beginning.diagnosis
    assert whole.seconds == (MOST_SAMPLES + 1) / 10_000.0
    assert whole.time_us - START_US == round(whole.seconds * SECOND_US)
    assert not is_fault(whole.flags)


def test_two_long_blocks_that_differ_at_their_end_alone_are_two():
    noise = np.random.default_rng(6).standard_normal(MOST_SAMPLES + 1)
    other = noise.copy()
    other[-1] += 1.0
    assert seen(vibration(noise)).digest != seen(vibration(other)).digest


def test_a_long_list_is_shortened_like_bytes():
    counts = np.random.default_rng(7).integers(0, 100, MOST_SAMPLES + 5)
    found = [seen(vibration(samples)) for samples in (counts.tolist(), counts)]
    assert found[0] == found[1]
    assert found[0].flags[-1] == "shortened"
