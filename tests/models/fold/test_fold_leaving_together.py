"""Leaving and coming back among shelves, plans and rhythms: what is told last stands."""

from models.advice.deadlines import next_due_us
from models.clock import DAY_US, HOUR_US
from models.fold import step
from models.machinery.quiet_times import QuietTimes
from models.observations import AcceptObserved, ShelveObserved, UnshelveObserved
from tests.models.fold.leaving import HOUR, roster, tick
from tests.models.fold.observed import alerts, at, healths, learned, run, vibration


def acted(kind, i, **more):
    return kind(machine="pump", observed_us=at(i), time_us=at(i), digest=f"{kind.__name__} {i}", **more)


def shelved(i, **more):
    return acted(ShelveObserved, i, until_us=at(i) + DAY_US, **more)


def times_of(outputs, rule):
    return [each.time for each in alerts(outputs) if each.rule == rule]


def rising(times):
    return len(times) > 2 and times == sorted(set(times))


def silent(*more):
    """A pump of which nothing comes any more, and which that is told of."""
    state, first = learned(tick(at(100) + HOUR_US))
    assert state.silence.level
    state, second = run(more, state)
    return state, [*first, *second]


def test_a_shelved_alert_that_ends_by_retiring_is_over_in_what_is_stored_too():
    """Shelved, unshelved and shelved, it was told at three times behind the last measurement; its end is behind."""
    begin = 100 + 2 * HOUR
    _, outputs = silent(
        shelved(begin), acted(UnshelveObserved, begin + 1), shelved(begin + 2), roster("retire", begin + 3)
    )
    assert rising(times_of(outputs, "no_data"))
    assert alerts(outputs)[-1].state == "cleared"
    assert healths(outputs)[-1].guard == "retired"
    assert healths(outputs)[-1].time > alerts(outputs)[-1].time


def test_late_data_end_a_silence_behind_all_that_was_told_of_it():
    begin = 100 + 2 * HOUR
    back = vibration(50, digest="late", observed_us=at(begin + 9))
    _, outputs = silent(shelved(begin), acted(UnshelveObserved, begin + 1), back, tick(at(begin + 9) + 5 * HOUR_US))
    assert [each.state for each in alerts(outputs)] == ["active", "active", "active", "cleared", "active"]
    assert rising(times_of(outputs, "no_data"))


def test_who_returns_and_stays_silent_is_told_behind_the_silence_before():
    begin = 100 + 2 * HOUR
    _, outputs = silent(roster("retire", begin), roster("return", begin + 1), tick(at(begin) + 9 * HOUR_US))
    assert [each.state for each in alerts(outputs)] == ["active", "cleared", "active"]
    assert rising(times_of(outputs, "no_data"))


def test_a_planned_silence_ends_with_retiring_and_is_planned_anew_from_the_return_on():
    plan = acted(AcceptObserved, 100, quiet=QuietTimes(longest_min=600))
    state, _ = learned(plan)
    state, outputs = run([tick(next_due_us(state))], state)
    assert healths(outputs)[-1].guard == "planned"
    begin = 100 + 20 * HOUR  # long after it was expected back
    state, outputs = run([roster("retire", 100 + HOUR), roster("return", begin)], state)
    gone, returned = healths(outputs)
    assert (gone.guard, returned.guard) == ("retired", None)
    assert gone.time < returned.time
    due_us = next_due_us(state)
    assert at(begin) < due_us < at(begin) + HOUR_US
    state, outputs = run([tick(due_us)], state)
    assert healths(outputs)[-1].guard == "planned"
    assert healths(outputs)[-1].time > returned.time


def test_a_rhythm_that_was_proposed_before_it_was_retired_is_proposed_again():
    state, i = learned()[0], 100

    def sleeps(times):
        nonlocal state, i
        told = []
        for _ in range(times):
            i += 4 * HOUR
            for _ in range(4):
                i += 1
                state, out = step(state, vibration(i))
                told += [each.state for each in alerts([out]) if each.rule == "rhythm"]
        return told

    assert sleeps(12) == ["active"]
    state, outputs = run([roster("retire", i + 1), roster("return", i + 2)], state)
    assert ("rhythm", "cleared") in {(each.rule, each.state) for each in alerts(outputs)}
    i += 2
    assert sleeps(2) == ["active"]
