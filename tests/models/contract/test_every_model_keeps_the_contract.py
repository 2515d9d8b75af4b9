"""What holds for every model: the same again, bit for bit from any cut, small, finite, deaf to what is not."""

import ast
from math import inf, isfinite, nan
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.contract.models import MODELS
from tests.models.fold.observed import alerts, configured, healths, run, vibration

ROOT = Path(__file__).resolve().parents[3]
VALUES = st.lists(st.one_of(st.floats(0, 4), st.floats(-1e9, 1e9)), max_size=80)
LIVED = np.random.default_rng(4).normal(1.0, 0.3, 6_000).tolist()
few = settings(max_examples=25, deadline=None)
every = pytest.mark.parametrize("name", MODELS)

PARTS_OR_SHELLS = {
    "RunningStatistics", "Correlations", "RegimeStatistics", "PackedRegimeStatistics", "ModelNumbers",  # anomaly
    "RegimeBaseline", "Channel", "MachineState", "Counts", "Arrival",  # put together: the fold's own tests
    "Symptom", "AlertHistory", "AlertRecord", "Departure",  # the same
    "Judging", "Contradiction", "Drive", "Standing", "Runs", "Rhythm",  # tests of their own
    "Recurrence",  # an alarm
    "Way", "OtherWay", "Plateau",  # how a point is measured, and whether it stands still
    "LateEpisode", "LateBaseline", "UsualIn", "Loudest",  # the late watch
    "Regime", "Vote", "_DelayedLatch", "_Fit", "_Reported",
}  # fmt: skip
"""Structs with state that are no models by themselves."""


def lived(model, values, start=0):
    return [model[1].feed(model[0], i, value) for i, value in enumerate(values, start)]


@every
@few
@given(values=VALUES)
def test_the_same_values_give_the_same_answers_and_the_same_state(name, values):
    kind = MODELS[name]
    first, second = kind.new(), kind.new()
    assert lived((first, kind), values) == lived((second, kind), values)
    assert kind.dump(first) == kind.dump(second)


@every
@few
@given(values=VALUES, cut=st.integers(0, 80))
def test_it_continues_bit_for_bit_from_what_was_kept_at_any_cut(name, values, cut):
    kind = MODELS[name]
    whole, restored = kind.new(), kind.new()
    expected = lived((whole, kind), values)
    found = lived((restored, kind), values[:cut])
    restored = kind.load(kind.dump(restored), type(restored))
    found += lived((restored, kind), values[cut:], start=min(cut, len(values)))
    assert found == expected
    assert kind.dump(restored) == kind.dump(whole)


@every
@few
@given(values=VALUES)
def test_all_it_says_and_keeps_is_finite(name, values):
    kind = MODELS[name]
    model = kind.new()
    told = lived((model, kind), values)
    assert all(isfinite(number) for number in numbers(msgspec.to_builtins(told)))
    assert all(isfinite(number) for number in numbers(msgspec.msgpack.decode(kind.dump(model))))


@pytest.mark.parametrize("name", [name for name, kind in MODELS.items() if kind.takes_numbers])
@few
@given(values=VALUES, at=st.integers(0, 80), bad=st.sampled_from([nan, inf, -inf]))
def test_what_is_no_number_is_refused_and_leaves_no_trace(name, values, at, bad):
    kind = MODELS[name]
    model, i = kind.new(), min(at, len(values))
    lived((model, kind), values[:i])
    before = kind.dump(model)
    assert said_finite(kind.feed(model, i, bad))
    kept = kind.dump(model)
    if name in ("anomaly", "diagnosis votes"):  # what came beside it is taken, or time goes on
        assert all(isfinite(number) for number in numbers(msgspec.msgpack.decode(kept)))
    else:
        assert kept == before


def said_finite(told):
    return all(isfinite(number) for number in numbers(msgspec.to_builtins(told)))


@every
def test_however_long_it_lives_it_stays_small(name):
    kind = MODELS[name]
    model, sizes = kind.new(), []
    for start in range(0, 6_000, 1_000):
        lived((model, kind), LIVED[start : start + 1_000], start=start)
        sizes.append(len(kind.dump(model)))
    assert max(sizes) <= kind.most_bytes
    assert sizes[-1] <= sizes[1] + 16, "only numbers may get longer"


def test_inputs_of_the_anomaly_model_are_left_alone_whatever_they_hold():
    model = MODELS["anomaly"].new()
    for features in ({"a": nan, "b": 1.0}, {}, {"c": inf}, {"b": 2.0}):
        given_ = dict(features)
        scored = model.score_features(features)
        model.learn_scored(features, scored)
        assert repr(features) == repr(given_)
    assert list(model.statistics_by_name) == ["b"]


ROWS = st.lists(st.lists(st.floats(-4, 4), min_size=5, max_size=5), min_size=60, max_size=90)


@few
@given(rows=ROWS, order=st.permutations("abcde"))
def test_the_order_of_features_means_nothing_to_the_anomaly_model(rows, order):
    """To the last bit once their names are known; which comes first when they are new, rounds sums differently."""
    observations = [dict(zip("abcde", row, strict=True)) for row in rows]
    shuffled = [{name: features[name] for name in order} for features in observations]
    expected = scores_of(observations)
    assert scores_of([observations[0], *shuffled[1:]]) == expected
    assert scores_of(shuffled) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def scores_of(observations):
    """Scores of a model that then learns from each, sound or not: among them regressions on the others."""
    model, scores = MODELS["anomaly"].new(), []
    for features in observations:
        scored = model.score_features(features)
        model.learn_scored(features, scored)
        model.update_smoothing(scored)
        scores.append(scored.score or 0.0)
    return scores


def test_no_model_is_forgotten():
    """Every struct of the alarms, the condition and the prognosis that changes with what it sees has its line."""
    found = set()
    rooms = [ROOT / "models" / room for room in ("alarms", "condition", "prognosis")]
    for path in (path for room in rooms for path in room.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any("Struct" in ast.unparse(base) for base in node.bases):
                frozen = any(word.arg == "frozen" for word in node.keywords)
                found |= set() if frozen else {node.name}
    held = {type(model.new()).__name__ for model in MODELS.values()}
    assert found - PARTS_OR_SHELLS <= held
    assert found >= PARTS_OR_SHELLS, "a name that has gone lets nothing through"


def numbers(plain):
    """Every number in nested lists and dicts."""
    if isinstance(plain, dict | list | tuple):
        for item in plain.values() if isinstance(plain, dict) else plain:
            yield from numbers(item)
    elif isinstance(plain, int | float):
        yield plain


def test_indicators_come_and_go_and_each_keeps_its_own_past():
    """What one observation lacks is neither learned as nothing nor held against the machine."""
    gappy = [
        vibration(i, indicators={name: value for k, (name, value) in enumerate(usual(i).items()) if (i + k) % 3})
        for i in range(400)
    ]
    state, outputs = run([configured(), *gappy])
    baselines = state.channels["indicators/drive-end"].baselines
    counts = [sum(name in each.indicators for each in gappy[:60]) for name in baselines]
    assert [baseline.count for baseline in baselines.values()] == counts
    assert alerts(outputs) == []
    assert healths(outputs)[-1].status == "healthy"


def usual(i):
    return dict(vibration(i).indicators)
