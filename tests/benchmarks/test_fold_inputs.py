"""The fold's benchmark folds what its kinds say: a part of each unusual one is late, wild or contradicts itself."""

import pytest

from benchmarks.fold import KINDS, SPELL, observations
from models import fold

COUNT = 8 * SPELL


def folded(kind, every=2):
    state, seen = fold.initial_state("made up"), []
    for observation in observations(kind, COUNT, every):
        state, outputs = fold.step(state, observation)
        seen.append([each for each in outputs if type(each).__name__ == "Health"])
    return state, seen


@pytest.mark.parametrize("kind", KINDS)
def test_every_observation_of_a_kind_is_taken_in_and_told_of(kind: str):
    state, healths = folded(kind)
    assert state.counts.accepted == COUNT
    assert {len(each) for each in healths} == {1}


@pytest.mark.parametrize("every", [2, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_one_hour_in_so_many_comes_late_or_is_stamped_ahead(kind: str, every: int):
    state, _ = folded(kind, every)
    part = COUNT // every
    assert (state.counts.late, state.counts.future) == (part * (kind == "late"), part * (kind == "wild"))


def test_what_contradicts_itself_is_said_to():
    state, healths = folded("contradicting")
    guards = [health.guard for (health,) in healths]
    assert state.contradiction.mutes, "the last hour says that it stands while it runs"
    assert 2 * SPELL < guards.count("contradiction") <= COUNT // 2
