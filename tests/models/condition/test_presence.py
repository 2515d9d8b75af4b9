"""Whether a point is missed when it falls silent: by how it sends, not by what others do."""

from hypothesis import given
from hypothesis import strategies as st

from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from models.condition.presence import Presence
from models.condition.recent_observations import WINDOW

DAYS = 24 * 60


def sending(times_us, *, arrived_us=None):
    """A point that sends at these event times, which arrive then, unless at other times; and the last arrival."""
    presence, before_us = Presence(), None
    for number, time_us in enumerate(times_us):
        now_us = time_us if arrived_us is None else arrived_us[number]
        last = list(times_us[max(0, number - WINDOW + 1) : number + 1])
        heard(presence, now_us, time_us, before_us, last, judged=number > 100)
        before_us = time_us
    return presence, now_us


def heard(presence, now_us, time_us, before_us, last, *, judged=True):
    if presence.is_due(now_us, time_us):
        presence.update(now_us, time_us, before_us, last, judged=judged)
    presence.heard_for_us = now_us


def silent_after(presence, last_us, *, stood=False):
    """Minutes of silence until it is missed; None where it isn't in a month."""
    missed_us = presence.missed_from_us(stood=stood) - last_us
    return int(missed_us // MINUTE_US) if presence.watched else None


def every(interval_us, count):
    return [number * interval_us for number in range(count)]


def bursts(apart_us, count, blocks, *, seconds=5):
    return [place * apart_us + block * seconds * SECOND_US for place in range(count) for block in range(blocks)]


def test_a_point_that_always_sends_is_missed_after_half_an_hour():
    assert silent_after(*sending(every(10 * SECOND_US, 2000))) == 30


def test_a_slow_one_after_three_intervals_and_none_later_than_a_day():
    assert silent_after(*sending(every(4 * HOUR_US, 200))) == 12 * 60
    assert silent_after(*sending(every(8 * HOUR_US, 200))) == DAYS


def test_one_that_wakes_up_for_a_burst_each_hour_is_missed_by_the_hour_and_not_by_the_second():
    assert silent_after(*sending(bursts(HOUR_US, 60, 6))) in range(170, 190)


def test_what_is_carried_round_once_a_week_is_not_missed():
    for blocks in (1, 3, 10, 40):
        assert silent_after(*sending(bursts(7 * DAY_US, 52, blocks))) is None


def test_nor_is_what_nobody_could_judge_yet():
    presence, last_us = sending(every(MINUTE_US, 20))
    assert silent_after(presence, last_us) is None


def test_once_watched_it_is_missed_also_where_it_has_become_rare():
    """A sensor whose battery dies: days of it, then a few words a day, then nothing."""
    dying = every(MINUTE_US, 3 * DAYS) + [3 * DAY_US + day * DAY_US for day in range(1, 12)]
    assert silent_after(*sending(dying)) == DAYS


def test_who_sends_by_shift_is_missed_after_a_day_and_not_each_night():
    shifts = [day * DAY_US + minute * MINUTE_US for day in range(10) for minute in range(8 * 60)]
    assert silent_after(*sending(shifts)) == DAYS


def test_one_outage_is_no_habit():
    once = [*every(MINUTE_US, 5 * DAYS), *(5 * DAY_US + 3 * HOUR_US + minute * MINUTE_US for minute in range(600))]
    assert silent_after(*sending(once)) == 30


def test_what_comes_in_batches_is_missed_by_the_batch():
    times_us = every(10 * MINUTE_US, 36 * 12)
    arrived_us = [6 * HOUR_US * (1 + number // 36) for number in range(len(times_us))]
    assert silent_after(*sending(times_us, arrived_us=arrived_us)) in range(6 * 60, DAYS + 2)


def test_a_sensor_that_said_that_the_machine_stands_may_sleep_for_a_day():
    presence, last_us = sending(every(MINUTE_US, 1000))
    assert silent_after(presence, last_us, stood=True) == DAYS


def test_what_was_given_up_is_missed_once_it_is_judged_again():
    presence, last_us = sending(every(MINUTE_US, 1000))
    presence = presence.given_up()
    assert silent_after(presence, last_us) is None
    later_us = last_us + 10 * MINUTE_US
    heard(presence, later_us, later_us, last_us, [last_us, later_us])
    assert silent_after(presence, later_us) == 30


@given(st.lists(st.tuples(st.integers(0, 10 * DAY_US), st.integers(0, 400 * DAY_US)), max_size=40))
def test_whatever_comes_it_stays_a_part_of_the_time_and_finite(steps):
    presence, now_us, times_us = Presence(), 0.0, [0]
    heard(presence, 0.0, 0, None, times_us)
    for quiet_us, advance_us in steps:
        now_us += quiet_us
        times_us = [*times_us, times_us[-1] + advance_us]
        heard(presence, now_us, times_us[-1], times_us[-2], times_us[-WINDOW:])
        assert (
            0 <= presence.covered_us <= presence.known_us * (1 + 1e-12) < float("inf")
        )  # each is rounded by itself
        assert 0 <= presence.lag_us < float("inf")
        for stood in (False, True):
            assert 30 * MINUTE_US <= presence.missed_from_us(stood=stood) - now_us <= DAY_US
