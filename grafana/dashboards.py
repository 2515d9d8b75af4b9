"""The dashboard of the fleet as code. `python -m grafana.dashboards` writes all dashboards to grafana/dashboards.

First a row of answers, then trends on one time axis, then tables. Long ranges are thinned so that what matters
survives: the lowest health and the highest value of each interval, never an average.
"""

import json
import sys
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders.common import TableSortByFieldState
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from grafana.parts import (
    BLUE,
    EVENTS,
    GREEN,
    GREY,
    MEASURED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    answer,
    colour,
    limits,
    listing,
    query,
    states,
    trend,
)
from grafana.pipeline import FILE_NAME, pipeline

__all__ = ["FILE", "dashboards", "fleet", "main"]

FILE = Path(__file__).with_name("dashboards") / "fleet.json"
UID = "stethos-fleet"

_MACHINES = '"machine" =~ /^${machine:regex}$/'
_CHOSEN = f'{_MACHINES} AND "point" =~ /^${{point:regex}}$/'
_SO_FAR = "time <= ${__to}ms"
"""For what is open at the end of the range, however long ago it was raised."""

_NO_HEALTH = "no health yet: is a worker running, and is this the right time range?"
_NO_VIBRATION = "no vibration in this time range"


def fleet() -> str:
    """Give the dashboard as JSON text."""
    dashboard = (
        build.Dashboard("Stethos: fleet")
        .uid(UID)
        .description("Which machine needs someone, why, and how it got there.")
        .tags(["stethos"])
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time("now-24h", "now")
        .refresh("30s")
        .with_variable(_variable("machine", "Machine", 'SHOW TAG VALUES FROM "health" WITH KEY = "machine"'))
        .with_variable(
            _variable("point", "Point", f'SHOW TAG VALUES FROM "health" WITH KEY = "point" WHERE {_MACHINES}')
        )
    )
    for panel in (*_answers(), *_trends(), *_tables()):
        dashboard.with_panel(panel)
    return _text(dashboard)


def _text(dashboard: build.Dashboard) -> str:
    built = dashboard.build()
    for number, placed in enumerate(built.panels or [], start=1):
        placed.id_val = number
    return json.dumps(built, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _variable(name: str, label: str, text: str) -> build.QueryVariable:
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(EVENTS)
        .query(text)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(model.VariableOption(text=["All"], value=["$__all"], selected=True))
    )


def _newest(measurement: str, selected: str, group: str, condition: str) -> str:
    """Give the newest row of each group, as a query inside a query."""
    return f'(SELECT {selected} FROM "{measurement}" WHERE {condition} GROUP BY {group})'


def _answers() -> tuple[Builder[model.Panel], ...]:
    in_range = f"$timeFilter AND {_MACHINES}"
    measured = f"$timeFilter AND {_CHOSEN}"
    reporting = _newest("health", 'LAST("withheld") AS "w"', '"machine"', in_range)
    alarmed = _newest("health", 'LAST("alarmed") AS "a"', '"machine"', in_range)
    scored = _newest("health", 'LAST("withheld") AS "w", "score"', '"machine"', in_range)
    opened = _newest("alerts", 'LAST("open") AS "o"', '"machine", "point", "rule"', f"{_SO_FAR} AND {_CHOSEN}")
    velocity = _newest("indicators", 'LAST("velocity_rms_mm_s") AS "v"', '"machine", "point"', measured)
    warmth = _newest("temperature", 'LAST("value_c") AS "t"', '"machine", "point"', measured)
    return (
        answer(
            "How many machines report?",
            "Machines with at least one judgement in the time range.",
            query(f'SELECT COUNT("w") FROM {reporting}'),
            unit="none",
            none="none",
        ).thresholds(limits()),
        answer(
            "How many machines are in warning or worse?",
            "Machines whose newest status is warning or critical.",
            query(f'SELECT SUM("a") FROM {alarmed}'),
            unit="none",
            none="none known",
        ).thresholds(limits((1, VERMILION))),
        answer(
            "How many alerts are open?",
            "Alerts raised and not cleared by the end of the time range, however long ago they were raised.",
            query(f'SELECT SUM("o") FROM {opened}'),
            unit="none",
            none="no alert ever",
        ).thresholds(limits((1, ORANGE))),
        answer(
            "What is the lowest health (0 to 100)?",
            "Over machines whose newest health was given; one that is withheld counts for nothing.",
            query(f'SELECT MIN("score") FROM {scored} WHERE "w" = 0'),
            unit="none",
            none="withheld",
        ).thresholds(limits((50, ORANGE), (75, YELLOW), (90, GREY), base=VERMILION)),
        answer(
            "What is the strongest vibration (mm/s RMS)?",
            "Highest of the points' newest velocities, 10 to 1000 Hz. Its limits depend on the machine.",
            query(f'SELECT MAX("v") FROM {velocity}', source=MEASURED),
            unit="suffix: mm/s",
            none="no velocity",
        ).thresholds(limits()),
        answer(
            "What is the highest temperature (°C)?",
            "Highest of the points' newest temperatures. Its limits depend on the machine.",
            query(f'SELECT MAX("t") FROM {warmth}', source=MEASURED),
            unit="celsius",
            none="no temperature",
        ).thresholds(limits()),
    )


def _over_time(measurement: str, selected: str, *, group: str = '"machine", "point"', condition: str = "") -> str:
    chosen = _CHOSEN if "point" in group else _MACHINES
    further = f" AND {condition}" if condition else ""
    return (
        f'SELECT {selected} FROM "{measurement}" WHERE $timeFilter AND {chosen}{further} '
        f"GROUP BY time($__interval), {group} fill(null)"
    )


def _trends() -> tuple[Builder[model.Panel], ...]:
    by_machine = '"machine"'
    given = '"withheld" = 0'
    codes = ("severity", "change", "anomaly", "temperature", "diagnosis")
    deducted = ", ".join(f'MAX("deduction_{code}") AS "{code}"' for code in codes)
    both = "$tag_machine $tag_point"
    taken = trend(
        "What takes health away (points)?",
        "Points taken off 100, by kind of evidence: zone after ISO 20816-3, change from the machine's own "
        "baseline, anomaly score, temperature, a fault that the diagnosis names.",
        query(_over_time("health", deducted, group=by_machine, condition=given), alias="$tag_machine: $col"),
        unit="none",
        none=_NO_HEALTH,
        bridge_gaps=False,
    ).min(0)
    for code, shade in zip(codes, (VERMILION, BLUE, PURPLE, ORANGE, SKY), strict=True):
        taken.override_by_regexp(f"/: {code}$/", colour(shade))
    return (
        states(
            "What state was each machine in?",
            "That of the worst point that can be judged. Grey: warming up, stopped or no data.",
            query(
                f'SELECT LAST("status") AS "status" FROM "health" WHERE $timeFilter AND {_MACHINES} '
                'GROUP BY time($__interval), "machine" fill(none)',
                alias="$tag_machine",
            ),
            none=_NO_HEALTH,
        ),
        trend(
            "Health (0 to 100)",
            "Lowest of each interval. A gap is health withheld; the table below has the reason.",
            query(_over_time("health", 'MIN("score")', group=by_machine, condition=given), alias="$tag_machine"),
            unit="none",
            none=_NO_HEALTH,
            bridge_gaps=False,
        )
        .min(0)
        .max(100),
        taken,
        trend(
            "Vibration velocity (mm/s RMS)",
            "Severity, 10 to 1000 Hz: unbalance, misalignment, looseness. Highest of each interval.",
            query(_over_time("indicators", 'MAX("velocity_rms_mm_s")'), source=MEASURED, alias=both),
            unit="suffix: mm/s",
            none=_NO_VIBRATION,
        ).min(0),
        trend(
            "Impacts: envelope of the high band (g RMS)",
            "Rises early when a bearing's surface begins to fail. Highest of each interval.",
            query(_over_time("indicators", 'MAX("envelope_rms_g")'), source=MEASURED, alias=both),
            unit="suffix: g",
            none="no envelope: the sampling rate may be too low for it",
        ).min(0),
        trend(
            "Temperature (°C)",
            "Median of each block's plausible samples. Highest of each interval.",
            query(_over_time("temperature", 'MAX("value_c")'), source=MEASURED, alias=both),
            unit="celsius",
            none="no temperature in this time range",
        ),
        trend(
            "Unlike itself: anomaly score and its limit",
            "How unlike its own sound past a point is, learned online. Above its limit it is anomalous.",
            query(_over_time("health", 'MAX("anomaly_score") AS "score"'), alias=f"{both}: $col"),
            query(_over_time("health", 'MAX("anomaly_limit") AS "limit"'), alias=f"{both}: $col"),
            unit="none",
            none="no score yet: points are learning",
        )
        .min(0)
        .override_by_regexp("/: limit$/", colour(GREEN)),
    )


def _tables() -> tuple[Builder[model.Panel], ...]:
    evidence = '"priority", "value", "limit", "text", "text_zh"'
    last_of_rule = _newest(
        "alerts", f'LAST("open") AS "o", {evidence}', '"machine", "point", "rule"', f"{_SO_FAR} AND {_CHOSEN}"
    )
    last_of_machine = _newest(
        "health",
        'LAST("withheld") AS "w", "status", "score", "why", "why_zh", "flags"',
        '"machine"',
        f"$timeFilter AND {_MACHINES}",
    )
    named = {"machine": "Machine", "point": "Point", "rule": "Rule", "priority": "Priority"}
    measured = {"value": "Value", "limit": "Limit", "text": "What was found", "text_zh": "发现"}
    return (
        listing(
            "Which alerts are open, and why?",
            "Newest transition of every alert that is open at the end of the time range.",
            query(
                f'SELECT "machine", "point", "rule", {evidence} FROM {last_of_rule} WHERE "o" = 1', result="table"
            ),
            {**named, **measured},
            none="no alert is open",
            wide="text",
        ),
        listing(
            "How is each machine now, and why?",
            "Newest judgement in the time range: the evidence behind its health, or why health is withheld.",
            query(
                f'SELECT "machine", "status", "score", "why", "why_zh", "flags" FROM {last_of_machine}',
                result="table",
            ),
            {
                "machine": "Machine",
                "status": "Status",
                "score": "Health",
                "why": "Why",
                "why_zh": "原因",
                "flags": "Signal",
            },
            none=_NO_HEALTH,
            wide="why",
        )
        .override_by_name("machine", [_link_to_machine()])
        .sort_by([TableSortByFieldState().display_name("Health").desc(False)])  # who needs someone comes first
        .decimals(1),
        listing(
            "What was raised and cleared?",
            "Every transition of an alert in the time range, newest first, at most 200.",
            query(
                f'SELECT "machine", "point", "rule", "state", {evidence} FROM "alerts" '
                f"WHERE $timeFilter AND {_CHOSEN} ORDER BY time DESC LIMIT 200",
                result="table",
            ),
            {**named, "state": "State", **measured},
            none="nothing was raised or cleared in this time range",
            wide="text",
        ),
    )


def _link_to_machine() -> model.DynamicConfigValue:
    """Lead from a machine's row to this dashboard for that machine alone, keeping the time range."""
    address = f"/d/{UID}?var-machine=${{__value.raw:percentencode}}&${{__url_time_range}}"
    return model.DynamicConfigValue("links", [{"title": "Only this machine", "url": address}])


def dashboards() -> dict[Path, str]:
    """Give the text of every dashboard by its file."""
    return {FILE: fleet(), FILE.with_name(FILE_NAME): _text(pipeline())}


def main() -> None:
    """Write the dashboards' files."""
    FILE.parent.mkdir(exist_ok=True)
    for path, text in dashboards().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
