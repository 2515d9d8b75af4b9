"""The engineer's dashboard: one machine's evidence, point by point, to tell whether it is real, and since when.

Alerts stand as marks in every chart. Thinning keeps the lowest health and the highest value of each interval.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import statetimeline
from grafana_foundation_sdk.builders.common import StackingConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model

from grafana.frame import Alerts, frame, machine_choice, point_choice
from grafana.panels import (
    DIAGNOSIS_HEADINGS,
    EVIDENCE_COLOURS,
    REASON_HEADINGS,
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
    ORANGE,
    VERMILION,
    answer,
    colour,
    limits,
    listing,
    query,
    states,
    trend,
    word,
)
from grafana.remaining import remaining_life
from grafana.texts import CHOSEN, MACHINES, NO_HEALTH, NO_TEMPERATURE, NO_UPTIME, NO_VIBRATION, newest, over_time

__all__ = ["machine"]

_POINT = "$tag_point"
_NO_DIAGNOSIS = "nothing diagnosed: vibration of known shaft speed is needed"


def machine() -> build.Dashboard:
    """Give the dashboard."""
    dashboard = (
        frame("machine", "machine", "One machine's evidence: what, where, since when, how sure.", since="now-24h")
        .with_variable(machine_choice(several=False))
        .with_variable(point_choice())
        .annotation(Alerts(VERMILION))
    )
    for panel in (*_answers(), *_judgement(), *_measured(), *_tables()):
        dashboard.with_panel(panel)
    return dashboard


def _answers() -> tuple[Builder[model.Panel], ...]:
    status = 'LAST("withheld") AS "w", "status", "score"'
    standing = newest("health", status, '"machine"', f"$timeFilter AND {MACHINES}")
    verdict = f'SELECT LAST("diagnosis_confidence") AS "c", "verdict" FROM "health" WHERE $timeFilter AND {CHOSEN}'
    score = f'SELECT LAST("anomaly_score") / LAST("anomaly_limit") FROM "health" WHERE $timeFilter AND {CHOSEN}'
    known = 'SUM("running_s") + SUM("stopped_s")'
    return (
        word(
            "How does it stand?",
            "Newest status in the time range: that of the worst point that can be judged.",
            query(f'SELECT "status" FROM {standing}', result="table"),
            "status",
            none="no judgement",
        ),
        answer(
            "What is its health (0 to 100)?",
            "Newest health in the time range: 100 minus the deductions below, exactly.",
            query(f'SELECT "score" FROM {standing} WHERE "w" = 0'),
            unit="none",
            none="withheld",
        ).thresholds(health_limits()),
        word(
            "What is it (newest verdict)?",
            "Of the chosen points, the one diagnosed last; below is the verdict of each over time.",
            query(verdict, result="table"),
            "verdict",
            none="nothing diagnosed",
        ),
        answer(
            "How unlike itself is it (1 is the limit)?",
            "Newest anomaly score of the chosen points over its limit: from 1 on it is anomalous.",
            query(score),
            unit="none",
            none="still learning",
        )
        .decimals(2)
        .thresholds(limits((1, ORANGE))),
        answer(
            "What is its strongest vibration (mm/s RMS)?",
            "Highest velocity of the chosen points in the time range, 10 to 1000 Hz.",
            query(
                f'SELECT MAX("velocity_rms_mm_s") FROM "indicators" WHERE $timeFilter AND {CHOSEN}', source=MEASURED
            ),
            unit="suffix: mm/s",
            none="no velocity",
        ).thresholds(limits()),
        answer(
            "How much of the known time did it run (%)?",
            "Running over running and standing; what is not known is left out.",
            query(f'SELECT 100 * SUM("running_s") / ({known}) FROM "uptime" WHERE $timeFilter AND {MACHINES}'),
            unit="percent",
            none=NO_UPTIME,
        )
        .decimals(1)
        .thresholds(limits()),
    )


def _timeline(title: str, description: str, field: str, *, none: str, condition: str = "") -> statetimeline.Panel:
    """Give a text field of health over time, a bar for each point."""
    further = f" AND {condition}" if condition else ""
    text = (
        f'SELECT LAST("{field}") AS "{field}" FROM "health" WHERE $timeFilter AND {CHOSEN}{further} '
        'GROUP BY time($__interval), "machine", "point" fill(none)'
    )
    return states(title, description, query(text, alias=_POINT), none=none).height(6)


def _judgement() -> tuple[Builder[model.Panel], ...]:
    taken = (
        deductions(
            "Points taken off 100, by kind of evidence, one on top of the other; their sum is what health lacks.",
            alias="$col",
        )
        .fill_opacity(40)
        .stacking(StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    )
    for code, shade in EVIDENCE_COLOURS.items():
        taken.override_by_name(code, colour(shade))
    return (
        status_over_time("What state was it in?").height(4),
        _running().height(4),
        health_over_time("health"),
        taken,
        _timeline(
            "What is it, by point (verdict)?",
            "What the last 15 diagnosed observations of each point agree on; unknown where they do not.",
            "verdict",
            none=_NO_DIAGNOSIS,
            condition='"diagnosis_confidence" >= 0',
        ),
        _timeline(
            "Can the signal be trusted (quality flags)?",
            "What is wrong or special about each point's signal; a dash is a good one.",
            "flags",
            none=NO_HEALTH,
        ),
        trend(
            "How sure is the verdict (0 to 1)?",
            "Confidence of each point's verdict; 0 where it is unknown. Highest of each interval.",
            query(over_time("health", 'MAX("diagnosis_confidence")'), alias=_POINT),
            unit="none",
            none=_NO_DIAGNOSIS,
        )
        .span(24)
        .min(0)
        .max(1),
        *remaining_life(),
        trend(
            "Unlike itself: anomaly score and its limit",
            "How unlike its own sound past a point is. Above its limit (dashed) it is anomalous.",
            query(over_time("health", 'MAX("anomaly_score")'), alias=f"{_POINT}: score"),
            query(over_time("health", 'MAX("anomaly_limit")'), alias=f"{_POINT}: limit"),
            unit="none",
            none="no score yet: points are learning",
        )
        .min(0)
        .override_by_regexp("/: limit$/", [*colour(GREEN), _DASHED]),
    )


def _running() -> statetimeline.Panel:
    return states(
        "Did it run?",
        "Running, idle (a load below 10 %), starting (two minutes after a start) or stopped, by speed, load or "
        "level of vibration. Empty where nothing tells.",
        query(
            f'SELECT LAST("running") AS "running" FROM "health" WHERE $timeFilter AND {MACHINES} '
            'AND "running" != \'\' GROUP BY time($__interval), "machine" fill(none)',
            alias="$tag_machine",
        ),
        none=NO_UPTIME,
    )


_DASHED = model.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [8, 6]})


def _limit(rule: str) -> Builder[object]:
    """Give the limits that alerts of a rule were raised at: each holds until the next one."""
    text = (
        f'SELECT LAST("limit") FROM "alerts" WHERE $timeFilter AND {CHOSEN} AND "rule" = \'{rule}\' AND "open" = 1 '
        'GROUP BY time($__interval), "machine", "point" fill(previous)'
    )
    return query(text, alias=f"{_POINT}: limit")


def _measured() -> tuple[Builder[model.Panel], ...]:
    def indicator(
        title: str, description: str, field: str, unit: str, none: str = NO_VIBRATION
    ) -> Builder[model.Panel]:
        found = query(over_time("indicators", f'MAX("{field}")'), source=MEASURED, alias=_POINT)
        return trend(title, f"{description} Highest of each interval.", found, unit=unit, none=none)

    return (
        trend(
            "Vibration velocity (mm/s RMS)",
            "Severity, 10 to 1000 Hz: unbalance, misalignment, looseness. Highest of each interval. "
            "Dashed: the limit that a severity alert was raised at.",
            query(over_time("indicators", 'MAX("velocity_rms_mm_s")'), source=MEASURED, alias=_POINT),
            _limit("severity"),
            unit="suffix: mm/s",
            none=NO_VIBRATION,
        )
        .min(0)
        .override_by_regexp("/: limit$/", [*colour(VERMILION), _DASHED]),
        indicator("Vibration acceleration (g RMS)", "All of the band, mean removed.", "rms_g", "suffix: g"),
        impacts(_POINT),
        indicator("Shocks: kurtosis (3 is noise)", "How rare and strong the peaks are.", "kurtosis", "none"),
        trend(
            "Temperature (°C)",
            "Median of each block's plausible samples. Highest of each interval. "
            "Dashed: the limit that a temperature alert was raised at.",
            query(over_time("temperature", 'MAX("value_c")'), source=MEASURED, alias=_POINT),
            _limit("temperature"),
            unit="celsius",
            none=NO_TEMPERATURE,
        ).override_by_regexp("/: limit$/", [*colour(VERMILION), _DASHED]),
        trend(
            "Other readings (each in its own unit)",
            "What other instruments send: current, pressure, flow, speed. Highest of each interval.",
            query(over_time("readings", "MAX(*)"), source=MEASURED, alias=f"{_POINT}: $col"),
            unit="none",
            none="no readings in this time range",
        ).span(24),
    )


def _tables() -> tuple[Builder[model.Panel], ...]:
    by_point = '"machine", "point"'
    reasons = newest_reasons(by_point, CHOSEN)
    return (
        listing(
            "What does the diagnosis rest on, by point?",
            "Newest diagnosis of each point: its evidence, or why nothing can be told.",
            query(
                f'SELECT "point", "verdict", "confidence", "diagnosis", "diagnosis_zh" FROM {newest_diagnoses()}',
                result="table",
            ),
            {"point": "Point", "verdict": "Verdict"} | DIAGNOSIS_HEADINGS,
            none=_NO_DIAGNOSIS,
            wide="diagnosis",
        )
        .override_by_name("verdict", [model.DynamicConfigValue("custom.width", 280)])
        .decimals(2),
        listing(
            "What stands behind its health?",
            "The machine's judgement when each point was measured last: deductions, or why health is withheld.",
            query(
                f'SELECT "point", "status", "score", "why", "why_zh", "flags" FROM {reasons}',
                result="table",
            ),
            {"point": "Point"} | REASON_HEADINGS,
            none=NO_HEALTH,
            wide="why",
        ).decimals(1),
        raised_and_cleared(
            "Every transition of an alert in the time range with its value and limit", ("point", "rule", "state")
        ),
    )
