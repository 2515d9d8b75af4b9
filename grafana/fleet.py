"""The crew's dashboard: which machine needs someone now, what for, and how it got there.

First a row of answers, then trends on one time axis, then tables. Long ranges are thinned so that what matters
survives: the lowest health and the highest value of each interval, never an average.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders.common import TableSortByFieldState
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from grafana.frame import frame, machine_choice, point_choice
from grafana.panels import (
    ALERT_EVIDENCE,
    ALERT_HEADINGS,
    DIAGNOSIS_HEADINGS,
    EVIDENCE_COLOURS,
    REASON_HEADINGS,
    TO_MACHINE,
    deductions,
    health_limits,
    health_over_time,
    impacts,
    newest_diagnoses,
    newest_reasons,
    raised_and_cleared,
    status_over_time,
)
from grafana.parts import (
    GREEN,
    MEASURED,
    NO_ONE_NEEDED,
    ORANGE,
    VERMILION,
    answer,
    colour,
    limits,
    listing,
    query,
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


def _answers() -> tuple[Builder[model.Panel], ...]:
    in_range = f"$timeFilter AND {MACHINES}"
    reporting = newest("health", 'LAST("withheld") AS "w"', '"machine"', in_range)
    alarmed = newest("health", 'LAST("alarmed") AS "a"', '"machine"', in_range)
    standing = newest("health", 'LAST("withheld") AS "w", "status"', '"machine"', in_range)
    scored = newest("health", 'LAST("withheld") AS "w", "score"', '"machine"', in_range)
    opened = newest("alerts", 'LAST("open") AS "o"', '"machine", "point", "rule"', f"{SO_FAR} AND {CHOSEN}")
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
        ).thresholds(health_limits()),
        *_measured(),
        tiles(
            "Who needs someone now?",
            "Machines whose newest status is no good news, with that status. The open alerts below say what to do.",
            query(
                f'SELECT "machine", "status" FROM {standing} WHERE "status" !~ /^({"|".join(NO_ONE_NEEDED)})$/',
                result="table",
            ),
            "status",
            none="nobody: nothing stands against any machine that reports",
        ),
    )


def _measured() -> tuple[Builder[model.Panel], ...]:
    measured = f"$timeFilter AND {CHOSEN}"
    velocity = newest("indicators", 'LAST("velocity_rms_mm_s") AS "v"', '"machine", "point"', measured)
    warmth = newest("temperature", 'LAST("value_c") AS "t"', '"machine", "point"', measured)
    return (
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


def _trends() -> tuple[Builder[model.Panel], ...]:
    both = "$tag_machine $tag_point"
    taken = deductions(
        "Points taken off 100, by kind of evidence: zone after ISO 20816-3, change from the machine's own "
        "baseline, anomaly score, temperature, a fault that the diagnosis names.",
        alias="$tag_machine: $col",
    )
    for code, shade in EVIDENCE_COLOURS.items():
        taken.override_by_regexp(f"/: {code}$/", colour(shade))
    return (
        status_over_time("What state was each machine in?"),
        health_over_time("$tag_machine"),
        taken,
        trend(
            "Vibration velocity (mm/s RMS)",
            "Severity, 10 to 1000 Hz: unbalance, misalignment, looseness. Highest of each interval.",
            query(over_time("indicators", 'MAX("velocity_rms_mm_s")'), source=MEASURED, alias=both),
            unit="suffix: mm/s",
            none=NO_VIBRATION,
        ).min(0),
        impacts(both).min(0),
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
    last_of_rule = newest(
        "alerts", f'LAST("open") AS "o", {ALERT_EVIDENCE}', '"machine", "point", "rule"', f"{SO_FAR} AND {CHOSEN}"
    )
    reasons = newest_reasons('"machine"', MACHINES)
    return (
        listing(
            "Which alerts are open, and why?",
            "Newest transition of every alert that is open at the end of the time range.",
            query(
                f'SELECT "machine", "point", "rule", {ALERT_EVIDENCE} FROM {last_of_rule} WHERE "o" = 1',
                result="table",
            ),
            ALERT_HEADINGS,
            none="no alert is open",
            wide="text",
        ).override_by_name("machine", [TO_MACHINE]),
        listing(
            "Which faults are named, and how sure?",
            "Newest diagnosis of each point that names a fault, with its evidence; confidence from 0 to 1.",
            query(
                'SELECT "machine", "point", "verdict", "confidence", "diagnosis", "diagnosis_zh" '
                f"FROM {newest_diagnoses()} "
                'WHERE "verdict" !~ /^(healthy|unknown|)$/',
                result="table",
            ),
            {"machine": "Machine", "point": "Point", "verdict": "Fault"} | DIAGNOSIS_HEADINGS,
            none="no fault is named",
            wide="diagnosis",
        )
        .override_by_name("machine", [TO_MACHINE])
        .override_by_name("verdict", [model.DynamicConfigValue("custom.width", 280)])
        .decimals(2),
        listing(
            "How is each machine now, and why?",
            "Newest judgement in the time range: the evidence behind its health, or why health is withheld.",
            query(
                f'SELECT "machine", "status", "score", "why", "why_zh", "flags" FROM {reasons}',
                result="table",
            ),
            {"machine": "Machine"} | REASON_HEADINGS,
            none=NO_HEALTH,
            wide="why",
        )
        .override_by_name("machine", [TO_MACHINE])
        .sort_by([TableSortByFieldState().display_name("Health").desc(False)])  # who needs someone comes first
        .decimals(1),
        raised_and_cleared(
            "Every transition of an alert in the time range", ("machine", "point", "rule", "priority", "state")
        ),
    )
