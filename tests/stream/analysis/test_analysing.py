import msgspec
import numpy as np
import pytest

from models.machinery.bearings import resolve_bearing
from models.signal.units import STANDARD_GRAVITY_M_S2
from stream.analysis.analysing import Conditions, analyse, is_finding
from stream.analysis.readers.waveform import Waveform
from tests.stream.analysis.files import BEARING, RATE_HZ, SPEED_RPM, faulty_g, sound_g

KNOWN = Conditions(bearing=resolve_bearing(BEARING), power_kw=37.0, mounting="rigid")


def waveform(samples, **fields):
    plain = {"machine": "P1", "point": "DE", "rate_hz": RATE_HZ, "unit": "g", "speed_rpm": SPEED_RPM}
    return Waveform(samples=samples, **(plain | fields))


def test_a_fault_is_named_with_its_evidence_and_a_sound_machine_is_healthy():
    fault = analyse(waveform(faulty_g()), KNOWN)
    assert fault.diagnosis.verdict == "bearing_outer_race"
    assert is_finding(fault)
    assert fault.diagnosis.hypotheses[0].evidence[0].found_hz == pytest.approx(0.99 * 3.5848 * 25, rel=0.01)
    sound = analyse(waveform(sound_g()), KNOWN)
    assert sound.diagnosis.verdict == "healthy"
    assert not is_finding(sound)


@pytest.mark.parametrize("unit", ["m/s2", "mm/s"])
def test_the_verdict_does_not_depend_on_the_unit(unit):
    in_g = faulty_g()
    if unit == "m/s2":
        samples = in_g * STANDARD_GRAVITY_M_S2
    else:
        samples = np.cumsum(in_g - in_g.mean()) * STANDARD_GRAVITY_M_S2 * 1000 / RATE_HZ
        samples -= np.linspace(samples[0], samples[-1], samples.size)
    found = analyse(waveform(samples, unit=unit), KNOWN)
    assert found.diagnosis.verdict == "bearing_outer_race"
    assert found.indicators["rms_g"] == pytest.approx(in_g.std(), rel=0.15)  # sums integrate roughly


@pytest.mark.parametrize(
    ("samples", "conditions", "fields", "why"),
    [
        (sound_g(), Conditions(power_kw=37.0), {}, "unknown_machine"),
        (sound_g(), Conditions(mounting="rigid"), {}, "unknown_machine"),
        (sound_g(), Conditions(power_kw=11.0, mounting="rigid"), {}, "below_15_kw"),
        (sound_g(0.5), KNOWN, {}, "short"),
        (np.zeros(20_000), KNOWN, {}, "sensor_fault"),
        (np.full(20_000, np.nan), KNOWN, {}, "sensor_fault"),
        (np.arange(10.0), KNOWN, {}, "sensor_fault"),
        (np.arange(10.0), KNOWN, {"unit": "mm/s"}, "sensor_fault"),
        (sound_g(), KNOWN, {"rate_hz": 10.0}, "no_velocity"),
    ],
)
def test_why_there_is_no_zone(samples, conditions, fields, why):
    found = analyse(waveform(samples, **fields), conditions)
    assert (found.severity.zone, found.severity.why_none) == (None, why)
    assert found.quality.ok == (why != "sensor_fault")
    if not found.quality.ok:
        assert found.diagnosis.verdict == "unknown"
        assert found.diagnosis.reason_en
        assert found.diagnosis.reason_zh


def test_the_zone_after_iso_20816():
    time_s = np.arange(4 * round(RATE_HZ)) / RATE_HZ
    shaking = 3.0 * np.sqrt(2) / 1000 * 2 * np.pi * 25 / STANDARD_GRAVITY_M_S2 * np.sin(2 * np.pi * 25 * time_s)
    found = analyse(waveform(sound_g() / 50 + shaking), KNOWN).severity
    assert found.velocity_rms_mm_s == pytest.approx(3.0, rel=0.01)
    assert (found.zone, found.boundaries_mm_s, found.why_none) == ("C", (1.4, 2.8, 4.5), "")


def test_without_speed_or_bearing_nothing_is_called_healthy():
    for conditions, speed in ((KNOWN, None), (Conditions(), SPEED_RPM), (Conditions(), None)):
        assert analyse(waveform(sound_g(), speed_rpm=speed), conditions).diagnosis.verdict == "unknown"


def test_notes_of_how_it_was_put_together_are_told():
    found = analyse(waveform(sound_g(0.5), notes=("gaps",)), KNOWN)
    assert found.quality.flags == ("short", "gaps")
    assert found.quality.ok


@pytest.mark.parametrize("samples", [faulty_g(), np.zeros(5000), np.full(100, np.inf), np.array([1.0])])
def test_json_has_no_numbers_that_json_does_not_know(samples):
    text = msgspec.json.encode(analyse(waveform(samples), KNOWN))
    assert msgspec.json.decode(text)["machine"] == "P1"
    assert b"NaN" not in text
    values = analyse(waveform(samples), KNOWN).indicators.values()
    assert np.isfinite(list(values)).all()
