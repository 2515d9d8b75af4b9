"""How a machine runs, on its page and in the fleet: a stopped one looks stopped and not sick."""

from datetime import timedelta

import pytest

from stream.web.components.status_icons import status_icon_svg
from tests.stream.web.fleets import MACHINES, NOW, alert, health
from tests.stream.web.made_up import cards, fleet, machine_page, read

IDLING = "Idling since 06:50 (2 h 10 min): turns without load"
BEGAN = NOW - timedelta(hours=2, minutes=10)


def pump(**others):
    return health("P-101", "drive-end", NOW, **others)


@pytest.mark.parametrize(
    ("running", "since", "english", "chinese"),
    [
        ("running", BEGAN, "Running since 06:50 (2 h 10 min)", "自06:50起运行（已2小时10分钟）"),
        (
            "idle",
            BEGAN,
            "Idling since 06:50 (2 h 10 min): turns without load",
            "自06:50起空载运行（已2小时10分钟）",
        ),
        (
            "starting",
            NOW,
            "Starting: not judged at first, then against its starts before",
            "启动中：起初不作判断，随后与以往的启动比较",
        ),
        ("stopped", BEGAN, "Stopped since 06:50 (2 h 10 min)", "自06:50起停机（已2小时10分钟）"),
        ("running", None, "Running", "运行中"),
        ("idle", None, "Idling: turns without load", "空载运行"),
        ("stopped", None, "Stopped", "停机"),
        (None, None, "", ""),
    ],
)
def test_how_it_runs_and_since_when_stands_on_its_page(running, since, english, chinese):
    snapshot = read([pump(running=running, running_since=since)])
    assert machine_page(snapshot).machine.running == english
    assert machine_page(snapshot, language="zh").machine.running == chinese


def test_a_status_that_says_it_already_is_not_repeated():
    shown = machine_page(read([pump(status="stopped", score=None, running="stopped")])).machine
    assert (shown.status_text, shown.running) == ("Stopped", "")


def test_a_stopped_machine_needs_nobody_and_says_for_how_long_it_has_stood():
    stands = pump(status="stopped", score=None, running="stopped", running_since=BEGAN)
    shown = fleet(read([stands]))
    assert not shown.attention
    row = next(row for row in shown.rest if row.id == "P-101")
    assert (row.standing, row.standing_text, row.needy) == ("stopped", "Stopped, 2 h 10 min", False)
    chinese = fleet(read([stands]), language="zh")
    assert next(row for row in chinese.rest if row.id == "P-101").standing_text == "停机，已2小时10分钟"
    assert status_icon_svg("stopped") not in {
        status_icon_svg("critical"),
        status_icon_svg("warning"),
        status_icon_svg("no_data"),
    }


def test_what_was_found_before_it_stopped_still_asks_for_someone_but_it_looks_stopped():
    stands = pump(status="stopped", score=None, running="stopped", running_since=BEGAN)
    found = alert("P-101", "drive-end", "change", "high", NOW - timedelta(hours=5), "too much.", "过大。")
    (card,) = cards(fleet(read([stands, found])))
    assert (card.status, card.status_text) == ("stopped", "Stopped")
    assert card.running == "Stopped since 06:50 (2 h 10 min)"
    assert card.why == "Before it stopped: drive end: vibrates more than it used to"
    (card,) = cards(fleet(read([stands, found]), language="zh"))
    assert card.why == "停机前：驱动端：振动明显高于平时"
    assert MACHINES["P-101"].id == card.id
