"""Whatever comes in, `diagnose` answers; what cannot be judged is `unknown`, with its reason, and never NaN."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.diagnosis.diagnose import diagnose
from tests.models.diagnosis.made_up import ORDERS, RATE_HZ, damaged_bearing, noise


def judged(samples, **changes):
    given_ = {"rate_hz": RATE_HZ, "speed_rpm": 1482.0, "orders": ORDERS} | changes
    found = diagnose(samples, **given_)
    assert_sane(found)
    return found


def assert_sane(found):
    msgspec.json.decode(msgspec.json.encode(found), strict=True)
    numbers = [value for value in flat(msgspec.to_builtins(found)) if isinstance(value, float)]
    assert all(math.isfinite(value) for value in numbers)
    assert 0 <= found.confidence <= 1
    assert (found.verdict == "unknown") == bool(found.reason_en) == bool(found.reason_zh)
    if found.verdict == "unknown":
        assert found.confidence == 0


def flat(value):
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        return [value]
    return [leaf for item in value for leaf in flat(item)]


def with_one(value):
    signal = noise()
    signal[1234] = value
    return signal


AWKWARD = {
    "empty": ([], "too short"),
    "one sample": ([1.0], "too short"),
    "short": (noise(seconds=0.1), "too short"),
    "eleven turns": (noise(seconds=11 / 24.7), "too short"),
    "silent": (np.zeros(50_000), "sensor"),
    "constant": (np.full(50_000, 0.7), "sensor"),
    "not a number": (with_one(np.nan), "not numbers"),
    "infinite": (with_one(-np.inf), "not numbers"),
    "huge": (noise(rms_g=1e7), "sensor"),
    "beyond floats": (noise(rms_g=1e300), "sensor"),
    "clipped": (np.clip(noise(rms_g=1.0), -1.2, 1.2), "clipped"),
    "bias lost": (noise() + 9.0, "sensor"),
    "stuck": (np.concatenate([noise(seconds=3), np.full(76_800, 0.01)]), "sensor"),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_signal_that_cannot_be_trusted_is_unknown_and_says_why(name):
    samples, reason = AWKWARD[name]
    found = judged(samples)
    assert found.verdict == "unknown"
    assert reason in found.reason_en
    assert not found.hypotheses


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, math.nan, math.inf, 1e12])
def test_rate_that_makes_no_sense_is_unknown(rate_hz):
    assert "rate" in judged(noise(), rate_hz=rate_hz).reason_en


@pytest.mark.parametrize("speed_rpm", [None, 0.0, math.nan, math.inf, -math.inf, 1e300])
def test_speed_that_is_none_is_unknown(speed_rpm):
    assert "speed" in judged(noise(), speed_rpm=speed_rpm).reason_en


def test_shaft_that_turns_the_other_way_is_the_same():
    signal = damaged_bearing("bearing_outer_race")
    assert judged(signal, speed_rpm=-1482.0) == judged(signal)


def test_bearing_that_is_not_known_is_neither_named_nor_called_sound():
    assert "bearing is not known" in judged(noise(), orders=None).reason_en
    assert judged(damaged_bearing("bearing_outer_race"), orders=None).verdict == "unknown"


def test_rate_too_low_for_the_bearing_is_unknown():
    found = judged(noise(rate_hz=600.0, seconds=20), rate_hz=600.0)
    assert "rate is too low" in found.reason_en


def test_rate_that_cuts_off_where_bearings_ring_does_not_show_that_one_is_sound():
    assert "20 kHz" in judged(noise(rate_hz=12_000.0), rate_hz=12_000.0).reason_en
    assert judged(noise(rate_hz=20_000.0), rate_hz=20_000.0).verdict == "healthy"
    assert judged(noise(rate_hz=2_560.0, seconds=20), rate_hz=2_560.0, speed_rpm=400.0).verdict == "healthy"
    struck = damaged_bearing("bearing_outer_race", rate_hz=12_000.0)
    assert judged(struck, rate_hz=12_000.0).verdict == "bearing_outer_race"


def test_few_turns_with_nothing_in_them_are_not_healthy():
    assert "fewer than 60 turns" in judged(noise(seconds=1.5)).reason_en
    assert judged(noise(seconds=2.5)).verdict == "healthy"


@pytest.mark.parametrize("line_hz", [None, 0.0, -50.0, math.nan, math.inf, 1e9])
def test_line_frequency_that_makes_no_sense_does_no_harm(line_hz):
    assert judged(noise(), line_frequency_hz=line_hz).verdict == "healthy"


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_samples_of_any_type_and_shape_are_the_same(dtype):
    signal = np.rint(1000 * damaged_bearing("bearing_outer_race", rms_g=0.5)).astype(np.int16)
    found = judged((signal.astype(dtype) / 1000).reshape(2, -1))
    assert found.verdict == "bearing_outer_race"


def test_input_is_left_alone():
    signal = damaged_bearing("bearing_outer_race")
    before = signal.copy()
    judged(signal)
    assert np.array_equal(signal, before)


def test_same_waveform_gives_the_same_diagnosis():
    signal = damaged_bearing("bearing_inner_race")
    assert judged(signal) == judged(signal)


@given(scale=st.floats(1e-4, 30))
@settings(max_examples=12, deadline=None)
def test_bearing_faults_do_not_depend_on_the_scale(scale):
    """Only velocity and the carpet's level are absolute; this signal stays below both."""
    one = judged(damaged_bearing("bearing_inner_race"))
    other = judged(scale * damaged_bearing("bearing_inner_race"))
    assert other.verdict == one.verdict == "bearing_inner_race"
    assert other.margins.evidence == pytest.approx(one.margins.evidence, rel=1e-6)
    assert other.margins.modulation == pytest.approx(one.margins.modulation, rel=1e-6)


def test_loud_noise_at_a_rate_that_shows_no_harmonic_is_not_looseness():
    found = judged(np.random.default_rng(0).standard_normal(64), rate_hz=200.0, speed_rpm=5532.0)
    assert found.verdict == "unknown"


def test_drift_at_the_speed_of_a_very_slow_shaft_is_not_unbalance():
    drift = np.random.default_rng(0).standard_normal(14_400)
    assert judged(drift, rate_hz=200.0, speed_rpm=10.0).verdict == "unknown"


@pytest.mark.parametrize("seed", range(20))
def test_noise_that_integration_turns_into_velocity_is_no_misalignment(seed):
    noise = np.random.default_rng(seed).standard_normal(2_000)
    assert judged(noise, rate_hz=200.0, speed_rpm=167.0).verdict == "unknown"


@pytest.mark.parametrize("speed_rpm", [60.0, 600.0, 1500.0])
def test_steady_tone_alone_is_judged(speed_rpm):
    """Without any noise hardly a line of the envelope is left to be weighed."""
    tone = np.sin(np.arange(60_000) * (np.pi / 2))
    assert judged(tone, rate_hz=10_000.0, speed_rpm=speed_rpm).verdict in ("healthy", "unknown")


@given(
    seed=st.integers(0, 2**32 - 1),
    rate_hz=st.floats(200, 200_000),
    speed_rpm=st.floats(10, 60_000),
    size=st.integers(0, 60_000),
    kind=st.sampled_from(["noise", "sine", "steps", "spikes", "mixed"]),
)
@settings(max_examples=60, deadline=None)
def test_anything_gets_an_answer(seed, rate_hz, speed_rpm, size, kind):
    generator = np.random.default_rng(seed)
    signal = {
        "noise": lambda: generator.standard_normal(size),
        "sine": lambda: np.sin(np.arange(size) * generator.uniform(0, 3.2)),
        "steps": lambda: np.cumsum(generator.integers(-1, 2, size)) / 100,
        "spikes": lambda: (generator.random(size) < 0.01) * generator.standard_normal(size),
        "mixed": lambda: generator.standard_normal(size) * (1 + np.sin(np.arange(size) / 50)),
    }[kind]()
    found = judged(signal, rate_hz=rate_hz, speed_rpm=speed_rpm)
    if kind == "noise":
        assert found.verdict in ("healthy", "unknown")


@pytest.mark.slow
def test_minutes_of_signal_are_judged_in_bounded_memory():
    long = np.tile(damaged_bearing("bearing_outer_race"), 50)
    assert judged(long).verdict == "bearing_outer_race"
