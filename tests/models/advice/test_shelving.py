"""Shelves: who is told is held back for a while, and never longer; what is judged is not held back at all."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.advice.deadlines import deadlines_us, next_due_us
from models.alarms.shelf import MAX_SHELVES
from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_datetime
from models.observations import ShelveObserved, Tick, UnshelveObserved
from models.outputs import Action, Alert, Health, Row
from tests.models.fold.observed import at, configured, kind, run, vibration
from tests.models.fold.test_fold_properties import OBSERVATIONS, grown

drawn = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shelved(observed_us, until_us, *, machine="pump", point="drive-end", rule="change", **more):
    return ShelveObserved(
        machine=machine,
        observed_us=observed_us,
        time_us=observed_us,
        digest=f"s{observed_us}{point}{rule}",
        until_us=until_us,
        point=point,
        rule=rule,
        **({"by": "王伟", "reason": "belt ordered"} | more),
    )


def unshelved(observed_us, *, machine="pump", point="", rule=""):
    return UnshelveObserved(
        machine=machine,
        observed_us=observed_us,
        time_us=observed_us,
        digest=f"u{observed_us}{point}{rule}",
        point=point,
        rule=rule,
    )


def louder(first, last, factor):
    return [vibration(i, factor=factor) for i in range(first, last)]


def standing(factor=1.9, until=200):
    """A pump whose alert of a change stands."""
    state, outputs = run([configured(), *louder(0, 100, 1.0), *louder(100, until, factor)])
    found = {each.rule: each for each in kind(outputs, Alert) if each.state == "active"}
    return state, found["change"].priority


def told(outputs):
    return [
        (each.state, each.priority, each.shelved_until is not None)
        for each in kind(outputs, Alert)
        if each.rule == "change"
    ]


LOW, HIGH = ("active", "low"), ("active", "high")


def test_what_stands_is_told_as_shelved_and_told_again_at_the_end_by_a_tick():
    state, priority = standing()
    until_us = at(200) + 2 * HOUR_US
    state, outputs = run([shelved(at(200), until_us)], state)
    alert = kind(outputs, Alert)[0]
    assert (alert.shelved_by, alert.shelved_reason) == ("王伟", "belt ordered")
    assert from_datetime(alert.shelved_until) == until_us
    assert told(outputs) == [("active", priority, True)]
    action = kind(outputs, Action)[0]
    assert (action.kind, action.rule, action.reason, action.refused) == ("shelve", "change", "belt ordered", "")
    assert deadlines_us(state)["shelf"] == until_us
    state, outputs = run([Tick(machine="pump", observed_us=until_us - 1)], state)
    assert told(outputs) == []
    state, outputs = run([Tick(machine="pump", observed_us=until_us)], state)
    assert told(outputs) == [("active", priority, False)]
    assert kind(outputs, Alert)[-1].text.startswith("No longer shelved. ")
    assert kind(outputs, Alert)[-1].id == alert.id
    assert state.shelves == []
    assert "shelf" not in deadlines_us(state)


def test_a_measurement_ends_it_as_well_as_a_tick():
    state, priority = standing()
    state, _ = run([shelved(at(200), at(205))], state)
    state, outputs = run(louder(201, 210, 1.9), state)
    assert told(outputs) == [("active", priority, False)]


def test_what_becomes_more_urgent_is_back_at_once_and_for_good():
    state, priority = standing(1.9)
    assert priority == "low"
    state, _ = run([shelved(at(200), at(200) + DAY_US)], state)
    state, outputs = run(louder(201, 400, 9.0), state)
    assert told(outputs)
    assert not any(is_shelved for _, _, is_shelved in told(outputs))
    assert state.shelves == []


def test_it_is_quiet_through_return_and_coming_again_unless_it_is_for_one_time():
    for one_shot in (False, True):
        state, priority = standing()
        state, _ = run([shelved(at(200), at(200) + DAY_US, one_shot=one_shot)], state)
        state, outputs = run([*louder(201, 300, 1.0), *louder(300, 400, 1.9)], state)
        returned, *again = told(outputs)
        assert returned[0] == "cleared"
        assert returned[2] is True, "that it is over is told as of what was shelved"
        assert again == [("active", priority, not one_shot)]
        assert bool(state.shelves) is not one_shot


def test_unshelving_tells_what_stands_at_once():
    state, priority = standing()
    state, _ = run([shelved(at(200), at(200) + DAY_US)], state)
    for other in (unshelved(at(201), point="nowhere"), unshelved(at(201), rule="anomaly")):
        state, outputs = run([other], state)
        assert told(outputs) == []
        assert len(state.shelves) == 1
    state, outputs = run([unshelved(at(202))], state)
    assert told(outputs) == [("active", priority, False)]
    assert state.shelves == []
    state, outputs = run([unshelved(at(203))], state)
    assert told(outputs) == [], "there is none"


def test_what_is_high_is_shelved_for_eight_hours_at_most_and_nothing_for_more_than_a_week():
    high, priority = standing(9.0, 400)
    assert priority == "high"
    sound, _ = run([configured(), *louder(0, 400, 1.0)])
    cases = [(high, 8, True), (high, 9, False), (sound, 9, True), (sound, 7 * 24, True), (sound, 7 * 24 + 1, False)]
    for state, hours, taken in cases:
        before = fold.dump_state(state)
        after, outputs = run([shelved(at(400), at(400) + hours * HOUR_US)], fold.load_state(before))
        action = kind(outputs, Action)[0]
        assert (action.refused == "") is (action.refused_zh == "") is taken
        assert bool(after.shelves) is taken
        assert bool(told(outputs)) is (taken and state is high)


def test_what_was_said_in_the_past_and_is_over_is_no_shelf():
    state, _ = standing()
    state, outputs = run([shelved(at(300), at(250))], state)
    assert told(outputs) == []
    assert state.shelves == []


def test_a_machine_has_ten_and_the_same_again_takes_the_place_of_the_former():
    state, _ = standing()
    for number in range(MAX_SHELVES):
        state, outputs = run([shelved(at(200 + number), at(200) + DAY_US, point=f"点 {number}")], state)
        assert kind(outputs, Action)[0].refused == ""
    state, outputs = run([shelved(at(300), at(200) + DAY_US, point="one more")], state)
    assert "unshelve" in kind(outputs, Action)[0].refused
    state, outputs = run([shelved(at(301), at(300) + DAY_US, point="点 3")], state)
    assert kind(outputs, Action)[0].refused == ""
    assert len(state.shelves) == MAX_SHELVES


def test_silence_is_shelved_by_its_rule_alone():
    state, _ = run([configured(), *louder(0, 100, 1.0)])
    state, _ = run([Tick(machine="pump", observed_us=at(100) + HOUR_US)], state)
    now_us = at(100) + 2 * HOUR_US
    state, outputs = run([shelved(now_us, now_us + HOUR_US, point="", rule="no_data")], state)
    assert [each.shelved_until is None for each in kind(outputs, Alert)] == [False]
    state, outputs = run([Tick(machine="pump", observed_us=now_us + HOUR_US)], state)
    again = kind(outputs, Alert)[0]
    assert (again.rule, again.shelved_until, again.text.startswith("No longer shelved. No data for")) == (
        "no_data",
        None,
        True,
    )


SHELVES = st.builds(
    lambda at_s, span_us, point, rule, one_shot: shelved(
        at(100) + at_s * SECOND_US,
        at(100) + at_s * SECOND_US + span_us,
        machine="泵 1",
        point=point,
        rule=rule,
        one_shot=one_shot,
        reason="原因" * 60,
    ),
    st.integers(0, 4000),
    st.sampled_from([-1, 1, 30 * SECOND_US, 5 * MINUTE_US, HOUR_US, 8 * DAY_US]),
    st.sampled_from(["", "drive-end", "前端轴承"]),
    st.sampled_from(["", "change", "anomaly", "no_data", "sensor_fault", "severity", "temperature"]),
    st.booleans(),
)
UNSHELVES = st.builds(
    lambda at_s, point, rule: unshelved(at(100) + at_s * SECOND_US, machine="泵 1", point=point, rule=rule),
    st.integers(0, 4000),
    st.sampled_from(["", "drive-end"]),
    st.sampled_from(["", "change"]),
)


def ill(first=100):
    """What a machine says that comes to alerts of all sorts, and comes back from them."""
    found = []
    for i in range(first, first + 240):
        loud = (1.0, 2.0, 1.0, 9.0)[(i // 40) % 4]
        found.append(vibration(i, factor=loud, speed_rpm=1480.0, machine="泵 1"))
    return found


def merged(*parts):
    return sorted((each for part in parts for each in part), key=lambda each: each.observed_us)


def bare(outputs):
    """What is said of the machine, but for what is told again because of shelves."""
    found, last = [], {}
    for out in outputs:
        for each in out:
            if isinstance(each, Alert):
                plain = msgspec.structs.replace(each, shelved_until=None, shelved_by="", shelved_reason="")
                before = last.get(each.id)
                if before == (each.state, each.priority) and "Rated low" not in each.text:
                    continue
                last[each.id] = (each.state, each.priority)
                found.append(plain)
            elif isinstance(each, Health | Row):
                found.append(each)
    return found


@drawn
@given(st.lists(st.one_of(SHELVES, UNSHELVES), max_size=12), OBSERVATIONS)
def test_shelves_change_nothing_of_what_is_judged(actions, observations):
    start = [*grown(), *observations]
    _, without = run([*start, *ill()])
    _, outputs = run([*start, *merged(ill(), actions)])
    assert msgspec.json.encode(bare(outputs)) == msgspec.json.encode(bare(without))


@drawn
@given(st.lists(st.one_of(SHELVES, UNSHELVES), max_size=12), st.data())
def test_every_shelf_ends_and_what_stands_then_has_been_told(actions, data):
    everything = [*grown(), *merged(ill(), actions)]
    state, outputs = run(everything)
    cut = data.draw(st.integers(1, len(everything)))
    half, first = run(everything[:cut])
    half, second = run(everything[cut:], fold.load_state(fold.dump_state(half)))
    assert msgspec.json.encode(first + second) == msgspec.json.encode(outputs)
    assert fold.dump_state(half) == fold.dump_state(state)
    while (due_us := next_due_us(state)) is not None:
        state, out = run([Tick(machine="泵 1", observed_us=max(due_us, state.observed_us))], state)
        outputs += out
    assert state.shelves == []
    last, times = {}, set()
    for alert in kind(outputs, Alert):
        place = (alert.point, alert.rule, alert.time)
        assert place not in times
        times.add(place)
        if alert.id in last and last[alert.id].state == "active":
            assert alert.time > last[alert.id].time
        last[alert.id] = alert
    assert all(each.shelved_until is None for each in last.values() if each.state == "active")


@drawn
@given(st.lists(SHELVES, max_size=30))
def test_there_are_ten_at_most_of_bounded_size(actions):
    state, _ = run([*grown(), *merged(ill(), actions)])
    assert len(state.shelves) <= MAX_SHELVES
    assert all(len(each.reason) <= 80 for each in state.shelves)
