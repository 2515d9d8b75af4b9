"""The fold's benchmark folds what its kinds say: half of each unusual one is late, wild, or contradicts itself."""

import pytest

from benchmarks.fold import KINDS, SPELL, observations
from models import fold

COUNT = 8 * SPELL


def folded(kind):
    state, seen = fold.initial_state("made up"), []
    for observation in observations(kind, COUNT):
        state, outputs = fold.step(state, observation)
        seen.append([each for each in outputs if type(each).__name__ == "Health"])
    return state, seen


@pytest.mark.parametrize("kind", KINDS)
def test_every_observation_of_a_kind_is_taken_in_and_told_of(kind: str):
    state, healths = folded(kind)
    assert state.counts.accepted == COUNT
    assert {len(each) for each in healths} == {1}


@pytest.mark.parametrize(
    ("kind", "late", "future"),
    [(kind, COUNT // 2 * (kind == "late"), COUNT // 2 * (kind == "wild")) for kind in KINDS],
)
def test_half_of_what_is_unusual_comes_late_or_is_stamped_ahead(kind: str, late: int, future: int):
    state, _ = folded(kind)
    assert (state.counts.late, state.counts.future) == (late, future)


def test_what_contradicts_itself_is_said_to():
    state, healths = folded("contradicting")
    guards = [health.guard for (health,) in healths]
    assert state.contradiction.mutes, "the last hour says that it stands while it runs"
    assert 2 * SPELL < guards.count("contradiction") <= COUNT // 2
