from datetime import UTC, datetime

import pytest

from models.clock import from_datetime
from stream.config.durations import LearningPeriod, parse_duration_us, parse_learning_period


@pytest.mark.parametrize(
    ("text", "seconds"), [("400s", 400), ("30m", 1800), (" 2h ", 7200), ("1.5 h", 5400), ("3d", 259_200), ("0s", 0)]
)
def test_durations(text: str, seconds: float):
    assert parse_duration_us(text) == seconds * 1_000_000
    assert parse_learning_period(text).end_us(first_us=7) == 7 + seconds * 1_000_000


@pytest.mark.parametrize("text", ["2026-03-01T08:30:00Z", "2026-03-01T16:30:00+08:00", "2026-03-01 08:30+00:00"])
def test_moments(text: str):
    moment_us = from_datetime(datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    assert parse_learning_period(text) == LearningPeriod(until_us=moment_us)
    assert parse_learning_period(text).end_us(first_us=7) == moment_us


@pytest.mark.parametrize(
    "text", ["", "x", "5", "5 weeks", "-5s", "1e3s", "9999999d", "2026-03-01T08:30:00", "2026-03-01"]
)
def test_anything_else_says_how_to_write_it(text: str):
    with pytest.raises(ValueError, match="400s"):
        parse_learning_period(text)
