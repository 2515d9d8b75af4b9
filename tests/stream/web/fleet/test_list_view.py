"""The list of the fleet: every machine once, in one order, on pages, by filters that leave nothing over."""

from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.machinery.machine import Machine, Name
from models.outputs import Health
from stream.texts.natural_order import natural_key
from stream.texts.phrases import STATUSES
from stream.web.fleet.list_view import ROWS_A_PAGE, fleet_list, in_order, page_of
from stream.web.fleet.query import OPEN_AT_A_TIME, FleetQuery, parse_query, query_text
from stream.web.views.fleet_facts import fleet_facts
from stream.web.views.groups_view import GroupView
from stream.web.views.snapshot import Snapshot
from stream.web.views.standing import STANDINGS
from tests.stream.web.fleets import NOW, alert, health
from tests.stream.web.made_up import fleet

NAMES = st.text(alphabet="ABab12 0-泵号", min_size=1, max_size=8).map(str.strip).filter(bool)
LINES = st.sampled_from(["", "Paint shop", "一号线"])


@st.composite
def plants(draw, *, most=130):
    """A snapshot and descriptions: some machines described, some heard of, some retired, some with alerts."""
    names = draw(st.lists(NAMES, unique=True, max_size=most))
    healths, alerts, machines = [], [], {}
    for name in names:
        kind = draw(st.integers(0, 9))
        if kind != 0:
            status, guard = draw(st.sampled_from(list(STATUSES))), None
            if kind == 5:
                status, guard = "not_judged", "retired"
            healths.append(Health(machine=name, point="x", time=NOW, status=status, score=None, guard=guard))
        if kind == 1:
            alerts.append(alert(name, "x", "change", "high", NOW, "x: much.", "x:多。"))
        if kind in (0, 2, 3, 4):
            machines[name] = Machine(
                id=name, name=Name(en=draw(st.sampled_from(["", f"Pump {name}"]))), line=draw(LINES)
            )
    return Snapshot(read_at=NOW, healths=tuple(healths), alerts=tuple(alerts)), machines, frozenset(names)


def retired(snapshot):
    return {health.machine for health in snapshot.healths if health.guard == "retired"}


def pages(snapshot, machines, query=FleetQuery(), groups=()):  # noqa: B008 -- frozen
    """Give the rows of every page of the list."""
    rows = fleet_list(in_order(fleet_facts(snapshot, machines), "en"), query, groups).rows
    count = page_of(rows, 1).pages
    return [row for number in range(1, count + 1) for row in page_of(rows, number).rows]


def ids(rows):
    """Give all machines that have a row, or that a group's row stands for."""
    return [each.id for row in rows for each in (row.members if row.group else (row.machine,))]


@settings(deadline=None)
@given(plants())
def test_each_machine_appears_exactly_once_over_all_pages_but_those_that_are_retired(plant):
    snapshot, machines, names = plant
    found = ids(pages(snapshot, machines))
    assert Counter(found) == Counter(names - retired(snapshot))


@settings(deadline=None)
@given(plants(), st.data())
def test_each_machine_appears_exactly_once_with_groups_too(plant, data):
    snapshot, machines, names = plant
    members = st.lists(st.sampled_from(sorted(names) or ["X"]), unique=True).map(tuple)
    groups = [group_of(data.draw(members), number=number) for number in range(3)]
    found = ids(pages(snapshot, machines, groups=groups))
    assert Counter(found) == Counter(names - retired(snapshot))


@settings(deadline=None)
@given(plants(), st.sampled_from(["", "1", "pump", "泵 a"]), LINES)
def test_filters_by_standing_leave_nothing_over_and_show_nothing_twice(plant, text, line):
    snapshot, machines, _ = plant
    query = FleetQuery(text=text, line=line)
    found = fleet_list(in_order(fleet_facts(snapshot, machines), "en"), query)
    parts = [ids(pages(snapshot, machines, FleetQuery(text=text, line=line, standing=each))) for each in STANDINGS]
    assert Counter(name for part in parts for name in part) == Counter(each.id for each in found.candidates)
    shown = fleet(snapshot, machines=machines, opened=(), text=text, line=line)
    assert {count.standing: count.number for count in shown.choices.counts} == {
        standing: len(part) for standing, part in zip(STANDINGS, parts, strict=True) if part
    }


@settings(deadline=None)
@given(plants(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_in_which_a_store_answers(plant, random):
    snapshot, machines, _ = plant
    mixed = list(snapshot.healths)
    random.shuffle(mixed)
    other = Snapshot(read_at=NOW, healths=tuple(mixed), alerts=snapshot.alerts[::-1])
    described = dict(random.sample(sorted(machines.items()), len(machines)))
    assert ids(pages(other, described)) == ids(pages(snapshot, machines))


@settings(deadline=None)
@given(plants())
def test_worst_comes_first_then_what_was_never_heard_of_then_the_rest_by_name(plant):
    snapshot, machines, _ = plant
    order = [row.machine for row in pages(snapshot, machines)]
    parts = [0 if each.needy else 1 if each.facts is None else 2 for each in order]
    assert parts == sorted(parts)
    ranks = [each.rank for each in order if each.needy]
    assert ranks == sorted(ranks)
    sound = [each.machine.name.en or each.id for each in order if each.facts is not None and not each.needy]
    assert [natural_key(name) for name in sound] == sorted(map(natural_key, sound))


@settings(deadline=None)
@given(plants(), plants())
def test_what_was_known_before_changes_nothing_of_what_is_known_now(before, now):
    """A machine of which nothing is new keeps its facts: that must never show."""
    earlier = fleet_facts(before[0], before[1])
    half = tuple(each for place, each in enumerate(before[0].healths) if place % 2)
    taken = {(each.machine, each.point) for each in half}
    healths = half + tuple(each for each in now[0].healths if (each.machine, each.point) not in taken)
    later = Snapshot(read_at=NOW, healths=healths, alerts=now[0].alerts)
    machines = {**before[1], **now[1]}
    assert fleet_facts(later, machines, earlier) == fleet_facts(later, machines)
    again = fleet_facts(later, machines, fleet_facts(later, machines))
    assert again == fleet_facts(later, machines)


def test_names_are_ordered_as_people_number_them():
    names = ["P-10", "P-2", "p-1", "P-02", "10号泵", "9号泵", "P", "", "²"]
    assert sorted(names, key=natural_key)[:2] == ["", "9号泵"]
    snapshot = Snapshot(read_at=NOW, healths=tuple(health(name, "x", NOW) for name in ("P-10", "P-9", "P-2")))
    assert ids(pages(snapshot, {})) == ["P-2", "P-9", "P-10"]
    needy = tuple(health(name, "x", NOW, status="watch", score=80.0) for name in ("P-10", "P-9", "P-2"))
    assert ids(pages(Snapshot(read_at=NOW, healths=needy), {})) == ["P-2", "P-9", "P-10"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cooling", ["P-101"]),
        ("COOLING  pump", ["P-101"]),
        ("冷却水", ["P-101"]),
        ("ｐ－101", ["P-101"]),
        ("p-1", ["P-101"]),
        ("paint", ["F-201"]),
        ("old-name", ["F-201"]),
        ("nothing like it", []),
        ("%_.*[", []),
    ],
)
def test_a_machine_is_found_by_every_name_it_has(text, found):
    from tests.stream.web.fleets import MACHINES

    healths = tuple(health(name, "x", NOW) for name in MACHINES)
    snapshot = Snapshot(read_at=NOW, healths=healths, other_names={"F-201": ("OLD-NAME", "旧风机")})
    assert ids(pages(snapshot, MACHINES, FleetQuery(text=text))) == found


def test_retired_machines_are_shown_to_whoever_asks_for_them_and_need_nobody():
    gone = msgspec.structs.replace(health("A", "x", NOW, status="not_judged", score=None), guard="retired")
    snapshot = Snapshot(read_at=NOW, healths=(gone, health("B", "x", NOW)))
    shown = fleet(snapshot, machines={})
    assert shown.headline == "The machine needs no one"
    assert [row.id for row in shown.rest] == ["B"]
    assert [(count.standing, count.number) for count in shown.choices.counts] == [("healthy", 1), ("retired", 1)]
    asked = fleet(snapshot, machines={}, standing="retired")
    assert [(row.id, row.standing_text) for row in (*asked.attention, *asked.rest)] == [("A", "Retired")]


def test_a_machine_that_is_quiet_by_plan_needs_nobody_and_does_not_look_healthy():
    reason = "Quiet by plan, expected 06:00."
    planned = health(
        "A", "x", NOW - timedelta(hours=8), status="not_judged", score=None, guard="planned", reason=reason
    )
    shown = fleet(Snapshot(read_at=NOW, healths=(planned, health("B", "x", NOW))), machines={})
    (row,) = [row for row in shown.rest if row.id == "A"]
    assert (row.standing, row.standing_text, row.needy) == ("planned", "Quiet by plan", False)
    assert row.why == reason
    assert not shown.attention
    loud = alert("A", "x", "change", "medium", NOW, "x: much.", "x:多。")
    (row,) = fleet(Snapshot(read_at=NOW, healths=(planned,), alerts=(loud,)), machines={}).attention
    assert row.standing == "not_judged"


def group_of(names, folded=None, number=1):
    folded = frozenset(names if folded is None else folded)
    return GroupView(
        id=f"group:{number}",
        status="no_data",
        title=f"Gateway gw-{number}",
        text="Look at the gateway.",
        members=(),
        more="",
        machines=frozenset(names),
        folded=folded,
    )


def test_a_group_stands_for_its_members_where_nothing_is_left_out():
    """One of which it doesn't tell all stands below it too; whoever looks for a machine finds the machine."""
    silent = [health(f"S-{n}", "x", NOW, status="no_data", score=None) for n in range(1, 301)]
    alerts = (alert("S-7", "x", "change", "high", NOW, "x: much.", "x:多。"),)
    snapshot = Snapshot(read_at=NOW, healths=(*silent, health("B", "x", NOW)), alerts=alerts)
    names = [f"S-{n}" for n in range(1, 301)]
    group = group_of(names, folded=[name for name in names if name != "S-7"])
    rows = pages(snapshot, {}, groups=[group])
    assert [(row.machine.id, row.group) for row in rows] == [("S-7", group), ("S-7", None), ("B", None)]
    assert [each.id for each in rows[0].members] == [name for name in names if name != "S-7"]
    assert "S-12" in ids(pages(snapshot, {}, FleetQuery(text="s-12"), groups=[group]))


@given(st.one_of(st.text(max_size=200), st.binary().map(lambda b: b.decode("latin-1")), st.none(), st.integers()))
def test_whatever_stands_in_an_address_can_be_read_and_written_again(search):
    query = parse_query(search)
    assert parse_query(query_text(query)) == query
    assert query.page >= 1
    assert len(query.opened) <= OPEN_AT_A_TIME


@given(
    text=st.text(max_size=30),
    line=st.text(max_size=30),
    page=st.integers(1, 10**6),
    standing=st.sampled_from([None, *STANDINGS]),
    opened=st.lists(st.text(min_size=1, max_size=64), unique=True, max_size=8),
)
def test_what_is_written_into_an_address_comes_back(text, line, page, standing, opened):
    once = parse_query(
        query_text(FleetQuery(text=text, line=line, page=page, standing=standing, opened=tuple(opened)))
    )
    assert (once.text, once.line, once.standing, once.page) == (
        " ".join(text.split()),
        line.strip(),
        standing,
        page,
    )
    assert once.opened == tuple(opened)


def test_a_page_beyond_the_last_one_is_the_last_one():
    healths = tuple(health(f"P-{n}", "x", NOW) for n in range(1, 2 * ROWS_A_PAGE + 2))
    shown = fleet(Snapshot(read_at=NOW, healths=healths), machines={}, page=9_999, opened=())
    assert [row.id for row in shown.rest] == [f"P-{2 * ROWS_A_PAGE + 1}"]
    assert shown.choices.shown == "101 to 101 of 101"
    assert [link.text for link in shown.choices.pages] == ["« First", "‹ Back"]
    assert [link.query for link in shown.choices.pages] == ["", "page=2"]


def test_what_finds_nothing_says_so_and_leads_back():
    healths = tuple(health(f"P-{n}", "x", NOW) for n in range(1, 20))
    shown = fleet(Snapshot(read_at=NOW, healths=healths), machines={}, text="Z", language="zh", opened=())
    assert (shown.attention, shown.rest) == ((), ())
    assert shown.choices.nothing == "没有找到这样的设备。"
    assert shown.choices.show_all.query == ""
