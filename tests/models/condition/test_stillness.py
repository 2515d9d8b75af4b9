"""Stillness: what is repeated is no measurement; what stands still lawfully is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import HOUR_US, MINUTE_US
from models.condition.stillness import Plateau, Stillness

LEAST_US = 10 * MINUTE_US


def fed(values, *, regimes=None, every_us=MINUTE_US, stillness=None, since_us=MINUTE_US):
    """Give whether each value of one name is stuck."""
    stillness = stillness or Stillness()
    regimes = regimes or [0] * len(values)
    return [
        stillness.is_stuck({"rms": float(v)}, since_us + k * every_us, regime=regime, least_us=LEAST_US)
        for k, (v, regime) in enumerate(zip(values, regimes, strict=True))
    ]


def moving(count, *, seed=1, digits=3, scatter=0.05):
    return np.round(2.1 * (1 + scatter * np.random.default_rng(seed).standard_normal(count)), digits).tolist()


def test_a_value_of_fine_resolution_that_stands_still_is_stuck():
    stuck = fed(moving(400) + [2.137] * 60)
    assert not any(stuck[:405])
    assert all(stuck[430:])


@given(st.integers(0, 1000), st.sampled_from([0, 1, 2, 3]), st.sampled_from([0.02, 0.05, 0.12]))
@settings(max_examples=60, deadline=None)
def test_a_value_that_scatters_as_ever_is_never_stuck_however_coarse_it_is_told(seed, digits, scatter):
    assert not any(fed(moving(3000, seed=seed, digits=digits, scatter=scatter)))


@pytest.mark.parametrize("hold", [30, 120, 400])
def test_a_value_that_always_stands_still_for_as_long_may_do_so_again(hold):
    steps = np.random.default_rng(2).integers(40, 90, 250)
    assert not any(fed([float(step) for step in steps for _ in range(hold)])), "a set point, or steps of a degree"


def test_what_never_moved_is_not_stuck():
    assert not any(fed([5.0] * 5000))


def test_in_another_way_of_running_a_value_may_stand_still():
    values = moving(400) + [2.137] * 200
    assert not any(fed(values, regimes=[0] * 400 + [1] * 200))


def test_a_value_that_was_said_to_be_stuck_and_moves_again_is_given_longer_each_time():
    stillness, at_us, firsts = Stillness(), MINUTE_US, []
    for _ in range(3):
        found = fed(moving(400) + [2.137] * 300, stillness=stillness, since_us=at_us)
        at_us += 700 * MINUTE_US
        firsts.append(found.index(True) if True in found else 700)
    assert firsts == sorted(firsts)
    assert firsts[0] < firsts[-1]


def test_a_plateau_that_began_more_than_a_week_ago_says_nothing():
    plateau = Plateau(1.0, 0, moves=200, repeats=50, held_ms=10**9)
    assert plateau.update(1.0, 6 * 24 * HOUR_US, 0, least_us=LEAST_US)
    assert not plateau.update(1.0, 8 * 24 * HOUR_US, 0, least_us=LEAST_US)


def block(seed=None, **changes):
    generator = np.random.default_rng(seed)
    return {
        "rms_g": 0.1 + generator.uniform(0, 1e-3),
        "kurtosis": 3.0 + generator.uniform(0, 1e-3),
        "spectral_centroid_hz": 600.0 + generator.uniform(0, 1),
        "crest_factor": 3.5,
        **changes,
    }


def test_the_same_block_in_turn_with_another_is_repeated_too():
    stillness = Stillness()
    found = [stillness.repeats_waveform(block(k % 2), 256) for k in range(8)]
    assert found == [False, False, *[True] * 6]


def test_blocks_of_a_live_signal_are_never_repeated():
    stillness = Stillness()
    assert not any(stillness.repeats_waveform(block(k), 256) for k in range(2000))
    assert len(stillness.marks) == 4


def test_a_blip_of_one_step_in_a_silent_block_may_recur():
    stillness, blip = Stillness(), block(1, crest_factor=16.0)
    assert not any(stillness.repeats_waveform(blip, 256) for _ in range(5))


def test_a_silent_block_and_one_made_by_hand_are_not_asked():
    stillness = Stillness()
    assert not any(stillness.repeats_waveform({"rms_g": 0.0}, 256) for _ in range(5))
