"""What an observation keeps of its block's diagnosis: small, finite, the same every time, at a bounded cost."""

import time

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.diagnosis.block import diagnose_block
from models.diagnosis.observed_diagnosis import ObservedDiagnosis
from models.machinery.bearings import parse_bearing
from models.machinery.machine import Configuration, Machine
from models.simulation.bearing import impact_train
from models.simulation.signal_synthesis import Resonance, Tone, tones_g

RATE_HZ = 25_600.0
SPEED_RPM = 1480.0
ORDERS = parse_bearing("6205")
CONFIGURATION = Configuration(
    machine=Machine(id="pump", power_kw=37.0, mounting="rigid", teeth=23, blades=6), orders={"drive-end": ORDERS}
)


def struck(order, *, seed=1, seconds=3.0, impact_g=2.0):
    generator, length = np.random.default_rng(seed), int(seconds * RATE_HZ)
    train = impact_train(
        generator, frequency_hz=0.99 * order * SPEED_RPM / 60, slip=0.005, length=length, rate_hz=RATE_HZ
    )
    ringing = Resonance(frequency_hz=4_000, damping=0.03).response(impact_g * train, rate_hz=RATE_HZ)
    return ringing + 0.05 * generator.standard_normal(length)


def shaken(*tones, seconds=3.0):
    generator, length = np.random.default_rng(1), int(seconds * RATE_HZ)
    phases = generator.uniform(0, 2 * np.pi, len(tones))
    tone = tones_g(tones, shaft_hz=SPEED_RPM / 60, phases=phases, length=length, rate_hz=RATE_HZ)
    return tone + 0.01 * generator.standard_normal(length)


def diagnosed(samples, **changes):
    given_ = {"point": "drive-end", "rate_hz": RATE_HZ, "unit": "g", "speed_rpm": SPEED_RPM}
    return diagnose_block(samples, **{**given_, "configuration": CONFIGURATION, **changes})


def test_a_fault_is_kept_with_the_evidence_that_names_it():
    found = diagnosed(struck(ORDERS.bpfo))
    assert (found.verdict, found.turns) == ("bearing_outer_race", pytest.approx(74.0))
    first = found.faults[0]
    assert first.fault == found.verdict
    assert first.kind == "envelope_line"
    assert first.expected_hz == pytest.approx(ORDERS.bpfo * SPEED_RPM / 60, rel=0.005)
    assert first.found_hz == pytest.approx(0.99 * ORDERS.bpfo * SPEED_RPM / 60, rel=0.005)
    assert first.nats > 14
    assert first.lead > 0
    assert first.fits
    assert (first.harmonics, first.harmonics_of) == (4, 4)
    assert first.band_hz[0] < 4_000 < first.band_hz[1]
    assert len(found.faults) <= 3


def test_what_is_known_of_the_machine_is_used():
    assert diagnosed(shaken(Tone(order=6, velocity_mm_s=9.0))).verdict == "blade_pass"
    strong = shaken(Tone(order=1, velocity_mm_s=5.0))  # 3.5 mm/s RMS: beyond B/C of a pump on a rigid foundation
    assert diagnosed(strong).verdict == "unbalance"
    unknown = msgspec.structs.replace(CONFIGURATION, machine=Machine(id="pump"))
    assert diagnosed(strong, configuration=unknown).verdict == "healthy"
    mains = shaken(Tone(hz=120, velocity_mm_s=6.0))
    sixty = msgspec.structs.replace(
        CONFIGURATION, machine=msgspec.structs.replace(CONFIGURATION.machine, line_frequency_hz=60.0)
    )
    assert diagnosed(mains, configuration=sixty).verdict == "electrical"
    assert diagnosed(mains).verdict != "electrical"


def test_any_unit_gives_the_same_name():
    samples = struck(ORDERS.bpfi)
    in_m_s2 = diagnosed(samples * 9.80665, unit="m/s2")
    assert in_m_s2.verdict == diagnosed(samples).verdict


def test_a_huge_block_is_looked_at_in_part():
    samples = np.random.default_rng(1).standard_normal(4_000_000)
    begun = time.process_time()
    found = diagnosed(samples)
    assert time.process_time() - begun < 5
    assert found.turns == pytest.approx(240, rel=1e-4)
    assert found == diagnosed(samples[:300_000])
    slow = diagnosed(samples, speed_rpm=120.0)
    assert slow.turns == pytest.approx((1 << 19) / RATE_HZ * 2)
    assert diagnosed(samples, speed_rpm=30.0) is None  # half a million samples are ten turns


@pytest.mark.parametrize("speed_rpm", [None, 0.0, 1e-9, float("nan"), float("inf"), -1480.0])
def test_any_speed_is_taken(speed_rpm):
    found = diagnosed(struck(ORDERS.bpfo), speed_rpm=speed_rpm)
    assert (found is not None) == (speed_rpm == -1480.0)


@given(
    st.integers(64, 20_000),
    st.floats(1e-9, 1e3),
    st.sampled_from(["noise", "sine", "impulse", "ramp"]),
    st.floats(1.0, 30_000.0),
)
@settings(max_examples=60)
def test_whatever_comes_is_kept_in_finite_numbers_and_read_again(size, scale, shape, speed_rpm):
    time_s = np.arange(size) / RATE_HZ
    samples = (
        scale
        * {
            "noise": np.random.default_rng(size).standard_normal(size),
            "sine": np.sin(2 * np.pi * 100 * time_s),
            "impulse": (np.arange(size) == size // 2).astype(float),
            "ramp": time_s,
        }[shape]
    )
    found = diagnosed(samples, speed_rpm=speed_rpm)
    if found is not None:
        assert msgspec.json.decode(msgspec.json.encode(found), type=ObservedDiagnosis) == found
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=ObservedDiagnosis) == found
        assert len(msgspec.msgpack.encode(found)) < 1500
