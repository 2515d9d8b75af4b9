import numpy as np
import pytest

from evaluation.condition.detectors import DETECTORS
from evaluation.condition.nab import nab_score
from evaluation.condition.pooled import Pooled
from evaluation.condition.sudden import measured


def test_counts_add_up_to_pooled_rates():
    yes, no = np.ones(4, bool), np.zeros(4, bool)
    pooled = Pooled.of(yes, np.array([True, True, False, False])) + Pooled.of(no, yes)
    assert pooled == Pooled(right=2, wrong=2, quiet=0, missed=4)
    assert (pooled.f1, pooled.false_alarms, pooled.missed_alarms) == (0.4, 1.0, pytest.approx(2 / 3))
    assert Pooled().f1 == Pooled().false_alarms == Pooled().missed_alarms == 0.0


def test_the_machine_temperature_is_scored_as_its_benchmark_does():
    windows = [(1_000, 1_100), (3_000, 3_100)]
    assert nab_score([1_000, 3_000], windows) == pytest.approx(2.0)
    assert nab_score([1_050, 3_000], windows) < 2.0
    assert nab_score([1_000, 1_050, 3_000], windows) == pytest.approx(2.0), "a window counts once"
    assert nab_score([100], windows) == -2.0, "nothing counts while learning"
    assert nab_score([900], windows) == pytest.approx(-2.11)
    assert -2.11 < nab_score([1_105], windows) < -2.0, "shortly after a window is nearly right"


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_every_plain_detector_finds_a_gross_shift(name):
    rng = np.random.default_rng(4)
    mixed = np.array([[1.0, 0.0, 1.0, 0.5], [0.0, 1.0, 1.0, -0.5]])
    sound, later = (rng.normal(size=(n, 2)) @ mixed + 0.3 * rng.normal(size=(n, 4)) for n in (400, 200))
    later[100:, 2] += 12.0
    scores = DETECTORS[name](sound, later)
    assert scores.shape == (200,)
    assert np.median(scores[120:]) > np.quantile(scores[:100], 0.9)


def test_a_simulated_housing_is_as_slow_as_its_mass_and_faults_come_after_learning():
    values, faults = measured(3, 300.0)
    assert (values, faults) == measured(3, 300.0)
    assert max(np.abs(np.diff(values))) < 5.0
    assert faults
    assert all(2 * 86_400 < begin < end <= 17 * 86_400 and 3 <= abs(kelvin) <= 15 for begin, end, kelvin in faults)
    often, seldom = measured(3, 120.0), measured(3, 900.0)
    assert often[1] == seldom[1] == faults, "whatever the interval, the same befalls it"
