"""Everything together: whatever a machine measures and people do to it, in any order, the fold's word holds."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.advice.deadlines import next_due_us
from models.advice.late_alerts import LATE_RULE
from models.advice.open_alarms import open_alarms
from models.advice.roster import RETIRED_RULE
from models.clock import MINUTE_US
from models.fold import dump_state, initial_state, load_state, step
from models.observations import Tick
from models.outputs import Alert, Health
from tests.models.fold.histories import HISTORIES, followed, observed_of
from tests.models.fold.observed import run

together = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_MOST_TICKS = 50


@together
@given(HISTORIES, st.floats(0.0, 1.0), st.booleans())
def test_any_history_goes_on_from_any_cut_bit_for_bit(steps, cut, grown):
    observed = [each for each, _, _ in followed(observed_of(steps, grown=grown))]
    place = int(cut * len(observed))
    whole, outputs = run(observed)
    state, first = run(observed[:place], initial_state("pump"))
    state, second = run(observed[place:], load_state(dump_state(state)))
    assert first + second == outputs
    assert dump_state(state) == dump_state(whole)


@together
@given(HISTORIES, st.booleans())
def test_a_tick_that_is_due_brings_a_later_one_or_none_and_ticks_come_to_rest(steps, grown):
    *_, (_, _, state) = followed(observed_of(steps, grown=grown))
    for _ in range(_MOST_TICKS):
        due_us = next_due_us(state)
        if due_us is None:
            return
        now_us = max(due_us, state.observed_us)
        state, _ = step(state, Tick(machine="pump", observed_us=now_us))
        later_us = next_due_us(state)
        assert later_us is None or later_us > now_us
    assert later_us is None or later_us > state.observed_us + MINUTE_US


@together
@given(HISTORIES, st.booleans())
def test_nothing_that_is_due_is_missed(steps, grown):
    """After every tick and every observation whatever is due lies ahead, or a tick now tells it and is done."""
    for observation, _, state in followed(observed_of(steps, grown=grown)):
        due_us = next_due_us(state)
        if isinstance(observation, Tick):
            assert due_us is None or due_us > state.observed_us


@together
@given(HISTORIES, st.booleans())
def test_alerts_pair_up_and_their_times_rise(steps, grown):
    """An alert is raised, goes on and is cleared under one id, never before what was told of its point and rule."""
    standing, newest = {}, {}
    everything = list(followed(observed_of(steps, grown=grown)))
    for _, out, _ in everything:
        for alert in (each for each in out if isinstance(each, Alert)):
            place = alert.point, alert.rule
            if alert.rule != LATE_RULE:  # what came late is told as past, at the time that it had
                assert place not in newest or newest[place] < alert.time, place
                newest[place] = alert.time
            if alert.state == "active":
                assert standing.get((*place, alert.id)) is None or alert.id == standing[(*place, alert.id)].id
                standing[(*place, alert.id)] = alert
            else:
                assert (*place, alert.id) in standing
                del standing[(*place, alert.id)]
    state = everything[-1][2]
    known = {(each.point, each.rule, each.alarm.id) for each in open_alarms(state)}
    if state.left is not None and state.left.alarm is not None and state.left.alarm.level:
        known.add(("", RETIRED_RULE, state.left.alarm.id))
    assert known == set(standing)


@together
@given(HISTORIES, st.booleans())
def test_what_stands_open_never_looks_healthy(steps, grown):
    for _, out, state in followed(observed_of(steps, grown=grown)):
        worst = max((each.alarm.level for each in open_alarms(state) if each.rule != "clock"), default=0)
        for health in (each for each in out if isinstance(each, Health)):
            if worst >= 2:
                assert health.status not in ("healthy", "watch"), health
            if state.left is not None or state.silence.present:
                assert health.status != "healthy"


@together
@given(HISTORIES)
def test_the_newest_health_of_a_machine_is_the_one_told_last(steps):
    """What is said of a machine though nothing came stands behind all that was said of it before."""
    newest = None
    for observation, out, state in followed(observed_of(steps)):
        for health in (each for each in out if isinstance(each, Health) and not each.point):
            assert newest is None or health.time >= newest, (observation, health.status)
            newest = health.time
        if state.left is not None and state.left.kind == "forgotten":
            newest = None


@together
@given(HISTORIES)
def test_what_is_no_longer_shelved_has_been_told(steps):
    """As people see it, an alert is never set aside for longer than its shelf lasts."""
    shown = {}
    for _, out, state in followed(observed_of(steps)):
        for alert in (each for each in out if isinstance(each, Alert)):
            shown[alert.id] = alert
            if alert.state == "cleared":
                del shown[alert.id]
        for alert in shown.values():
            if alert.shelved_until is not None and alert.rule != RETIRED_RULE:
                assert alert.shelved_until.timestamp() * 1e6 > state.observed_us - MINUTE_US
