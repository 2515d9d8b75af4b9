"""What the page says of measurements that come and are not judged."""

from datetime import timedelta

import pytest

from models.machinery.machine import Machine, Name
from models.outputs import Intake
from stream.web.views.intake_view import fleet_intake_notices, machine_intake_notices
from stream.web.views.snapshot import Snapshot
from tests.stream.web.fleets import NOW, four
from tests.stream.web.made_up import fleet, machine_page, read

MACHINES = {"described": Machine(id="described", name=Name(en="Feed pump", zh="给水泵"))}


def intake(machine="P-9", *, received=60, minutes=50, **counts):
    return Intake(machine=machine, time=NOW, since=NOW - timedelta(minutes=minutes), received=received, **counts)


def ahead(machine="P-9", hours=8):
    return intake(machine, future=60, unjudged=60, measured=NOW + timedelta(hours=hours), arrived=NOW)


def strangers(partition, count=2):
    names = tuple(f"m{partition}{i}" for i in range(count))
    return intake(f"*{partition}", received=30, put_aside=30, strangers=names, stranger_count=count)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "P-9: not all that comes is judged",
            (
                "60 of 60 measurements within 50 min are stamped ahead of their time (the last one by 8 h): they "
                "are stored, not judged. Set the clock of the sender: it is ahead, or writes local time as UTC. "
                "If every machine says so, the worker's is behind."
            ),
        ),
        (
            "zh",
            "P-9：部分数据未评定",
            "50分钟内60次测量中有60次时间戳超前（最近一次超前8小时）：只存储，不评定。请校准发送端时钟：时钟超前，或把本地时间当作UTC发送。若所有设备均如此，则是工作进程的时钟落后。",
        ),
    ],
)
def test_a_machine_that_was_never_judged_is_named_with_numbers_and_what_to_do(language, title, text):
    shown = fleet(read([ahead()], machines={}), machines={}, language=language)
    (notice,) = [each for each in shown.notices if each.about == "intake"]
    assert (notice.title, notice.text) == (title, text)
    assert shown.headline == ("No machine could be judged yet" if language == "en" else "尚无设备可评定")
    assert "stethos worker" not in shown.detail
    assert not shown.calm


def test_a_described_machine_that_sends_but_is_not_judged_does_not_say_that_it_sends_nothing():
    shown = fleet(read([ahead("described")], machines=MACHINES), machines=MACHINES)
    assert [row.standing_text for row in shown.rest] == ["Its data are not judged"]
    page = machine_page(read([ahead("described")], machines=MACHINES), "described", machines=MACHINES)
    assert (page.headline, page.detail) == ("Feed pump", "")
    assert [notice.title for notice in page.notices] == ["Not all that comes of this machine is judged"]


def test_a_machine_without_a_tile_has_a_page_that_does_not_deny_it():
    page = machine_page(read([ahead("new")], machines={}), "new", machines={})
    assert page.headline == "new"
    assert "60 of 60 measurements" in page.notices[-1].text


def test_a_sound_machine_s_page_says_nothing_of_another():
    snapshot = read([*four(), ahead("new")])
    assert not [notice for notice in machine_page(snapshot, "P-101").notices if notice.about]


def test_many_machines_are_named_and_some_are_told_of():
    snapshot = Snapshot(read_at=NOW, intakes=tuple(ahead(f"M{i:02}") for i in range(12)))
    (notice,) = fleet_intake_notices(snapshot, {}, NOW, "en")
    assert notice.title.startswith("12 machines of which not all that comes is judged: M00, M01")
    assert notice.title.endswith("M09…")
    assert notice.text.count("stamped ahead") == 3


def test_strangers_are_told_together_and_belong_to_no_machine():
    snapshot = Snapshot(read_at=NOW, intakes=(strangers(0), strangers(3), intake(received=1000)))
    (notice,) = fleet_intake_notices(snapshot, {}, NOW, "en")
    assert notice.title == "Machines that nobody has described were put aside"
    assert notice.text.startswith("4 machines that nobody has described sent 60 messages within 50 min")
    assert "m00, m01, m30, m31" in notice.text
    assert machine_intake_notices(snapshot, "*0", NOW, "en") == ()


def test_nothing_is_said_where_nearly_all_is_judged_or_the_record_is_old():
    snapshot = Snapshot(read_at=NOW, intakes=(intake(received=1000, late=9), ahead()))
    assert fleet_intake_notices(snapshot, {}, NOW + timedelta(hours=3), "en") == ()
