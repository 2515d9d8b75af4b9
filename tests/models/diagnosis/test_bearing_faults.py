"""Bearing faults are named where they are; what merely looks like one, is told wrong, or is too faint, is not."""

import numpy as np
import pytest

from models.diagnosis.criteria import is_unexplained
from models.diagnosis.diagnose import diagnose
from models.diagnosis.harmonic_search import HarmonicSeries
from models.machinery.bearings import built_in
from models.machinery.kinematics import BearingOrders
from tests.models.diagnosis.made_up import (
    BEARING_ORDERS,
    ORDERS,
    RATE_HZ,
    SHAFT_HZ,
    damaged_bearing,
    impacts,
    noise,
    times_s,
    tone_g,
)

RACES = ("bearing_outer_race", "bearing_inner_race", "bearing_rolling_element")


def judged(samples, *, orders=ORDERS, shaft_hz=SHAFT_HZ, rate_hz=RATE_HZ):
    return diagnose(samples, rate_hz=rate_hz, speed_rpm=60 * shaft_hz, orders=orders, line_frequency_hz=50.0)


@pytest.mark.parametrize("fault", BEARING_ORDERS)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_damaged_part_is_named_with_its_proof(fault, seed):
    found = judged(damaged_bearing(fault, seed=seed))
    assert found.verdict == fault
    assert found.confidence > 0.8
    first = found.hypotheses[0]
    line = first.evidence[0]
    assert line.expected_hz == pytest.approx(BEARING_ORDERS[fault] * SHAFT_HZ, rel=0.01)
    assert line.found_hz == pytest.approx(line.expected_hz, rel=0.02)
    assert line.prominence > 6
    assert line.band_hz[0] < line.band_hz[1] <= RATE_HZ / 2
    assert len(line.harmonics) >= 4
    assert f"{line.found_hz:.2f} Hz" in first.sentence_en or fault == "bearing_cage"


@pytest.mark.parametrize("rate_hz", [12_000.0, 48_000.0, 97_656.0])
@pytest.mark.parametrize("fault", RACES)
def test_rate_does_not_matter(fault, rate_hz):
    assert judged(damaged_bearing(fault, rate_hz=rate_hz), rate_hz=rate_hz).verdict == fault


@pytest.mark.parametrize("shaft_hz", [5.0, 12.0, 49.5, 98.0])
@pytest.mark.parametrize("fault", RACES)
def test_speed_of_the_machine_does_not_matter(fault, shaft_hz):
    signal = damaged_bearing(fault, shaft_hz=shaft_hz, seconds=max(4.0, 100 / shaft_hz), resonance_hz=5_500.0)
    assert judged(signal, shaft_hz=shaft_hz).verdict == fault


def test_band_is_chosen_where_the_structure_rings():
    for resonance_hz in (2_500.0, 6_000.0, 10_000.0):
        found = judged(damaged_bearing("bearing_outer_race", resonance_hz=resonance_hz, height=0.7))
        assert found.verdict == "bearing_outer_race"
        low_hz, high_hz = found.band_hz
        assert low_hz - 800 <= resonance_hz <= high_hz + 800


def test_sidebands_are_told():
    inner = judged(damaged_bearing("bearing_inner_race")).hypotheses[0].evidence[0]
    element = judged(damaged_bearing("bearing_rolling_element")).hypotheses[0].evidence[0]
    assert len(inner.sidebands) == len(element.sidebands) == 4
    assert max(inner.sidebands) > 6
    assert max(element.sidebands) > 6


@pytest.mark.parametrize("off", [-0.02, -0.01, 0.01, 0.02])
@pytest.mark.parametrize("fault", RACES)
def test_speed_told_2_percent_wrong_gives_the_right_name_or_none(fault, off):
    assert judged(damaged_bearing(fault), shaft_hz=SHAFT_HZ * (1 + off)).verdict in (fault, "unknown")


@pytest.mark.parametrize("share", [0.90, 0.93, 0.945, 1.055, 1.07, 1.10])
@pytest.mark.parametrize("fault", RACES)
def test_other_geometry_is_unknown(fault, share):
    """All orders off by more than 5 %: nothing may be named, and the bearing is not sound either."""
    wrong = BearingOrders(
        bpfo=ORDERS.bpfo * share, bpfi=ORDERS.bpfi * share, bsf2=ORDERS.bsf2 * share, ftf=ORDERS.ftf * share
    )
    assert judged(damaged_bearing(fault), orders=wrong).verdict == "unknown"


@pytest.mark.parametrize("fault", RACES)
def test_no_other_bearing_of_the_catalogue_gives_another_name(fault):
    """Whichever bearing is told: the right name, where its order fits by chance, or unknown."""
    signal = damaged_bearing(fault, seconds=4.0)
    true = BEARING_ORDERS[fault]
    for entry in built_in().entries[::7]:
        found = judged(signal, orders=entry.orders).verdict
        told = {
            "bearing_outer_race": entry.orders.bpfo,
            "bearing_inner_race": entry.orders.bpfi,
            "bearing_rolling_element": entry.orders.bsf2,
        }
        fitting = {name for name, order in told.items() if abs(order / true - 1) <= 0.05}
        assert found in fitting | {"unknown"}, entry.name


def test_comb_just_beyond_the_tolerance_is_not_taken_for_its_edge():
    """An inner race at 5.4152, told a bearing whose outer race has 5.25: 3.1 % off, its skirt gets in."""
    told = BearingOrders(bpfo=5.25, bpfi=7.75, bsf2=5.0077, ftf=0.4038)
    assert judged(damaged_bearing("bearing_inner_race", height=4.0), orders=told).verdict == "unknown"


def test_single_line_is_no_comb():
    """Noise that swells at the outer race's frequency, as a sine: nothing struck."""
    swing = 1 + 0.5 * np.cos(2 * np.pi * ORDERS.bpfo * SHAFT_HZ * times_s())
    assert judged(noise() * np.sqrt(swing)).verdict == "unknown"


def knocks(per_turn):
    return noise() + 0.05 * impacts(per_turn * SHAFT_HZ, slip=0.0001)


def at_random(seed=5):
    places = np.random.default_rng(seed).random(round(6 * RATE_HZ)) < 8 / RATE_HZ
    ring = np.exp(-np.arange(400) / 60) * np.sin(np.arange(400))
    return noise() + 0.5 * np.convolve(places.astype(float), ring)[: places.size]


def carrier_with_lines(spacing_hz):
    lines = sum(tone_g(4_200.0 + k * spacing_hz, 0.5, phase=1.3 * k * k) for k in range(-12, 13))
    return noise() + 0.3 * lines / lines.std()


FOREIGN = {
    "electromagnetic comb of twice the mains": carrier_with_lines(100.0),
    "electromagnetic comb beside the outer race": carrier_with_lines(3.5 * SHAFT_HZ),
    "inverter's comb right on the outer race": carrier_with_lines(ORDERS.bpfo * SHAFT_HZ),
    "a knock each turn": knocks(1.0),
    "a knock every second turn": knocks(0.5),
    "knocks of a chain of 3.1 links a turn": knocks(3.1),
    "knocks of a neighbouring machine": knocks(4.177),
    "knocks at random": at_random(),
    "noise that rises and falls with the shaft": noise() * (1 + 0.9 * np.cos(2 * np.pi * SHAFT_HZ * times_s())),
    "noise at twice the mains": noise() * (1 + 0.9 * np.cos(2 * np.pi * 100.0 * times_s())),
    "elements that carry in turn": noise() * (1 + 0.02 * np.cos(2 * np.pi * ORDERS.bpfo * SHAFT_HZ * times_s())),
    "plain noise": noise(),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_comes_from_elsewhere_is_no_bearing_fault(name):
    found = judged(FOREIGN[name])
    assert found.verdict in ("healthy", "unknown")
    assert all(hypothesis.confidence <= 0.5 for hypothesis in found.hypotheses)


def test_knocks_that_nothing_explains_are_unknown_and_told_by_frequency():
    found = judged(knocks(4.177))
    assert found.verdict == "unknown"
    assert f"{4.177 * SHAFT_HZ:.1f}"[:4] in found.reason_en


MANY_ROLLERS = BearingOrders(bpfo=9.5, bpfi=12.5, bsf2=8.2, ftf=0.432)


@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_a_faint_comb_is_not_hidden_by_orders_that_need_wide_bands(seed):
    struck = impacts(2.3 * SHAFT_HZ, resonance_hz=5_000.0, slip=0.001, seed=seed)
    for orders in (ORDERS, MANY_ROLLERS):
        found = judged(noise(seed=seed) + 0.002 * struck, orders=orders)
        assert (found.verdict, found.reason_value) == ("unknown", pytest.approx(2.3 * SHAFT_HZ, rel=0.01))
        assert judged(noise(seed=seed), orders=orders).verdict == "healthy"


@pytest.mark.parametrize(
    ("evidence", "modulation", "withdraws"),
    [(7.0, 0.12, True), (7.0, 0.08, False), (5.0, 0.3, False), (15.0, 0.06, True), (15.0, 0.04, False)],
)
def test_an_unexplained_comb_withdraws_healthy_where_it_is_sure_or_strong(evidence, modulation, withdraws):
    series = HarmonicSeries(
        band=0, fundamental=60.0, evidence=evidence, strength=1.0, harmonics=(4.0,), modulation=modulation, seen=2
    )
    assert is_unexplained(series) is withdraws


def test_clipping_does_not_pass_for_a_bearing():
    signal = noise(rms_g=0.3) + tone_g(SHAFT_HZ * ORDERS.bpfo, 40.0)
    assert judged(np.clip(signal, -0.6, 0.6)).verdict == "unknown"


def test_faint_fault_is_not_named_but_not_called_sound_either_once_it_shows():
    verdicts = [judged(damaged_bearing("bearing_outer_race", height=h)).verdict for h in (0.0, 0.2, 0.35, 0.5, 1.0)]
    assert verdicts[0] == "healthy"
    assert verdicts[-1] == "bearing_outer_race"
    assert verdicts == sorted(verdicts, key=("healthy", "unknown", "bearing_outer_race").index)


def test_confidence_rises_with_the_signal():
    confidences = [judged(damaged_bearing("bearing_outer_race", height=h)).confidence for h in (0.5, 0.7, 1.5)]
    assert confidences == sorted(confidences)
    assert confidences[-1] > 0.95


def test_margins_tell_how_far_it_was_from_turning_over():
    found = judged(damaged_bearing("bearing_outer_race")).margins
    assert found.evidence > found.evidence_needed
    assert found.strength > found.rival
    quiet = judged(noise()).margins
    assert quiet.evidence < quiet.evidence_needed
