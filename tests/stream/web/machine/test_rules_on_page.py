"""How often each rule was right, as a machine's page tells it."""

import asyncio
from datetime import timedelta

import pytest

from models.errors import ServiceError
from models.outputs import Action
from stream.web.data.alert_record import FleetRecords
from stream.web.machine.rules_view import rules_view
from tests.stream.web.fleets import MACHINES, NOW, alert

PUMP, FAN = MACHINES["P-101"], MACHINES["F-201"]


def raised(number, machine="P-101", rule="change"):
    since = NOW - timedelta(hours=30)
    return alert(
        machine, "drive-end", rule, "medium", since, "too much.", "过大。", id=f"{machine}-{rule}-{number}"
    )


def finding(alerts, verdict, machine="P-101"):
    named = tuple(each.id for each in alerts)
    return Action(machine=machine, point="", time=NOW, kind="finding", by="王伟", verdict=verdict, alerts=named)


ALERTS = [*(raised(number) for number in range(12)), raised(0, "F-201"), raised(0, rule="temperature")]
SAID = [
    finding(ALERTS[:9], "confirmed"),
    finding(ALERTS[9:11], "false_alarm"),
    finding(ALERTS[12:13], "false_alarm", "F-201"),
]


def test_each_rule_has_its_precision_with_an_interval_and_its_lead():
    shown = rules_view(PUMP, MACHINES, ALERTS, SAID, "en")
    assert shown.title == "How often alerts were right: all machines of kind pump"
    assert shown.columns == ("Rule", "Alerts", "Confirmed", "False alarms", "Right", "Lead", "Right here")
    change, hot = shown.rows
    assert change.cells == (
        "Vibrates more than it used to", "12", "9", "2", "82 % (63 to 92 %)", "30 h", "9 of 11",
    )  # fmt: skip
    assert hot.cells == ("Too hot", "1", "0", "0", "–", "–", "–")
    assert "the last 13 alerts" in shown.guide


def test_chinese_says_the_same():
    shown = rules_view(PUMP, MACHINES, ALERTS, SAID, "zh")
    assert shown.title == "报警准确率：全部泵"
    assert shown.rows[0].cells[4:] == ("82 %（63–92 %）", "30小时", "11条中9条")


def test_machines_of_other_kinds_say_nothing_and_without_a_kind_all_count():
    (only,) = rules_view(FAN, MACHINES, ALERTS, SAID, "en").rows
    assert only.cells[1:4] == ("1", "0", "1")
    unknown = rules_view(type(PUMP)(id="new"), MACHINES, ALERTS, SAID, "en")
    assert unknown.title == "How often alerts were right: all machines"
    assert unknown.rows[0].cells[1] == "13"
    assert unknown.rows[0].cells[-1] == "–"


@pytest.mark.parametrize(
    ("name", "typed"), [("P-101", "P-101"), ("泵 1", "'泵 1'"), ("$(id)", "'$(id)'"), ("{0}", "'{0}'")]
)
def test_without_findings_it_tells_how_to_give_them(name, typed):
    machine = type(PUMP)(id=name, kind="pump")
    for language in ("en", "zh"):
        shown = rules_view(machine, {}, [raised(1, machine=name)], [], language)
        assert shown.rows == ()
        assert f"stethos finding {typed} false-alarm" in shown.guide


def test_the_fleet_is_read_once_for_all_and_again_when_that_is_old():
    class Store:
        reads = 0

        async def alerts(self, *, limit):
            self.reads += 1
            return ALERTS[:limit]

        async def actions(self, machine, *, limit):
            assert machine is None
            return SAID[:limit]

    now, store = 0.0, Store()
    records = FleetRecords(store, monotonic=lambda: now)

    async def read():
        return await asyncio.gather(records.read(), records.read())

    first, second = asyncio.run(read())
    assert first is second
    assert (first.alerts, first.actions, store.reads) == (tuple(ALERTS), tuple(SAID), 1)
    now = 200.0
    assert asyncio.run(records.read()) is not first
    assert store.reads == 2


def test_a_store_that_fails_is_asked_again():
    class Store:
        async def alerts(self, *, limit):
            raise ServiceError(f"no answer ({limit})")

    records = FleetRecords(Store(), monotonic=lambda: 0.0)
    for _ in range(2):
        with pytest.raises(ServiceError, match="no answer"):
            asyncio.run(records.read())
