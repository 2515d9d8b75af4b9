"""The produced signals show the physics they claim: looked for with tools of the tests' own, not of the product."""

import math
from itertools import islice

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import MINUTE_US, SECOND_US
from models.machinery.bearings import parse_bearing
from models.signal.indicators import waveform_indicators
from models.signal.quality import is_fault
from models.simulation.bearing import impact_train
from models.simulation.ground_truth import truths
from models.simulation.library import built_in
from models.simulation.operating_conditions import Load, Thermal
from models.simulation.plan import Plan
from models.simulation.run import TemperatureBlock, VibrationBlock, simulate
from models.simulation.sensor import SCALE_G, digitise
from models.simulation.signal_synthesis import Resonance, Tone, tones_g

DEMO = built_in("demo")
PUMP, FAN, MOTOR, GEARBOX = DEMO.machines
RATE_HZ, LENGTH = DEMO.rate_hz, DEMO.samples
SHORT = Plan(healthy_s=1_200, development_s=3_600)


@pytest.fixture(scope="module")
def short_run():
    """Eighty minutes: twenty sound, sixty of developing faults."""
    return list(islice(simulate(seed=3, start_us=0, plan=SHORT), 80 * 12))


def blocks(run, machine, point):
    return [m for m in run if m.machine == machine and m.point == point]


def rms_g(block):
    signal = block.counts * block.scale_g
    return float(np.sqrt(np.mean((signal - signal.mean()) ** 2)))


def spectrum(signal, rate_hz):
    """Frequencies and peak amplitudes, Hann window."""
    window = np.hanning(len(signal))
    amplitude = 2 * np.abs(np.fft.rfft((signal - signal.mean()) * window)) / window.sum()
    return np.fft.rfftfreq(len(signal), 1 / rate_hz), amplitude


def amplitude_near(signal, hz, *, width_hz=1.5, rate_hz=RATE_HZ):
    frequencies, amplitude = spectrum(signal, rate_hz)
    return amplitude[np.abs(frequencies - hz) <= width_hz].max()


def envelope(signal, low_hz, high_hz, rate_hz=RATE_HZ):
    """Analytic signal of one band by Fourier transform."""
    transform = np.fft.fft(signal)
    frequencies = np.fft.fftfreq(len(signal), 1 / rate_hz)
    transform[(frequencies < low_hz) | (frequencies > high_hz)] = 0
    return np.abs(np.fft.ifft(2 * transform))


def test_the_shaft_shows_at_its_speed_with_the_amplitude_of_the_description(short_run):
    block = blocks(short_run, "M-301", "drive-end")[0]
    shaft_hz = block.speed_rpm / 60
    signal = block.counts * block.scale_g
    window = np.hanning(len(signal))
    turns = np.exp(-2j * math.pi * shaft_hz * np.arange(len(signal)) / RATE_HZ)
    measured = 2 * abs(np.sum(signal * window * turns)) / window.sum()
    expected = Tone(order=1, velocity_mm_s=math.sqrt(2) * 0.57).acceleration_g(shaft_hz) * (
        0.75 + 0.25 * block.load_percent / 100
    )
    assert measured == pytest.approx(expected, rel=0.06)


def test_the_outer_race_frequency_with_slip_stands_in_the_envelope_spectrum(short_run):
    block = blocks(short_run, "P-101", "drive-end")[70]
    bpfo_hz = parse_bearing(PUMP.bearings["drive-end"]).bpfo * block.speed_rpm / 60
    demodulated = envelope(block.counts * block.scale_g, 3_000, 4_800)
    frequencies, amplitude = spectrum(demodulated, RATE_HZ)
    low = (frequencies > 10) & (frequencies < 250)
    strongest = frequencies[low][amplitude[low].argmax()]
    assert strongest == pytest.approx(bpfo_hz * (1 - 0.015), rel=0.02)
    floor = np.median(amplitude[low])
    assert amplitude[low].max() > 10 * floor


def test_no_outer_race_frequency_before_the_onset(short_run):
    block = blocks(short_run, "P-101", "drive-end")[10]
    bpfo_hz = parse_bearing(PUMP.bearings["drive-end"]).bpfo * block.speed_rpm / 60
    demodulated = envelope(block.counts * block.scale_g, 3_000, 4_800)
    frequencies, amplitude = spectrum(demodulated, RATE_HZ)
    low = (frequencies > 10) & (frequencies < 250)
    assert amplitude_near(demodulated, 0.985 * bpfo_hz) < 5 * np.median(amplitude[low])


def test_the_fault_grows_and_is_felt_less_at_the_other_end(short_run):
    near = [rms_g(block) for block in blocks(short_run, "P-101", "drive-end")]
    far = [rms_g(block) for block in blocks(short_run, "P-101", "non-drive-end")]
    assert np.std(near[:20]) < 0.1 * np.mean(near[:20])
    assert np.mean(near[20:30]) < 1.5 * np.mean(near[:20])
    thirds = [np.mean(near[20 + 20 * k : 40 + 20 * k]) for k in range(3)]
    assert thirds == sorted(thirds)
    assert near[-1] > 12 * np.mean(near[:20])
    assert np.mean(near[:20]) < far[-1] < 0.3 * near[-1]


def test_others_vibrate_as_before(short_run):
    for machine, point in (("F-201", "non-drive-end"), ("M-301", "drive-end"), ("G-401", "drive-end")):
        values = [rms_g(block) for block in blocks(short_run, machine, point)]
        assert max(values) < 1.3 * min(values)


def test_the_cable_fails_at_times_and_then_for_good(short_run):
    counts = [block.counts for block in blocks(short_run, "F-201", "drive-end")]
    at_an_end = [float(np.mean(np.abs(each.astype(int)) >= 32_767)) for each in counts]
    assert max(at_an_end[:23]) == 0
    assert all(0.02 < share < 0.6 for share in at_an_end[24:35])
    assert set(at_an_end[36:]) == {1.0}


def test_temperatures_tell_the_story(short_run):
    pump = [m.value_c for m in blocks(short_run, "P-101", "bearing")]
    motor = [m.value_c for m in blocks(short_run, "M-301", "winding")]
    fan = [m.value_c for m in blocks(short_run, "F-201", "bearing")]
    gearbox = [m.value_c for m in blocks(short_run, "G-401", "oil")]
    assert all(35 < value < 65 for value in fan + gearbox + pump[:50])
    assert pump[-1] > 6 + np.mean(pump[:50])
    assert max(motor[:25]) < 85
    assert max(motor) > 15 + max(motor[:25])


def test_the_clogged_motor_ends_above_its_limit_and_stays_there():
    plan = Plan(healthy_s=3_600, development_s=10_800)
    motor = islice(simulate(msgspec.structs.replace(DEMO, machines=(MOTOR,)), start_us=0, plan=plan), 5 * 60 * 3)
    values = [m.value_c for m in motor if m.point == "winding"]
    limit_c = MOTOR.temperature_limit_c
    assert max(values[:75]) < limit_c - 20
    assert min(values[-60:]) > limit_c - 3
    assert np.mean(values[-60:]) > limit_c + 5


def test_time_runs_on_a_minute_at_a_time_for_each_point_and_never_back(short_run):
    times = [m.time_us for m in short_run]
    assert times == sorted(times)
    assert len(set(times)) == len(times)
    for machine, point in {(m.machine, m.point) for m in short_run}:
        steps = np.diff([m.time_us for m in blocks(short_run, machine, point)])
        assert set(steps) == {MINUTE_US}


def test_the_run_goes_on_after_its_script():
    plan = Plan(healthy_s=60, development_s=120)
    late = list(islice(simulate(start_us=0, plan=plan), 12 * 30))
    pump = [rms_g(block) for block in blocks(late, "P-101", "drive-end")]
    assert min(pump[5:]) > 0.8 * max(pump[5:])


@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_one_seed_gives_one_run_and_another_seed_another(seed):
    def content(with_seed):
        run = islice(simulate(seed=with_seed, start_us=5 * SECOND_US, plan=SHORT), 36)
        return [m.counts.tobytes() if isinstance(m, VibrationBlock) else m for m in run]

    assert content(seed) == content(seed)
    assert content(seed) != content(seed + 1)


def test_blocks_are_small_and_whole(short_run):
    for m in short_run:
        if isinstance(m, VibrationBlock):
            assert m.counts.dtype == np.int16
            assert m.counts.shape == (LENGTH,)
            assert m.counts.nbytes < 50_000
            assert 50 <= m.load_percent <= 100
        else:
            assert isinstance(m, TemperatureBlock)
            assert math.isfinite(m.value_c)


def test_labels_name_the_onsets():
    start_us = 1_700_000_000 * SECOND_US
    pump, fan, motor, gearbox = truths(DEMO, start_us=start_us, plan=SHORT)
    assert (pump.fault, pump.point, pump.of_sensor) == ("bearing_outer_race", "drive-end", False)
    assert pump.onset_us == start_us + 1_200 * SECOND_US
    assert (fan.fault, fan.of_sensor) == ("sensor_cable", True)
    assert pump.onset_us < fan.onset_us < motor.onset_us
    assert (gearbox.fault, gearbox.onset_us, gearbox.point) == ("healthy", None, None)


@settings(max_examples=30, deadline=None)
@given(
    frequency_hz=st.floats(20, 400),
    slip=st.floats(0, 0.02),
    seed=st.integers(0, 2**32),
    length=st.integers(0, 20_000),
)
def test_impacts_come_as_often_as_told(frequency_hz, slip, seed, length):
    train = impact_train(
        np.random.default_rng(seed), frequency_hz=frequency_hz, slip=slip, length=length, rate_hz=RATE_HZ
    )
    assert train.shape == (length,)
    expected = length / RATE_HZ * frequency_hz
    assert train.sum() == pytest.approx(expected, abs=2 + 0.02 * expected + 6 * (0.1 + slip) * math.sqrt(expected))


@given(seconds=st.floats(0, 1e5), constant=st.floats(1, 1e5), start=st.floats(-50, 200), end=st.floats(-50, 200))
def test_thermal_lag_is_exact_however_it_is_stepped(seconds, constant, start, end):
    thermal = Thermal(time_constant_s=constant, rise_c=0)
    once = thermal.after(start, settled_c=end, seconds=seconds)
    half = thermal.after(start, settled_c=end, seconds=seconds / 2)
    twice = thermal.after(half, settled_c=end, seconds=seconds / 2)
    assert once == pytest.approx(twice, abs=1e-9)
    assert once == pytest.approx(end + (start - end) * math.exp(-seconds / constant), abs=1e-9)


def test_the_motor_warms_up_with_its_own_time_constant():
    thermal = MOTOR.temperature
    temperature = 20.0
    for _ in range(30):
        temperature = thermal.after(temperature, settled_c=120.0, seconds=60)
    assert temperature == pytest.approx(20 + 100 * (1 - math.exp(-1)), abs=1e-6)


def test_a_struck_structure_rings_at_its_frequency_and_dies_away():
    resonance = Resonance(frequency_hz=3_800, damping=0.035)
    impulse = np.zeros(LENGTH)
    impulse[0] = 1.0
    answer = resonance.response(impulse, rate_hz=RATE_HZ)
    frequencies = np.fft.rfftfreq(LENGTH, 1 / RATE_HZ)
    assert frequencies[np.abs(np.fft.rfft(answer)).argmax()] == pytest.approx(3_800, rel=0.01)
    time_s = np.arange(LENGTH) / RATE_HZ
    omega = 2 * math.pi * 3_800
    expected = np.exp(-0.035 * omega * time_s) * np.sin(omega * math.sqrt(1 - 0.035**2) * time_s)
    assert answer == pytest.approx(expected, abs=1e-6)


def test_tones_beyond_the_recorder_are_left_out():
    tones = (Tone(hz=11_000, velocity_mm_s=1.0),)
    assert not tones_g(tones, shaft_hz=25, phases=np.zeros(1), length=100, rate_hz=RATE_HZ).any()


def test_the_converter_rounds_to_steps_and_stops_at_its_range():
    generator = np.random.default_rng(0)
    quiet = digitise(np.full(1000, 1.0), generator)
    assert np.mean(quiet) * SCALE_G == pytest.approx(1.0, abs=0.001)
    assert set(digitise(np.full(10, 80.0), generator)) == {32_767}
    assert set(digitise(np.full(10, -80.0), generator)) == {-32_768}


@given(seed=st.integers(0, 2**32))
def test_load_stays_within_its_range(seed):
    load = Load(np.random.default_rng(seed), lowest=0.8)
    levels = [load.after(60) for _ in range(200)]
    assert all(0.8 <= level <= 1.0 for level in levels)
    assert max(levels) - min(levels) > 0.05


def test_the_product_flags_the_broken_sensor_and_nothing_else(short_run):
    flagged = {}
    for m in short_run:
        if isinstance(m, VibrationBlock) and m.time_us // MINUTE_US % 2 == 0:
            found = waveform_indicators(m.counts * m.scale_g, rate_hz=m.rate_hz, unit="g", speed_rpm=m.speed_rpm)
            if is_fault(found.flags):
                flagged.setdefault((m.machine, m.point), []).append(m.time_us // MINUTE_US)
    assert set(flagged) == {("F-201", "drive-end")}
    assert min(flagged["F-201", "drive-end"]) in (24, 25)
