"""What of a machine goes unjudged: counted over an hour, and told where it is more than a little."""

from datetime import timedelta

import msgspec
import pytest

from models.clock import MINUTE_US, to_datetime
from models.condition.intake import (
    IntakeWindow,
    Tally,
    all_strangers,
    causes,
    causes_in_force,
    intake_of,
    received_of,
    tally_of,
)
from models.observations import Source
from models.outputs import Intake
from tests.models.fold.observed import START_US, run, vibration

NOW = to_datetime(START_US)
SOUND = Intake(machine="P", time=NOW, since=NOW - timedelta(hours=1), received=1000, arrived=NOW, judged_at=NOW)


def told(**changes):
    return causes(msgspec.structs.replace(SOUND, **changes))


def folded(*observations):
    """The intake of a machine that these were folded of, all of it within the window."""
    state, _ = run(list(observations))
    window = IntakeWindow(START_US, Tally())
    window.update(START_US + MINUTE_US, tally_of(state.counts, 0), looked_us=START_US)
    return intake_of("P", state, window, START_US + MINUTE_US)


def test_what_was_judged_before_is_told_where_it_is_more_than_a_quarter():
    assert told(duplicates=250) == ()
    assert told(duplicates=251) == ("duplicates",)
    assert told(received=14, duplicates=4) == ()


@pytest.mark.parametrize("why", ["future", "late", "put_aside"])
def test_five_and_one_in_twenty_are_more_than_a_little(why):
    assert told(**{why: 50}) == ()
    assert told(**{why: 51}) == (why,)
    assert told(received=8, **{why: 4}) == ()
    assert told(received=8, **{why: 5}) == (why,)


def test_a_point_too_many_is_told_from_the_first_measurement_on():
    assert told(crowded=1) == ("crowded",)


def test_nothing_judged_for_three_intervals_is_told_and_a_pause_is_not():
    waited = {"judged_at": NOW - timedelta(seconds=200)}
    assert told(unjudged=5, interval_s=10.0, **waited) == ("nothing_judged",)
    assert told(unjudged=4, interval_s=10.0, **waited) == ()
    assert told(unjudged=5, interval_s=100.0, **waited) == ()
    assert told(unjudged=5, judged_at=NOW - timedelta(seconds=60)) == ()
    assert told(unjudged=5, judged_at=None) == ("nothing_judged",)


def test_a_machine_that_is_judged_has_nothing_to_tell():
    intake = folded(*(vibration(i) for i in range(20)))
    assert (intake.received, intake.unjudged, causes(intake)) == (20, 0, ())
    assert intake.judged == intake.measured


def test_clocks_that_are_wild_from_the_first_message_are_told_though_nothing_was_ever_judged():
    """Each stamp ahead by another span: no offset of a clock, which would be taken off and judged."""
    stamped = [vibration(i) for i in range(10)]
    wild = (
        msgspec.structs.replace(each, time_us=each.time_us + (8 + i) * 3_600_000_000)
        for i, each in enumerate(stamped)
    )
    intake = folded(*wild)
    assert causes(intake) == ("future",)
    assert (intake.future, intake.received, intake.unjudged, intake.judged) == (10, 10, 10, None)
    assert intake.measured - intake.arrived > timedelta(hours=7)


def test_of_a_clock_that_is_steadily_ahead_only_the_first_go_unjudged():
    stamped = [vibration(i) for i in range(10)]
    intake = folded(*(msgspec.structs.replace(each, time_us=each.time_us + 8 * 3_600_000_000) for each in stamped))
    assert (intake.future, intake.received, intake.unjudged, causes(intake)) == (2, 10, 0, ())


def test_the_same_sent_again_and_again_is_told():
    intake = folded(vibration(1), *(vibration(1) for _ in range(9)))
    assert (intake.duplicates, intake.received, intake.unjudged) == (9, 10, 9)
    assert causes(intake) == ("duplicates",)


def test_what_the_worker_reads_again_was_sent_once():
    source = Source("vibration", 0, 7)
    sent = vibration(7, source=source)
    intake = folded(*(vibration(i) for i in range(7)), *(sent for _ in range(20)))
    assert (intake.received, intake.duplicates, intake.unjudged, causes(intake)) == (8, 0, 0, ())


def test_newest_first_is_told_as_late():
    assert causes(folded(*(vibration(i) for i in reversed(range(20))))) == ("late",)


def test_points_too_many_are_among_what_came():
    intake = folded(*(vibration(i, f"p{i}") for i in range(70)))
    assert (intake.crowded, intake.received) == (6, 70)
    assert causes(intake) == ("crowded",)


def test_the_window_is_an_hour_and_what_came_before_is_forgotten():
    window = IntakeWindow(START_US, Tally(received=100, late=100))
    looked_us, tally = START_US, Tally(received=100, late=100)
    for minute in range(1, 180):
        now_us = START_US + minute * MINUTE_US
        tally = msgspec.structs.replace(tally, received=100 + min(minute, 30))
        window.update(now_us, tally, looked_us=looked_us)
        assert now_us - window.since_us < 80 * MINUTE_US
        looked_us = now_us
    assert window.counted() == Tally()


def test_what_comes_after_a_long_silence_is_no_news_of_before():
    window = IntakeWindow(START_US, Tally())
    later_us = START_US + 300 * MINUTE_US
    window.update(later_us, Tally(received=7), looked_us=later_us - MINUTE_US)
    assert (window.since_us, window.counted().received) == (later_us - MINUTE_US, 7)


def test_dead_letters_that_are_counted_anew_never_make_counts_too_high():
    earlier, now = Tally(received=107, late=5, put_aside=7), Tally(received=103, late=6, put_aside=2)
    assert now.since(earlier) == Tally(received=3, late=1, put_aside=2)


def test_dead_letters_count_with_and_without_a_state():
    assert tally_of(None, 6) == Tally(received=6, put_aside=6)
    state, _ = run([vibration(0), vibration(0)])
    assert received_of(state.counts, 6) == tally_of(state.counts, 6).received == 8


def test_an_old_record_says_nothing_unless_nothing_was_judged_at_all():
    late = msgspec.structs.replace(SOUND, late=500)
    never = msgspec.structs.replace(SOUND, received=0, unjudged=9, judged_at=None)
    for hours, expected in ((1, (True, True)), (3, (False, True)), (24 * 8, (False, False))):
        now = NOW + timedelta(hours=hours)
        assert (bool(causes_in_force(late, now)), bool(causes_in_force(never, now))) == expected


def test_strangers_of_all_partitions_are_told_together():
    some = [
        msgspec.structs.replace(
            SOUND, machine=f"*{k}", received=10, put_aside=10, strangers=(f"m{k}",), stranger_count=2
        )
        for k in range(3)
    ]
    strangers = all_strangers([SOUND, *some], NOW)
    assert (strangers.put_aside, strangers.stranger_count, strangers.strangers) == (30, 6, ("m0", "m1", "m2"))
    assert causes(strangers) == ("strangers",)
    assert all_strangers([SOUND], NOW) is None
