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


# --- what a file says, and what is assumed

HUM_G = 0.4 * np.sin(2 * np.pi * 120 * np.arange(4 * round(RATE_HZ)) / RATE_HZ)
MOTOR = {"speed_rpm": 1750.0}


def test_a_hum_of_either_mains_is_named_and_none_called_healthy():
    bearing = resolve_bearing(BEARING)
    for hum in (HUM_G, 0.4 * np.sin(2 * np.pi * 100 * np.arange(HUM_G.size) / RATE_HZ)):
        found = analyse(waveform(sound_g() / 10 + hum, **MOTOR), Conditions(bearing=bearing))
        assert found.diagnosis.verdict == "electrical"
        assert found.assumed["line_frequency_hz"] == (50.0, 60.0)
    told = analyse(waveform(sound_g() / 10 + HUM_G, **MOTOR), Conditions(bearing=bearing, line_frequency_hz=50.0))
    assert (told.diagnosis.verdict, told.diagnosis.reason) == ("unknown", "line")
    assert "120.0 Hz" in told.diagnosis.reason_en
    assert "120.0 Hz" in told.diagnosis.reason_zh
    assert "line_frequency_hz" not in told.assumed


def test_one_sample_far_above_the_rest_is_never_good():
    for place in (0, 17, -1, [0, 1], [0, 1, 2]):
        samples = sound_g()
        samples[place] = 4096.0
        found = analyse(waveform(samples), KNOWN)
        assert not found.quality.ok
        assert "outlier" in found.quality.flags
        assert (found.diagnosis.verdict, found.severity.zone) == ("unknown", None)


@pytest.mark.parametrize(
    ("value", "flag"), [(0.0, "zero_runs"), (0.0123, "repeated_values"), ("held", "held_values")]
)
def test_filled_gaps_are_named_as_what_they_are(value, flag):
    samples = sound_g()
    if value == "held":
        samples = np.repeat(samples[: samples.size // 2], 2)
    else:
        samples[1000:1040] = value
    flags = analyse(waveform(samples), KNOWN).quality.flags
    assert flag in flags
    assert not {"clipped", "stuck"} & set(flags)


@pytest.mark.parametrize("step", [1e-6, 0.001, 0.01, 0.05])
def test_coarse_and_smooth_signals_are_no_filled_gaps(step):
    time_s = np.arange(4 * round(RATE_HZ)) / RATE_HZ
    for samples in (sound_g(), faulty_g(), np.sin(2 * np.pi * 25 * time_s), HUM_G + sound_g() / 20):
        flags = set(analyse(waveform(np.round(samples / step) * step), KNOWN).quality.flags)
        assert not {"outlier", "zero_runs", "repeated_values", "held_values"} & flags


@pytest.mark.parametrize(
    ("change", "fields", "kind", "suggested"),
    [
        (lambda x: x, {"speed_rpm": 25.0}, "speed_in_hz", 1500.0),
        (lambda x: x, {"rate_hz": 2 * RATE_HZ}, "rate_doubled", RATE_HZ),
        (lambda x: x, {"rate_hz": RATE_HZ / 2}, "rate_halved", RATE_HZ),
        (lambda x: x + 9.81, {}, "really_m_s2", 1.0),
        (lambda x: x / 10 + 1.0, {"unit": "m/s2"}, "really_g", 1.0),
        (lambda x: x * 1000, {}, "thousandth", None),
    ],
)
def test_factors_that_people_mix_up_are_suspected(change, fields, kind, suggested):
    time_s = np.arange(4 * round(RATE_HZ)) / RATE_HZ
    shaft = 0.5 * np.sin(2 * np.pi * 25 * time_s) + sound_g() / 100
    found = analyse(waveform(change(shaft), **fields), Conditions()).suspected
    assert kind in {each.kind for each in found}
    if suggested is not None:
        assert next(each for each in found if each.kind == kind).suggested == pytest.approx(suggested)
    assert analyse(waveform(shaft), Conditions()).suspected == ()
