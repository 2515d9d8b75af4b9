"""What is usual of a point's starts: learned from those that end well, bounded on every side."""

from math import exp, log

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.start_profile import LASTS_S, MOST_RISE, TEACH, UNKNOWN_S, StartProfile

MINUTE_S = 60


def start(starts, loud, *, until_s, run_s=2 * LASTS_S, sound_before=True, sound_after=True):
    """One run, an observation a minute: so many times as loud until a moment."""
    starts.begin(sound=sound_before)
    for since_s in range(0, run_s, MINUTE_S):
        if starts.since_s < 0:
            return starts
        starts.since_s = since_s
        is_loud = since_s < until_s and loud > 1.0
        starts.note(log(loud) if is_loud else 0.0, 2.0 if is_loud else 0.1, sound=not is_loud)
        starts.end(sound=sound_after, stopped=False)
    starts.end(sound=sound_after, stopped=True)
    return starts


def known(starts, since_s):
    """What is allowed of a start that doesn't teach."""
    one = msgspec.structs.replace(starts, since_s=since_s, now=b"")
    return exp(one.allowed_rise)


def test_a_start_that_ends_well_is_usual_from_the_next_one_on_for_as_long_as_it_lasted():
    starts = start(StartProfile(), 2.0, until_s=20 * MINUTE_S)
    assert [known(starts, at_s) for at_s in (0, 19 * 60)] == pytest.approx([2.0, 2.0], rel=0.02)
    assert [known(starts, at_s) for at_s in (31 * 60, 59 * 60, LASTS_S, 10 * LASTS_S)] == [1.0, 1.0, 1.0, 1.0]
    assert starts.since_s < 0, "the hour is over"


def test_a_plain_start_teaches_that_nothing_more_is_usual():
    starts = start(StartProfile(), 1.0, until_s=0)
    assert {known(starts, at_s) for at_s in range(0, LASTS_S, 60)} == {1.0}


def test_while_starts_teach_any_may_be_four_times_as_loud_for_ten_minutes_and_no_longer():
    starts = StartProfile()
    starts.begin(sound=True)
    starts.since_s = UNKNOWN_S - 1
    assert starts.allowed_rise == MOST_RISE
    starts.since_s = UNKNOWN_S
    assert starts.allowed_rise == 0.0


def test_eight_starts_teach_and_no_more_so_what_gets_worse_is_told():
    starts = StartProfile()
    for _ in range(TEACH):
        start(starts, 1.5, until_s=900)
    for _ in range(20):
        start(starts, 3.0, until_s=900)
    assert known(starts, 60) == pytest.approx(1.5, rel=0.02)
    starts.begin(sound=True)
    assert exp(starts.allowed_rise) == pytest.approx(1.5, rel=0.02), "nor is any taken for granted"


@pytest.mark.parametrize(
    "how",
    [
        {"sound_after": False},
        {"sound_before": False},
        {"until_s": 5 * LASTS_S, "run_s": 4 * LASTS_S},
        {"until_s": 50 * 60, "run_s": 55 * 60},
    ],
    ids=["an alert stands", "loud before it stood", "never over", "hardly over when it stops"],
)
def test_a_start_that_does_not_end_well_teaches_nothing(how):
    starts = start(StartProfile(), 3.0, **{"until_s": 900, **how})
    assert known(starts, 60) == 1.0
    assert starts.since_s < 0


def test_a_run_shorter_than_an_hour_teaches_when_it_ends():
    starts = start(StartProfile(), 2.0, until_s=300, run_s=20 * 60)
    assert known(starts, 60) == pytest.approx(2.0, rel=0.02)


def test_what_people_accept_is_usual_though_its_start_is_not_over_and_more_may_teach():
    starts = StartProfile(seen=TEACH + 1)
    starts.begin(sound=True)
    starts.since_s = 120
    starts.note(log(2.2), 3.0, sound=False)
    accepted = starts.accepted()
    assert known(accepted, 130) == pytest.approx(2.2, rel=0.02)
    accepted.begin(sound=True)
    assert accepted.is_learning


def test_how_long_it_is_as_loud_as_a_limit():
    starts = start(StartProfile(), 2.0, until_s=14 * MINUTE_S)
    assert starts.lasts_s(log(1.6)) == 900
    assert starts.lasts_s(log(6.3)) == 0


@given(
    st.lists(
        st.tuples(
            st.floats(0.01, 1e6),
            st.integers(0, 3 * LASTS_S),
            st.integers(60, 3 * LASTS_S),
            st.booleans(),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_whatever_starts_do_no_more_is_allowed_than_four_times_for_an_hour(runs):
    starts = StartProfile()
    for loud, until_s, run_s, before, after in runs:
        start(starts, loud, until_s=until_s, run_s=run_s, sound_before=before, sound_after=after)
        assert starts.since_s < 0 or run_s > LASTS_S
    for since_s in (-1, 0, 239, 240, 1_799, LASTS_S - 1, LASTS_S, 10**9):
        assert 1.0 <= known(starts, since_s) <= 4.1
        assert since_s < LASTS_S or known(starts, since_s) == 1.0
    assert len(msgspec.msgpack.encode(starts)) <= 40
    starts.begin(sound=True)
    starts.since_s = LASTS_S - 1
    assert len(msgspec.msgpack.encode(starts)) <= 40
