"""A machine that was not sound when it fell silent: its alert stands, and is told with the silence beside it."""

import pytest

from models.clock import MINUTE_US, SECOND_US, from_datetime
from models.observations import AcceptObserved, Tick
from tests.models.fold.observed import alerts, at, healths, learned, run, temperature, vibration

SILENT = 100 + 60


def silent(factor, *, minutes=30):
    """A pump that grows this much louder for ten minutes, and of which nothing comes any more then."""
    state, _ = learned(*(vibration(i, factor=factor) for i in range(100, SILENT)))
    return run([Tick(machine="pump", observed_us=at(SILENT) + k * MINUTE_US) for k in range(1, minutes)], state)


@pytest.mark.parametrize(("factor", "status"), [(2.0, "watch"), (4.0, "warning"), (20.0, "critical")])
def test_it_stays_what_it_was_and_says_that_nobody_knows_any_more(factor, status):
    _, outputs = silent(factor)
    (health,) = healths(outputs)
    assert (health.status, health.guard, health.score) == (status, "silent", None)
    assert (health.point, health.running, health.remaining_life_h) == ("", None, None)
    assert health.reason == "Nothing has come from this machine for too long."
    assert from_datetime(health.judged_at) == at(SILENT - 1)
    assert from_datetime(health.time) == at(SILENT - 1) + 1
    assert [(alert.rule, alert.priority) for alert in alerts(outputs)] == [("no_data", "low")]


def test_a_sound_one_has_no_data():
    _, outputs = silent(1.0)
    (health,) = healths(outputs)
    assert (health.status, health.guard) == ("no_data", None)


def test_with_the_next_word_it_is_judged_again():
    state, _ = silent(20.0)
    _, outputs = run([vibration(i, factor=20.0) for i in range(500, 510)], state)
    assert {health.status for health in healths(outputs)} == {"critical"}
    assert {health.guard for health in healths(outputs)} == {None}
    assert healths(outputs)[-1].score is not None


def test_what_people_accept_while_it_is_silent_stands_no_more():
    state, _ = silent(4.0)
    accept = AcceptObserved(
        machine="pump", observed_us=at(400), time_us=at(400), digest="accept", point="", note="after the repair"
    )
    state, outputs = run([accept], state)
    assert {(alert.rule, alert.state) for alert in alerts(outputs)} == {
        ("anomaly", "cleared"),
        ("change", "cleared"),
    }
    _, outputs = run([temperature(900)], state)
    assert healths(outputs)[-1].status not in ("warning", "critical")


@pytest.mark.parametrize("minutes", [6, 90])
def test_a_silence_says_when_it_was_noticed_and_with_its_length_when_the_machine_was_heard(minutes):
    """By the clock of the worker: of what was measured an hour ago that says when the gateway fell out."""
    late_us = 60 * MINUTE_US
    state, _ = learned(*(vibration(i, observed_us=at(i) + late_us) for i in range(100, SILENT)))
    ticks = [Tick(machine="pump", observed_us=at(SILENT) + late_us + k * MINUTE_US) for k in range(1, minutes)]
    again = vibration(SILENT, observed_us=at(SILENT) + late_us + minutes * MINUTE_US)
    _, outputs = run([*ticks, again], state)
    raised, cleared = alerts(outputs)
    heard_us = at(SILENT - 1) + late_us
    for alert in (raised, cleared):
        assert abs(from_datetime(alert.noticed) - round(alert.value * SECOND_US) - heard_us) <= 1
    assert from_datetime(raised.noticed) == at(SILENT) + late_us + 5 * MINUTE_US
    assert cleared.noticed > raised.noticed
