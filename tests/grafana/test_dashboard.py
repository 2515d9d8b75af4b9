"""The dashboards' files are what their code gives, are made as they should be, and every query finds rows."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from grafana import dashboards
from grafana.frame import to_json
from grafana.parts import STATUS_COLOURS
from models.outputs import Anomaly, Deduction, Diagnosis, RemainingLife, Uptime
from tests.grafana.queries import FOLDER, filled, load, queries_of, run_every_query, run_variable
from tests.stream.stores.outputs import START, alert, at, health, row

PROVISIONING = Path(dashboards.__file__).with_name("provisioning")
CORE = {"stat", "timeseries", "state-timeline", "table", "heatmap", "bargauge", "alertlist"}
OKABE_ITO = {"#0072B2", "#56B4E9", "#009E73", "#F0E442", "#E69F00", "#D55E00", "#CC79A7", "#999999"}
NAMES = sorted(dashboards.DASHBOARDS)


@pytest.fixture(scope="module", params=NAMES)
def dashboard(request):
    return load(request.param)


def provisioned(kind):
    return yaml.safe_load((PROVISIONING / kind / "stethos.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_up_to_date(name):
    written = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == to_json(dashboards.DASHBOARDS[name]()), "run `make docs` and commit what it writes"
    assert load(name)["uid"] == f"stethos-{name}"


def test_there_is_no_file_of_a_dashboard_that_is_gone():
    assert sorted(file.stem for file in FOLDER.iterdir()) == NAMES


def test_every_panel_is_a_core_one_and_explains_itself(dashboard):
    titles = [panel["title"] for panel in dashboard["panels"]]
    assert Counter(titles).most_common(1)[0][1] == 1
    for panel in dashboard["panels"]:
        assert panel["type"] in CORE, panel["title"]
        assert panel["title"].endswith("?") or "(" in panel["title"] or ":" in panel["title"]
        assert len(panel["description"]) > 30, panel["title"]
        assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]
        assert panel["targets"], panel["title"]


def test_panels_fill_the_grid_without_overlap(dashboard):
    cells = Counter()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for y in range(place["y"], place["y"] + place["h"]):
            cells.update((x, y) for x in range(place["x"], place["x"] + place["w"]))
    assert set(cells.values()) == {1}
    assert len(cells) == 24 * (1 + max(y for _, y in cells))
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_answers_come_first_then_trends_then_tables(dashboard):
    order = [panel["type"] for panel in dashboard["panels"]]
    rank = {"stat": 0, "state-timeline": 1, "timeseries": 1, "table": 2}
    assert [rank[kind] for kind in order] == sorted(rank[kind] for kind in order)


def test_colours_are_ones_that_the_colour_blind_can_tell_apart():
    used = {
        shade for file in FOLDER.iterdir() for shade in re.findall(r"#[0-9A-Fa-f]{6}\b", file.read_text("utf-8"))
    }
    assert used <= OKABE_ITO
    assert {STATUS_COLOURS[status] for status in ("stopped", "no_data", "warming_up")} == {"#999999"}


def test_it_refreshes_no_more_often_than_every_30_s(dashboard):
    assert dashboard["refresh"] in {"30s", "1m", "5m"}


def test_variables_are_those_of_the_role():
    chosen = {name: [variable["name"] for variable in load(name)["templating"]["list"]] for name in NAMES}
    assert chosen["fleet"] == chosen["machine"] == ["machine", "point"]
    assert chosen["uptime"] == ["machine", "zone"]
    assert chosen["pipeline"] == ["worker"]
    several = {v["name"] for name in NAMES for v in load(name)["templating"]["list"] if v.get("multi")}
    assert several == {"machine", "point", "worker"}
    assert not load("machine")["templating"]["list"][0]["multi"]


def test_dashboards_lead_to_each_other_and_keep_the_time_range(dashboard):
    (link,) = dashboard["links"]
    assert (link["type"], link["tags"], link["keepTime"], link["includeVars"]) == (
        "dashboards", ["stethos"], True, True,
    )  # fmt: skip
    assert "stethos" in dashboard["tags"]
    uids = {load(name)["uid"] for name in NAMES}
    for uid, rest in re.findall(
        r"/d/([\w-]+)\?([^\"]*)", (FOLDER / f"{dashboard['uid'][8:]}.json").read_text("utf-8")
    ):
        assert uid in uids
        assert "${__url_time_range}" in rest


def test_every_field_of_a_table_is_headed_and_every_query_of_text_is_a_table(dashboard):
    for panel in dashboard["panels"]:
        if panel["type"] == "table":
            (target,) = panel["targets"]
            assert target["resultFormat"] == "table", panel["title"]
            headed = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
            assert headed >= {"Time"}, panel["title"]


def test_every_data_source_is_provisioned_as_grafana_needs_it():
    sources = {source["uid"]: source for source in provisioned("datasources")["datasources"]}
    used = {query.source for name in NAMES for query in queries_of(load(name))}
    assert used == set(sources) == {"stethos", "stethos-raw"}
    for source in sources.values():
        assert source["type"] == "influxdb"
        assert source["access"] == "proxy"
        assert source["database"] == source["jsonData"]["dbName"]
        assert source["jsonData"]["version"] == "InfluxQL"
        assert source["jsonData"]["httpHeaderName1"] == "Authorization"
        assert source["secureJsonData"] == {"httpHeaderValue1": "Token ${INFLUXDB_READ_TOKEN}"}
    assert {source["database"] for source in sources.values()} == {"stethos", "stethos_raw"}


def test_the_provider_reads_files():
    (provider,) = provisioned("dashboards")["providers"]
    assert provider["type"] == "file"
    assert provider["options"]["path"]


def test_a_query_is_filled_in_as_grafana_does():
    text = "a =~ /^${m:regex}$/ AND $timeFilter GROUP BY time($__interval) AND time <= ${__to}ms AND b = $b"
    until = START + timedelta(seconds=1, microseconds=1)
    chosen = {"m": ["1.5 kW/泵 (a)", "b"], "b": ["one"]}
    assert filled(text, chosen, {}, START, until, interval_ms=5000) == (
        r"a =~ /^(1\.5 kW\/泵 \(a\)|b)$/ AND time >= 1704695400123ms and time <= 1704695401124ms "
        "GROUP BY time(5000ms) AND time <= 1704695401124ms AND b = one"
    )
    assert filled("/^${m:regex}$/", {"m": ["$__all"]}, {"m": ".*"}, START, until) == "/^.*$/"
    with pytest.raises(KeyError):
        filled("$nobody", {}, {}, START, until)


def representative(machine, *, point="drive end"):
    """Give what a machine's worker writes while a bearing goes: warming up, sound, worse, an alert, a stop."""
    for i in range(60):
        time = at(seconds=10 * i)
        yield row(
            machine,
            time,
            point=point,
            rms_g=1.0,
            kurtosis=3.0,
            velocity_rms_mm_s=2 + i / 10,
            envelope_rms_g=0.1 + i / 100,
        )
        yield row(machine, time, point="bearing", measurement="temperature", value_c=60 + i / 4)
        yield row(machine, time, point="panel", measurement="readings", current_a=12.0, flow=30.0)
        if i < 10:
            yield health(machine, time, point=point, score=None, status="warming_up", reason="learning: 10 of 100")
            continue
        lost = round(max(0, i - 30) * 1.1, 1)
        remaining = RemainingLife(low=100.0, median=300.0, high=900.0, held=3, checked=4)
        deductions = (
            (Deduction(reason="velocity up", points=lost, code="change", point=point, value=i / 10, limit=4.0),)
            if lost
            else ()
        )
        yield health(
            machine,
            time,
            point=point,
            score=round(100 - lost, 1),
            status="warning" if lost > 20 else "healthy",
            deductions=deductions,
            anomaly=Anomaly(score=i / 10, limit=4.0, anomalous=i > 40),
            remaining_life_h=remaining if lost else None,
            diagnosis=Diagnosis(verdict="unbalance", confidence=0.8, text="5 of 15", text_zh="十五次中五次"),
            running="starting" if i < 12 else "running",
        )
    yield alert(machine, at(seconds=400), point=point)
    yield alert(machine, at(seconds=410), point=point, rule="severity", priority="high")
    yield alert(machine, at(seconds=420), point=point, rule="severity", priority="high", state="cleared")
    yield alert(machine, at(seconds=430), point="bearing", rule="temperature")
    hour = START.replace(minute=0, second=0, microsecond=0)
    for number in range(2):
        begun = hour + timedelta(hours=number)
        yield Uptime(machine=machine, time=begun, running_s=2700.0, stopped_s=600.0, unknown_s=300.0)


@pytest.fixture(scope="module")
def filled_influxdb(influxdb):
    """Give the server after two machines have run for ten minutes."""

    async def fill():
        store = influxdb.store()
        await store.open()
        await store.write([*representative("泵 1.5 kW (a)"), *representative("fan/2", point="风扇端")])
        await store.close()

    asyncio.run(fill())
    return influxdb


@pytest.mark.influxdb
@pytest.mark.parametrize(
    ("machine", "point"),
    [
        ("泵 1.5 kW (a)", "$__all"),
        (["泵 1.5 kW (a)", "fan/2"], "$__all"),
        ("$__all", "$__all"),
        ("fan/2", ["风扇端", "bearing", "panel"]),
    ],
)
@pytest.mark.parametrize("name", ["fleet", "machine", "uptime"])
def test_every_query_finds_rows(filled_influxdb, name, machine, point):
    if machine == "$__all" and not load(name)["templating"]["list"][0]["includeAll"]:
        machine = "泵 1.5 kW (a)"  # this dashboard shows one machine at a time
    results = run_every_query(
        filled_influxdb,
        machine=machine,
        point=point,
        since=START - timedelta(hours=1),
        until=at(seconds=4000),
        dashboard=load(name),
    )
    assert len(results) == len(list(queries_of(load(name))))
    assert [(panel, text) for panel, text, rows in results if not rows] == []


@pytest.mark.influxdb
def test_the_answers_are_right(filled_influxdb):
    two = ["泵 1.5 kW (a)", "fan/2"]
    results = run_every_query(filled_influxdb, machine=two, since=START, until=at(seconds=700))
    rows = {panel: rows for panel, _, rows in results}
    answers = {
        "How many machines report?": 2,
        "How many machines are in warning or worse?": 2,
        "How many alerts are open?": 4,
        "What is the lowest health (0 to 100)?": 68.1,
        "What is the strongest vibration (mm/s RMS)?": 7.9,
        "What is the highest temperature (°C)?": 74.75,
    }
    for panel, expected in answers.items():
        (found,) = rows[panel]
        assert [value for name, value in found.items() if name != "time"] == [expected], panel
    opened = rows["Which alerts are open, and why?"]
    assert {(found["machine"], found["rule"]) for found in opened} == {
        (machine, rule) for machine in two for rule in ("change", "temperature")
    }
    assert len(rows["What was raised and cleared?"]) == 8
    assert {(found["machine"], found["status"]) for found in rows["Who needs someone now?"]} == {
        (machine, "warning") for machine in two
    }
    faults = rows["Which faults are named, and how sure?"]
    assert {(found["machine"], found["verdict"], found["confidence"]) for found in faults} == {
        (machine, "unbalance", 0.8) for machine in two
    }
    why = {found["machine"]: (found["status"], found["why"]) for found in rows["How is each machine now, and why?"]}
    assert why == dict.fromkeys(two, ("warning", "velocity up"))


@pytest.mark.influxdb
def test_withheld_health_is_no_number_anywhere(filled_influxdb):
    results = run_every_query(filled_influxdb, machine="fan/2", since=START, until=at(seconds=95))
    rows = {panel: rows for panel, _, rows in results}
    assert rows["Health (0 to 100)"] == []
    assert rows["What is the lowest health (0 to 100)?"] == []
    assert rows["What takes health away (points)?"] == []
    (now,) = rows["How is each machine now, and why?"]
    assert (now["status"], now["score"], now["why"]) == ("warming_up", None, "learning: 10 of 100")


@pytest.mark.influxdb
def test_how_a_machine_ran_is_told_where_something_tells(filled_influxdb):
    results = run_every_query(
        filled_influxdb, machine="fan/2", since=START, until=at(seconds=595), dashboard=load("machine")
    )
    (found,) = [rows for panel, _, rows in results if panel == "Did it run?"]
    assert {row["running"] for row in found} <= {"starting", "running"}
    assert found[-1]["running"] == "running"


@pytest.mark.influxdb
def test_running_hours_are_right_and_days_begin_where_they_are_told_to(filled_influxdb):
    def rows(zone):
        since, until = START.replace(hour=0, minute=0, second=0, microsecond=0), START + timedelta(days=1)
        results = run_every_query(
            filled_influxdb, machine="fan/2", since=since, until=until, zone=zone, dashboard=load("uptime")
        )
        return {panel: rows for panel, _, rows in results}

    utc = rows("UTC")
    values = {panel: found[0] for panel, found in utc.items() if found and len(found[0]) == 2}
    numbers = {panel: next(v for k, v in row.items() if k != "time") for panel, row in values.items()}
    assert numbers["How much of the known time did they run (%)?"] == pytest.approx(100 * 2700 / 3300)
    assert numbers["What is the lowest running rate (%)?"] == pytest.approx(100 * 2700 / 3300)
    assert numbers["How long did they run (h)?"] == 1.5
    assert numbers["How long did they stand (h)?"] == pytest.approx(1 / 3)
    (day,) = utc["How did each machine run, day by day?"]
    assert (day["machine"], day["running"], day["known"]) == ("fan/2", 1.5, pytest.approx(6600 / 864))
    (whole,) = utc["Which machines ran least?"]
    assert whole["rate"] == pytest.approx(100 * 2700 / 3300)
    # The hours are those from 6:00 and from 7:00 UTC, which is midnight in Phoenix.
    split = rows("America/Phoenix")["How did each machine run, day by day?"]
    assert [found["running"] for found in split] == [0.75, 0.75]


@pytest.mark.influxdb
def test_variables_offer_machines_and_their_points(filled_influxdb):
    assert {"泵 1.5 kW (a)", "fan/2"} <= set(run_variable(filled_influxdb, "fleet", "machine"))
    assert run_variable(filled_influxdb, "machine", "point", machine="fan/2") == ["风扇端"]
