"""A machine that is louder for a quarter of an hour each morning, and whoever describes it as one."""

import pytest

from models.clock import DAY_US, HOUR_US, MINUTE_US
from tests.models.fold.observed import START_US, alerts, configured, healths, run, vibration

DAYS, LEARNED_DAYS, BOWED = 6, 2, 2.2


def mornings(faulty_from_day=DAYS, factor=1.0):
    """Twelve hours a day, a block a minute; for the first quarter of an hour it shakes 2.2 times as much."""
    number = 0
    for day in range(DAYS):
        for minute in range(12 * 60 + 10):
            time_us = START_US + day * DAY_US + minute * MINUTE_US
            common = {"time_us": time_us, "observed_us": time_us, "digest": f"{number:016x}"}
            number += 1
            if minute >= 12 * 60:
                yield vibration(number, factor=0.01, speed_rpm=0.0, **common)
                continue
            loud = BOWED if day and minute < 15 else 1.0
            yield vibration(
                number, factor=loud * (factor if day >= faulty_from_day else 1.0), speed_rpm=1480.0, **common
            )


def changes(outputs):
    return [each for each in alerts(outputs) if each.rule in {"change", "anomaly"} and each.state == "active"]


def test_a_start_as_it_is_described_raises_nothing_and_a_fault_behind_it_is_told_within_minutes():
    _, outputs = run([configured(start_s=1200.0), *mornings()])
    assert changes(outputs) == []
    assert {health.status for health in healths(outputs)[-600:-20]} == {"healthy"}
    _, outputs = run([configured(start_s=1200.0), *mornings(faulty_from_day=4, factor=4.0)])
    first = next(each for each in changes(outputs) if each.rule == "change" and each.priority != "low")
    begun_us = START_US + 4 * DAY_US
    assert begun_us <= first.time.timestamp() * 1e6 <= begun_us + HOUR_US


def test_without_that_each_morning_is_told():
    _, outputs = run([configured(), *mornings()])
    assert len(changes(outputs)) >= DAYS - LEARNED_DAYS


@pytest.mark.parametrize("start_s", [0.0, 3600.0])
def test_whatever_is_described_ends_with_the_description(start_s):
    state, _ = run([configured(start_s=start_s), vibration(0)])
    assert state.operation.runs.start_us == start_s * 1e6
    state, _ = run([configured()], state)
    assert state.operation.runs.start_us == 2 * MINUTE_US
