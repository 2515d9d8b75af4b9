"""One cause is one group: a gateway, a line, the plant; what is its own stays alone."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.advice.groups import Place, Whereabouts, gather
from models.advice.onsets import CAUSES
from tests.models.advice.made_up import back, dead, machines, moment, name, raised

GATEWAY = Place("gateway", "gw-1")
PLANT = {**machines(300), **machines(20, "gw-2")}


def only(found):
    (group,) = found
    return group


def places(found):
    return [(group.place.kind, group.place.name, len(group.members)) for group in found]


def test_a_gateway_that_dies_is_one_group():
    group = only(gather(dead(300), PLANT, moment(6)))
    assert (group.cause, group.place, group.known) == ("no_data", GATEWAY, 300)
    assert group.members == tuple(sorted(machines(300)))
    assert group.since == moment(0), "the last word that came of any of them"
    assert group.returned == ()


def test_machines_that_fall_silent_one_by_one_stand_alone():
    assert gather([raised(name(number), 4.0 * number) for number in range(20)], PLANT, moment(90)) == ()


def test_two_of_many_are_chance_and_three_are_not():
    assert gather(dead(2), PLANT, moment(6)) == ()
    group = only(gather(dead(3), PLANT, moment(6)))
    assert (len(group.members), group.known) == (3, 300)


@pytest.mark.parametrize(("count", "out", "grouped"), [(2, 2, True), (3, 2, True), (4, 2, False), (1, 1, False)])
def test_two_are_a_group_where_they_are_most_of_what_there_is(count, out, grouped):
    others = machines(50, "gw-2")
    assert bool(gather(dead(out), {**machines(count), **others}, moment(6))) is grouped


def test_machines_that_died_earlier_stand_alone_and_count_no_more():
    earlier = [raised(name(number), -60.0 * 24 * (number + 1)) for number in range(3)]
    group = only(gather([*earlier, *dead(300)[:297]], PLANT, moment(6)))
    assert (len(group.members), group.known) == (297, 297)
    assert {each.id for each in earlier}.isdisjoint(group.alerts)


def test_two_gateways_at_once_are_two_groups_as_long_as_others_send():
    alerts = [*dead(300), *dead(20, gateway="gw-2")]
    found = gather(alerts, {**PLANT, **machines(5, "gw-3")}, moment(6))
    assert places(found) == [("gateway", "gw-1", 300), ("gateway", "gw-2", 20)]


def test_where_no_machine_sends_any_more_it_is_the_plant():
    group = only(gather([*dead(300), *dead(20, gateway="gw-2")], PLANT, moment(6)))
    assert (group.place, len(group.members), group.known) == (Place("plant"), 320, 320)


def test_the_only_gateway_of_a_plant_is_named():
    assert only(gather(dead(300), machines(300), moment(6))).place == GATEWAY


def test_without_any_description_most_of_the_plant_is_a_group_and_less_is_none():
    nowhere = {machine: Whereabouts() for machine in machines(100)}
    assert only(gather(dead(51), nowhere, moment(6))).place == Place("plant")
    assert gather(dead(50), nowhere, moment(6)) == ()
    assert gather(dead(1), {name(0): Whereabouts()}, moment(6)) == ()


def test_machines_that_nobody_has_described_fall_silent_with_the_rest_of_the_plant():
    nowhere = {machine: Whereabouts() for machine in machines(10, "x")}
    group = only(
        gather([*dead(20, gateway="gw-2"), *dead(10, gateway="x")], {**machines(20, "gw-2"), **nowhere}, moment(6))
    )
    assert (group.place.kind, len(group.members)) == ("plant", 30)


def test_a_line_explains_what_no_gateway_does():
    two = {
        machine: msgspec.structs.replace(where, line="paint" if machine.endswith(("1", "2")) else "press")
        for machine, where in {**machines(50), **machines(50, "gw-2")}.items()
    }
    painters = [machine for machine, where in two.items() if where.line == "paint"]
    group = only(gather([raised(machine) for machine in painters], two, moment(6)))
    assert (group.place, len(group.members), group.known) == (Place("line", "paint"), 20, 20)


def test_a_gateway_is_named_before_the_lines_that_it_serves():
    lines = {machine: Whereabouts("gw-1", f"line {int(machine[-3:]) // 100}") for machine in machines(300)}
    assert only(gather(dead(300), {**lines, **machines(20, "gw-2")}, moment(6))).place == GATEWAY


def test_a_gateway_that_dies_twice_within_an_hour_is_two_groups_one_after_the_other():
    first = dead(300)
    gone = only(gather(first, PLANT, moment(6)))
    over = [back(alert, 10.0) for alert in first]
    assert gather(over, PLANT, moment(12), [gone]) == ()
    again = only(gather([*over, *dead(300, 40.0)], PLANT, moment(46), [gone]))
    assert (len(again.members), again.returned) == (300, ())
    assert again.id != gone.id
    assert again.since == moment(40)


def test_one_that_does_not_come_back_stands_alone_ten_minutes_after_the_rest():
    alerts = dead(300)
    whole = only(gather(alerts, PLANT, moment(6)))
    alerts = [alerts[0], *(back(alert, 60.0 + number / 100) for number, alert in enumerate(alerts[1:]))]
    last = 60.0 + 298 / 100
    lingering = only(gather(alerts, PLANT, moment(last + 9.9), [whole]))
    assert (lingering.id, lingering.members, len(lingering.returned)) == (whole.id, (alerts[0].machine,), 299)
    assert gather(alerts, PLANT, moment(last + 10.1), [lingering]) == ()
    assert gather(alerts, PLANT, moment(last + 10.1)) == (), "whoever starts anew then finds the same"


def test_as_they_return_one_by_one_the_group_counts_down_under_its_id():
    alerts, before = dead(300), ()
    ids = set()
    for minute in range(30):
        alerts = [
            back(each, 60.0 + minute) if i < 10 * minute and each.state == "active" else each
            for i, each in enumerate(alerts)
        ]
        before = gather(alerts, PLANT, moment(60.0 + minute), before)
        group = only(before)
        ids.add(group.id)
        assert len(group.members) == 300 - 10 * minute
        assert len(group.members) + len(group.returned) == 300
    assert len(ids) == 1


def test_as_long_as_many_are_out_the_group_stands_however_long_ago_the_others_returned():
    alerts = dead(300)
    alerts = [back(each, 60.0) if i < 200 else each for i, each in enumerate(alerts)]
    group = only(gather(alerts, PLANT, moment(60.0 * 24)))
    assert (len(group.members), len(group.returned)) == (100, 200)


def test_when_the_plant_is_back_but_for_one_gateway_it_is_that_gateway():
    alerts = [*dead(20, gateway="gw-2"), *(back(each, 60.0) for each in dead(300))]
    assert only(gather(alerts, PLANT, moment(65))).place.kind == "plant"
    group = only(gather(alerts, PLANT, moment(75)))
    assert (group.place, len(group.members)) == (Place("gateway", "gw-2"), 20)


def test_an_id_stays_while_alerts_are_raised_one_by_one_whichever_is_stored_first():
    alerts = dead(300)
    random.Random(3).shuffle(alerts)
    before, ids = (), set()
    for count in range(1, 301):
        before = gather(alerts[:count], PLANT, moment(6), before)
        ids |= {group.id for group in before}
    assert len(ids) == 1
    assert only(before).place == GATEWAY


def test_an_id_stays_where_a_line_turns_out_to_be_a_gateway():
    where = {machine: Whereabouts("gw-1", f"line {int(machine[-3:]) // 10}") for machine in machines(100)}
    alerts = dead(100)[::-1]
    line = only(gather(alerts[:10], where, moment(6)))
    assert line.place == Place("line", "line 0")
    gateway = only(gather(alerts, where, moment(6), [line]))
    assert (gateway.place, gateway.id) == (GATEWAY, line.id)


def test_machines_that_send_more_seldom_join_later():
    fast = dead(200)
    slow = [raised(name(number), -9.0 * (number - 200) / 100, limit_s=6_000.0) for number in range(200, 300)]
    first = only(gather(fast, PLANT, moment(6)))
    both = only(gather([*fast, *slow], PLANT, moment(110)))
    assert (len(both.members), both.since) == (300, moment(0))
    assert both.id == first.id, "who starts anew names it alike: the first that was due names it"


def test_a_silence_is_placed_by_when_data_arrived_not_by_when_they_were_measured():
    """A gateway's clock may be wrong, and what it sends may be hours old."""
    alerts = [
        msgspec.structs.replace(each, since=moment(-60.0 * number), time=moment(-60.0 * number))
        for number, each in enumerate(dead(30))
    ]
    assert len(only(gather(alerts, PLANT, moment(6))).members) == 30


def test_what_returns_with_a_backlog_has_returned_when_it_arrived():
    """What arrives first was measured an hour ago, and so its alert ends just after it began, by event time."""
    alerts = dead(30)
    over = [msgspec.structs.replace(back(each, 60.0), time=each.since) for each in alerts[1:]]
    assert only(gather([alerts[0], *over], PLANT, moment(69))).members == (alerts[0].machine,)
    assert gather([alerts[0], *over], PLANT, moment(71)) == ()


def test_alerts_of_an_older_version_are_placed_by_when_they_were_measured():
    alerts = [msgspec.structs.replace(each, noticed=None) for each in dead(30)]
    assert len(only(gather(alerts, PLANT, moment(6))).members) == 30


@pytest.mark.parametrize("rule", ["sensor_fault", "clock"])
def test_sensors_and_clocks_of_a_gateway_are_groups_of_their_own(rule):
    alerts = [raised(name(n), n / 100, rule=rule, point=point) for n in range(30) for point in ("a", "b")]
    found = gather([*alerts, *dead(40)], PLANT, moment(6))
    assert {(group.cause, len(group.members), len(group.alerts)) for group in found} == {
        ("no_data", 40, 40),
        (rule, 30, 60),
    }
    assert only([group for group in found if group.cause == rule]).since == moment(0)


@pytest.mark.parametrize(
    "rule", ["change", "severity", "temperature", "anomaly", "diagnosis", "contradiction", "late", "sisters"]
)
def test_what_a_machine_shows_is_never_gathered(rule):
    assert gather([raised(name(n), rule=rule) for n in range(300)], PLANT, moment(6)) == ()


def test_a_machine_that_was_heard_again_before_the_others_died_is_no_member():
    flap = back(raised(name(0), -8.0), -1.0)
    assert only(gather([flap, *dead(300, 5.0)[:299]], PLANT, moment(12))).returned == ()


def test_alerts_that_come_and_go_are_placed_by_when_they_were_raised():
    """Their last silence may have been a short one, long after: it tells nothing of when the alert began."""
    alerts = [msgspec.structs.replace(each, count=5) for each in dead(30)]
    cleared = [
        msgspec.structs.replace(back(each, 600.0 + number / 10), value=12.0)
        for number, each in enumerate(alerts[:20])
    ]
    group = only(gather([*cleared, *alerts[20:]], PLANT, moment(603)))
    assert (len(group.members), len(group.returned), group.since) == (10, 20, moment(0))
    later = [*cleared, *dead(3, 600.0, each_s=60.0)]
    assert only(gather(later, PLANT, moment(606))).returned == ()


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0, 1e300, 0.0])
def test_odd_values_harm_nobody(odd):
    alerts = [msgspec.structs.replace(each, limit=odd, value=odd) for each in dead(5)]
    others = dead(30)[:25]
    found = gather([*alerts, *others], PLANT, moment(6))
    assert {machine for group in found for machine in group.members} >= {each.machine for each in others}


def test_machines_that_were_never_heard_are_no_member_and_those_that_nobody_knows_no_trouble():
    assert gather([], PLANT, moment(0)) == ()
    assert gather(dead(3), {}, moment(6)) != (), "all three there are"
    assert only(gather(dead(3), {name(0): Whereabouts("网关 1")}, moment(6))).place == Place("plant")


WHERE = {f"m{n}": Whereabouts(("", "gw-1", "gw-2")[n % 3], ("", "a", "b", "c")[n % 4]) for n in range(24)}


@st.composite
def drawn_alerts(draw):
    events = draw(st.lists(st.floats(0, 60), min_size=1, max_size=4))
    found = []
    for number in range(draw(st.integers(0, 40))):
        began = draw(st.sampled_from(events)) + draw(st.floats(-2, 2))
        rule = draw(st.sampled_from([*CAUSES, "no_data", "no_data", "change", "severity"]))
        alert = raised(
            f"m{draw(st.integers(0, 27))}",
            began,
            rule=rule,
            limit_s=draw(st.sampled_from([300.0, 900.0, 36_000.0])),
        )
        alert = msgspec.structs.replace(alert, id=f"{number}")
        found.append(back(alert, began + draw(st.floats(6, 90))) if draw(st.booleans()) else alert)
    return found


@settings(max_examples=300)
@given(drawn_alerts(), st.floats(0, 200), st.randoms(use_true_random=False))
def test_each_alert_is_in_one_group_or_alone_whatever_the_order(alerts, minutes, dice):
    found = gather(alerts, WHERE, moment(minutes))
    shuffled = list(alerts)
    dice.shuffle(shuffled)
    where = dict(sorted(WHERE.items(), key=lambda _: dice.random()))
    assert gather(shuffled, where, moment(minutes)) == found
    assert gather([*alerts, *shuffled], WHERE, moment(minutes)) == found, "what is read twice counts once"
    by_id = {alert.id: alert for alert in alerts}
    gathered = [alert for group in found for alert in group.alerts]
    assert len(gathered) == len(set(gathered))
    assert len({group.id for group in found}) == len(found)
    for group in found:
        own = [by_id[alert] for alert in group.alerts]
        assert {alert.rule for alert in own} == {group.cause}
        assert set(group.members) == {alert.machine for alert in own if alert.state == "active"}
        assert {*group.members, *group.returned} == {alert.machine for alert in own}
        assert group.members
        assert len({*group.members, *group.returned}) >= 2
        assert len(group.members) <= group.known
        if group.place.kind != "plant":
            assert {getattr(WHERE.get(alert.machine), group.place.kind) for alert in own} == {group.place.name}


@settings(max_examples=100)
@given(drawn_alerts(), st.floats(0, 200), st.data())
def test_what_was_known_before_changes_names_alone(alerts, minutes, data):
    before = gather(
        data.draw(st.lists(st.sampled_from(alerts), unique_by=lambda each: each.id)) if alerts else [],
        WHERE,
        moment(minutes),
    )
    fresh, kept = gather(alerts, WHERE, moment(minutes)), gather(alerts, WHERE, moment(minutes), before)
    assert len({group.id for group in kept}) == len(kept)

    def nameless(groups):
        return {msgspec.structs.replace(group, id="") for group in groups}

    assert nameless(kept) == nameless(fresh)
    assert gather(alerts, WHERE, moment(minutes), kept) == kept
