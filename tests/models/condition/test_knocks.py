"""The share of single loud blocks: counted in whole numbers, against what is usual."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.knocks import MEMORY, Knocks


def after(blocks, *, usual=()):
    """Give what is known after these blocks, learned from the `usual` ones before."""
    knocks = Knocks()
    for number, knocked in enumerate(usual, start=1):
        knocks.note(knocked=bool(knocked), among=number)
        knocks.learn(further=False)
    for knocked in blocks:
        knocks.note(knocked=bool(knocked))
    return knocks


def every(k, count):
    return [i % k == 0 for i in range(count)]


@given(st.lists(st.booleans(), max_size=400), st.lists(st.booleans(), max_size=120))
def test_it_is_a_share_whatever_comes(blocks, usual):
    knocks = after(blocks, usual=usual)
    assert 0.0 <= knocks.share <= 1.0
    assert 0.0 <= knocks.usual <= 1.0
    assert knocks.limit >= knocks.usual + 0.06


@given(st.lists(st.booleans(), max_size=400))
def test_whole_numbers_stay_near_the_share_that_they_stand_for(blocks):
    exact = 0.0
    for knocked in blocks:
        exact += (knocked - exact) / MEMORY
    assert after(blocks).share == pytest.approx(exact, abs=0.012)


@pytest.mark.parametrize("k", [2, 3, 5, 10, 16, 20, 50])
def test_every_kth_block_is_one_in_k(k):
    shares = []
    knocks = after(every(k, 640))
    for knocked in every(k, 10 * k):
        knocks.note(knocked=knocked)
        shares.append(knocks.share)
    assert np.mean(shares) == pytest.approx(1 / k, abs=0.008)


@given(st.lists(st.booleans(), max_size=400))
def test_it_ends_at_none_when_nothing_knocks_any_more(blocks):
    assert after([*blocks, *[False] * 900]).share == 0.0


def test_the_first_ones_weigh_as_many_as_there_are():
    assert after([], usual=every(10, 50)).usual == pytest.approx(0.1, abs=0.01)
    assert after([], usual=[True]).usual == 1.0


def test_of_several_regimes_the_one_that_knocks_most_is_usual():
    knocks = after([], usual=every(5, 60))
    for _ in range(200):
        knocks.note(knocked=False)
        knocks.learn(further=True)
    assert knocks.usual == pytest.approx(0.2, abs=0.02)
    for _ in range(200):
        knocks.note(knocked=True)
        knocks.learn(further=True)
    assert knocks.usual > 0.9


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.2, 0.3, 0.45])
def test_a_press_that_knocks_by_chance_stays_below_its_limit(share):
    """By the margin of both: 100 blocks that it learned from, and its runs of luck later."""
    over = 0
    for seed in range(20):
        drawn = np.random.default_rng(seed).random(1_100) < share
        knocks = after([], usual=drawn[:100])
        for knocked in drawn[100:]:
            knocks.note(knocked=bool(knocked))
            over += knocks.share >= knocks.limit
    assert over <= 0.005 * 20 * 1_000


def test_fewer_than_four_in_a_row_are_never_enough():
    assert after([True] * 3).share < Knocks().limit <= after([True] * 4).share
