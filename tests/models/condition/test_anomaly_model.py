import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river import checks

from models.condition.anomaly import AnomalyModel, ModelNumbers
from models.condition.correlations import Correlations, inverse
from models.condition.running_statistics import RunningStatistics


def sound(count, seed=3):
    """Two values that move together, and one on its own."""
    for a, b, c in np.random.default_rng(seed).normal(size=(count, 3)).tolist():
        yield {"load": 10 + a, "current": 5 + 0.5 * a + 0.05 * b, "pressure": 2 + 0.1 * c}


def learned(count=500, smoothing=1.0):
    model = AnomalyModel(1e-9, 1e-3, smoothing)
    for features in sound(count):
        model.learn_one(features)
    return model


def test_sound_observations_stay_below_the_limit_and_strange_ones_do_not():
    model = learned()
    fresh = [model.score_one(features) for features in sound(500, seed=4)]
    assert sum(score >= model.limit for score in fresh) <= 5
    assert model.score_one({"load": 10.0, "current": 5.0, "pressure": 3.0}) >= model.limit


def test_what_breaks_a_correlation_is_strange_though_each_value_is_usual():
    model = learned(5_000)
    together = {"load": 12.0, "current": 6.0, "pressure": 2.0}
    against = {"load": 12.0, "current": 4.0, "pressure": 2.0}
    assert model.score_one(together) < model.limit <= model.score_one(against)


def test_values_that_drifted_together_by_chance_are_not_taken_for_tied():
    model = AnomalyModel(1e-9, 1e-3)
    for i in range(400):
        model.learn_one({"ambient": 20 + i / 100, "level": 5 + i / 100})
    assert model.score_one({"ambient": 24.5, "level": 4.5}) < model.limit


def test_a_slow_value_that_goes_on_drifting_is_no_anomaly_and_the_same_shift_of_a_lively_one_is():
    rng = np.random.default_rng(2)
    model = AnomalyModel(1e-9, 1e-3)
    slow, lively = rng.normal(size=400).cumsum() * 0.05, rng.normal(size=400)
    for a, b in zip(slow.tolist(), lively.tolist(), strict=True):
        model.learn_one({"oil": 40 + a, "current": 10 + b})
    oil, current = (model.statistics_by_name[name] for name in ("oil", "current"))
    shifted = {"oil": oil.mean + 6 * oil.variance**0.5, "current": current.mean}
    assert model.score_one(shifted) < model.limit
    shifted = {"oil": oil.mean, "current": current.mean + 6 * current.variance**0.5}
    assert model.score_one(shifted) >= model.limit


def test_scoring_teaches_nothing():
    model = learned(100)
    before = msgspec.msgpack.encode(model.to_numbers())
    model.score_features({"load": 99.0, "current": -3.0, "pressure": 7.0})
    assert msgspec.msgpack.encode(model.to_numbers()) == before


def test_inputs_are_left_alone_and_features_may_come_and_go():
    model = learned(100)
    features = {"load": 10.0, "flow": 3.0}
    model.learn_one(features)
    assert features == {"load": 10.0, "flow": 3.0}
    assert np.isfinite(model.score_features({"pressure": 2.0}).score)
    assert model.score_features({}).score is None


def test_a_value_that_never_moved_is_strange_when_it_does():
    model = AnomalyModel(1e-9, 1e-3)
    for _ in range(100):
        model.learn_one({"valve": 1.0})
    assert model.score_one({"valve": 1.0}) < model.limit <= model.score_one({"valve": 1.1})


def test_it_gives_the_share_of_each_value_the_most_unusual_first():
    shares = learned().score_features({"load": 10.0, "current": 6.5, "pressure": 9.0}).shares()
    assert list(shares) == ["pressure", "current", "load"]
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["pressure"] > 0.9


def test_names_without_end_leave_it_bounded():
    model = AnomalyModel(0.05)
    for i in range(2_000):
        model.learn_one({f"name {i}": 1.0, f"other {i}": 2.0})
    assert len(msgspec.msgpack.encode(model.to_numbers())) < 9_000


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["电流", "b", "c"]), st.floats(-1e12, 1e12), max_size=3),
        min_size=1,
        max_size=60,
    ),
    st.integers(0, 60),
)
def test_it_continues_bit_for_bit_from_its_numbers(observations, cut):
    whole, restored = AnomalyModel(1e-9, 1e-3), AnomalyModel(1e-9, 1e-3)
    for i, features in enumerate(observations):
        if i == cut:
            data = msgspec.msgpack.encode(restored.to_numbers())
            restored = AnomalyModel.from_numbers(msgspec.msgpack.decode(data, type=ModelNumbers))
        scored = whole.score_features(features)
        assert scored == restored.score_features(features)
        assert scored.score is None or np.isfinite(scored.score)
        whole.learn_scored(features, scored)
        whole.update_smoothing(scored)
        restored.learn_scored(features, scored)
        restored.update_smoothing(scored)
    assert msgspec.msgpack.encode(whole.to_numbers()) == msgspec.msgpack.encode(restored.to_numbers())


def test_it_keeps_what_river_asks_of_a_detector():
    model = learned(100)
    for check in (checks.common.check_repr, checks.common.check_str, checks.common.check_tags):
        check(model)


def test_the_running_statistics_agree_with_plain_numpy():
    values = np.random.default_rng(0).normal(4.0, 2.0, 400)
    statistics = RunningStatistics(newest=0.0)
    for value in values.tolist():
        statistics.learn_one(value, value)
    assert (10.0 - statistics.mean) / statistics.unit == pytest.approx((10.0 - values.mean()) / values.std())
    ratio = (np.diff(values) ** 2).sum() / 400 / 2 / values.var()
    assert statistics.effective_sample_size() == pytest.approx(400 * min(ratio, 1) / (2 - min(ratio, 1)), rel=0.02)


def test_residuals_are_the_errors_of_the_best_prediction_from_the_others():
    rng = np.random.default_rng(1)
    z = rng.normal(size=(20_000, 3))
    z[:, 1] = 0.8 * z[:, 0] + 0.6 * z[:, 1]
    matrix = np.corrcoef(z, rowvar=False)
    correlations = Correlations(precision=inverse(matrix))
    others = np.linalg.lstsq(z[:, [0, 2]], z[:, 1], rcond=None)[0]
    error = z[:, 1] - z[:, [0, 2]] @ others
    point = np.array([1.0, -1.0, 0.5])
    assert correlations.residuals(point.tolist())[1] == pytest.approx(
        (point[1] - point[[0, 2]] @ others) / error.std(), rel=0.02
    )


@given(st.lists(st.lists(st.floats(-6, 6), min_size=5, max_size=5), min_size=2, max_size=20))
def test_the_inverse_is_numpys(rows):
    matrix = np.cov(np.array(rows), rowvar=False, bias=True) + 0.1 * np.eye(5)
    assert np.allclose(np.linalg.inv(matrix), inverse(matrix), rtol=1e-6, atol=1e-9)


def test_smoothing_shows_a_small_shift_that_lasts():
    found = []
    for smoothing in (1.0, 0.25):
        model = AnomalyModel(1e-9, 1e-3, smoothing)
        for features in sound(500):
            model.learn_one(features)
        strange = 0
        for features in sound(200, seed=5):
            shifted = {**features, "pressure": features["pressure"] + 0.2}
            scored = model.score_features(shifted)
            strange += scored.score >= model.limit
            model.update_smoothing(scored)
        found.append(strange)
    assert found[1] > 3 * found[0]


@given(
    st.integers(1, 24).flatmap(
        lambda n: st.tuples(
            st.lists(st.lists(st.floats(-50, 50), min_size=n, max_size=n), min_size=n, max_size=n),
            st.lists(st.floats(-50, 50), min_size=n, max_size=n + 3),
        )
    )
)
@settings(max_examples=50, deadline=None)
def test_residuals_add_up_in_one_order_to_the_last_bit(given_numbers):
    rows, deviations = given_numbers
    lower = np.tril(rows, -1)
    precision = lower + lower.T + np.diag(np.abs(np.diag(rows)) + 0.1)
    expected = []
    for i in range(len(precision)):
        total = 0.0
        for j in range(len(precision)):
            total += float(precision[i, j]) / math.sqrt(precision[i, i]) * deviations[j]
        expected.append(total)
    assert Correlations(precision=precision).residuals(deviations) == expected


def test_a_refreshed_regression_is_the_one_that_counts():
    correlations = Correlations(
        correlation=np.array([[1.0, 0.5], [0.5, 1.0]]), precision=inverse(1.1 * np.identity(2))
    )
    before = correlations.residuals([1.0, -1.0])
    correlations.refresh([1e4, 1e4])
    assert (
        correlations.residuals([1.0, -1.0])
        == Correlations(precision=correlations.precision).residuals([1.0, -1.0])
        != before
    )


@pytest.mark.parametrize("names", [1, 8])
def test_smoothing_that_begins_anew_after_a_standstill_raises_nothing_on_a_sound_machine(names):
    """The first value is as noisy as a single one, and was compared with smooth ones: 9 of 10 were anomalous."""
    rng = np.random.default_rng(5)
    model = AnomalyModel(1e-9, 1e-3, 0.1)

    def row():
        return {f"value {i}": 10 + value for i, value in enumerate(rng.normal(size=names).tolist())}

    for _ in range(1_000):
        model.learn_one(row())
    found = []
    for _ in range(100):
        model.forget_recent()
        for _ in range(40):
            scored = model.score_features(row())
            found.append(scored.score >= model.limit)
            model.update_smoothing(scored)
    assert np.mean(found) < 0.001


@pytest.mark.parametrize("after", [0, 5, 30])
def test_a_fault_at_the_start_shows_within_ten_values(after):
    rng = np.random.default_rng(6)
    model = AnomalyModel(1e-9, 1e-3, 0.1)
    for value in rng.normal(10, 1, 1_000).tolist():
        model.learn_one({"flow": value})
    model.forget_recent()
    found = []
    for i, value in enumerate(rng.normal(10, 1, after + 60).tolist()):
        scored = model.score_features({"flow": value + (2.5 if i >= after else 0.0)})
        found.append(scored.score >= model.limit)
        model.update_smoothing(scored)
    assert not any(found[:after])
    assert all(found[after + 10 :])


@given(weight=st.floats(0.02, 0.9), count=st.integers(1, 120))
@settings(deadline=None)
def test_the_noise_that_is_left_while_smoothing_begins_is_what_the_weights_leave(weight, count):
    """Of white noise of variance 1: the sum of the squared weights, which is 1/n while they are a plain mean's."""
    statistics, weights = RunningStatistics(newest=0.0), np.zeros(count)
    for i in range(count):
        gain = 1.0 if statistics.beginning == 1.0 else max(weight, statistics.beginning)
        weights *= 1.0 - gain
        weights[i] = gain
        told = statistics.beginning or weight / (2.0 - weight)
        assert told == pytest.approx((weights**2).sum(), rel=0.35)
        statistics.settle(weight) if statistics.beginning else None


def test_smoothing_goes_on_from_any_cut_while_it_begins():
    whole = learned(smoothing=0.1)
    whole.forget_recent()
    for i, features in enumerate(sound(30, seed=9)):
        restored = AnomalyModel.from_numbers(msgspec.convert(msgspec.to_builtins(whole.to_numbers()), ModelNumbers))
        assert restored.score_features(features) == whole.score_features(features)
        whole.update_smoothing(whole.score_features(features))
        assert whole.statistics_by_name["load"].beginning == pytest.approx(0.0 if i >= 18 else 1 / (i + 2))
