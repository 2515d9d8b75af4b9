"""Machines that leave and come back: what is kept, what is told, and what brings one back."""

import msgspec
import pytest

from models.advice.open_alarms import open_alarms
from models.advice.roster import RETIRED_RULE
from models.clock import DAY_US, MINUTE_US, to_datetime
from models.fold import dump_state, initial_state, load_state
from models.observations import Experienced, FindingObserved, MaintenanceObserved, Source
from models.outputs import Action, Usual
from tests.models.fold.leaving import HOUR, roster, shaking, tick
from tests.models.fold.observed import (
    alerts,
    at,
    configured,
    healths,
    kind,
    learned,
    rows,
    run,
    temperature,
    transitions,
    vibration,
)


def test_a_retired_machine_is_neither_expected_nor_judged_and_its_alerts_are_over():
    state, outputs = learned(*shaking())
    assert list(open_alarms(state))
    channels = set(state.channels)
    state, outputs = run([roster("retire", 160, note="scrapped")], state)
    (action,) = kind(outputs, Action)
    assert (action.kind, action.by, action.note) == ("retire", "王伟", "scrapped")
    assert {(each.state, each.text, each.text_zh) for each in alerts(outputs)} == {
        ("cleared", "Retired by 王伟.", "王伟已停用该设备。")
    }
    (health,) = healths(outputs)
    assert (health.status, health.guard, health.score, health.point) == ("not_judged", "retired", None, "")
    assert "machines return" in health.reason
    state, outputs = run([tick(at(160) + days * DAY_US) for days in range(1, 60)], state)
    assert outputs == [()] * 59
    assert set(state.channels) == channels, "what it has learned stays"


def test_what_a_retired_machine_sends_is_stored_and_told_once_an_hour_later():
    state, _ = learned(roster("retire", 100))
    state, outputs = run([vibration(i, factor=9.0) for i in range(101, 100 + HOUR)], state)
    assert len(rows(outputs)) == len(healths(outputs)) == HOUR - 1
    assert {each.guard for each in healths(outputs)} == {"retired"}
    assert not alerts(outputs), "somebody has to get there to take the sensors off"
    state, outputs = run([vibration(i, factor=9.0) for i in range(100 + HOUR, 160 + HOUR)], state)
    (told,) = alerts(outputs)
    assert (told.rule, told.state, told.priority) == (RETIRED_RULE, "active", "low")
    assert "stethos machines return pump" in told.text
    assert "stethos machines return pump" in told.text_zh
    assert told.text.count("2023-11-14") == 1
    state, outputs = run([roster("return", 160 + HOUR)], state)
    assert [(each.id, each.state) for each in alerts(outputs)] == [(told.id, "cleared")]
    assert alerts(outputs)[0].time > told.time
    assert healths(outputs)[-1].guard != "retired"


def test_it_is_judged_again_by_what_it_knew_once_somebody_takes_it_back():
    state, _ = learned()
    baselines = state.channels["indicators/drive-end"].baselines
    state, _ = run([roster("retire", 100), roster("return", 5_000)], state)
    assert state.channels["indicators/drive-end"].baselines == baselines
    state, outputs = run([tick(at(5_000) + MINUTE_US)], state)
    assert outputs == [()], "it is expected from when it was taken back"
    state, outputs = run(shaking(5_001, 5_060), state)
    assert ("change", "active", "medium") in transitions(outputs)
    state, outputs = run([tick(at(5_060) + DAY_US)], state)
    assert transitions(outputs) == [("no_data", "active", "low")]


def test_to_retire_it_once_more_ends_what_was_told_of_it():
    state, _ = learned(roster("retire", 100), vibration(100 + HOUR))
    state, outputs = run([roster("retire", 101 + HOUR), vibration(102 + HOUR)], state)
    assert transitions(outputs) == [(RETIRED_RULE, "cleared", "low")]


def test_what_was_on_its_way_when_it_was_retired_is_not_told():
    state, _ = learned(roster("retire", 100, arrived_us=at(100)))
    late = vibration(99, observed_us=at(100 + 2 * HOUR), arrived_us=at(99), digest="held up")
    _, outputs = run([late], state)
    assert (len(rows(outputs)), alerts(outputs)) == (1, [])


def test_points_of_a_retired_machine_need_not_come_in_turn():
    state, _ = learned()
    state, _ = run([vibration(i, point="NDE") for i in range(60, 100)], state)
    state, _ = run([roster("retire", 100)], state)
    before = state.counts.late
    both = [
        vibration(i - behind, point=point, observed_us=at(i))
        for i in range(110, 160)
        for point, behind in (("drive-end", 0), ("NDE", 3), ("new here", 5))
    ]
    state, outputs = run(both, state)
    assert state.counts.late == before
    assert not any("late" in each.quality.flags for each in healths(outputs))
    assert state.time_us == at(159)


@pytest.mark.parametrize("stamp", [at(10_000_000), at(-1_000), 0])
def test_a_wild_stamp_of_a_retired_machine_moves_no_time(stamp):
    state, _ = learned(roster("retire", 100))
    before_us = state.time_us
    state, outputs = run([vibration(100 + HOUR, time_us=stamp)], state)
    assert state.time_us == before_us
    assert {"late", "future"} & set(healths(outputs)[0].quality.flags)
    assert alerts(outputs)[0].time == to_datetime(before_us + 2)  # behind what told of its retiring


def test_a_repeated_message_of_a_retired_machine_gives_nothing():
    source = Source("vibration", 0, 7)
    state, _ = learned(roster("retire", 100), vibration(101, source=source))
    _, outputs = run([vibration(101, source=source), vibration(101, source=Source("vibration", 0, 8))], state)
    assert outputs == [(), ()]
    assert state.counts.duplicates == 2


def test_to_return_what_never_left_changes_nothing_but_the_record():
    state, _ = learned(*shaking())
    before = dump_state(state)
    state, outputs = run([roster("return", 160)], state)
    assert [type(each) for each in outputs[0]] == [Action]
    acts, state.acts, state.counts.acts = state.acts, load_state(before).acts, 0
    state.observed_us = load_state(before).observed_us
    assert len(acts.times_us) == 1
    assert dump_state(state) == before


def test_a_forgotten_machine_leaves_an_empty_state_and_says_so():
    state, _ = learned(*shaking(), *(temperature(i) for i in range(160, 170)))
    raised, version = state.raised, state.version
    state, outputs = run([roster("forget", 170)], state)
    assert state.channels == {}
    assert (state.time_us, state.heard_us, state.counts.accepted, list(open_alarms(state))) == (None, 0, 0, [])
    assert (state.raised, state.version) == (raised, version), "ids are never given twice; how it is judged stays"
    assert kind(outputs, Action)[0].kind == "forget"
    assert {(each.state, each.text_zh) for each in alerts(outputs)} == {("cleared", "王伟已删除该设备。")}
    assert {(each.point, each.guard) for each in healths(outputs)} == {
        ("drive-end", "forgotten"), ("bearing", "forgotten"), ("", "forgotten"),
    }  # fmt: skip
    assert len(dump_state(state)) < 4096
    assert run([tick(at(1_000_000))], state)[1] == [()]


def test_a_new_message_begins_it_anew_as_one_that_nobody_knows():
    state, _ = learned(*shaking(), roster("forget", 160))
    state, outputs = run([vibration(i) for i in range(161, 170)], state)
    fresh, wanted = run([configured(), *(vibration(i) for i in range(161, 170))])
    assert [each.status for each in healths(outputs)] == [each.status for each in healths(wanted)]
    assert state.counts.accepted == fresh.counts.accepted == 9
    assert state.left is None
    assert (state.observed_interval_us, state.event_interval_us) == (
        fresh.observed_interval_us, fresh.event_interval_us,
    )  # fmt: skip


def test_what_was_read_before_or_on_its_way_does_not_bring_it_back():
    source = Source("vibration", 0, 41)
    known = vibration(100, source=source, arrived_us=at(100))
    state, _ = learned(known, roster("forget", 101, arrived_us=at(101)))
    again = msgspec.structs.replace(known, observed_us=at(110))
    held_up = vibration(99, source=Source("vibration", 0, 43), arrived_us=at(101), observed_us=at(110))
    state, outputs = run([again, held_up], state)
    assert outputs == [(), ()]
    assert (state.left.kind, state.left.passed) == ("forgotten", 2)
    state, outputs = run([vibration(111, source=Source("vibration", 0, 44), arrived_us=at(111))], state)
    assert (state.left, len(healths(outputs))) == (None, 1)


def test_without_any_time_of_arrival_the_place_in_the_topic_tells_what_was_read_before():
    source = Source("vibration", 0, 41)
    state, _ = learned(vibration(100, source=source), roster("forget", 101))
    state, outputs = run([vibration(100, source=source)], state)
    assert (outputs, state.left.passed) == ([()], 1)


def test_what_is_said_of_a_forgotten_machine_does_not_bring_it_back():
    state, _ = learned(roster("forget", 100))
    said = {"machine": "pump", "time_us": at(101), "observed_us": at(101)}
    state, outputs = run(
        [
            FindingObserved(**said, digest="a", verdict="confirmed"),
            MaintenanceObserved(**said, digest="b"),
            configured(power_kw=11.0),
        ],
        state,
    )
    assert len(kind(outputs, Action)) == 2
    assert state.left.kind == "forgotten"
    assert state.configuration.machine.power_kw == 11.0


@pytest.mark.parametrize("do", ["retire", "return", "forget"])
def test_the_same_said_twice_is_one_also_after_it_was_forgotten(do):
    state, _ = learned()
    said = roster(do, 100, source=Source("actions", 0, 3))
    again = msgspec.structs.replace(said, source=Source("actions", 0, 9))
    _, outputs = run([said, said, again], state)
    assert len(kind(outputs, Action)) == 1
    assert outputs[1:] == [(), ()]


def test_to_forget_twice_or_what_nobody_knows_is_said_and_harms_nothing():
    state, outputs = run([roster("forget", 0), roster("forget", 1)], initial_state("pump"))
    assert [each.kind for each in kind(outputs, Action)] == ["forget", "forget"]
    assert {each.guard for each in healths(outputs)} == {"forgotten"}
    assert state.left.kind == "forgotten"


def test_a_machine_that_was_never_heard_can_be_retired_and_taken_back():
    _, outputs = run([roster("retire", 0), roster("return", 5)], initial_state("pump"))
    assert [(each.guard, each.status) for each in healths(outputs)] == [
        ("retired", "not_judged"), (None, "warming_up"),
    ]  # fmt: skip
    assert healths(outputs)[1].time > healths(outputs)[0].time


def test_its_sisters_are_no_longer_held_against_a_forgotten_machine():
    state, _ = learned(*(vibration(i) for i in range(100, 200)), kind="pump", power_kw=30.0, speed_rpm=1480.0)
    told = dict(state.usuals)
    assert told
    _, outputs = run([roster("forget", 300)], state)
    assert {each.group: each.values for each in kind(outputs, Usual)} == {group: {} for group in told}


def test_what_findings_have_taught_the_fleet_is_not_asked_for_again():
    state, _ = learned()
    judgement = msgspec.structs.replace(state.known.classifier, lessons=7)
    state, _ = run([Experienced(machine="pump", observed_us=at(100), judgement=judgement)], state)
    state, _ = run([roster("forget", 101)], state)
    assert state.known.classifier.lessons == 7
