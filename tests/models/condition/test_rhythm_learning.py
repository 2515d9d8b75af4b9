"""Which rhythm silences have: drawn with their jitter, their overtime and their outages."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import MINUTE_US
from models.condition.rhythm import Rhythm, SilentSpan
from models.condition.rhythm_learning import differs, learned_rhythm
from models.machinery.quiet_text import parse_works, quiet_text
from models.machinery.quiet_times import DAY_MIN, WEEK_MIN, Calendar, QuietTimes, window_at
from models.machinery.time_zone import UTC_ZONE, Zone

BERLIN = Zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")
MONDAY = 20_787 * DAY_MIN


def silences(works, days, jitter_min, seed, *, zone=UTC_ZONE, start=MONDAY, overtime=0.1):
    """The silences of a machine that works so, each a little off; overtime comes on no day before a day off."""
    rng, calendar, found = random.Random(seed), Calendar(zone, parse_works(works)), []
    minute = start + 720
    while minute < start + days * DAY_MIN:
        window = window_at(calendar, minute * MINUTE_US)
        if window is None:
            minute += 5
            continue
        short = window.end_us - window.begin_us < 1_200 * MINUTE_US
        late = rng.randint(60, 180) if short and rng.random() < overtime else 0
        begin = window.begin_us // MINUTE_US + rng.randint(-jitter_min, jitter_min) + late
        end = window.end_us // MINUTE_US + rng.randint(-jitter_min, jitter_min)
        found.append(SilentSpan(begin, end))
        minute = window.end_us // MINUTE_US + 1
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("zone", [UTC_ZONE, BERLIN])
@pytest.mark.parametrize(
    "works",
    [
        ["Mon-Fri 06:00-18:00"],
        ["06:00-18:00"],
        ["Mon-Fri 06:00-22:00"],
        ["Mon-Sat 14:00-22:00"],
        ["Mon-Fri 22:00-06:00"],
        ["Mon-Fri 06:00-14:00", "Sat 06:00-12:00"],
    ],
)
def test_a_rhythm_is_learned_from_three_weeks(works, zone, seed):
    learned = learned_rhythm(silences(works, 22, 12, seed, zone=zone)[-30:], zone)
    assert learned is not None
    truth = parse_works(works)
    assert len(learned.quiet.minutes ^ truth.minutes) <= 40 * len(truth.weekly), quiet_text(learned.quiet)
    assert learned.count >= 8


def test_by_the_plants_clock_a_change_of_the_clocks_changes_nothing():
    march = MONDAY + 105 * DAY_MIN
    spans = silences(["Mon-Fri 06:00-18:00"], 21, 5, 1, zone=BERLIN, start=march)
    assert learned_rhythm(spans, BERLIN) is not None
    assert "06:00" in quiet_text(learned_rhythm(spans, BERLIN).quiet)


def test_a_death_before_a_weekend_makes_no_weekend_begin_earlier():
    spans = silences(["Mon-Fri 06:00-18:00"], 18, 5, 3, overtime=0.0)
    weekends = [number for number, each in enumerate(spans) if each.end - each.begin > 2_000]
    spans[weekends[0]] = SilentSpan(spans[weekends[0]].begin - 300, spans[weekends[0]].end)
    assert learned_rhythm(spans[: weekends[1] + 1], UTC_ZONE) is None


def test_nothing_is_learned_before_a_week_has_passed_nor_before_a_weekend_was_seen_twice():
    spans = silences(["Mon-Fri 06:00-18:00"], 30, 5, 2, overtime=0.0)
    known = [number for number in range(1, len(spans)) if learned_rhythm(spans[:number], UTC_ZONE)]
    assert known[0] == 10, "eight nights and two weekends"
    every = silences(["06:00-18:00"], 30, 5, 2, overtime=0.0)
    assert next(number for number in range(1, 20) if learned_rhythm(every[:number], UTC_ZONE)) == 9


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_silences_at_any_time_have_no_rhythm(seed):
    rng, minute, spans = random.Random(seed), MONDAY, []
    for _ in range(30):
        minute += rng.randint(30, 2500)
        length = rng.randint(20, 900)
        spans.append(SilentSpan(minute, minute + length))
        minute += length
    assert learned_rhythm(spans, UTC_ZONE) is None


@pytest.mark.parametrize("sleeps_min", [45, 120, 240, 480])
def test_one_that_sleeps_for_so_long_each_time_is_known_by_that(sleeps_min):
    rng, minute, spans = random.Random(sleeps_min), MONDAY, []
    for _ in range(12):
        length = sleeps_min + rng.randint(-4, 4)
        spans.append(SilentSpan(minute, minute + length))
        minute += length + rng.randint(3, 8)
    learned = learned_rhythm(spans, UTC_ZONE)
    assert learned is not None
    assert abs(learned.quiet.longest_min - sleeps_min) <= 10
    assert learned.quiet.weekly == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 10**5)), max_size=40))
def test_whatever_was_silent_is_kept_small_and_learned_from_without_harm(spans):
    rhythm = Rhythm()
    for begin, length in spans:
        rhythm.record(begin * MINUTE_US, (begin + length) * MINUTE_US)
    assert len(rhythm.packed) <= 180
    assert all(one.end <= other.begin for one, other in pairwise(rhythm.spans)), "nothing is silent twice at once"
    learned = learned_rhythm(rhythm.spans, BERLIN)
    if learned is not None:
        assert len(learned.quiet.minutes) < WEEK_MIN


def test_plans_differ_by_half_an_hour_a_silence():
    nights = parse_works(["06:00-18:00"])
    assert not differs(nights, parse_works(["06:00-18:20"]))
    assert differs(nights, parse_works(["07:00-19:00"]))
    assert differs(nights, QuietTimes(longest_min=720))
    assert not differs(QuietTimes(longest_min=240), QuietTimes(longest_min=250))
