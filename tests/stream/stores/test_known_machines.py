"""The list of machines: who is described, who was heard, how each stands, in the order in which people count."""

from models.machinery.machine import Machine, Name
from stream.stores.known_machines import known_machines
from tests.stream.stores.outputs import START, alert, at, health

MACHINES = {
    "P-10": Machine(id="P-10", line="boiler house", name=Name(en="Feed pump 10", zh="10号给水泵")),
    "P-2": Machine(id="P-2", line="boiler house"),
    "水泵 1": Machine(id="水泵 1", line="一号线"),
}


def test_all_are_there_in_natural_order_described_or_heard_or_both():
    known = known_machines(MACHINES, [health("P-2"), health("p-3"), health("fan 11")], [alert("odd")])
    assert [each.machine for each in known] == ["fan 11", "odd", "P-2", "p-3", "P-10", "水泵 1"]
    assert [each.machine for each in known if each.described] == ["P-2", "P-10", "水泵 1"]
    unheard = {each.machine for each in known if each.status == "unheard"}
    assert unheard == {"P-10", "水泵 1", "odd"}


def test_each_stands_as_its_newest_health_says():
    healths = [
        health("A", at(9), point="DE", status="warning", score=40.0),
        health("A", at(2), point="NDE", status="healthy", score=99.0),
        health("B", at(1), point="", status="not_judged", score=None, guard="retired"),
        health("B", at(0), point="DE", status="healthy"),
        health("C", at(3), status="not_judged", score=None, guard="late"),
    ]
    a, b, c = known_machines({}, healths, [])
    assert (a.status, a.score, a.last_heard, a.retired) == ("warning", 40.0, at(9), False)
    assert (b.status, b.score, b.retired) == ("retired", None, True)
    assert (c.status, c.retired) == ("not_judged", False)


def test_open_alerts_are_counted_by_priority_and_cleared_ones_are_not():
    alerts = [
        alert("A", number=1, priority="high"),
        alert("A", number=2, priority="low"),
        alert("A", number=3, priority="low"),
        alert("A", number=4, state="cleared"),
        alert("B", number=1, priority="low"),
    ]
    a, b = known_machines({}, [health("A", START), health("B", START)], alerts)
    assert a.open_alerts == {"high": 1, "low": 2}
    assert (a.is_alarmed, b.is_alarmed) == (True, False)


def test_nobody_is_known_of_nothing():
    assert known_machines({}, [], []) == ()
