from models.condition.channel import Channel
from models.fold import dump_state, load_state
from models.machinery.machine import Machine
from models.observations import AcceptObserved, FindingObserved, MaintenanceObserved, Source
from models.outputs import Action
from tests.models.fold.observed import alerts, at, configured, healths, kind, learned, run, temperature, vibration


def said(make, i, **changes):
    fields = {"machine": "pump", "time_us": at(i), "observed_us": at(i), "digest": f"{make.__name__}-{i}"}
    return make(**{**fields, **changes})


def channel_of(state, key="indicators/drive-end") -> Channel:
    return state.channels[key]


def louder(first, last, factor=3.0, **others):
    return [vibration(i, factor=factor, **others) for i in range(first, last)]


def test_an_action_is_kept_as_it_was_said_in_any_language():
    words = {"by": "王伟", "note": "换了产品,\n噪声大", "point": "drive-end", "fault": "外圈", "done": "已更换轴承"}
    finding = said(FindingObserved, 100, verdict="confirmed", since_us=at(50), **words)
    _, outputs = learned(finding)
    (kept,) = kind(outputs, Action)
    assert {name: getattr(kept, name) for name in words} == words
    assert (kept.machine, kept.kind, kept.verdict) == ("pump", "finding", "confirmed")
    assert (kept.time.timestamp(), kept.since.timestamp()) == (at(100) / 1e6, at(50) / 1e6)


def test_what_is_said_twice_counts_once():
    source = Source("actions", 3, 17)
    first = said(AcceptObserved, 100, source=source)
    again = said(AcceptObserved, 101, source=source)  # the agent has sent the same message twice
    repeated = said(AcceptObserved, 100, source=Source("actions", 3, 18))  # somebody has published it twice
    state, outputs = learned(first, again, repeated)
    assert len(kind(outputs, Action)) == 1
    assert (state.counts.acts, state.counts.duplicates, channel_of(state).epoch) == (1, 2, 1)


def test_two_actions_of_one_moment_are_both_kept():
    _, outputs = learned(said(AcceptObserved, 100, digest="a"), said(AcceptObserved, 100, digest="b"))
    first, second = kind(outputs, Action)
    assert second.time > first.time


def test_an_action_moves_no_time_and_is_no_measurement():
    before, _ = learned()
    after, outputs = learned(said(FindingObserved, 5_000, observed_us=at(100), verdict="false_alarm"))
    assert (after.time_us, after.heard_us, after.counts.accepted) == (
        before.time_us, before.heard_us, before.counts.accepted,
    )  # fmt: skip
    assert not alerts(outputs)


def test_a_lasting_change_is_taken_in_by_one_action():
    state, outputs = learned(*louder(100, 160))
    assert [a.state for a in alerts(outputs) if a.rule == "change"][-1] == "active"
    state, outputs = run([said(AcceptObserved, 160, by="王伟")], state)
    cleared = alerts(outputs)
    assert {a.state for a in cleared} == {"cleared"}
    assert all("王伟" in a.text and "王伟" in a.text_zh for a in cleared)
    assert {a.rule for a in cleared} >= {"change"}
    state, outputs = run([*louder(161, 700)], state)
    assert not [a for a in alerts(outputs) if a.priority != "low"]
    assert healths(outputs)[0].status == "warming_up"
    assert healths(outputs)[-1].status == "healthy"
    _, outputs = run(louder(700, 760, factor=9.0), state)
    assert [a.rule for a in alerts(outputs) if a.priority != "low"], "three times the new normal is told again"


def test_one_point_is_accepted_without_the_others():
    both = [o for i in range(100) for o in (vibration(i), vibration(i, "fan-end"), temperature(i))]
    state, _ = run([configured(), *both, said(AcceptObserved, 100, point="fan-end")])
    assert {key: channel.epoch for key, channel in state.channels.items()} == {
        "indicators/drive-end": 0,
        "indicators/fan-end": 1,
        "temperature/bearing": 0,
    }


def test_a_limit_that_no_machine_may_exceed_is_not_accepted_away():
    hot = Machine(id="pump", power_kw=75.0, mounting="rigid")
    state, outputs = learned(*louder(100, 160, factor=4.0), power_kw=hot.power_kw, mounting=hot.mounting)
    severity = [a for a in alerts(outputs) if a.rule == "severity"]
    assert severity[-1].state == "active"
    _, outputs = run([said(AcceptObserved, 160), *louder(161, 400, factor=4.0)], state)
    assert not [a for a in alerts(outputs) if a.rule == "severity" and a.state == "cleared"]
    state, outputs = run([said(MaintenanceObserved, 400)], state)
    assert [a.rule for a in alerts(outputs) if a.state == "cleared"].count("severity") == 1


def test_what_came_before_the_epoch_is_still_late_or_a_duplicate_after_it():
    state, outputs = learned(said(MaintenanceObserved, 100), vibration(99), vibration(50, digest="another"))
    assert (state.counts.duplicates, state.counts.late) == (1, 1)
    assert len(healths(outputs)) == 101


def test_a_restored_state_goes_on_bit_for_bit_after_actions():
    acts = [said(AcceptObserved, 100), said(FindingObserved, 101, verdict="false_alarm"), said(AcceptObserved, 100)]
    state, _ = learned(*acts)
    restored = load_state(dump_state(state))
    more = [*louder(102, 150), said(MaintenanceObserved, 151), *louder(152, 200)]
    assert run(more, restored)[1] == run(more, state)[1]
    assert dump_state(restored) == dump_state(state)


def test_an_action_on_a_machine_that_nobody_knows_is_kept_and_does_no_harm():
    state, outputs = run([said(MaintenanceObserved, 1, machine="没有", point="x")])
    assert len(kind(outputs, Action)) == 1
    assert (state.channels, alerts(outputs)) == ({}, [])
