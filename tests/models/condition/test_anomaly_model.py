import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.condition.anomaly import AnomalyModel, FlooredScaler, ModelNumbers
from models.condition.distance import CorrelatedDistance, cholesky


def sound(count, seed=3):
    """Two values that move together, and one on its own."""
    for a, b, c in np.random.default_rng(seed).normal(size=(count, 3)).tolist():
        yield {"load": 10 + a, "current": 5 + 0.5 * a + 0.05 * b, "pressure": 2 + 0.1 * c}


def learned(count=500):
    model = AnomalyModel(1e-9, 1e-3)
    for features in sound(count):
        model.learn(features, model.score(features))
    return model


def test_sound_observations_stay_below_the_limit_and_strange_ones_do_not():
    model = learned()
    fresh = [model.score(features) for features in sound(500, seed=4)]
    assert sum(score >= model.limit for score in fresh) <= 5
    assert model.score({"load": 10.0, "current": 5.0, "pressure": 3.0}) >= model.limit


def test_what_breaks_a_correlation_is_stranger_than_what_keeps_it():
    model = learned()
    together = {"load": 12.0, "current": 6.0, "pressure": 2.0}
    against = {"load": 12.0, "current": 4.0, "pressure": 2.0}
    assert model.score(together) < model.limit <= model.score(against)


def test_scoring_teaches_nothing():
    model = learned(100)
    before = msgspec.msgpack.encode(model.to_numbers())
    model.score({"load": 99.0, "current": -3.0, "pressure": 7.0})
    assert msgspec.msgpack.encode(model.to_numbers()) == before


def test_inputs_are_left_alone_and_features_may_come_and_go():
    model = learned(100)
    features = {"load": 10.0, "flow": 3.0}
    model.learn(features, model.score(features))
    assert features == {"load": 10.0, "flow": 3.0}
    assert np.isfinite(model.score({"pressure": 2.0}))
    assert model.score({}) is None


def test_a_value_that_never_moved_is_strange_when_it_does():
    model = AnomalyModel(1e-9, 1e-3)
    for _ in range(100):
        features = {"valve": 1.0}
        model.learn(features, model.score(features))
    assert model.score({"valve": 1.0}) < model.limit <= model.score({"valve": 1.1})


def test_it_names_what_is_most_unusual():
    assert learned().most_unusual({"load": 10.0, "current": 5.0, "pressure": 9.0}) == "pressure"


def test_names_without_end_leave_it_bounded():
    model = AnomalyModel(0.05)
    for i in range(2_000):
        model.learn({f"name {i}": 1.0, f"other {i}": 2.0}, None)
    assert len(msgspec.msgpack.encode(model.to_numbers())) < 6_000


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
        score = whole.score(features)
        assert score == restored.score(features)
        assert score is None or np.isfinite(score)
        whole.learn(features, score)
        restored.learn(features, score)
    assert msgspec.msgpack.encode(whole.to_numbers()) == msgspec.msgpack.encode(restored.to_numbers())


def test_the_scaler_agrees_with_plain_numpy_and_fades_only_beyond_its_memory():
    values = np.random.default_rng(0).normal(4.0, 2.0, 400)
    scaler = FlooredScaler()
    for value in values:
        scaler.learn_one({"x": float(value)})
    expected = (10.0 - values.mean()) / values.std()
    assert scaler.transform_one({"x": 10.0})["x"] == pytest.approx(expected)


def test_the_distance_is_mahalanobis_per_feature():
    rng, detector = np.random.default_rng(1), CorrelatedDistance()
    z = rng.normal(size=(3000, 2))
    z[:, 1] = 0.8 * z[:, 0] + 0.6 * z[:, 1]
    for row in z:
        detector.learn_one({"a": row[0], "b": row[1]})
    clipped = np.clip(z, -6, 6)
    matrix = clipped.T @ clipped / len(z) + 0.1 * np.eye(2)
    point = np.array([1.0, -1.0])
    expected = np.sqrt(point @ np.linalg.inv(matrix) @ point / 2)
    assert detector.score_one({"a": 1.0, "b": -1.0}) == pytest.approx(expected)


@given(st.lists(st.lists(st.floats(-6, 6), min_size=5, max_size=5), min_size=1, max_size=20))
def test_the_factor_is_numpys(rows):
    matrix = np.cov(np.array(rows), rowvar=False, bias=True) if len(rows) > 1 else np.zeros((5, 5))
    factor = cholesky([row[: i + 1] for i, row in enumerate(matrix.tolist())], 0.1)
    dense = np.array([row + [0.0] * (5 - len(row)) for row in factor])
    assert np.allclose(dense @ dense.T, matrix + 0.1 * np.eye(5), atol=1e-9)


def test_smoothing_shows_a_small_shift_that_lasts():
    found = []
    for smoothing in (1.0, 0.25):
        model = AnomalyModel(1e-9, 1e-3, smoothing)
        for features in sound(500):
            score = model.score(features)
            model.learn(features, score)
            model.advance(features)
        strange = 0
        for features in sound(200, seed=5):
            shifted = {**features, "pressure": features["pressure"] + 0.2}
            strange += model.score(shifted) >= model.limit
            model.advance(shifted)
        found.append(strange)
    assert found[1] > 3 * found[0]
