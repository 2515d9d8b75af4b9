"""Rhythms: learned from what came, proposed once, counting once accepted, given up where they no longer hold."""

import msgspec
import pytest

from models import fold
from models.clock import DAY_US, HOUR_US, MINUTE_US
from models.machinery.machine import Configuration, Machine
from models.machinery.quiet_text import parse_quiet, parse_works, quiet_text
from models.machinery.quiet_times import NOTHING_QUIET, Calendar, QuietTimes
from models.machinery.time_zone import UTC_ZONE, Zone
from models.observations import AcceptObserved, Configured, TemperatureObserved, Tick
from tests.models.fold.observed import alerts, healths, run

MONDAY_US = 20_787 * DAY_US
BERLIN = Zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")


def measured(time_us, **changes):
    fields = {
        "machine": "pump",
        "point": "bearing",
        "time_us": time_us,
        "observed_us": time_us,
        "digest": str(time_us),
        "indicators": {"value_c": 60.0},
        **changes,
    }
    return TemperatureObserved(**fields)


def days(first, last, *, begin_h=6.0, end_h=18.0, weekend=True, every_min=10):
    """Days of work with ticks in their nights, as the worker makes them."""
    for day in range(first, last):
        start_us = MONDAY_US + day * DAY_US
        works = weekend or day % 7 < 5
        for minute in range(0, 1440, every_min):
            us = start_us + minute * MINUTE_US
            if works and begin_h * 60 <= minute < end_h * 60:
                yield measured(us)
            else:
                yield Tick(machine="pump", observed_us=us)


def configured(calendar=msgspec.UNSET):
    return Configured(
        machine="pump",
        observed_us=MONDAY_US,
        configuration=Configuration(machine=Machine(id="pump"), calendar=calendar),
    )


def accepted(quiet, day, digest="accepted"):
    us = MONDAY_US + day * DAY_US
    return AcceptObserved(machine="pump", observed_us=us, time_us=us, digest=digest, by="Wei", quiet=quiet)


def of(outputs, rule):
    return [(alert.state, alert.text) for alert in alerts(outputs) if alert.rule == rule]


def learned(until=10, **how):
    return run([configured(), *days(0, until, **how)])


def test_a_rhythm_is_proposed_once_with_the_command_that_accepts_it():
    state, outputs = learned(30)
    told = of(outputs, "rhythm")
    assert len(told) == 1
    assert told[0][0] == "active"
    assert "seen 9 times" in told[0][1]
    assert "`stethos accept pump --rhythm 17:50-06:00`" in told[0][1]
    assert state.rhythm.accepted is None, "it counts for nothing before that"
    nights = [state for state, _ in of(outputs, "no_data")]
    assert nights.count("active") >= 5


def test_an_accepted_rhythm_raises_nothing_and_its_proposal_is_over():
    state, _ = learned()
    state, outputs = run([accepted(state.rhythm.proposed, 10), *days(10, 24)], state)
    assert of(outputs, "no_data") in ([], [("cleared", "Accepted as its plan of silence by Wei.")])
    assert [state for state, _ in of(outputs, "rhythm")] == ["cleared"]
    assert {each.status for each in healths(outputs)} <= {"healthy", "not_judged", "warming_up"}
    assert {each.guard for each in healths(outputs) if each.status == "not_judged"} == {"planned"}


def test_a_death_is_told_at_the_expected_return_and_a_tenth():
    state, _ = learned()
    state, _ = run([accepted(state.rhythm.proposed, 10), *days(10, 12)], state)
    dead_us = MONDAY_US + 12 * DAY_US
    ticks = [Tick(machine="pump", observed_us=dead_us + minute * MINUTE_US) for minute in range(480)]
    _, outputs = run(ticks, state)
    raised = [tick.observed_us for tick, out in zip(ticks, outputs, strict=True) if alerts([out])]
    assert raised == [dead_us + 7 * HOUR_US]


@pytest.mark.parametrize("what", ["none", "another"])
def test_it_can_be_withdrawn_and_what_was_declined_is_not_asked_again_for_long(what):
    state, _ = learned()
    quiet = NOTHING_QUIET if what == "none" else parse_quiet(["Sun"])
    state, outputs = run([accepted(quiet, 10), *days(10, 30)], state)
    proposals = [text for state, text in of(outputs, "rhythm") if state == "active"]
    assert len(proposals) == (0 if what == "none" else 1), "its rhythm is another than the one that was said"
    assert of(outputs, "no_data")
    if what == "none":
        assert state.rhythm.accepted is None


def test_one_that_no_longer_sleeps_is_told_and_excuses_nothing_any_more():
    state, _ = learned()
    state, outputs = run([accepted(state.rhythm.proposed, 10), *days(10, 12)], state)
    state, outputs = run(days(12, 20, begin_h=0, end_h=24), state)
    told = of(outputs, "rhythm")
    assert [state for state, _ in told] == ["active"]
    assert "no longer holds (17:50-06:00 (UTC)): 4 of its last" in told[0][1]
    _, outputs = run([Tick(machine="pump", observed_us=MONDAY_US + 20 * DAY_US + 3 * HOUR_US)], state)
    assert [state for state, _ in of(outputs, "no_data")] == ["active"]


def test_one_that_moves_is_told_and_the_new_rhythm_is_proposed():
    state, _ = learned()
    moved = list(days(10, 40, begin_h=9, end_h=21))
    state, outputs = run([accepted(state.rhythm.proposed, 10), *moved], state)
    told = [text for state, text in of(outputs, "rhythm") if state == "active"]
    assert "no longer holds" in told[0]
    assert "--rhythm 20:50-09:00" in told[-1]


def test_weekends_off_are_learned_by_the_plants_clock():
    state, outputs = run([configured(Calendar(BERLIN)), *days(0, 22, begin_h=5, end_h=17, weekend=False)])
    assert quiet_text(state.rhythm.proposed) == "Mon-Thu 17:50-06:00; Fri 17:50 - Mon 06:00"
    assert state.rhythm.proposed.minutes >= parse_works(["Mon-Fri 06:00-18:00"]).minutes
    assert "(UTC)" not in of(outputs, "rhythm")[0][1]


def test_what_the_calendar_plans_is_no_rhythm_to_be_asked_about():
    state, outputs = run([configured(Calendar(UTC_ZONE, parse_quiet(["18:00-06:00"]))), *days(0, 20)])
    assert alerts(outputs) == []
    assert state.rhythm.spans == []


def test_a_time_in_which_the_worker_was_away_is_no_silence():
    state, _ = run([configured(), *days(0, 1)])
    start_us = MONDAY_US + DAY_US + 6 * HOUR_US
    read_us = start_us + 9 * HOUR_US
    backlog = [measured(us, observed_us=read_us, arrived_us=us) for us in range(start_us, read_us, 10 * MINUTE_US)]
    before = len(state.rhythm.spans) if state.rhythm else 0
    first = measured(start_us - 10 * MINUTE_US)
    state, _ = run([first, *backlog], state)
    assert len(state.rhythm.spans) == before + 1, "the night alone"


def test_what_is_kept_is_small():
    state, _ = learned(40, weekend=False)
    state, _ = run([accepted(state.rhythm.proposed, 40)], state)
    assert len(msgspec.msgpack.encode(state.rhythm)) < 420
    assert fold.load_state(fold.dump_state(state)).rhythm == state.rhythm


def test_a_sensor_that_stops_sleeping_lapses():
    quiet = QuietTimes(longest_min=240)
    state, _ = run([configured(), *days(0, 2, begin_h=0, end_h=24), accepted(quiet, 2)])
    state, outputs = run(days(2, 6, begin_h=0, end_h=24), state)
    assert len(of(outputs, "rhythm")) == 1
    assert state.rhythm.accepted is None
