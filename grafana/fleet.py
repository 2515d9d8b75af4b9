"""The crew's dashboard: which machine needs someone now, what for, and how it got there.

First a row of answers, then trends on one time axis, then tables. Long ranges are thinned so that what matters
survives: the lowest health and the highest value of each interval, never an average.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders.common import TableSortByFieldState
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from grafana.frame import frame, link_to, machine_choice, point_choice
from grafana.parts import (
    BLUE,
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
    tiles,
    trend,
)
from grafana.texts import CHOSEN, MACHINES, NO_HEALTH, NO_TEMPERATURE, NO_VIBRATION, SO_FAR, newest, over_time

__all__ = ["fleet"]


def fleet() -> build.Dashboard:
    """Give the dashboard."""
    dashboard = (
        frame("fleet", "fleet", "Which machine needs someone, why, and how it got there.", since="now-24h")
        .with_variable(machine_choice())
        .with_variable(point_choice())
    )
    for panel in (*_answers(), *_trends(), *_tables()):
        dashboard.with_panel(panel)
    return dashboard


_TO_MACHINE = link_to("machine", "This machine in detail", ("machine", "__value.raw"))


def _answers() -> tuple[Builder[model.Panel], ...]:
    in_range = f"$timeFilter AND {MACHINES}"
    measured = f"$timeFilter AND {CHOSEN}"
    reporting = newest("health", 'LAST("withheld") AS "w"', '"machine"', in_range)
    alarmed = newest("health", 'LAST("alarmed") AS "a"', '"machine"', in_range)
    standing = newest("health", 'LAST("withheld") AS "w", "status"', '"machine"', in_range)
    scored = newest("health", 'LAST("withheld") AS "w", "score"', '"machine"', in_range)
    opened = newest("alerts", 'LAST("open") AS "o"', '"machine", "point", "rule"', f"{SO_FAR} AND {CHOSEN}")
    velocity = newest("indicators", 'LAST("velocity_rms_mm_s") AS "v"', '"machine", "point"', measured)
    warmth = newest("temperature", 'LAST("value_c") AS "t"', '"machine", "point"', measured)
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
        tiles(
            "Who needs someone now?",
            "Machines whose newest status is no good news, with that status. The open alerts below say what to do.",
            query(
                f'SELECT "machine", "status" FROM {standing} '
                'WHERE "status" =~ /^(critical|warning|watch|sensor_fault|no_data)$/',
                result="table",
            ),
            "status",
            none="nobody: nothing stands against any machine that reports",
        ),
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
        query(over_time("health", deducted, group=by_machine, condition=given), alias="$tag_machine: $col"),
        unit="none",
        none=NO_HEALTH,
        bridge_gaps=False,
    ).min(0)
    for code, shade in zip(codes, (VERMILION, BLUE, PURPLE, ORANGE, SKY), strict=True):
        taken.override_by_regexp(f"/: {code}$/", colour(shade))
    return (
        states(
            "What state was each machine in?",
            "That of the worst point that can be judged. Grey: warming up, stopped or no data.",
            query(
                f'SELECT LAST("status") AS "status" FROM "health" WHERE $timeFilter AND {MACHINES} '
                'GROUP BY time($__interval), "machine" fill(none)',
                alias="$tag_machine",
            ),
            none=NO_HEALTH,
        ),
        trend(
            "Health (0 to 100)",
            "Lowest of each interval. A gap is health withheld; the table below has the reason.",
            query(over_time("health", 'MIN("score")', group=by_machine, condition=given), alias="$tag_machine"),
            unit="none",
            none=NO_HEALTH,
            bridge_gaps=False,
        )
        .min(0)
        .max(100),
        taken,
        trend(
            "Vibration velocity (mm/s RMS)",
            "Severity, 10 to 1000 Hz: unbalance, misalignment, looseness. Highest of each interval.",
            query(over_time("indicators", 'MAX("velocity_rms_mm_s")'), source=MEASURED, alias=both),
            unit="suffix: mm/s",
            none=NO_VIBRATION,
        ).min(0),
        trend(
            "Impacts: envelope of the high band (g RMS)",
            "Rises early when a bearing's surface begins to fail. Highest of each interval.",
            query(over_time("indicators", 'MAX("envelope_rms_g")'), source=MEASURED, alias=both),
            unit="suffix: g",
            none="no envelope: the sampling rate may be too low for it",
        ).min(0),
        trend(
            "Temperature (°C)",
            "Median of each block's plausible samples. Highest of each interval.",
            query(over_time("temperature", 'MAX("value_c")'), source=MEASURED, alias=both),
            unit="celsius",
            none=NO_TEMPERATURE,
        ),
        trend(
            "Unlike itself: anomaly score and its limit",
            "How unlike its own sound past a point is, learned online. Above its limit it is anomalous.",
            query(over_time("health", 'MAX("anomaly_score") AS "score"'), alias=f"{both}: $col"),
            query(over_time("health", 'MAX("anomaly_limit") AS "limit"'), alias=f"{both}: $col"),
            unit="none",
            none="no score yet: points are learning",
        )
        .min(0)
        .override_by_regexp("/: limit$/", colour(GREEN)),
    )


def _tables() -> tuple[Builder[model.Panel], ...]:
    evidence = '"priority", "value", "limit", "text", "text_zh"'
    last_of_rule = newest(
        "alerts", f'LAST("open") AS "o", {evidence}', '"machine", "point", "rule"', f"{SO_FAR} AND {CHOSEN}"
    )
    last_of_machine = newest(
        "health",
        'LAST("withheld") AS "w", "status", "score", "why", "why_zh", "flags"',
        '"machine"',
        f"$timeFilter AND {MACHINES}",
    )
    diagnosed = newest(
        "health",
        'LAST("diagnosis_confidence") AS "confidence", "verdict", "diagnosis", "diagnosis_zh"',
        '"machine", "point"',
        f"$timeFilter AND {CHOSEN}",
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
        ).override_by_name("machine", [_TO_MACHINE]),
        listing(
            "Which faults are named, and how sure?",
            "Newest diagnosis of each point that names a fault, with its evidence; confidence from 0 to 1.",
            query(
                f'SELECT "machine", "point", "verdict", "confidence", "diagnosis", "diagnosis_zh" FROM {diagnosed} '
                'WHERE "verdict" !~ /^(healthy|unknown|)$/',
                result="table",
            ),
            {
                "machine": "Machine",
                "point": "Point",
                "verdict": "Fault",
                "confidence": "Confidence",
                "diagnosis": "Evidence",
                "diagnosis_zh": "依据",
            },
            none="no fault is named",
            wide="diagnosis",
        )
        .override_by_name("machine", [_TO_MACHINE])
        .override_by_name("verdict", [model.DynamicConfigValue("custom.width", 280)])
        .decimals(2),
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
            none=NO_HEALTH,
            wide="why",
        )
        .override_by_name("machine", [_TO_MACHINE])
        .sort_by([TableSortByFieldState().display_name("Health").desc(False)])  # who needs someone comes first
        .decimals(1),
        listing(
            "What was raised and cleared?",
            "Every transition of an alert in the time range, newest first, at most 200.",
            query(
                f'SELECT "machine", "point", "rule", "state", {evidence} FROM "alerts" '
                f"WHERE $timeFilter AND {CHOSEN} ORDER BY time DESC LIMIT 200",
                result="table",
            ),
            {**named, "state": "State", **measured},
            none="nothing was raised or cleared in this time range",
            wide="text",
        ),
    )
