"""Spectra of blocks against closed forms, and what is kept of odd blocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.captures.capture import day_of, hour_of
from models.captures.packing import MAX_LINES, MAX_SAMPLES
from models.captures.taking import hourly_spectra, kept_waveform, values_of
from models.signal.units import MM_S2_PER_G

WHEN = datetime(2026, 3, 1, 8, 59, 30, 17, tzinfo=UTC)


def about(**others):
    return {
        "machine": "泵 1",
        "point": "drive end",
        "measured": WHEN,
        "rate_hz": 25_600.0,
        "unit": "g",
        "speed_rpm": 1500.0,
        **others,
    }


def sine(frequency_hz, seconds=2.0, rate_hz=25_600.0):
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate_hz)) / rate_hz)


def by_kind(captures):
    return {capture.kind: capture for capture in captures}


def frequencies(capture):
    return capture.first + capture.step * np.arange(capture.count)


def line(capture, frequency_hz):
    """Largest value within a step of a frequency."""
    near = np.abs(frequencies(capture) - frequency_hz) <= capture.step
    return float(values_of(capture)[near].max())


@given(st.sampled_from([3.0, 25.0, 100.0, 987.0]), st.sampled_from([1e-3, 1.0, 50.0]))
def test_a_sine_shows_its_velocity(frequency_hz, peak_g):
    found = by_kind(hourly_spectra(peak_g * sine(frequency_hz), **about()))["velocity_spectrum"]
    expected = peak_g * MM_S2_PER_G / (2 * np.pi * frequency_hz) / np.sqrt(2)
    assert line(found, frequency_hz) == pytest.approx(expected, rel=0.04)
    assert found.top == pytest.approx(expected, rel=0.04)
    assert found.unit == "mm/s"


@pytest.mark.parametrize("unit", ["g", "m/s2", "mm/s"])
def test_units_agree(unit):
    velocity_mm_s = 2.0 * np.sqrt(2) * sine(50.0)
    acceleration_mm_s2 = 2.0 * np.sqrt(2) * 2 * np.pi * 50 * sine(50.0)
    samples = {
        "g": acceleration_mm_s2 / MM_S2_PER_G,
        "m/s2": acceleration_mm_s2 / 1000,
        "mm/s": velocity_mm_s,
    }[unit]
    found = by_kind(hourly_spectra(samples, **about(unit=unit)))["velocity_spectrum"]
    assert line(found, 50.0) == pytest.approx(2.0, rel=0.02)


def test_a_modulated_resonance_shows_its_modulation():
    modulated = (1 + 0.5 * sine(87.0)) * sine(4_000.0)
    found = by_kind(hourly_spectra(0.2 * modulated, **about()))["envelope_spectrum"]
    assert found.unit == "g"
    assert found.band_hz == (2000.0, 11_520.0 + found.step)
    assert line(found, 87.0) == pytest.approx(0.2 * 0.5 / np.sqrt(2), rel=0.05)
    assert line(found, 300.0) < 1e-3 * found.top


@pytest.mark.parametrize("speed_rpm", [None, 60.0, 1480.0, 30_000.0])
@pytest.mark.parametrize("seconds", [0.16, 1.28, 10.0, 70.0])
def test_spectra_are_bounded_whatever_the_block(seconds, speed_rpm):
    block = np.random.default_rng(0).standard_normal(round(seconds * 12_800))
    found = by_kind(hourly_spectra(block, **about(rate_hz=12_800.0, speed_rpm=speed_rpm)))
    velocity = found["velocity_spectrum"]
    assert velocity.count <= MAX_LINES
    assert velocity.first >= 2.0
    assert frequencies(velocity)[-1] <= 1000.0 + velocity.step
    for capture in found.values():
        assert values_of(capture).size == capture.count <= MAX_LINES
        assert capture.time == datetime(2026, 3, 1, 8, tzinfo=UTC)
        assert len(capture.data) < 5_000


def test_a_block_too_short_or_too_slow_gives_no_spectrum():
    assert hourly_spectra(np.ones(40), **about()) == []
    assert set(by_kind(hourly_spectra(sine(3.0, rate_hz=40.0, seconds=4), **about(rate_hz=40.0)))) <= {
        "velocity_spectrum"
    }


def test_a_silent_block_gives_zeros():
    for capture in hourly_spectra(np.zeros(25_600), **about()):
        assert capture.top == 0.0
        assert not values_of(capture).any()


@given(st.integers(1, 60_000))
def test_a_waveform_is_cut_and_never_holds_what_is_no_number(size):
    samples = np.linspace(-3, 5, size)
    samples[::7] = np.nan
    kept = kept_waveform(samples, **about())
    assert kept.count == min(size, MAX_SAMPLES)
    assert kept.time == day_of(WHEN) == datetime(2026, 3, 1, tzinfo=UTC)
    assert kept.step == 1 / 25_600
    back = values_of(kept)
    good = np.isfinite(samples[: kept.count])
    assert np.allclose(back[good], samples[: kept.count][good], atol=kept.top / 32_767)
    assert not back[~good].any()


def test_a_waveform_around_an_alert_is_kept_at_its_own_time():
    kept = kept_waveform(sine(50.0), **about(alert="0123"))
    assert (kept.time, kept.measured, kept.alert) == (WHEN, WHEN, "0123")


def test_hours_and_days_are_those_of_utc():
    china = WHEN.astimezone(ZoneInfo("Asia/Shanghai"))
    assert hour_of(china) == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert day_of(china) == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_point_takes_150_kb_a_day_at_most(figure):
    block = np.random.default_rng(0).standard_normal(4 * 25_600)
    hourly = sum(len(capture.data) for capture in hourly_spectra(block, **about()))
    daily = 24 * hourly + len(kept_waveform(block, **about()).data)
    figure(f"spectra and waveform of a point (4 s of noise at 25.6 kHz): {daily / 1000:.0f} KB a day")
    assert 4 / 3 * daily < 200_000, "in base64, as InfluxDB has it"
    assert daily < 150_000
