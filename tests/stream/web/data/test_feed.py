"""What the page's server reads of the store, and what stays of it when the store fails."""

import asyncio
from datetime import timedelta

import msgspec

from stream.web.data import feed
from stream.web.data.feed import Feed
from tests.stream.web.fleets import MACHINES, NOW, MemoryStore, alert, four, health
from tests.stream.web.made_up import cards, fleet, read


def test_a_store_that_fails_is_told_and_what_was_read_stays():
    async def run():
        store = MemoryStore(four())
        now = [NOW]
        feed = Feed(store, MACHINES, clock=lambda: now[0])
        await feed.read()
        store.trouble = "InfluxDB at http://db:8086 does not answer; start it"
        now[0] = NOW + timedelta(minutes=5)
        await feed.read()
        failed = feed.snapshot
        store.trouble = ""
        await feed.read()
        return failed, feed.snapshot

    failed, recovered = asyncio.run(run())
    shown = fleet(failed, clock=NOW + timedelta(minutes=5))
    (notice,) = shown.notices
    assert (notice.kind, notice.title) == ("error", "The results cannot be read: tell whoever runs the system")
    assert notice.text == "InfluxDB at http://db:8086 does not answer; start it. Shown as it was at 09:00:00."
    assert shown.headline == "3 of 4 machines need someone"
    assert recovered.trouble == ""


def test_a_store_that_never_answered_says_so_and_shows_nothing():
    async def run():
        feed = Feed(MemoryStore(trouble="no file"), {}, clock=lambda: NOW)
        await feed.read()
        return feed.snapshot

    shown = fleet(asyncio.run(run()), machines={})
    assert shown.notices[0].text == "no file."
    assert shown.headline == "Nothing can be shown yet"
    assert shown.updated == ""


def test_the_page_survives_a_bug_in_the_store_and_says_so():
    class Broken(MemoryStore):
        async def latest_health(self):
            raise ZeroDivisionError

    async def run():
        feed = Feed(Broken(), {}, clock=lambda: NOW)
        await feed.read()
        return feed.snapshot

    assert "internal error" in asyncio.run(run()).trouble


def test_reading_on_asks_for_what_is_new_only():
    async def run():
        store = MemoryStore(four())
        feed = Feed(store, MACHINES, clock=lambda: NOW)
        for _ in range(3):
            await feed.read()
        before = store.calls
        await feed.read()
        return store.calls - before

    assert asyncio.run(run()) == 2  # newest health and open alerts


def late(noticed, *, priority="high"):
    """Half past six to half past eight, of which nobody heard before it was over."""
    told = alert(
        "G-401", "case", "late", priority, NOW - timedelta(hours=2, minutes=30), "From 06:30 to 08:30: loud.",
        "06:30 至 08:30：振动过大。", state="cleared",
    )  # fmt: skip
    return msgspec.structs.replace(told, time=NOW - timedelta(minutes=30), noticed=noticed)


def test_what_was_told_late_needs_someone_for_a_day_though_it_is_over():
    async def run(found):
        store = MemoryStore(four())
        store.outputs.append(found)
        feed = Feed(store, MACHINES, clock=lambda: NOW)
        await feed.read()
        return fleet(feed.snapshot)

    shown = asyncio.run(run(late(NOW - timedelta(hours=1))))
    (card,) = [each for each in cards(shown) if each.id == "G-401"]
    assert (card.status, card.alert.text) == ("healthy", "From 06:30 to 08:30: loud.")
    assert card.since == "06:30 to 08:30, for 2 h"
    for old in (late(NOW - timedelta(hours=25)), late(NOW, priority="low")):
        assert "G-401" not in [each.id for each in asyncio.run(run(old)).attention]


def test_history_is_thinned_to_the_worst_of_each_minute():
    seconds = [health("A", "x", NOW - timedelta(seconds=n), score=50.0 if n == 3000 else 90.0) for n in range(3600)]
    history = read(seconds, machines={}, opened=("A",)).histories["A"]
    assert len(history) <= 62
    assert min(each.score for each in history) == 50
    assert [each.time for each in history] == sorted(each.time for each in history)


def test_five_thousand_open_alerts_are_all_read_and_if_there_are_more_the_page_says_so(monkeypatch):
    outputs = []
    for number in range(5_000):
        outputs.append(health(f"P-{number}", "x", NOW))
        outputs.append(alert(f"P-{number}", "x", "change", "high", NOW - timedelta(minutes=number), "x: much.", ""))
    shown = fleet(read(outputs, machines={}, turns=1), machines={}, opened=())
    assert shown.headline == "5000 of 5000 machines need someone"
    assert shown.notices == ()
    monkeypatch.setattr(feed, "_OPEN_ALERTS", 100)
    cut = fleet(read(outputs, machines={}, turns=1), machines={}, opened=(), language="zh")
    assert [notice.title for notice in cut.notices] == ["未关闭的报警超出本页面的读取上限"]


def test_what_somebody_opens_is_read_at_once_and_what_nobody_looks_at_takes_no_room():
    async def run():
        store = MemoryStore(four())
        feed = Feed(store, MACHINES, clock=lambda: NOW)
        for _ in range(5):
            await feed.read()
        before = feed.snapshot
        reading = asyncio.create_task(feed.run())
        await asyncio.sleep(0.2)  # it has read, and rests
        feed.subscribe("a viewer", ["G-401", "nobody's"])
        for _ in range(150):  # less than the two seconds between two readings
            if feed.snapshot.histories.get("G-401"):
                break
            await asyncio.sleep(0.01)
        reading.cancel()
        return before, feed.snapshot

    before, after = asyncio.run(run())
    assert not before.histories["G-401"]
    assert before.intervals["G-401"] == timedelta(minutes=1)
    assert [series.field for series in after.series["G-401"]]


def test_a_machine_of_which_nothing_is_new_keeps_its_facts():
    async def run():
        store = MemoryStore(four(hours=1))
        feed = Feed(store, MACHINES, clock=lambda: NOW)
        for _ in range(6):
            await feed.read()
        before = feed.facts
        store.outputs.append(health("G-401", "oil", NOW + timedelta(seconds=5), status="watch", score=80.0))
        await feed.read()
        return before, feed.facts

    before, after = asyncio.run(run())
    assert all(after.by_id[name] is before.by_id[name] for name in ("P-101", "F-201", "M-301"))
    assert after.by_id["G-401"].needy
    assert not before.by_id["G-401"].needy
