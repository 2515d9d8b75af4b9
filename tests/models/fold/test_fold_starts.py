"""A machine that is louder for a quarter of an hour each morning, and whoever describes it as one."""

from math import log

import pytest

from models.clock import DAY_US, HOUR_US, MINUTE_US
from models.fold import dump_state, load_state
from models.observations import AcceptObserved
from tests.models.fold.observed import START_US, alerts, configured, healths, run, vibration

DAYS, BOWED = 6, 2.2


def mornings(
    faulty_from_day=99, factor=1.0, *, days=DAYS, bowed=lambda day: BOWED if day else 1.0, faulty_minute=0
):
    """Twelve hours a day, a block a minute; for the first quarter of an hour it shakes 2.2 times as much."""
    number = 0
    for day in range(days):
        for minute in range(12 * 60 + 10):
            time_us = START_US + day * DAY_US + minute * MINUTE_US
            common = {"time_us": time_us, "observed_us": time_us, "digest": f"{number:016x}"}
            number += 1
            if minute >= 12 * 60:
                yield vibration(number, factor=0.01, speed_rpm=0.0, **common)
                continue
            loud = bowed(day) if minute < 15 else 1.0
            faulty = (day, minute) >= (faulty_from_day, faulty_minute)
            yield vibration(number, factor=loud * (factor if faulty else 1.0), speed_rpm=1480.0, **common)


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


def raised(outputs):
    """Whole hours into the history, and priority, of each alert of change that was raised."""
    return [
        (round((each.time.timestamp() * 1e6 - START_US) / HOUR_US), each.priority)
        for each in changes(outputs)
        if each.rule == "change"
    ]


def test_a_start_that_is_the_same_each_morning_is_told_once_and_learned():
    _, outputs = run([configured(), *mornings(days=14)])
    assert raised(outputs) == [(24, "low")], "nothing is known of starts on the first morning that is like that"
    assert {health.status for health in healths(outputs)[-4_000:]} == {"healthy", "stopped"}
    loud = [health for health in healths(outputs)[-720:] if health.running == "starting"]
    assert 8 <= len(loud) <= 25, "people are told that it is starting for as long as it is louder than afterwards"


@pytest.mark.parametrize("faulty_minute", [0, 5, 40, 300])
def test_a_fault_shows_through_a_start_that_is_known(faulty_minute):
    day = 10
    _, outputs = run([configured(), *mornings(day, 4.5, days=day + 1, faulty_minute=faulty_minute)])
    begun_us = START_US + day * DAY_US + faulty_minute * MINUTE_US
    told = [each for each in changes(outputs) if each.rule == "change" and each.priority != "low"]
    assert told
    assert begun_us <= told[0].time.timestamp() * 1e6 <= begun_us + 15 * MINUTE_US
    assert ("unlike its starts before" in told[0].text) == (faulty_minute < 10)


def test_a_start_that_gets_worse_from_day_to_day_is_told_before_it_is_twice_what_it_was():
    _, outputs = run([configured(), *mornings(days=30, bowed=lambda day: 1.5 * 1.04**day)])
    hours = [hour for hour, _ in raised(outputs) if hour > 8 * 24]
    assert hours
    assert 1.04 ** (hours[0] // 24 - 8) <= 2.0


def test_another_way_of_starting_is_told_each_morning_until_somebody_accepts_it():
    def winter(day):
        return 1.2 if day < 10 else 2.6

    def accepting(before_day):
        for each in mornings(days=22, bowed=winter):
            if each.time_us == START_US + before_day * DAY_US + 6 * MINUTE_US:
                us = each.time_us
                yield AcceptObserved(machine="pump", observed_us=us, time_us=us, digest="so", by="crew", point="")
            yield each

    _, outputs = run([configured(), *accepting(99)])
    told = [each for each in changes(outputs) if each.rule == "change"]
    assert len([hour for hour, _ in raised(outputs) if hour >= 10 * 24]) >= 10
    assert "stethos accept" not in told[0].text
    assert "stethos accept" in told[-1].text
    _, outputs = run([configured(), *accepting(14)])
    assert not [hour for hour, _ in raised(outputs) if hour > 15 * 24], "and nothing is told from then on"


def test_an_older_state_goes_on_without_starts():
    observations = list(mornings(days=4))
    state, _ = run([configured(), *observations[:1_500]])
    for channel in state.channels.values():
        channel.starts = None
    _, outputs = run(observations[1_500:], load_state(dump_state(state)))
    assert healths(outputs)[-11].status == "healthy"


@pytest.mark.parametrize("start_s", [0.0, 3600.0])
def test_whatever_is_described_ends_with_the_description(start_s):
    state, _ = run([configured(start_s=start_s), vibration(0)])
    assert state.operation.runs.start_us == start_s * 1e6
    state, _ = run([configured()], state)
    assert state.operation.runs.start_us == 2 * MINUTE_US


def test_what_is_within_its_usual_limits_after_a_start_makes_no_more_room_for_a_fault():
    """A point whose baseline is low and wide, as it learned some of its standstill: twice that is its running."""
    state, _ = run([configured(), *mornings(days=1)])
    channel = state.channels["indicators/drive-end"]
    for baseline in channel.baselines.values():
        baseline.location, baseline.scale = baseline.location - log(2.0), 0.4
    observations = [each for each in mornings(days=10, bowed=lambda _: 1.0) if each.time_us > state.time_us]
    state, _ = run(observations, state)
    usual = state.channels["indicators/drive-end"].starts.usual
    assert usual
    assert not any(usual[: len(usual) // 2])
