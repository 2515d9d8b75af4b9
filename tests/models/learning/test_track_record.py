"""How each rule's alerts turned out, from alerts and findings alone."""

from datetime import timedelta

from models.learning.track_record import track_records
from models.outputs import Action
from tests.stream.stores.outputs import START, alert


def raised(number, rule="change", machine="pump", **others):
    return alert(machine, number=number, rule=rule, **others)


def finding(alerts, verdict, hours=5.0, machine="pump"):
    return Action(
        machine=machine,
        point="",
        time=START + timedelta(hours=hours),
        kind="finding",
        verdict=verdict,
        alerts=tuple(each.id for each in alerts),
    )


def test_each_rule_has_its_alerts_and_what_became_of_those_that_were_looked_at():
    change = [raised(number) for number in range(6)]
    hot = [raised(number, "temperature") for number in range(2)]
    said = [
        finding(change[:2], "confirmed"),
        finding(change[2:3], "false_alarm"),
        finding(hot[:1], "confirmed", 9.0),
    ]
    first, second = track_records([*change, *hot], said)
    assert (first.rule, first.alerts) == ("change", 6)
    assert (first.tally.confirmed, first.tally.false_alarms, first.tally.lead_h) == (2, 1, 5.0)
    assert (second.rule, second.alerts, second.tally.confirmed, second.tally.lead_h) == ("temperature", 2, 1, 9.0)


def test_the_newest_finding_of_an_alert_counts_in_whatever_order_they_come():
    (one,) = alerts = [raised(1)]
    said = [finding(alerts, "confirmed", 9.0), finding(alerts, "false_alarm", 3.0)]
    for order in (said, said[::-1]):
        (record,) = track_records([one], order)
        assert (record.tally.confirmed, record.tally.false_alarms) == (1, 0)


def test_what_nobody_looked_at_has_no_precision_and_alerts_of_others_say_nothing():
    (record,) = track_records([raised(1)], [finding([raised(1)], "confirmed", machine="fan")])
    assert record.tally.precision is None
    assert record.tally.lead_h is None
    assert track_records([], [finding([raised(1)], "confirmed")]) == ()


def test_sensors_and_silence_are_no_rules_of_condition_and_maintenance_is_no_finding():
    alerts = [raised(1, "sensor_fault"), raised(2, "no_data"), raised(3)]
    mended = Action(machine="pump", point="", time=START, kind="maintenance", alerts=(alerts[2].id,))
    (record,) = track_records(alerts, [mended])
    assert (record.rule, record.tally.precision) == ("change", None)


def test_a_finding_dated_before_its_alert_leads_by_nothing():
    alerts = [raised(1)]
    (record,) = track_records(alerts, [finding(alerts, "confirmed", -3.0)])
    assert record.tally.lead_h == 0.0
