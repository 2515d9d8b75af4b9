"""Temperatures: values, slopes, and thermometers that cannot be believed; readings beside them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.signal.quality import FAULTS, is_fault
from models.signal.readings import reading_values
from models.signal.temperature import temperature_indicators


def block(*, start_c=60.0, slope_c_per_min=0.0, seconds=60.0, rate_hz=10.0, noise_c=0.0):
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return start_c + slope_c_per_min * time / 60 + noise_c * np.random.default_rng(1).standard_normal(time.size)


@given(
    start_c=st.floats(50, 140),
    slope=st.floats(-50, 50),
    rate_hz=st.sampled_from([0.1, 1.0, 10.0, 100.0]),
    seconds=st.floats(40, 120),
)
@settings(max_examples=60, deadline=None)
def test_slope_of_a_line(start_c, slope, rate_hz, seconds):
    values = block(start_c=start_c, slope_c_per_min=slope, seconds=seconds, rate_hz=rate_hz)
    found = temperature_indicators(values, unit="C", rate_hz=rate_hz)
    assert found.flags == ()
    assert found.values["slope_c_per_min"] == pytest.approx(slope, abs=1e-8)
    assert found.values["value_c"] == pytest.approx(np.median(values))
    assert found.values["minimum_c"] == values.min()
    assert found.values["maximum_c"] == values.max()


@pytest.mark.parametrize(
    ("value", "unit", "celsius"), [(100.0, "C", 100.0), (212.0, "F", 100.0), (373.15, "K", 100.0)]
)
def test_units_agree(value, unit, celsius):
    found = temperature_indicators(value, unit=unit)
    assert found.flags == ()
    assert found.values == pytest.approx({"value_c": celsius, "minimum_c": celsius, "maximum_c": celsius})


def test_slopes_agree_between_units():
    celsius = block(slope_c_per_min=3.0, noise_c=0.05)
    one = temperature_indicators(celsius, unit="C", rate_hz=10.0)
    for converted, unit in ((celsius * 1.8 + 32, "F"), (celsius + 273.15, "K")):
        other = temperature_indicators(converted, unit=unit, rate_hz=10.0)
        assert other.flags == one.flags == ()
        assert other.values == pytest.approx(one.values, rel=1e-9)


def test_one_temperature_has_no_slope():
    assert set(temperature_indicators(21.5, unit="C").values) == {"value_c", "minimum_c", "maximum_c"}
    assert set(temperature_indicators([21.5], unit="C", rate_hz=10.0).values) == {
        "value_c",
        "minimum_c",
        "maximum_c",
    }


def test_a_block_too_short_for_a_slope_has_none():
    assert "slope_c_per_min" not in temperature_indicators(block(seconds=4.9), unit="C", rate_hz=10.0).values
    assert "slope_c_per_min" in temperature_indicators(block(seconds=5.0), unit="C", rate_hz=10.0).values


@pytest.mark.parametrize("bad", [250.1, 1254.0, -60.1, -242.0, 1e300, -1e300, 1.7e308])
@pytest.mark.filterwarnings("error")
def test_implausible_temperature_is_open(bad):
    assert temperature_indicators(bad, unit="C").flags == ("open",)
    assert temperature_indicators(bad, unit="C").values == {}
    values = block()
    values[[7, 8, 400]] = bad
    found = temperature_indicators(values, unit="C", rate_hz=10.0)
    assert found.flags == ("open", "erratic")
    assert found.values["value_c"] == found.values["maximum_c"] == 60.0
    assert found.values["slope_c_per_min"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("edge", [250.0, -60.0])
def test_edges_are_plausible(edge):
    assert temperature_indicators(edge, unit="C").flags == ()


@pytest.mark.parametrize("jump", [2.0, -40.0, 150.0])
def test_jump_within_a_tenth_of_a_second_is_erratic(jump):
    values = block()
    values[300:] += jump
    assert temperature_indicators(values, unit="C", rate_hz=10.0).flags == ("erratic",)


@pytest.mark.parametrize("rate_hz", [10.0, 1.0, 1 / 60])
def test_steps_of_a_whole_degree_and_heating_up_are_not_erratic(rate_hz):
    values = np.round(block(slope_c_per_min=40.0, seconds=max(120.0, 4 / rate_hz), rate_hz=rate_hz))
    assert temperature_indicators(values, unit="C", rate_hz=rate_hz).flags == ()


def test_gap_is_told_and_is_no_jump():
    values = block(slope_c_per_min=60.0)
    values[100:400] = math.nan
    found = temperature_indicators(values, unit="C", rate_hz=10.0)
    assert found.flags == ("not_finite",)
    assert found.values["slope_c_per_min"] == pytest.approx(60.0)


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf], math.nan])
def test_nothing_to_see_gives_a_flag(values):
    found = temperature_indicators(values, unit="C", rate_hz=1.0)
    assert found.values == {}
    assert is_fault(found.flags)


@given(
    values=st.lists(st.floats(width=64), max_size=50),
    rate_hz=st.one_of(st.none(), st.floats()),
    unit=st.sampled_from(["C", "F", "K"]),
)
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("error")
def test_whatever_comes_gives_finite_values_or_none(values, rate_hz, unit):
    found = temperature_indicators(values, unit=unit, rate_hz=rate_hz)
    assert all(math.isfinite(value) for value in found.values.values())
    assert set(found.flags) <= FAULTS
    assert found.values or found.flags


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.floats(width=64), st.integers(-5, 5)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_readings_keep_what_is_finite(values):
    found = reading_values(values)
    assert all(math.isfinite(value) and abs(value) <= 1e15 for value in found.values.values())
    assert all(values[name] == value for name, value in found.values.items())
    assert bool(found.flags) == (len(found.values) < len(values))


def test_readings_tell_what_was_left_out():
    found = reading_values({"电流_a": 4.2, "flow": math.inf, "pressure_bar": 1e300})
    assert found.values == {"电流_a": 4.2}
    assert found.flags == ("not_finite", "out_of_range")
    assert reading_values({}).values == {}
