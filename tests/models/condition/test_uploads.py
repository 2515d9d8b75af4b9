"""A gateway that gathers is told from one that is silent."""

import pytest

from models.clock import HOUR_US, MINUTE_US
from models.condition.uploads import Uploads


def _gathered(uploads: Uploads, *, hours: float, times: int, start_us: int, count: int = 60) -> int:
    """Upload `count` measurements a second apart, each time after so many hours; give when the last came."""
    now_us, gap_us = start_us, int(hours * HOUR_US)
    for _ in range(times):
        now_us += gap_us
        for number in range(count):
            between_us = gap_us if number == 0 else 1_000_000
            now_us += 0 if number == 0 else between_us
            uploads.record(now_us, between_us, gap_us // count)
    return now_us


@pytest.mark.parametrize("hours", [0.25, 1.0, 4.0])
def test_the_second_upload_is_a_habit_and_allows_for_another(hours: float) -> None:
    uploads = Uploads()
    now_us = _gathered(uploads, hours=hours, times=1, start_us=0)
    assert uploads.allowed_us(now_us) == 0
    now_us = _gathered(uploads, hours=hours, times=1, start_us=now_us)
    gap_us = hours * HOUR_US
    assert gap_us * 1.1 < uploads.allowed_us(now_us + int(gap_us)) <= gap_us + 65 * MINUTE_US


def test_a_silence_of_which_nothing_comes_later_is_none() -> None:
    uploads, now_us = Uploads(), 0
    for _ in range(20):
        now_us += HOUR_US
        uploads.record(now_us, HOUR_US, HOUR_US)
        for _ in range(200):
            now_us += MINUTE_US
            uploads.record(now_us, MINUTE_US, MINUTE_US)
    assert uploads.gaps_us == []


def test_nothing_excuses_more_than_seven_hours() -> None:
    uploads = Uploads()
    now_us = _gathered(uploads, hours=20.0, times=6, start_us=0)
    assert uploads.allowed_us(now_us) <= 7 * HOUR_US + 5 * MINUTE_US


def test_a_habit_that_is_over_is_forgotten() -> None:
    uploads = Uploads()
    now_us = _gathered(uploads, hours=1.0, times=6, start_us=0)
    assert uploads.allowed_us(now_us + 2 * HOUR_US)
    assert uploads.allowed_us(now_us + 4 * HOUR_US) == 0


def test_what_it_remembers_is_bounded() -> None:
    uploads = Uploads()
    _gathered(uploads, hours=1.0, times=50, start_us=0)
    assert len(uploads.gaps_us) == 4
