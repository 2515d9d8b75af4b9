"""What a machine's page says and draws, before a browser is asked."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from models.machinery.machine import Machine
from models.outputs import RemainingLife
from stream.stores.sqlite.store import SqliteStore
from stream.web.charts.trend_chart import chart_height_px, panels, trend_chart
from stream.web.data.history import RANGES, HistoryReader, MachineHistory, window
from stream.web.machine.page_view import past_alerts
from stream.web.paths import machine_path
from tests.stream.stores.outputs import health as health_of
from tests.stream.stores.outputs import row
from tests.stream.web.fleets import MACHINES, NOW, alert, four
from tests.stream.web.fleets import health as made_by_hand
from tests.stream.web.made_up import history_of, machine_page, read

HOUR, DAY = RANGES[0], RANGES[1]
PUMP = MACHINES["P-101"]
POINT = "drive-end"


@pytest.fixture(scope="module")
def plant():
    return read(four())


@pytest.fixture(scope="module")
def pump(tmp_path_factory):
    return history_of(tmp_path_factory.mktemp("pump"), four())


def minutes(count, until=NOW, every=1):
    return [until - timedelta(minutes=minute) for minute in range(every * count, 0, -every)]


def lines(chart, axis):
    return [each for each in chart["series"] if each["xAxisIndex"] == axis]


def test_a_machine_is_told_with_all_its_open_alerts_and_its_evidence(plant):
    shown = machine_page(plant)
    assert (shown.headline, shown.detail) == ("Cooling water pump 1", "")
    assert shown.machine.status == "critical"
    assert [each.points for each in shown.machine.deductions] == [60.0, 11.5]
    assert 1 + len(shown.machine.more_alerts) == 2
    assert machine_page(plant, language="zh").headline == "1号冷却水泵"


@pytest.mark.parametrize("odd", ["nobody", "..", "a/b", "泵 9", "%2F", "x" * 5000, "<b>", "{0}", ""])
def test_an_unknown_machine_says_so_whatever_it_is_called(plant, odd):
    shown = machine_page(plant, odd)
    assert shown.machine is None
    assert "There is no machine" in shown.headline
    assert len(shown.headline) < 120
    assert shown.detail


def test_a_described_machine_that_never_sent_says_so():
    shown = machine_page(read([]), "G-401")
    assert shown.headline == "Mixer gearbox"
    assert "has sent nothing yet" in shown.detail
    assert "G-401" in shown.detail


def test_addresses_hold_any_name():
    assert machine_path("zh", "泵 1") == "/zh/machine/%E6%B3%B5%201"
    assert machine_path("en", "a/b?c#d%") == "/en/machine/a%2Fb%3Fc%23d%25"


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(minutes=20), timedelta(hours=5), timedelta(days=700)])
def test_the_window_always_holds_something_and_never_goes_beyond_now(behind):
    now = NOW + behind
    since, until = window(NOW, now, timedelta(hours=1))
    assert since <= NOW <= until <= now
    assert until - since == timedelta(hours=1)


def test_the_chart_has_a_panel_for_each_indicator_below_health(pump):
    assert panels(pump) == ["velocity_rms_mm_s", "rms_g", "value_c"]
    chart = trend_chart(pump, PUMP, language="en", theme="light")
    assert len(chart["grid"]) == len(chart["xAxis"]) == len(chart["yAxis"]) == 4
    assert [each["text"] for each in chart["title"]] == [
        "Health, of 100 (lowest of each moment)",
        "Velocity RMS, mm/s",
        "Acceleration RMS, g",
        "Temperature, °C",
    ]
    assert {each["name"] for each in lines(chart, 1)} == {"drive end", "non-drive end"}
    assert chart["dataZoom"][0]["xAxisIndex"] == [0, 1, 2, 3], "all are zoomed together"
    assert chart_height_px(pump) > 4 * 150
    assert msgspec.json.encode(chart)


def test_limits_stand_in_the_chart_and_can_be_seen(pump):
    chart = trend_chart(pump, PUMP, language="zh", theme="dark")
    marks = [mark for each in lines(chart, 1) for mark in each["markLine"]["data"]]
    assert [(mark["yAxis"], mark["label"]["formatter"]) for mark in marks] == [(2.8, "C区：2.8"), (4.5, "D区：4.5")]
    assert chart["yAxis"][1]["max"] > 2.8
    unknown = trend_chart(pump, Machine(id="P-101"), language="zh", theme="dark")
    assert [mark for each in unknown["series"][1:] for mark in each["markLine"]["data"]] == []


def test_withheld_health_is_a_stretch_with_its_reason_and_no_line(pump):
    (health,) = lines(trend_chart(pump, PUMP, language="en", theme="light"), 0)
    (learning,) = health["markArea"]["data"]
    assert learning[0]["name"] == "Learning"
    begin, end = learning[0]["xAxis"], learning[1]["xAxis"]
    inside = [value for time, value in health["data"] if begin <= time < end]
    assert inside
    assert set(inside) == {None}
    assert len(health["markLine"]["data"]) == 2, "both alerts are marked"


def test_nothing_is_drawn_across_a_gap(tmp_path):
    early, late = minutes(30, NOW - timedelta(hours=6)), minutes(30)
    history = history_of(tmp_path, [row("m", time, point=POINT, rms_g=1.0) for time in [*early, *late]], "m")
    (line,) = lines(trend_chart(history, Machine(id="m"), language="en", theme="light"), 1)
    holes = [time for time, value, _ in line["data"] if value is None]
    assert len(holes) == 1
    assert early[-1].timestamp() * 1000 < holes[0] < late[0].timestamp() * 1000


def test_slow_sampling_is_no_gap(tmp_path):
    history = history_of(tmp_path, [row("m", time, point=POINT, rms_g=1.0) for time in minutes(20, every=30)], "m")
    (line,) = lines(trend_chart(history, Machine(id="m"), language="en", theme="light"), 1)
    assert all(value is not None for _, value, _ in line["data"])


def test_a_peak_of_a_month_is_still_there_and_the_chart_small(tmp_path):
    times = [NOW - timedelta(minutes=3 * number) for number in range(10_000)]
    rows = [row("m", time, point=POINT, rms_g=1.0) for time in times]
    rows[4321] = row("m", times[4321], point=POINT, rms_g=9.0)
    history = history_of(tmp_path, rows, "m", range_=RANGES[3])
    (line,) = lines(trend_chart(history, Machine(id="m"), language="en", theme="light"), 1)
    assert max(value for _, value, _ in line["data"] if value is not None) == 9.0
    assert len(line["data"]) < 1000


def test_a_single_value_is_a_dot(tmp_path):
    history = history_of(tmp_path, [row("m", NOW, point=POINT, rms_g=0.0), health_of("m", NOW, score=None)], "m")
    chart = trend_chart(history, Machine(id="m"), language="en", theme="light")
    assert all(each["symbol"] == "circle" for each in chart["series"])


def test_a_past_is_read_once_for_all_and_again_when_it_is_old(tmp_path):
    clock = itertools.count(0.0, 3.0)
    reads = []

    async def work():
        store = SqliteStore(tmp_path / "results.db")
        await store.open()
        await store.write([row("m", NOW, point=POINT, rms_g=1.0)])
        histories = HistoryReader(store, monotonic=lambda: next(clock))
        reads.extend([await histories.read("m", range_, newest=NOW, now=NOW) for range_ in (HOUR, HOUR, HOUR, DAY)])
        await store.close()

    asyncio.run(work())
    first, again, later, day = reads
    assert first is again
    assert later is not first
    assert day.until - day.since == timedelta(hours=24)


def test_cleared_alerts_are_told_with_begin_end_and_length():
    open_, cleared = (
        alert("P-101", POINT, "change", "high", NOW, "", "", id="open"),
        msgspec.structs.replace(
            alert("P-101", POINT, "change", "low", NOW - timedelta(hours=3), "", "", state="cleared", id="old"),
            time=NOW - timedelta(hours=1),
        ),
    )
    (told,) = past_alerts([open_, cleared], now=NOW, zone=UTC, language="en")
    assert (told.id, told.text) == ("old", "Drive end: vibrates more than it used to")
    assert told.when == "06:00 to 08:00, for 2 h"
    (chinese,) = past_alerts([cleared], now=NOW, zone=UTC, language="zh")
    assert chinese.when == "06:00 至 08:00，持续2小时"


def test_an_empty_past_draws_nothing_wrong():
    empty = MachineHistory(
        since=datetime(2026, 1, 1, tzinfo=UTC), until=NOW, step=timedelta(1), health=(), traces=(), alerts=()
    )
    chart = trend_chart(empty, PUMP, language="en", theme="light")
    assert len(chart["grid"]) == 1
    assert chart["series"][0]["data"] == []


def test_what_a_faulty_sensor_told_is_a_stretch_with_its_reason_and_no_line(tmp_path):
    rows = [row("m", time, point=point, rms_g=1.0) for time in minutes(60) for point in (POINT, "axial")]
    raised = alert("m", POINT, "sensor_fault", "low", NOW - timedelta(minutes=30), "", "", id="s")
    cleared = msgspec.structs.replace(raised, state="cleared", time=NOW - timedelta(minutes=10))
    history = history_of(tmp_path, [*rows, raised, cleared], "m", range_=HOUR)
    faulty, other = sorted(
        lines(trend_chart(history, Machine(id="m"), language="zh", theme="light"), 1),
        key=lambda line: len(line["data"]),
    )
    (stretch,) = faulty["markArea"]["data"]
    begin, end = stretch[0]["xAxis"], stretch[1]["xAxis"]
    assert stretch[0]["name"] == "传感器故障"
    assert (begin, end) == tuple(1000 * each.timestamp() for each in (cleared.since, cleared.time))
    assert [value for time, value, _ in faulty["data"] if value is not None and begin <= time <= end] == []
    assert len([value for _, value, _ in other["data"] if value is not None]) == 60
    assert other["markArea"]["data"] == []


def test_remaining_life_is_told_as_an_interval_with_what_has_held_and_only_where_there_is_one():
    life = RemainingLife(low=12.0, median=30.0, high=80.0, held=4, checked=5)
    declining = msgspec.structs.replace(made_by_hand("P-101", POINT, NOW, score=60.0), remaining_life_h=life)
    shown = machine_page(read([declining])).machine
    assert "between 12 h and 3.3 days" in shown.life
    assert "4 of 5" in shown.life_held
    assert "12小时至3.3天" in machine_page(read([declining]), language="zh").machine.life
    sound = machine_page(read([made_by_hand("P-101", POINT, NOW)])).machine
    assert (sound.life, sound.life_held) == ("", "")
