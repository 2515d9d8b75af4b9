"""Spectra on a machine's page before a browser is asked: what may be compared, what is marked, what is drawn."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from models.outputs import Diagnosis
from stream.stores.sqlite.store import SqliteStore
from stream.web.charts.spectrum_chart import Axis, Shown, spectrum_chart
from stream.web.data.kept_spectra import Spectra
from stream.web.machine.page_view import machine_page_view
from stream.web.machine.verdicts_view import verdicts_view
from stream.web.views.machine_view import Viewer
from stream.web.views.spectra_view import bearing_families, earlier_choices, nearest, shaft_family
from tests.stream.stores.outputs import row
from tests.stream.web.fleets import MACHINES, NOW, four, health
from tests.stream.web.made_up import BEARING, SAMPLES, envelope, read, spectra, velocity


def chart(capture, older=None, families=(), *, orders=False, language="en"):
    return spectrum_chart(
        Shown(capture, "now"),
        Shown(older, "before") if older else None,
        families,
        axis=Axis(orders),
        language=language,
        theme="light",
    )


def peak(series):
    return max(series["data"], key=lambda pair: pair[1])[0]


def test_the_shaft_s_harmonics_end_where_the_spectrum_does():
    assert shaft_family(3000.0, 190.0, "en").lines_hz == (50.0, 100.0, 150.0)
    assert len(shaft_family(600.0, 1000.0, "en").lines_hz) == 10
    for unknown in (None, 0.0):
        assert shaft_family(unknown, 1000.0, "zh") is None
    assert shaft_family(1e6, 1000.0, "en") is None


def test_a_bearing_s_lines_are_marked_and_those_of_the_named_part_alone():
    families = bearing_families(BEARING, 1500.0, 1000.0, "en")
    assert [family.key for family in families] == ["bpfo", "bpfi", "bsf2", "ftf"]
    assert families[0].lines_hz == pytest.approx([3.58 * 25 * n for n in range(1, 5)])
    assert [family.shown for family in families] == [True, True, False, False]
    named = bearing_families(BEARING, 1500.0, 1000.0, "zh", "bearing_rolling_element")
    assert [family.name for family in named if family.shown] == ["滚动体"]
    assert bearing_families(None, 1500.0, 1000.0, "en") == ()
    assert bearing_families(BEARING, None, 1000.0, "en") == ()


def test_what_is_kept_of_about_an_age_can_be_chosen():
    ages = [timedelta(days=200), timedelta(days=29), timedelta(days=6.5), timedelta(hours=23), timedelta(0)]
    kept = [msgspec.structs.replace(velocity(NOW - age), data=b"") for age in ages]
    choices = earlier_choices(kept, UTC, "en")
    assert [choice.key for choice in choices] == ["day", "week", "month", "oldest"]
    assert [choice.time for choice in choices] == [kept[3].time, kept[2].time, kept[1].time, kept[0].time]
    assert choices[-1].text == "the oldest (Sat 2025-08-16 09:00)"
    assert earlier_choices(kept[:1], UTC, "en") == ()
    assert earlier_choices([], UTC, "zh") == ()
    assert nearest(kept, NOW - timedelta(days=100)) is kept[1]
    assert nearest([], NOW) is None


def test_today_stands_before_an_older_one_and_marks_where_they_belong():
    shaft = shaft_family(1500.0, 1000.0, "en")
    drawn = chart(velocity(), velocity(NOW - timedelta(days=30), samples=2 * SAMPLES), [shaft])
    older, today, marks = drawn["series"]
    assert (older["name"], today["name"], marks["name"]) == ("before", "now", "shaft speed")
    assert peak(today) == peak(older) == 50.0
    assert max(y for _, y in older["data"]) == pytest.approx(2 * max(y for _, y in today["data"]), rel=0.02)
    assert [mark["xAxis"] for mark in marks["markLine"]["data"]] == [25.0 * n for n in range(1, 11)]
    assert msgspec.json.encode(drawn)


def test_in_orders_each_stands_by_its_own_speed():
    slower = velocity(speed_rpm=750.0)
    drawn = chart(velocity(), slower, [shaft_family(1500.0, 1000.0, "en")], orders=True)
    older, today, marks = drawn["series"]
    assert peak(today) == pytest.approx(2.0)
    assert peak(older) == pytest.approx(4.0)
    assert [mark["xAxis"] for mark in marks["markLine"]["data"]] == list(range(1, 11))
    assert "Orders" in drawn["xAxis"]["name"]


def test_labels_leave_room_for_each_other_and_every_first_has_one():
    families = bearing_families(BEARING, 1500.0, 1000.0, "en", "bearing_outer_race")
    drawn = chart(envelope(), None, families)
    labelled = [
        mark["xAxis"]
        for series in drawn["series"][1:]
        if drawn["legend"]["selected"][series["name"]]
        for mark in series["markLine"]["data"]
        if mark["label"]["show"]
    ]
    assert 3.58 * 25 in labelled
    assert all(later - earlier >= 69 for earlier, later in itertools.pairwise(labelled))


def test_noise_that_integration_blows_up_does_not_hide_the_lines():
    drifting = SAMPLES + 0.5 * np.sin(2 * np.pi * 3 * np.arange(25_600) / 25_600)
    fast = chart(velocity(samples=drifting))
    assert fast["yAxis"]["max"] < 5 < max(y for _, y in fast["series"][0]["data"])
    slow = chart(velocity(samples=drifting, speed_rpm=300.0))
    assert slow["yAxis"]["max"] is None, "a slow machine's lines are down there"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_silent_machine_is_drawn_too(language):
    for capture in spectra(samples=np.zeros(25_600)):
        drawn = chart(capture, language=language)
        assert {y for _, y in drawn["series"][0]["data"]} == {0.0}
        assert drawn["yAxis"]["max"] is None


def test_spectra_are_listed_once_a_minute_and_read_when_looked_at(tmp_path):
    now_s = [0.0]

    async def work():
        store = SqliteStore(tmp_path / "results.db")
        await store.open()
        await store.write([*spectra(), row("P-101", NOW, point="drive-end", rms_g=1.0)])
        reader = Spectra(store, monotonic=lambda: now_s[0])
        assert await reader.points("P-101") == ["drive-end"]
        first = await reader.kept("P-101", "drive-end", "velocity_spectrum", newest=NOW)
        await store.write([*spectra(NOW + timedelta(hours=1)), row("P-101", NOW, point="new", rms_g=1.0)])
        assert await reader.points("P-101") == ["drive-end"]
        again = await reader.kept("P-101", "drive-end", "velocity_spectrum", newest=NOW)
        now_s[0] = 61.0
        assert await reader.points("P-101") == ["drive-end", "new"]
        later = await reader.kept("P-101", "drive-end", "velocity_spectrum", newest=NOW + timedelta(hours=1))
        whole = await reader.values(later[-1])
        gone = await reader.values(msgspec.structs.replace(later[-1], point="gone"))
        await store.close()
        return first, again, later, whole, gone

    first, again, later, whole, gone = asyncio.run(work())
    assert len(first) == len(again) == 1
    assert len(later) == 2
    assert whole == velocity(NOW + timedelta(hours=1))
    assert gone is None


def diagnosed(point, verdict, **others):
    return msgspec.structs.replace(health("P-101", point, NOW), diagnosis=Diagnosis(verdict=verdict, **others))


def test_a_verdict_comes_with_how_sure_since_when_evidence_and_what_to_check():
    viewer = Viewer(language="en", zone=UTC, now=NOW)
    sound = diagnosed("non-drive-end", "healthy", confidence=0.9, text="Nothing was found.")
    outer = diagnosed(
        "drive-end",
        "bearing_outer_race",
        confidence=0.87,
        text="Five harmonics at 89.5 Hz.",
        text_zh="89.5 Hz 处有五次谐波。",
        next_check="listen to the bearing",
        next_check_zh="听诊轴承",
        supporting=7,
        observations=15,
        since=datetime(2026, 3, 4, 7, 5, tzinfo=UTC),
    )
    faulty = health("P-101", "axial", NOW, flags=("stuck",))
    first, second = verdicts_view([sound, faulty, outer, health("P-101", "oil", NOW)], viewer)
    assert (first.point, first.verdict, first.named) == ("drive-end", "bearing_outer_race", True)
    assert first.sure == "confidence 87 % · seen in 7 of the last 15 waveforms · since 07:05"
    assert first.evidence == "Five harmonics at 89.5 Hz."
    assert first.next_check == "Check next: listen to the bearing"
    assert (second.title, second.sure, second.next_check) == ("no fault found", "confidence 90 %", "")
    chinese = verdicts_view([outer], Viewer(language="zh", zone=UTC, now=NOW))[0]
    assert (chinese.evidence, chinese.next_check) == ("89.5 Hz 处有五次谐波。", "下一步检查：听诊轴承")


def test_the_point_with_the_most_urgent_alert_is_looked_at_first():
    shown = machine_page_view(read(four()), MACHINES, "P-101", clock=NOW, zone=UTC, language="en")
    assert shown.suspect == "drive-end"
    assert shown.verdicts == ()
