"""Planned silence: as it is written, and its windows against a count of single minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import HOUR_US, MINUTE_US
from models.machinery.quiet_text import DAY_NAMES, parse_quiet, parse_works, quiet_text
from models.machinery.quiet_times import (
    WEEK_MIN,
    Calendar,
    QuietTimes,
    grace_us,
    next_window,
    weekly_from,
    window_at,
)
from models.machinery.time_zone import Zone

BERLIN = Zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")
NIGHTS = ("Mon-Fri 18:00-06:00", "Sat-Sun")


def us(text):
    return round(datetime.fromisoformat(text).timestamp() * 1e6)


def spoken(window):
    moments = [
        datetime.fromtimestamp(each / 1e6, ZoneInfo("Europe/Berlin")) for each in msgspec.structs.astuple(window)
    ]
    return [f"{each:%a %H:%M}" for each in moments]


@pytest.mark.parametrize(
    "written",
    [
        NIGHTS,
        ("Mon-Fri 18:00-06:00, Sat-Sun",),
        ("Mon-Fri 18:00-06:00; Sat,Sun",),
        ("周一至周五 18:00-06:00；周六、周日",),
        ("Monday-Friday 18-6", "sat", "Sunday 00:00-24:00"),
        ("Mon-Thu 18:00-06:00", "Fri 18:00 - Mon 06:00"),
        ("Mon – Fri 18.00–6.00", "星期六至星期天"),
    ],
)
def test_what_means_the_same_is_read_the_same(written):
    assert quiet_text(parse_quiet(written)) == "Mon-Thu 18:00-06:00; Fri 18:00 - Mon 06:00"
    assert parse_quiet(written) == parse_works(["Mon-Fri 06:00-18:00"])


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (["Foo"], "no day"),
        (["Mon 25:00-06:00"], "no time of a day"),
        (["Mon 06:60-07:00"], "no time of a day"),
        (["Mon 18:00-18:00"], "begins when it ends"),
        (["Mon-Sun"], "nothing would ever be told"),
        (["Mon-Fri 18:00-06:00", "06:00-18:00", "Sat-Sun"], "nothing would ever be told"),
        ([""], "names no time"),
        (["up to 5m"], "10 minutes to 7 days"),
        (["up to 900h"], "10 minutes to 7 days"),
        (["🙂"], "no day"),
        (["Mon 18:00-"], "no day"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_fix(written, told):
    with pytest.raises(ValueError, match=told):
        parse_quiet(written)


MINUTES = st.lists(st.tuples(st.integers(0, WEEK_MIN - 1), st.integers(1, 4000)), min_size=1, max_size=6)


@given(MINUTES, st.sampled_from([0, 10, 240, 245]))
def test_every_plan_is_read_as_it_is_written(stretches, longest_min):
    minutes = frozenset((begin + k) % WEEK_MIN for begin, length in stretches for k in range(length))
    if len(minutes) == WEEK_MIN:
        return
    quiet = QuietTimes(weekly_from(minutes), longest_min)
    assert quiet.minutes == minutes
    assert parse_quiet([quiet_text(quiet)]) == quiet
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(quiet), type=QuietTimes) == quiet


@pytest.mark.parametrize(
    "weekly", [[[5, 5]], [[10, 5]], [[0, 5], [5, 9]], [[-1, 5]], [[10_080, 10_090]], [[100, 10_200]]]
)
def test_a_plan_that_is_none_is_no_part_of_a_message(weekly):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert([weekly, 0], QuietTimes)


def expected(calendar, zone, moment):
    """Whether a minute is quiet, by the library's clock and counting nothing ahead."""
    clock = moment.astimezone(zone)
    minute = clock.weekday() * 1440 + clock.hour * 60 + clock.minute
    return minute in calendar.quiet.minutes or (clock.date() - date(1970, 1, 1)).days in calendar.holidays


@settings(max_examples=60, deadline=None)
@given(
    MINUTES,
    st.lists(st.integers(-3, 20), max_size=3),
    st.integers(0, 14 * 1440),
    st.sampled_from(["03-22", "10-18"]),
)
def test_a_window_begins_and_ends_where_minutes_do(stretches, days, minute, day):
    minutes = frozenset((begin + k) % WEEK_MIN for begin, length in stretches for k in range(length))
    start = datetime.fromisoformat(f"2026-{day}T00:00:00+00:00")
    first_day = (start.date() - date(1970, 1, 1)).days
    if len(minutes) > 9000:
        return
    calendar = Calendar(
        BERLIN, QuietTimes(weekly_from(minutes)), tuple(sorted({first_day + each for each in days}))
    )
    zone, moment = ZoneInfo("Europe/Berlin"), start + timedelta(minutes=minute)
    window = window_at(calendar, round(moment.timestamp() * 1e6))
    if expected(calendar, zone, moment):
        assert window is not None
        assert window.begin_us <= round(moment.timestamp() * 1e6) < window.end_us
        after = datetime.fromtimestamp(window.end_us / 1e6, UTC)
        assert not expected(calendar, zone, after)
    elif window is not None:
        assert calendar.holidays, "a shift that begins on a day off doesn't begin"


def test_a_night_in_which_the_clocks_change_is_an_hour_longer_or_shorter():
    calendar = Calendar(BERLIN, parse_quiet(["18:00-06:00"]))
    spring, autumn = (
        window_at(calendar, us("2026-03-29T01:00+01:00")),
        window_at(calendar, us("2026-10-25T04:00+01:00")),
    )
    assert (spring.end_us - spring.begin_us, autumn.end_us - autumn.begin_us) == (11 * HOUR_US, 13 * HOUR_US)
    assert spoken(spring) == ["Sat 18:00", "Sun 06:00"]
    assert spoken(autumn) == ["Sat 18:00", "Sun 06:00"]


def test_a_day_off_joins_the_nights_around_it():
    christmas = (date(2026, 12, 25) - date(1970, 1, 1)).days
    calendar = Calendar(BERLIN, parse_quiet(NIGHTS), (christmas,))
    assert spoken(window_at(calendar, us("2026-12-25T12:00+01:00"))) == ["Thu 18:00", "Mon 06:00"]
    assert window_at(calendar, us("2026-12-24T12:00+01:00")) is None


def test_a_night_shift_that_begins_on_a_day_off_does_not_begin():
    thursday = (date(2026, 11, 26) - date(1970, 1, 1)).days
    calendar = Calendar(BERLIN, parse_works(["Mon-Fri 22:00-06:00"]), (thursday,))
    assert spoken(window_at(calendar, us("2026-11-26T23:00+01:00"))) == ["Thu 00:00", "Fri 22:00"]


def test_the_next_window_is_the_next_of_the_week():
    calendar = Calendar(BERLIN, parse_quiet(NIGHTS))
    assert spoken(next_window(calendar, us("2026-11-27T12:00+01:00"))) == ["Fri 18:00", "Mon 06:00"]
    assert next_window(Calendar(BERLIN), 0) is None
    assert DAY_NAMES[0] == "Mon"


def test_a_tenth_of_a_silence_is_granted_an_hour_at_most():
    assert [grace_us(hours * HOUR_US) // MINUTE_US for hours in (1, 4, 12, 60)] == [6, 24, 60, 60]
