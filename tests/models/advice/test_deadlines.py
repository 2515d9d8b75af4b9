"""A machine's next deadline: ticks are needed then and only then, whatever has come before."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.advice.deadlines import deadlines_us, next_due_us
from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from models.observations import Tick
from models.outputs import Alert
from tests.models.fold.observed import at, configured, run, vibration
from tests.models.fold.test_fold_properties import OBSERVATIONS, grown

MACHINE = "泵 1"
drawn = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GAPS = st.sampled_from([SECOND_US, 20 * SECOND_US, 4 * MINUTE_US, 7 * MINUTE_US, HOUR_US, 9 * HOUR_US])


def tick(observed_us):
    return Tick(machine=MACHINE, observed_us=observed_us)


def spaced(observations, gaps):
    """Let them be observed one after the other, with these gaps; what is late or ahead of its time stays so."""
    observed_us, found = at(100), []
    for observation, gap_us in zip(observations, gaps, strict=False):
        observed_us += gap_us
        changes = {"observed_us": observed_us}
        if hasattr(observation, "time_us"):
            lag_us = observation.observed_us - observation.time_us
            changes["time_us"] = observed_us - (lag_us if abs(lag_us) < HOUR_US else 0)
        found.append(msgspec.structs.replace(observation, **changes))
    return found


HISTORIES = st.builds(spaced, OBSERVATIONS.filter(bool), st.lists(GAPS, min_size=60, max_size=60))


def folded(observations, *, when_due, each_minute):
    """Fold with a tick for each deadline that comes, each minute, or both, until a day after the last."""
    state, _ = run(grown())
    ends = [*(each.observed_us for each in observations[1:]), at(100) + 30 * DAY_US]
    said = []
    for observation, end_us in zip(observations, ends, strict=True):
        state, out = fold.step(state, observation)
        said += out
        now_us, until_us = observation.observed_us, min(end_us, observation.observed_us + 12 * HOUR_US)
        minute_us = now_us
        while True:
            minute_us = (minute_us // MINUTE_US + 1) * MINUTE_US if minute_us <= now_us else minute_us
            due_us = next_due_us(state) if when_due else None
            times = [minute_us] if each_minute else []
            times += [] if due_us is None else [max(due_us, now_us)]
            if not times or (now_us := min(times)) >= until_us:
                break
            state, out = fold.step(state, tick(now_us))
            said += out
    return said


def subsequence(some, of):
    rest = iter(of)
    return all(any(each == other for other in rest) for each in some)


@drawn
@given(HISTORIES)
def test_ticks_between_deadlines_change_nothing(observations):
    only_due = folded(observations, when_due=True, each_minute=False)
    both = folded(observations, when_due=True, each_minute=True)
    assert msgspec.json.encode(both) == msgspec.json.encode(only_due)


def told(outputs):
    return [(each.rule, each.state, each.priority, each.point) for each in outputs if isinstance(each, Alert)]


@drawn
@given(HISTORIES)
def test_what_ticks_each_minute_bring_out_deadlines_bring_out_as_well(observations):
    each_minute = folded(observations, when_due=False, each_minute=True)
    only_due = folded(observations, when_due=True, each_minute=False)
    assert subsequence(told(each_minute), told(only_due)), "a minute's tick may miss a silence that ends before it"


@pytest.mark.parametrize("before", [[], grown()], ids=["new", "grown"])
@drawn
@given(OBSERVATIONS, st.integers(0, 60))
def test_a_tick_at_the_deadline_brings_a_later_one_or_none_and_they_are_stored(before, observations, seconds):
    state, _ = run([*before, *observations])
    for _ in range(12):
        due_us = None if state is None else next_due_us(state)
        if due_us is None:
            return
        restored = fold.load_state(fold.dump_state(state))
        assert deadlines_us(restored) == deadlines_us(state)
        now_us = max(due_us, state.observed_us) + seconds * SECOND_US
        state, _ = fold.step(state, tick(now_us))
        later_us = next_due_us(state)
        assert later_us is None or later_us > now_us
    pytest.fail("there is always another one")


@drawn
@given(OBSERVATIONS, st.floats(0.0, 1.0, exclude_max=True))
def test_a_tick_before_the_deadline_gives_nothing(observations, part):
    state, _ = run([*grown(), *observations])
    due_us = next_due_us(state)
    now_us = state.observed_us + HOUR_US
    if due_us is not None:
        if due_us <= state.observed_us:
            return
        now_us = state.observed_us + round((due_us - 1 - state.observed_us) * part)
    before = deadlines_us(state)
    state, outputs = fold.step(state, tick(now_us))
    assert outputs == ()
    assert deadlines_us(state) == before


def test_silence_is_due_to_the_microsecond():
    state, _ = run(grown())
    due_us = next_due_us(state)
    assert fold.step(state, tick(due_us - 1))[1] == ()
    assert [each.rule for each in fold.step(state, tick(due_us))[1] if isinstance(each, Alert)] == ["no_data"]
    assert next_due_us(state) is None, "it has been told"
    again = vibration(200, machine=MACHINE)
    state, _ = fold.step(state, again)
    assert next_due_us(state) > again.observed_us


def gathered(uploads):
    """A gateway that sends once an hour what was measured each minute."""
    number = 0
    for hour in range(uploads):
        for minute in range(60):
            us = at(0) + hour * HOUR_US + minute * MINUTE_US
            yield vibration(number, time_us=us, observed_us=at(0) + (hour + 1) * HOUR_US + minute * SECOND_US)
            number += 1


@pytest.mark.parametrize("uploads", [1, 2, 3, 6])
def test_what_a_gateway_gathers_is_awaited_to_the_microsecond(uploads):
    state, _ = run([configured(), *gathered(uploads)])
    due_us = next_due_us(state)
    early = Tick(machine="pump", observed_us=due_us - 1)
    assert fold.step(state, early)[1] == ()
    assert fold.step(state, Tick(machine="pump", observed_us=due_us))[1] != ()
    assert (due_us - state.heard_us > HOUR_US) is (uploads > 2)


def test_a_habit_of_gathering_that_is_forgotten_ends_with_what_is_usual_then():
    state, _ = run([configured(), *gathered(3)])
    state.uploads.known_us -= 3 * HOUR_US - 20 * MINUTE_US  # long ago, and not often enough since
    due_us = next_due_us(state)
    assert due_us - state.heard_us < HOUR_US
    assert fold.step(state, Tick(machine="pump", observed_us=due_us - 1))[1] == ()
    assert fold.step(state, Tick(machine="pump", observed_us=due_us))[1] != ()


def test_a_machine_of_which_nothing_was_heard_has_nothing_due():
    state, _ = run([configured()])
    assert next_due_us(state) is None
