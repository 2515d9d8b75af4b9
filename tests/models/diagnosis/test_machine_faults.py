"""Every rule of the machine's faults: where it holds, where it must not, and which of two it is."""

import numpy as np
import pytest

from models.diagnosis.averaged_spectrum import averaged_spectrum
from models.diagnosis.diagnose import diagnose
from models.diagnosis.machine_faults import VELOCITY_LIMIT_MM_S, machine_faults
from models.diagnosis.results import MachineKnowledge
from models.signal.units import MM_S2_PER_G
from tests.models.diagnosis.made_up import ORDERS, RATE_HZ, SHAFT_HZ, noise, tone_g, tones_g

LINE_HZ = 50.0
KNOWN = MachineKnowledge(teeth=23, blades=7)


def faults_of(signal, *, shaft_hz=SHAFT_HZ, line_hz=LINE_HZ, machine=KNOWN):
    spectrum = averaged_spectrum(signal + noise(rms_g=0.005), rate_hz=RATE_HZ, shaft_hz=shaft_hz)
    found = machine_faults(spectrum, shaft_hz=shaft_hz, mains_hz=(line_hz,) if line_hz else (), machine=machine)
    return [observed.fault for observed in found]


def shaft(*velocities, shaft_hz=SHAFT_HZ):
    """Harmonics of the shaft by their velocity in mm/s RMS."""
    return tones_g([(k * shaft_hz, v) for k, v in enumerate(velocities, start=1) if v])


def acceleration(hz, rms_g):
    return tone_g(hz, rms_g * MM_S2_PER_G / (2 * np.pi * hz))


def mesh(sideband, *, rms_g=1.0, teeth=23, pairs=4):
    lines = [acceleration(teeth * SHAFT_HZ, rms_g)]
    lines += [
        acceleration((teeth + side * n) * SHAFT_HZ, rms_g * sideband)
        for n in range(1, pairs + 1)
        for side in (-1, 1)
    ]
    return sum(lines)


def carpet(rms_g, *, low_hz=5_000.0):
    """Noise above `low_hz` only."""
    bins = np.fft.rfft(noise(rms_g=1.0, seed=9))
    bins[np.fft.rfftfreq(round(6 * RATE_HZ), 1 / RATE_HZ) < low_hz] = 0
    high = np.fft.irfft(bins, round(6 * RATE_HZ))
    return rms_g * high / high.std()


HOLDS = {
    "unbalance": shaft(8.0, 0.8, 0.3),
    "misalignment": shaft(4.0, 6.0, 1.0),
    "misalignment as strong at 1x": shaft(6.0, 5.0, 1.0),
    "looseness": shaft(6, 4, 3, 2.5, 2, 2, 1.5, 1, 1, 1),
    "looseness of half orders": shaft(6.0, 2.0) + tones_g([((k + 0.5) * SHAFT_HZ, 2.0) for k in range(4)]),
    "electrical": tone_g(2 * LINE_HZ, 7.0) + shaft(1.0),
    "blade_pass": tone_g(7 * SHAFT_HZ, 7.0) + shaft(1.0),
    "gear": mesh(0.5),
    "lubrication": carpet(4.0),
}


@pytest.mark.parametrize("name", HOLDS)
def test_each_rule_names_its_fault_and_no_other(name):
    assert faults_of(HOLDS[name]) == [name.split()[0]]


@pytest.mark.parametrize("name", HOLDS)
def test_same_spectrum_at_a_level_that_does_not_matter_is_no_fault(name):
    assert faults_of(0.25 * HOLDS[name]) == []


SOUND = {
    "1x below the limit": shaft(4.3, 0.5),
    "1x, but only half of the energy": shaft(4.0, 2.8, 2.8),
    "mesh without sidebands": mesh(0.1),
    "mesh with two sidebands on each side": mesh(0.6, pairs=2),
    "2x the mains weak": tone_g(2 * LINE_HZ, 2.0),
    "carpet of many lines": sum(acceleration(5_200.0 + 211.0 * k, 1.5) for k in range(30)),
    "noise over the whole spectrum": noise(rms_g=4.0, seed=4),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_not_that_fault_is_not_named_so(name):
    assert set(faults_of(SOUND[name])) <= {"gear"} - ({"gear"} if "mesh" in name else set())


def test_twice_the_line_is_not_misalignment_of_a_two_pole_motor():
    """At 49.9 Hz of 50 both lines are 0.2 Hz apart: 2x alone must not say misalignment."""
    assert "misalignment" not in faults_of(shaft(3.0, shaft_hz=49.95) + tone_g(100.0, 6.0), shaft_hz=49.95)


def test_twice_the_line_is_told_from_twice_the_shaft_where_they_are_apart():
    assert faults_of(tone_g(100.0, 7.0) + shaft(1.0, 0.5, shaft_hz=48.9), shaft_hz=48.9) == ["electrical"]
    assert faults_of(shaft(4.0, 6.0, shaft_hz=48.9), shaft_hz=48.9) == ["misalignment"]


def test_nothing_is_looked_for_that_is_not_known():
    unknown = MachineKnowledge()
    assert faults_of(HOLDS["gear"], machine=unknown) == []
    assert "blade_pass" not in faults_of(HOLDS["blade_pass"], machine=unknown)
    assert "electrical" not in faults_of(HOLDS["electrical"], line_hz=None)


def test_limit_of_the_machine_decides_what_matters():
    gentle = shaft(3.0)
    assert faults_of(gentle) == []
    assert faults_of(gentle, machine=MachineKnowledge(velocity_limit_mm_s=2.8)) == ["unbalance"]
    assert VELOCITY_LIMIT_MM_S == 4.5


@pytest.mark.parametrize("told", [0.98, 0.99, 1.01, 1.02])
@pytest.mark.parametrize("name", ["unbalance", "misalignment", "looseness", "blade_pass"])
def test_speed_told_wrong_names_the_same_or_nothing(name, told):
    signal = HOLDS[name] + noise(rms_g=0.01)
    found = diagnose(
        signal,
        rate_hz=RATE_HZ,
        speed_rpm=60 * told * SHAFT_HZ,
        orders=ORDERS,
        line_frequency_hz=60.0,
        machine=KNOWN,
    )
    assert found.verdict in (name, "unknown")


@pytest.mark.parametrize("name", HOLDS)
def test_diagnosis_tells_the_fault_with_its_lines(name):
    found = diagnose(
        HOLDS[name] + noise(rms_g=0.005),
        rate_hz=RATE_HZ,
        speed_rpm=60 * SHAFT_HZ,
        orders=ORDERS,
        line_frequency_hz=LINE_HZ,
        machine=KNOWN,
    )
    assert found.verdict == name.split()[0]
    assert 0.5 < found.confidence <= 0.95
    first = found.hypotheses[0]
    assert first.fault == found.verdict
    assert first.evidence
    assert all(item.amplitude is not None and item.amplitude >= 0 for item in first.evidence)


def test_high_velocity_that_no_rule_explains_is_not_healthy():
    found = diagnose(
        tone_g(333.0, 9.0) + noise(rms_g=0.01), rate_hz=RATE_HZ, speed_rpm=60 * SHAFT_HZ, orders=ORDERS
    )
    assert found.verdict == "unknown"
    assert "9.0 mm/s" in found.reason_en
    assert "9.0 mm/s" in found.reason_zh
