"""Indicators of whole blocks: closed forms, what is left out, and what never happens."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.signal.indicators import waveform_indicators
from models.signal.quality import FAULTS, NOTES, is_fault
from models.signal.units import velocity_mm_s

LINEAR = ("_g", "_mm_s")
DIMENSIONLESS = ("crest_factor", "kurtosis", "skewness")


def indicators(samples, rate_hz=10_000.0, unit="g", speed_rpm=None):
    return waveform_indicators(samples, rate_hz=rate_hz, unit=unit, speed_rpm=speed_rpm)


def sine(amplitude, frequency_hz, *, rate_hz=10_000.0, seconds=1.0, phase=0.0):
    time = np.arange(round(rate_hz * seconds)) / rate_hz
    return amplitude * np.sin(2 * np.pi * frequency_hz * time + phase)


def machine(seed, *, rate_hz=10_000.0, seconds=1.0, shaft_hz=24.7):
    """Shaft harmonics, a resonance that is struck, and noise."""
    rng = np.random.default_rng(seed)
    size = round(rate_hz * seconds)
    samples = 0.1 * rng.standard_normal(size)
    for order, amplitude in ((1, 0.3), (2, 0.1), (3, 0.05)):
        samples += sine(amplitude, order * shaft_hz, rate_hz=rate_hz, seconds=seconds, phase=order)
    for start in range(20, size, max(32, round(rate_hz / 107))):
        ring = np.arange(min(60, size - start)) / rate_hz
        samples[start : start + 60] += np.exp(-ring * 800) * np.sin(2 * np.pi * 0.3 * rate_hz * ring)
    return samples


@pytest.mark.parametrize("offset", [0.0, -0.7, 1.0])
@pytest.mark.parametrize("frequency_hz", [100.0, 100.5, 117.3, 960.1])
def test_sine_of_five_g(frequency_hz, offset):
    found = indicators(sine(5.0, frequency_hz) + offset)
    assert found.flags == ()
    assert found.values["rms_g"] == pytest.approx(5 / math.sqrt(2), rel=1e-3)
    assert found.values["peak_g"] == pytest.approx(5.0, rel=0.01)
    assert found.values["peak_to_peak_g"] == pytest.approx(10.0, rel=0.01)
    assert found.values["crest_factor"] == pytest.approx(math.sqrt(2), rel=0.01)
    assert found.values["kurtosis"] == pytest.approx(1.5, rel=0.01)
    assert found.values["skewness"] == pytest.approx(0.0, abs=0.01)
    expected_mm_s = 5 * 9.80665 * 1000 / (2 * math.pi * frequency_hz) / math.sqrt(2)
    assert found.values["velocity_rms_mm_s"] == pytest.approx(expected_mm_s, rel=1e-3)
    assert found.values["spectral_centroid_hz"] == pytest.approx(frequency_hz, rel=1e-3)
    assert found.values["peak1_hz"] == pytest.approx(frequency_hz, abs=0.01)
    assert found.values["peak1_g"] == pytest.approx(5.0, rel=1e-3)
    assert "peak2_hz" not in found.values


def test_strong_sine_of_five_g_on_a_lost_bias_is_told():
    found = indicators(sine(5.0, 100.0) + 4.0)
    assert found.flags == ("offset",)
    assert found.values["rms_g"] == pytest.approx(5 / math.sqrt(2), rel=1e-6)


def test_gaussian_noise():
    found = indicators(np.random.default_rng(1).standard_normal(200_000)).values
    assert found["kurtosis"] == pytest.approx(3.0, abs=0.05)
    assert found["skewness"] == pytest.approx(0.0, abs=0.02)
    assert found["rms_g"] == pytest.approx(1.0, rel=0.01)


def test_skewed_noise_is_skewed_to_its_side():
    exponential = np.random.default_rng(1).exponential(size=200_000)
    found = indicators(exponential).values
    assert found["skewness"] == pytest.approx(2.0, rel=0.05)
    assert found["kurtosis"] == pytest.approx(9.0, rel=0.1)
    assert indicators(-exponential).values["skewness"] == pytest.approx(-found["skewness"])


@given(turns=st.floats(4, 60), shares=st.tuples(st.floats(0.2, 1), st.floats(0.2, 1)), phase=st.floats(0, 6.28))
@settings(max_examples=80, deadline=None)
def test_orders_are_right_from_four_turns_on(turns, shares, phase):
    """Amplitudes in acceleration chosen so that the three orders are of like size, as they are in velocity."""
    samples = sum(
        sine(amplitude, order * turns, phase=order * phase) for order, amplitude in enumerate((1.0, *shares), 1)
    )
    found = indicators(samples, speed_rpm=turns * 60).values
    for order, amplitude in enumerate((1.0, *shares), 1):
        expected = velocity_mm_s(amplitude, order * turns)
        assert found[f"order{order}_mm_s"] == pytest.approx(expected, rel=0.02 if turns > 8 else 0.06)


@pytest.mark.parametrize("rpm", [None, 0.0, math.nan, math.inf, 60 * 3.9, 1e9])
def test_no_orders_without_a_speed_that_the_block_resolves(rpm):
    found = indicators(sine(1.0, 25.0), speed_rpm=rpm)
    assert not [name for name in found.values if name.startswith("order")]
    assert found.values["velocity_rms_mm_s"] == pytest.approx(velocity_mm_s(1.0, 25.0) / math.sqrt(2), rel=0.01)


def test_only_orders_below_the_nyquist_frequency():
    found = indicators(sine(1.0, 200.0, rate_hz=1000.0), 1000.0, speed_rpm=12_000.0).values
    assert [name for name in found if name.startswith("order")] == ["order1_mm_s", "order2_mm_s"]


def test_slow_machine_is_measured_from_two_hertz():
    slow = sine(0.1, 5.0)
    assert indicators(slow, speed_rpm=300.0).values["velocity_rms_mm_s"] == pytest.approx(
        velocity_mm_s(0.1, 5.0) / math.sqrt(2), rel=0.01
    )
    assert indicators(slow, speed_rpm=601.0).values["velocity_rms_mm_s"] < 0.2


def test_the_shafts_line_of_600_rpm_counts_whole():
    shaft = sine(0.1, 10.0)
    assert indicators(shaft, speed_rpm=600.0).values["velocity_rms_mm_s"] == pytest.approx(
        velocity_mm_s(0.1, 10.0) / math.sqrt(2), rel=0.01
    )


@pytest.mark.parametrize(
    ("seconds", "rate_hz", "rpm", "flags"),
    [
        (1.0, 10_000.0, None, ()),
        (0.5, 10_000.0, None, ("short",)),
        (0.1, 25_600.0, 1800.0, ("short",)),
        (4882 / 48_828, 48_828.0, None, ("short",)),
        (0.05, 25_600.0, None, ("short", "narrow_band")),
        (0.3, 10_000.0, 400.0, ("short", "narrow_band")),
        (1.0, 10_000.0, 400.0, ()),
        (2.0, 1000.0, None, ("narrow_band",)),
        (1000.0, 1.0, None, ("narrow_band",)),
    ],
)
def test_notes_tell_what_a_block_cannot_show(seconds, rate_hz, rpm, flags):
    samples = np.random.default_rng(1).standard_normal(round(seconds * rate_hz))
    found = indicators(samples, rate_hz, speed_rpm=rpm)
    assert found.flags == flags
    assert not is_fault(found.flags)
    assert ("velocity_rms_mm_s" in found.values) == (rate_hz > 100)


@given(factor=st.floats(1e-4, 1e3), seed=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_scaling_scales_the_linear_and_leaves_the_rest(factor, seed):
    samples = machine(seed)
    one, scaled = (indicators(s, speed_rpm=1482.0) for s in (samples, factor * samples))
    assert one.flags == scaled.flags
    assert one.values.keys() == scaled.values.keys()
    for name, value in one.values.items():
        expected = value * factor if name.endswith(LINEAR) else value
        assert scaled.values[name] == pytest.approx(expected, rel=1e-9, abs=1e-12 * factor), name


@given(seed=st.integers(0, 50), offset=st.floats(-1, 1))
@settings(max_examples=20, deadline=None)
def test_an_offset_changes_nothing(seed, offset):
    samples = machine(seed)
    one, moved = indicators(samples).values, indicators(samples + offset).values
    assert moved == pytest.approx(one, rel=1e-9, abs=1e-12)


@given(seed=st.integers(0, 50), rate_hz=st.sampled_from([2000.0, 12_000.0, 25_600.0]))
@settings(max_examples=20, deadline=None)
def test_g_and_metres_per_second_squared_agree(seed, rate_hz):
    samples = machine(seed, rate_hz=rate_hz)
    in_g = indicators(samples, rate_hz, speed_rpm=1482.0)
    in_m_s2 = indicators(samples * 9.80665, rate_hz, "m/s2", speed_rpm=1482.0)
    assert in_g.flags == in_m_s2.flags
    assert in_m_s2.values == pytest.approx(in_g.values, rel=1e-9)


@given(frequency_hz=st.floats(20, 950), phase=st.floats(0, 6.28), amplitude=st.floats(0.1, 100))
@settings(max_examples=50, deadline=None)
def test_velocity_signal_gives_velocity_and_its_acceleration(frequency_hz, phase, amplitude):
    samples = sine(amplitude, frequency_hz, phase=phase, seconds=2.0)
    found = indicators(samples, unit="mm/s", speed_rpm=60 * frequency_hz).values
    acceleration_g = amplitude * 2 * math.pi * frequency_hz / 9806.65
    assert found["velocity_rms_mm_s"] == pytest.approx(amplitude / math.sqrt(2), rel=1e-3)
    assert found["order1_mm_s"] == pytest.approx(amplitude, rel=2e-3)
    assert found["rms_g"] == pytest.approx(acceleration_g / math.sqrt(2), rel=0.01)
    assert found["peak_g"] == pytest.approx(acceleration_g, rel=0.15)
    assert found["peak1_g"] == pytest.approx(acceleration_g, rel=0.01)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, ">f8"])
@pytest.mark.parametrize("unit", ["g", "m/s2", "mm/s"])
def test_any_dtype_and_layout_and_input_left_alone(dtype, unit):
    samples = (machine(3) * 1000).round().astype(dtype)
    before = samples.copy()
    one = indicators(samples, unit=unit)
    strided = np.empty((samples.size, 3), dtype)
    strided[:, 1] = samples
    assert indicators(strided[:, 1], unit=unit) == one
    assert indicators(samples.astype(np.float64).tolist(), unit=unit) == one
    assert (samples == before).all()


@pytest.mark.parametrize("unit", ["g", "m/s2", "mm/s"])
@pytest.mark.parametrize("value", [0.0, 0.5, -1e3])
def test_constant_signal_gives_zeros_and_a_flag(unit, value):
    found = indicators(np.full(10_000, value), unit=unit, speed_rpm=1500.0)
    assert found.flags == ("stuck",)
    assert found.values == {"rms_g": 0.0, "peak_g": 0.0, "peak_to_peak_g": 0.0}


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, math.nan, math.inf, 1e300, 5e-324])
def test_senseless_rate_gives_no_values(rate_hz):
    assert indicators(machine(1), rate_hz).values == {}
    assert indicators(machine(1), rate_hz).flags == ("out_of_range",)


def test_clipped_signal_keeps_its_values():
    found = indicators(np.clip(machine(1), -0.4, 0.4))
    assert found.flags == ("clipped",)
    assert found.values["peak_to_peak_g"] == pytest.approx(0.8)


numbers = st.one_of(
    st.floats(width=64),
    st.floats(-1, 1),
    st.sampled_from([0.0, 1.0, -1.0, 1e-300, 1e300, -1.7e308, 5e-324, math.nan, math.inf]),
)


@given(
    samples=hnp.arrays(np.float64, st.integers(0, 300), elements=numbers),
    rate_hz=st.one_of(st.floats(1e-6, 1e9), st.floats()),
    unit=st.sampled_from(["g", "m/s2", "mm/s"]),
    rpm=st.one_of(st.none(), st.floats()),
)
@settings(max_examples=400, deadline=None)
@pytest.mark.filterwarnings("error")
def test_whatever_comes_gives_finite_values_or_none(samples, rate_hz, unit, rpm):
    found = indicators(samples, rate_hz, unit, rpm)
    assert all(math.isfinite(value) for value in found.values.values())
    assert all(type(value) is float for value in found.values.values())
    assert set(found.flags) <= FAULTS | NOTES
    if not np.isfinite(samples).all():
        assert found.values == {}
        assert "not_finite" in found.flags


@given(
    exponent=st.floats(-12, 8),
    size=st.integers(0, 5000),
    rate_hz=st.floats(1e-6, 1e9),
    unit=st.sampled_from(["g", "m/s2", "mm/s"]),
    kind=st.sampled_from(["noise", "ramp", "spike", "square", "parabola"]),
    rpm=st.one_of(st.none(), st.floats(-1e6, 1e6)),
)
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("error")
def test_any_shape_size_and_rate_gives_finite_values(exponent, size, rate_hz, unit, kind, rpm):
    ramp = np.linspace(-1, 1, size)
    shapes = {
        "noise": lambda: np.random.default_rng(size).standard_normal(size),
        "ramp": lambda: ramp,
        "spike": lambda: (np.arange(size) == size // 2) * 1.0,
        "square": lambda: np.sign(ramp),
        "parabola": lambda: ramp**2,
    }
    found = indicators(shapes[kind]() * 10**exponent, rate_hz, unit, rpm)
    assert all(math.isfinite(value) and value >= 0 for name, value in found.values.items() if name != "skewness")
    assert math.isfinite(found.values.get("skewness", 0.0))
