"""What comes and goes is one alert: bounded in number, and never less or later than the alarm by itself."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.alarms.alarm import Alarm
from models.alarms.recurrence import MIN_COMINGS, WITHIN_US, Recurrence
from models.clock import DAY_US, HOUR_US, MINUTE_US

START_US = 1_772_442_000_000_000
PERIOD = st.lists(st.tuples(st.integers(0, 3), st.integers(10, 40_000)), min_size=1, max_size=6)


def _shown(course: list[tuple[int, int]]) -> list[int]:
    """Give the level shown at each (time, level by itself)."""
    alarm, shown = Alarm(), []
    for time_us, level in course:
        alarm.level = alarm.hold(level, time_us)
        shown.append(alarm.level)
    return shown


def _course(pieces: list[tuple[int, int]], minutes: int = 10) -> list[tuple[int, int]]:
    """Give observations every few minutes of levels that last for seconds each."""
    course, time_us = list[tuple[int, int]](), START_US
    for level, seconds in pieces:
        for _ in range(max(1, seconds // (60 * minutes))):
            course.append((time_us, level))
            time_us += minutes * MINUTE_US
    return course


def _changes(shown: list[int]) -> int:
    return sum(a != b for a, b in pairwise([0, *shown]))


def _breathing(hours: float, days: float, level: int = 1) -> list[tuple[int, int]]:
    half = int(hours * 1800)
    return _course([(level, half), (0, half)] * int(days * 24 / hours))


def test_what_comes_and_goes_is_told_once_from_the_fifth_time_on() -> None:
    shown = _shown(_breathing(1.0, 4.0))
    assert _changes(shown) == 2 * (MIN_COMINGS - 1) + 1
    assert shown[-1] == 1


def test_what_follows_the_day_is_news_each_time() -> None:
    assert _changes(_shown(_course([(1, 3_600), (0, 82_800)] * 10))) == 20


def test_it_clears_once_it_has_been_gone_for_much_longer_than_its_own_gaps() -> None:
    alarm = Alarm()
    for time_us, level in _breathing(1.0, 1.0):
        alarm.level = alarm.hold(level, time_us)
    assert alarm.comings == 24
    gone_us = next(
        minutes * MINUTE_US
        for minutes in range(5_000)
        if alarm.hold(0, START_US + DAY_US + minutes * MINUTE_US) == 0
    )
    assert HOUR_US <= gone_us <= 4 * HOUR_US
    assert alarm.comings == 24, "what is said as it clears has the count"


def test_a_standstill_is_no_time_in_which_it_was_gone() -> None:
    alarm = Alarm()
    for time_us, level in _breathing(1.0, 1.0):
        alarm.level = alarm.hold(level, time_us)
    alarm.pause(3 * DAY_US)
    assert alarm.hold(0, START_US + 4 * DAY_US) == 1


def test_a_higher_level_shows_at_once_and_falls_late() -> None:
    course = [*_breathing(1.0, 1.0), *_course([(3, 600), (0, 7_200), (1, 600), (0, 90_000)])]
    times = [START_US + number * 10 * MINUTE_US for number in range(len(course))]
    shown = _shown([(time_us, level) for time_us, (_, level) in zip(times, course, strict=True)])
    high = next(number for number, (_, level) in enumerate(course) if level == 3)
    assert shown[high] == 3
    assert shown[high + 6] == 3
    assert shown[-1] == 0
    assert 1 in shown[high:], "it came at low meanwhile, so it is lowered before it clears"


def test_what_stands_for_days_does_not_come_and_go_any_more() -> None:
    shown = _shown([*_breathing(1.0, 1.0)])
    alarm = Alarm()
    for time_us, level in _breathing(1.0, 1.0):
        alarm.level = alarm.hold(level, time_us)
    later_us = START_US + DAY_US
    for number in range(600):
        alarm.level = alarm.hold(1, later_us + number * 10 * MINUTE_US)
    assert shown[-1] == alarm.level == 1
    assert alarm.hold(0, later_us + 600 * 10 * MINUTE_US) == 0


@given(PERIOD, st.integers(1, 60))
def test_never_less_than_by_itself_and_bounded_in_number(pieces: list[tuple[int, int]], minutes: int) -> None:
    repeated = (pieces * 400)[:1_200]
    course = _course(repeated, minutes)[:6_000]
    shown = _shown(course)
    assert all(held >= level for held, (_, level) in zip(shown, course, strict=True))
    days = (course[-1][0] - START_US) / DAY_US
    assert _changes(shown) <= 24 + 12 * days


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(10**12), 10**12)), max_size=80))
def test_clocks_that_leap_leave_it_bounded(course: list[tuple[int, int]]) -> None:
    recurrence, shown = Recurrence(), 0
    for level, step_us in course:
        before, shown = shown, recurrence.hold(shown, level, START_US + step_us)
        assert shown >= level
        assert shown <= max(before, level)
        assert len(recurrence.comings_s) <= MIN_COMINGS
        assert recurrence.quiet_us <= DAY_US < WITHIN_US
