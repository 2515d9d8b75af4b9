"""A verdict ages: by what is left out and for how long, against the point's own habit."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from models.clock import DAY_US, HOUR_US, MINUTE_US
from models.condition.judging import Judging
from models.outputs import Guard

GUARDS = st.sampled_from([guard for guard in get_args(Guard) if guard != "standstill"])


def left_out(judging: Judging, guard: Guard, first: int, last: int, *, every_us: int = MINUTE_US) -> None:
    for number in range(first, last):
        judging.record_left_out(guard, number * every_us, number * every_us)


def fresh() -> Judging:
    judging = Judging()
    judging.record_judged(0, 0)
    return judging


@given(GUARDS)
def test_a_quarter_of_an_hour_without_judgement_is_told_by_what_is_to_blame(guard):
    judging = fresh()
    left_out(judging, guard, 1, 16)
    assert judging.overdue() is None
    left_out(judging, guard, 16, 18)
    assert judging.overdue() == guard
    needed = 5 if guard in {"clock", "late"} else 1  # who knows what it was like in that time
    for minute in range(18, 18 + needed):
        assert judging.overdue() == guard
        judging.record_judged(minute * MINUTE_US, minute * MINUTE_US)
    assert judging.overdue() is None


def test_what_left_out_most_is_named():
    judging = fresh()
    left_out(judging, "starting", 1, 6)
    left_out(judging, "settling", 6, 30)
    assert judging.overdue() == "settling"


def test_a_standstill_of_a_week_ages_nothing_nor_does_the_start_after_it():
    judging = fresh()
    left_out(judging, "standstill", 1, 7 * 24, every_us=HOUR_US)
    assert judging.overdue() is None
    begin_us = 7 * DAY_US
    judging.record_left_out("standstill", begin_us, begin_us)
    for second in range(0, 121, 10):
        time_us = begin_us + second * 1_000_000
        judging.record_left_out("starting", time_us, time_us)
    assert judging.overdue() is None


def test_short_runs_that_are_never_judged_are_told_within_a_day_of_them():
    """A pump that runs for 110 seconds an hour, and a start takes 120."""
    judging = fresh()
    told_h = None
    for hour in range(1, 48):
        for second in range(0, 111, 10):
            time_us = hour * HOUR_US + second * 1_000_000
            judging.record_left_out("starting", time_us, time_us)
        judging.record_left_out("standstill", time_us + MINUTE_US, time_us + MINUTE_US)
        if told_h is None and judging.overdue() is not None:
            told_h = hour
    assert told_h is not None
    assert told_h <= 10


def test_a_habit_excuses_as_much_again_and_never_more_than_two_hours():
    judging = fresh()
    time_us = 0
    for _ in range(40):
        for _ in range(20):
            time_us += MINUTE_US
            judging.record_left_out("settling", time_us, time_us)
        time_us += MINUTE_US
        judging.record_judged(time_us, time_us)
    for minute in range(1, 121):
        judging.record_left_out("settling", time_us + minute * MINUTE_US, time_us + minute * MINUTE_US)
        if minute <= 45:
            assert judging.overdue() is None, "it does so every time"
    assert judging.overdue() == "settling"


@given(st.lists(st.tuples(GUARDS, st.integers(-DAY_US, DAY_US), st.integers(-DAY_US, DAY_US)), max_size=30))
def test_no_clock_however_wild_makes_it_negative_or_wrong(moments):
    judging = fresh()
    for guard, observed_us, time_us in moments:
        judging.record_left_out(guard, observed_us, time_us)
        assert 0 <= judging.unjudged_us <= 15 * MINUTE_US * len(moments)
    assert judging.overdue() in {None, *(guard for guard, _, _ in moments)}
