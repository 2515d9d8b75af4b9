"""What a group's row says, of each cause and place, in both languages; which machines keep rows of their own."""

import re
from datetime import UTC, timedelta
from typing import get_args

import msgspec
import pytest

from models.advice.groups import Group, Place, PlaceKind
from models.advice.onsets import GroupCause
from models.machinery.machine import Machine
from stream.web.views.groups_view import folded_in, groups_view
from stream.web.views.machine_facts import MachineFacts
from stream.web.views.machine_view import Viewer
from tests.stream.web.fleets import NOW, alert, health

NAMES = [f"M-{number:03d}" for number in range(6)]


def viewer(language="en"):
    return Viewer(language=language, zone=UTC, now=NOW)


def group(kind="gateway", cause="no_data", **changes):
    fields = {
        "id": "g",
        "cause": cause,
        "place": Place(kind, "" if kind == "plant" else "gw-1"),
        "since": NOW - timedelta(minutes=58),
        "members": tuple(NAMES),
        "returned": (),
        "known": len(NAMES),
        "alerts": frozenset(f"{name}--{cause}" for name in NAMES),
    }
    return Group(**fields | changes)


def facts(name, *, cause="no_data", status="no_data", guard=None, more=(), **changes):
    since = NOW - timedelta(minutes=58)
    return MachineFacts(
        machine=Machine(id=name),
        healths=(health(name, "", since, status=status, score=None, guard=guard),),
        alerts=(
            *more,
            msgspec.structs.replace(alert(name, "", cause, "low", since, "No data.", "无数据。"), **changes),
        ),
    )


def loud(name, priority):
    return alert(name, "x", "change", priority, NOW - timedelta(hours=2), "Loud.", "响。")


def shown(kind="gateway", cause="no_data", language="en", **changes):
    (view,) = groups_view(
        [group(kind, cause, **changes)], [facts(name, cause=cause) for name in NAMES], viewer(language)
    )
    return view


@pytest.mark.parametrize(
    ("kind", "cause", "changes", "title", "chinese"),
    [
        (
            "gateway",
            "no_data",
            {},
            "Gateway gw-1: 6 machines silent since 08:02 (58 min)",
            "网关 gw-1：6台设备自08:02起无数据（已58分钟）",
        ),
        (
            "gateway",
            "no_data",
            {"known": 9},
            "Gateway gw-1: 6 of 9 machines silent since 08:02 (58 min)",
            "网关 gw-1：9台设备中有6台自08:02起无数据（已58分钟）",
        ),
        (
            "line",
            "no_data",
            {},
            "Line gw-1: 6 machines silent since 08:02 (58 min)",
            "产线 gw-1：6台设备自08:02起无数据（已58分钟）",
        ),
        (
            "plant",
            "no_data",
            {},
            "All 6 machines silent since 08:02 (58 min)",
            "全部6台设备自08:02起无数据（已58分钟）",
        ),
        (
            "plant",
            "no_data",
            {"known": 7},
            "6 of 7 machines silent since 08:02 (58 min)",
            "7台设备中有6台自08:02起无数据（已58分钟）",
        ),
        (
            "gateway",
            "clock",
            {},
            "Gateway gw-1: 6 machines with a wrong clock since 08:02 (58 min)",
            "网关 gw-1：6台设备自08:02起时钟不正确（已58分钟）",
        ),
        (
            "line",
            "sensor_fault",
            {},
            "Line gw-1: 6 machines with sensors that cannot be trusted since 08:02 (58 min)",
            "产线 gw-1：6台设备自08:02起传感器不可信（已58分钟）",
        ),
    ],
)
def test_the_title_says_where_how_many_what_and_since_when(kind, cause, changes, title, chinese):
    assert shown(kind, cause, **changes).title == title
    assert shown(kind, cause, "zh", **changes).title == chinese


@pytest.mark.parametrize("kind", get_args(PlaceKind))
@pytest.mark.parametrize("cause", get_args(GroupCause))
def test_the_text_says_what_to_do_in_both_languages(kind, cause):
    english, chinese = (shown(kind, cause, language, returned=("M-9",), known=7).text for language in ("en", "zh"))
    assert "Back already: 1." in english
    assert not re.search(r"[{}\u4e00-\u9fff]", english)
    assert re.search("请(先)?(检查|校正)", chinese)
    assert not re.search("[A-Za-z{}]", chinese)


def test_one_left_of_many_is_said_in_the_singular_of_its_place():
    view = shown(members=(NAMES[0],), returned=tuple(NAMES[1:]))
    assert view.title.startswith("Gateway gw-1: 1 of 6 machines silent")
    assert [member.id for member in view.members] == [NAMES[0]]


@pytest.mark.parametrize(
    ("change", "is_folded"),
    [
        ({}, True),
        ({"more": (loud("M-000", "low"),)}, False),
        ({"status": "critical", "guard": "silent", "more": (loud("M-000", "high"),)}, False),
        ({"status": "not_judged", "guard": "clock"}, False),
        ({"status": "watch"}, True),
        ({"id": "another"}, False),
    ],
)
def test_a_machine_is_folded_in_only_where_the_group_says_all_of_it(change, is_folded):
    others = [facts(name) for name in NAMES[1:]]
    assert ("M-000" in folded_in([group()], [facts("M-000", **change), *others])) is is_folded
    assert folded_in([], [facts("M-000", **change)]) == frozenset()


def test_a_member_that_was_not_sound_is_listed_first_and_named():
    loud = alert("M-003", "x", "change", "high", NOW, "Loud.", "响。")
    listed = [
        facts(name) if name != "M-003" else facts(name, status="critical", guard="silent", more=(loud,))
        for name in NAMES
    ]
    (view,) = groups_view([group()], listed, viewer())
    assert (view.members[0].id, view.members[0].status_text) == ("M-003", "Critical before it fell silent")
    assert "listed by themselves too: M-003." in view.text


def test_five_thousand_members_are_counted_and_not_all_drawn():
    names = tuple(f"N-{number:04d}" for number in range(5000))
    many = group(members=names, known=5000, alerts=frozenset(f"{name}--no_data" for name in names))
    (view,) = groups_view([many], [facts(name) for name in names], viewer())
    assert (len(view.members), view.more, len(view.folded)) == (500, "and 4500 more", 5000)


def test_members_of_which_the_page_knows_nothing_any_more_are_left_out():
    (view,) = groups_view([group()], [facts(NAMES[0])], viewer())
    assert [member.id for member in view.members] == [NAMES[0]]
