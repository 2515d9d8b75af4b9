"""What is not judged never looks healthy on the page: it needs someone, and says since when, why and what helps."""

from datetime import timedelta
from typing import get_args

import msgspec
import pytest

from models.outputs import Anomaly, Guard
from tests.stream.web.fleets import NOW, UNJUDGED, alert, health
from tests.stream.web.made_up import cards, fleet, machine_page, quiet_cards, read
from tests.stream.web.untold import untold

GUARDS = [guard for guard in get_args(Guard) if guard not in {"standstill", "planned", "retired", "forgotten"}]


@pytest.fixture(scope="module")
def plant():
    return read(untold(), machines={})


def card_of(snapshot, machine, language="en"):
    shown = fleet(snapshot, machines={}, language=language)
    return next(card for card in (*cards(shown), *quiet_cards(shown)) if card.id == machine)


def test_what_nobody_can_tell_needs_someone_and_the_headline_counts_it(plant):
    shown = fleet(plant, machines={})
    assert shown.headline == f"{len(GUARDS) + 6} of {len(GUARDS) + 14} machines need someone"
    assert not shown.calm
    order = [row.id for row in (*shown.attention, *shown.rest)]
    assert max(order.index(f"N-{guard}") for guard in GUARDS) < min(order.index(f"Z-{n}") for n in range(6))
    assert {count.standing: count.number for count in shown.choices.counts}["not_judged"] == len(GUARDS)
    only = fleet(read([health("A", "x", NOW, status="not_judged", score=None)], machines={}), machines={})
    assert only.headline == "The machine needs someone"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("guard", GUARDS)
def test_it_says_why_what_helps_and_when_it_was_judged_last(plant, guard, language):
    card = card_of(plant, f"N-{guard}", language)
    assert card.status_text == ("Not judged" if language == "en" else "未判定")
    assert "06:12" in card.since
    assert card.score is None
    assert card.why
    if guard == "silent":
        assert card.why.startswith("Drive end: nothing has come" if language == "en" else "驱动端：")
    whole = machine_page(plant, f"N-{guard}", machines={}, language=language).machine
    assert (whole.why, whole.since) == (card.why, card.since)


def test_a_point_from_which_nothing_comes_has_no_good_signal(plant):
    points = {point.id: point.quality for point in card_of(plant, "N-silent").points}
    assert points == {"drive-end": "Nothing has come for 3 h", "bearing": "Signal good"}


def test_an_alert_that_nobody_judges_any_more_is_stale_and_says_so(plant):
    card = card_of(plant, "A-stale")
    assert card.alert.stale
    assert card.alert.since == "since 04:00 (5 h) · stale, judged last at 06:12 (2 h 48 min ago)"
    assert card.more.startswith("Not judged for longer than is usual: it has not run for longer")
    assert "已过时" in card_of(plant, "A-stale", "zh").alert.since


def test_an_alert_of_another_point_that_is_judged_is_not_stale():
    common = {"status": "watch", "score": None, "guard": "silent", "judged_at": NOW - timedelta(hours=1)}
    judged = Anomaly(score=1.0, limit=4.0, anomalous=False)
    outputs = [
        health("A", "drive-end", NOW - timedelta(hours=1), anomaly=judged),
        health("A", "far-end", NOW, anomaly=judged, **common),
        alert("A", "drive-end", "change", "low", NOW - timedelta(hours=2), "drive-end: much.", ""),
        alert("A", "far-end", "change", "low", NOW - timedelta(hours=2), "far-end: much.", ""),
        alert("A", "far-end", "sensor_fault", "low", NOW, "far-end: sensor fault.", ""),
    ]
    card = card_of(read(outputs, machines={}), "A")
    stale = {each.id: each.stale for each in (card.alert, *card.more_alerts)}
    assert stale == {"A-drive-end-change": True, "A-far-end-change": False, "A-far-end-sensor_fault": False}


def test_what_stood_at_the_stop_is_told_as_of_before_it(plant):
    card = card_of(plant, "A-stopped")
    assert card.status_text == "Critical"
    assert card.why == "Before it stopped: drive end: vibrates more than it used to"
    assert card.running.startswith("Stopped since 08:00")


def test_a_lost_sensor_does_not_hide_the_alert_that_stands(plant):
    card = card_of(plant, "A-sensor")
    assert (card.status_text, card.why) == ("Critical", "Drive end: vibrates more than it used to")
    assert card.more.startswith("Sensor fault, drive end: signal clipped")


def test_one_that_was_never_judged_says_so_and_a_faulty_sensor_is_told_along():
    odd = health("A", "x", NOW, status="not_judged", score=None, guard="late", flags=("open",), anomaly=UNJUDGED)
    card = card_of(read([odd], machines={}), "A")
    assert card.since == "never judged so far"
    assert card.why.startswith("Not judged for longer")
    assert card.more == "Sensor fault, x: cable open"
    nameless = card_of(read([msgspec.structs.replace(odd, guard=None)], machines={}), "A")
    assert (nameless.status_text, nameless.why) == ("Not judged", "Sensor fault, x: cable open")
