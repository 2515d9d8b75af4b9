"""Time to limit: until what it lasts; there is none at the limit, past it, or below what can be resolved."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import MINUTE_US
from models.fold import dump_state, load_state
from tests.models.fold.observed import at, configured, healths, learned, run, vibration

LEARNED = dump_state(learned()[0])
LARGE = {"power_kw": 90.0, "mounting": "rigid"}
"""Zone D begins at 4.5 mm/s, three times what `vibration` has."""
WORSE = np.geomspace(1.0, 6.0, 400)


def moved(factors, *, first=0, every_min=10, point="drive-end"):
    for i, factor in enumerate(factors, start=first):
        time_us = at(100) + (i + 1) * every_min * MINUTE_US
        yield vibration(100 + i, point, factor=float(factor), time_us=time_us, observed_us=time_us)


def lives(outputs):
    return [each.remaining_life_h for each in healths(outputs)]


def test_it_is_given_before_the_limit_and_says_of_which():
    _, outputs = run(moved(WORSE), load_state(LEARNED))
    given_ = [life for life in lives(outputs) if life is not None]
    assert len(given_) > 20
    assert {life.to for life in given_} == {"alarm_limit"}
    assert {life.level for life in given_} == {0.67}
    zoned, _ = learned(**LARGE)
    _, outputs = run(moved(WORSE[:220]), zoned)
    assert "zone_d" in {life.to for life in lives(outputs) if life is not None}


@pytest.mark.parametrize("beyond", [6.6, 7.5, 12.0])
@pytest.mark.parametrize("every_min", [1, 10])
def test_at_the_limit_and_past_it_no_time_is_left_to_tell_for_as_long_as_it_stands(beyond, every_min):
    factors = [*WORSE, *np.geomspace(6.0, beyond, 10), *[beyond] * 250]
    _, outputs = run(moved(factors, every_min=every_min), load_state(LEARNED))
    told = lives(outputs)
    assert any(life is not None for life in told[:400])
    assert [life for life in told[430:] if life is not None] == []


def test_no_other_point_s_time_is_told_instead():
    both = [
        each
        for a, b in zip(
            moved([*WORSE, *[8.0] * 60]), moved([*WORSE**0.8, *[4.2] * 60], point="fan-end"), strict=True
        )
        for each in (a, b)
    ]
    state, _ = run([configured(), *(vibration(i, p) for i in range(100) for p in ("drive-end", "fan-end"))])
    state, outputs = run(both, state)
    told = lives(outputs)
    assert any(life is not None for life in told[:800])
    assert [life for life in told[-60:] if life is not None] == []
    assert state.channels["indicators/fan-end"].degradation_trend is not None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(1.2, 12.0), st.integers(60, 400), st.sampled_from([1, 10, 60]))
def test_what_is_told_is_an_interval_that_can_be_measured(upto, count, every_min):
    _, outputs = run(moved(np.geomspace(1.0, upto, count), every_min=every_min), load_state(LEARNED))
    for health in healths(outputs):
        life = health.remaining_life_h
        if life is not None:
            assert 0.0 <= life.low <= life.median <= life.high
            assert life.high - life.low > every_min / 60
            assert health.status != "critical"
