"""What the page says, before anything is drawn."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.machinery.machine import Machine, Name
from models.outputs import Health, Quality
from stream.texts.phrases import STATUSES
from stream.web.fleet.list_view import ROWS_A_PAGE, in_order
from stream.web.fleet.view import fleet_view
from stream.web.views.fleet_facts import fleet_facts
from stream.web.views.snapshot import Snapshot
from tests.stream.web.fleets import NOW, alert, four, health, many
from tests.stream.web.made_up import cards, fleet, quiet_cards, read


@pytest.fixture(scope="module")
def plant():
    return read(four())


def test_the_machine_that_needs_someone_comes_first_and_says_why(plant):
    shown = fleet(plant)
    assert shown.headline == "3 of 4 machines need someone"
    assert [card.id for card in shown.attention] == ["P-101", "M-301", "F-201"]
    assert [row.id for row in shown.rest] == ["G-401"]
    pump, motor, _ = cards(shown)
    assert pump.why == "Drive end: vibrates more than it used to"
    assert pump.since == "since 06:50 (2 h 10 min)"
    assert motor.why == "Winding: too hot"
    assert pump.name == "Cooling water pump 1"
    assert pump.facts == "P-101 · pump · line Cooling water · 1号冷却水泵"


def test_a_broken_sensor_is_a_sensor_fault_and_not_a_machine_fault(plant):
    fan = cards(fleet(plant))[2]
    assert (fan.status, fan.status_text, fan.machine_text) == ("sensor_fault", "Sensor fault", "machine: healthy")
    assert fan.why == "Sensor fault, drive end: signal stuck at one value"
    assert "still judged by its other sensors" in fan.more
    assert fan.score == 100
    faulty, *others = fan.points
    assert (faulty.name, faulty.ok) == ("drive end", False)
    assert faulty.quality == "Sensor fault: signal stuck at one value"
    assert all(point.ok for point in others)


def test_an_alert_that_is_shelved_says_so_in_its_line_and_counts_as_ever():
    told = alert("A", "drive-end", "change", "high", NOW, "drive-end: much.", "drive-end:多。")
    shelf = {"shelved_until": NOW + timedelta(hours=5), "shelved_by": "王伟", "shelved_reason": "<b>known</b>"}
    sick = health("A", "drive-end", NOW, status="critical", score=20.0)
    card = (
        fleet(read([sick, msgspec.structs.replace(told, **shelf)], machines={}), machines={}).attention[0].details
    )
    plain = fleet(read([sick, told], machines={}), machines={}).attention[0].details
    assert card.alert.since == f"{plain.alert.since} · shelved until 14:00 by 王伟: <b>known</b>"
    assert (card.status, card.score, card.why, card.since) == (plain.status, plain.score, plain.why, plain.since)


def test_a_sensor_fault_of_a_sick_machine_is_told_along():
    outputs = [
        health("A", "drive-end", NOW, status="critical", score=20.0),
        health("A", "bearing", NOW, status="critical", score=20.0, flags=("open",)),
        alert("A", "drive-end", "change", "high", NOW, "drive-end: much.", "drive-end:多。"),
    ]
    card = cards(fleet(read(outputs, machines={}), machines={}))[0]
    assert card.status == "critical"
    assert card.more == "Sensor fault, bearing: cable open"


def test_deductions_sum_to_what_is_missing_and_come_with_their_reason(plant):
    pump = cards(fleet(plant))[0]
    assert pump.score == pytest.approx(28.5)
    assert pump.score_text == "28.5 of 100"
    assert sum(each.points for each in pump.deductions) == pytest.approx(100 - pump.score)
    assert [each.points_text for each in pump.deductions] == ["−60", "−11.5"]
    assert pump.deductions[0].reason.startswith("Drive end: High-frequency envelope")


def test_numbers_have_unit_limit_direction_and_age(plant):
    pump = cards(fleet(plant))[0]
    drive_end = next(point for point in pump.points if point.id == "drive-end")
    velocity = next(value for value in drive_end.values if value.label == "Velocity RMS")
    assert velocity.text.endswith(" mm/s")
    assert velocity.limit_text == "limit 2.8 mm/s (zone C)"
    assert (velocity.direction, velocity.over, velocity.old) == ("↗ rising", True, False)
    assert velocity.age == "20 s ago"
    bearing = next(point for point in pump.points if point.id == "bearing").values[0]
    assert bearing.text.endswith(" °C")
    assert bearing.limit_text == "limit 90 °C"
    gearbox = quiet_cards(fleet(plant))[0]
    assert (gearbox.id, gearbox.why) == ("G-401", "Nothing found")


def test_withheld_health_is_a_gap_with_its_reason(plant):
    trend = cards(fleet(plant))[0].trend
    assert [gap.status for gap in trend.gaps] == ["warming_up"]
    assert trend.gap_text == "Grey: health not given (Learning)"
    assert len(trend.lines) == 1
    assert trend.falling
    learning = read(four(hours=1))
    assert {row.score_text for row in fleet(learning).rest} == {""}
    card = quiet_cards(fleet(learning))
    assert {each.score_text for each in card} == {"not given now"}
    assert card[0].why == "Still learning what is usual for this machine."


def test_chinese_says_the_same(plant):
    shown = fleet(plant, language="zh")
    assert shown.headline == "4台设备中有3台需要处理"
    pump, _, fan = cards(shown)
    assert pump.name == "1号冷却水泵"
    assert pump.why == "驱动端:振动明显高于平时".replace(":", "\uff1a")
    assert pump.since == "自06:50起\uff08已2小时10分钟\uff09"
    assert pump.alert.text.startswith("驱动端")
    assert pump.deductions[0].reason.startswith("驱动端:高频包络有效值")
    assert fan.status_text == "传感器故障"


def test_no_english_is_left_in_chinese_sentences(plant):
    shown = fleet(plant, language="zh")
    for card in cards(shown):
        for text in (card.why, card.since, card.more, card.status_text, card.details, card.age, card.trend.title):
            assert not any(letter.isascii() and letter.isalpha() for letter in text), text


def test_the_most_urgent_alert_is_shown_and_the_others_wait_in_the_details(plant):
    pump = cards(fleet(plant))[0]
    assert pump.alert.priority_text == "High priority"
    assert [each.priority for each in pump.more_alerts] == ["low"]
    assert pump.details == "Details and 1 more alert"
    assert pump.alert.against == ""  # its text has value, limit and unit
    odd = alert("A", "x", "home-made", "low", NOW, "x: odd.", "")
    card = cards(fleet(read([health("A", "x", NOW), odd], machines={}), machines={}))[0]
    assert card.alert.against == "value 1.19, limit 0.5"
    assert card.alert.text == "X: odd."


def test_cleared_alerts_need_nobody():
    raised = alert("A", "x", "change", "high", NOW, "x: much.", "", id="1")
    cleared = alert("A", "x", "change", "high", NOW, "x: much.", "", state="cleared", id="1")
    assert fleet(read([health("A", "x", NOW), raised, cleared], machines={}), machines={}).attention == ()


def test_two_hundred_machines_stay_quiet_but_three():
    shown = fleet(read(many(), machines={}), machines={})
    assert shown.headline == "3 of 200 machines need someone"
    assert [card.id for card in shown.attention] == ["PUMP-150", "PUMP-017", "PUMP-090"]
    assert len(shown.attention) + len(shown.rest) == ROWS_A_PAGE
    assert shown.choices.shown == "1 to 50 of 200"
    assert [(count.standing, count.number) for count in shown.choices.counts] == [
        ("critical", 1),
        ("warning", 1),
        ("no_data", 1),
        ("healthy", 197),
    ]


def test_more_that_need_someone_than_fit_on_a_page_go_on_in_order_on_the_next():
    names = [f"A-{number}" for number in range(1, ROWS_A_PAGE + 6)]
    outputs = [health(name, "x", NOW, status="watch", score=50.0 + n) for n, name in enumerate(names)]
    snapshot = read(outputs, machines={})
    assert [row.id for row in fleet(snapshot, machines={}).attention] == names[:ROWS_A_PAGE]
    assert [row.id for row in fleet(snapshot, machines={}, page=2).attention] == names[ROWS_A_PAGE:]


def test_nothing_yet_says_what_to_do():
    empty = fleet(read([], machines={}), machines={})
    assert empty.headline == "No machines yet"
    assert "stethos worker" in empty.detail
    waiting = fleet(read([]))
    assert waiting.headline == "Waiting for the first data"
    assert {row.standing_text for row in waiting.rest} == {"No data yet"}
    unread = fleet(Snapshot(read_at=NOW, loaded=False), machines={})
    assert unread.headline == "Reading the store…"


def test_a_machine_that_nobody_described_is_known_by_its_id():
    shown = fleet(read([health("压缩机 7", "DE", NOW, status="watch", score=80.0)], machines={}), machines={})
    assert shown.headline == "The machine needs someone"
    assert (shown.attention[0].name, shown.attention[0].facts) == ("压缩机 7", "")


def test_machine_names_fall_back_to_the_other_language():
    machines = {"A": Machine(id="A", name=Name(zh="泵")), "B": Machine(id="B", name=Name(en="Pump"))}
    shown = fleet(read([health("A", "x", NOW), health("B", "x", NOW)], machines=machines), machines=machines)
    assert [row.name for row in shown.rest] == ["Pump", "泵"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("status", list(STATUSES))
def test_every_status_has_words_in_both_languages(status, language):
    outputs = [health("A", "x", NOW, status=status, score=None if status != "healthy" else 100.0)]
    shown = fleet(read(outputs, machines={}), machines={}, language=language)
    card = (*cards(shown), *quiet_cards(shown))[0]
    assert card.status_text == STATUSES[status].say(language)


@given(
    st.lists(
        st.tuples(st.sampled_from(list(STATUSES)), st.one_of(st.none(), st.floats(0, 100)), st.booleans()),
        max_size=30,
    )
)
def test_order_of_attention_never_puts_the_worse_one_later(machines):
    worst_first = ["critical", "warning", "watch", "nobody can tell", "no_data"]
    untold = {"sensor_fault": "nobody can tell", "not_judged": "nobody can tell"}
    healths = tuple(
        Health(machine=f"M{n}", point="x", time=NOW, status=status, score=score)
        for n, (status, score, _) in enumerate(machines)
    )
    facts = fleet_facts(Snapshot(read_at=NOW, healths=healths), {})
    order = in_order(facts, "en")
    statuses = [untold.get(each.facts.newest.status, each.facts.newest.status) for each in order]
    places = [worst_first.index(status) if status in worst_first else 9 for status in statuses]
    assert places == sorted(places)
    assert len(order) == len(machines)


def test_times_are_the_viewers():
    zone = datetime(2026, 1, 1, tzinfo=UTC).astimezone().tzinfo
    assert fleet_view(Snapshot(read_at=NOW), {}, clock=NOW, zone=zone, language="en").updated.startswith("Read at ")


def test_a_shortened_block_is_said_beside_a_good_signal_and_is_no_fault():
    quality = Quality(ok=True, flags=("shortened",))
    sound = msgspec.structs.replace(health("A", "drive-end", NOW), quality=quality)
    shown = fleet(read([sound], machines={}), machines={})
    (point,) = quiet_cards(shown)[0].points
    assert (point.ok, point.quality) == (True, "Signal good: block too long, only its beginning looked at")
    assert not shown.attention


def retired(machine, point="", **more):
    return health(machine, point, NOW, status="not_judged", score=None, guard="retired", **more)


def test_a_retired_machine_is_counted_apart_needs_nobody_and_is_listed_where_somebody_asks(plant):
    outputs = [*four(), retired("A-1"), retired("B-2", "drive-end", flags=("open",))]
    shown = fleet(read(outputs))
    assert shown.headline == fleet(plant).headline == "3 of 4 machines need someone"
    counts = {count.standing: count.number for count in shown.choices.counts}
    assert counts == {count.standing: count.number for count in fleet(plant).choices.counts} | {"retired": 2}
    assert {row.id for row in (*shown.attention, *shown.rest)}.isdisjoint({"A-1", "B-2"})
    asked = fleet(read(outputs), standing="retired")
    assert [(row.id, row.standing_text, row.needy) for row in asked.rest] == [
        ("A-1", "Retired", False), ("B-2", "Retired", False),
    ]  # fmt: skip
    assert {row.standing_text for row in fleet(read(outputs), standing="retired", language="zh").rest} == {"已停用"}


def test_a_retired_machine_that_sends_needs_someone_and_says_what_to_do():
    told = alert("A-1", "", "retired", "low", NOW, "It is retired, but sends.", "已停用但仍有数据。")
    shown = fleet(read([retired("A-1"), told], machines={}), machines={})
    (card,) = shown.attention
    assert shown.headline == "The machine needs someone"
    assert card.why == "Retired, but sends"
