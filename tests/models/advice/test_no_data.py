"""Silence of a machine that sends more seldom while it stands."""

import pytest

from models.clock import MINUTE_US, SECOND_US
from models.observations import Tick
from tests.models.fold.observed import START_US, alerts, configured, run, vibration

RUNS_MIN, STANDS_MIN = 90, 60


def days(stops, standing_min):
    """Runs that are measured every 20 s, standstills every few minutes, ticks each minute."""
    number, at_s = 0, 0
    for _ in range(stops):
        for _ in range(RUNS_MIN * 3):
            yield at(number, at_s, 1480.0, 1.0)
            number, at_s = number + 1, at_s + 20
        for minute in range(1, STANDS_MIN + 1):
            yield Tick(machine="pump", observed_us=START_US + (at_s + 60 * minute) * SECOND_US)
            if minute % standing_min == 0:
                yield at(number, at_s + 60 * minute, 0.0, 0.01)
                number += 1
        at_s += 60 * (STANDS_MIN + 1)


def at(number, at_s, speed_rpm, factor):
    us = START_US + at_s * SECOND_US
    return vibration(number, time_us=us, observed_us=us, speed_rpm=speed_rpm, factor=factor)


def silences(outputs):
    return [alert for alert in alerts(outputs) if alert.rule == "no_data" and alert.state == "active"]


@pytest.mark.parametrize("standing_min", [6, 10, 12])
def test_a_machine_that_sends_more_seldom_while_it_stands_is_not_silent(standing_min):
    _, outputs = run([configured(), *days(8, standing_min)])
    assert len(silences(outputs)) <= 2, "until it is known"
    first_stop_us = START_US + (RUNS_MIN + STANDS_MIN) * MINUTE_US
    assert all(alert.time.timestamp() * 1e6 <= first_stop_us for alert in silences(outputs))


@pytest.mark.parametrize("running", [True, False])
def test_one_that_is_dead_is_told_within_a_quarter_of_an_hour_of_running_and_half_an_hour_of_standing(running):
    observations = list(days(8, 10))
    state, _ = run([configured(), *(observations[: -STANDS_MIN - 6] if running else observations)])
    heard_us = state.heard_us
    ticks = [Tick(machine="pump", observed_us=heard_us + minute * MINUTE_US) for minute in range(1, 40)]
    _, outputs = run(ticks[: 15 if running else 31], state)
    assert len(silences(outputs)) == 1
