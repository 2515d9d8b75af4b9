"""Panels, or parts of them, that several dashboards show: of all machines, or of one."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import statetimeline, table, timeseries

from grafana.frame import link_to
from grafana.parts import (
    BLUE,
    GREY,
    MEASURED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    limits,
    listing,
    query,
    states,
    trend,
)
from grafana.texts import CHOSEN, MACHINES, NO_HEALTH, newest, over_time

__all__ = [
    "ALERT_EVIDENCE",
    "ALERT_HEADINGS",
    "DIAGNOSIS_HEADINGS",
    "EVIDENCE_COLOURS",
    "REASON_HEADINGS",
    "TO_MACHINE",
    "deductions",
    "health_limits",
    "health_over_time",
    "impacts",
    "newest_diagnoses",
    "newest_reasons",
    "raised_and_cleared",
    "status_over_time",
]

EVIDENCE_COLOURS = {
    "severity": VERMILION,
    "change": BLUE,
    "anomaly": PURPLE,
    "temperature": ORANGE,
    "diagnosis": SKY,
}
"""Kinds of evidence that take health away."""

_EVIDENCE = ("priority", "value", "limit", "text", "text_zh")
ALERT_EVIDENCE = ", ".join(f'"{field}"' for field in _EVIDENCE)
"""What an alert rests on, as fields of a query."""

_HEADINGS = {
    "machine": "Machine",
    "point": "Point",
    "rule": "Rule",
    "state": "State",
    "priority": "Priority",
    "value": "Value",
    "limit": "Limit",
    "text": "What was found",
    "text_zh": "发现",
}
ALERT_HEADINGS = {field: heading for field, heading in _HEADINGS.items() if field != "state"}
REASON_HEADINGS = {"status": "Status", "score": "Health", "why": "Why", "why_zh": "原因", "flags": "Signal"}
DIAGNOSIS_HEADINGS = {"confidence": "Confidence", "diagnosis": "Evidence", "diagnosis_zh": "依据"}

TO_MACHINE = link_to("machine", "This machine in detail", ("machine", "__value.raw"))
"""Of a cell that holds a machine's name."""

_WORST = "That of the worst point. Purple: not judged for long. Grey: warming up, stopped or no data."
_BY_MACHINE = '"machine"'
_GIVEN = '"withheld" = 0'


def health_limits() -> build.ThresholdsConfig:
    """Colour a health: grey where it is good."""
    return limits((50, ORANGE), (75, YELLOW), (90, GREY), base=VERMILION)


def health_over_time(alias: str) -> timeseries.Panel:
    """Show health with its gaps, one line a machine."""
    return (
        trend(
            "Health (0 to 100)",
            "Lowest of each interval. A gap is health withheld; the table below has the reason.",
            query(over_time("health", 'MIN("score")', group=_BY_MACHINE, condition=_GIVEN), alias=alias),
            unit="none",
            none=NO_HEALTH,
            bridge_gaps=False,
        )
        .min(0)
        .max(100)
    )


def deductions(description: str, *, alias: str) -> timeseries.Panel:
    """Show what takes health away, one line a machine and kind of evidence."""
    deducted = ", ".join(f'MAX("deduction_{code}") AS "{code}"' for code in EVIDENCE_COLOURS)
    return trend(
        "What takes health away (points)?",
        description,
        query(over_time("health", deducted, group=_BY_MACHINE, condition=_GIVEN), alias=alias),
        unit="none",
        none=NO_HEALTH,
        bridge_gaps=False,
    ).min(0)


def status_over_time(title: str, description: str = _WORST) -> statetimeline.Panel:
    """Give each machine a bar: its status."""
    return states(
        title,
        description,
        query(
            f'SELECT LAST("status") AS "status" FROM "health" WHERE $timeFilter AND {MACHINES} '
            'GROUP BY time($__interval), "machine" fill(none)',
            alias="$tag_machine",
        ),
        none=NO_HEALTH,
    )


def impacts(alias: str) -> timeseries.Panel:
    """Show the envelope of each point."""
    return trend(
        "Impacts: envelope of the high band (g RMS)",
        "Rises early when a bearing's surface begins to fail. Highest of each interval.",
        query(over_time("indicators", 'MAX("envelope_rms_g")'), source=MEASURED, alias=alias),
        unit="suffix: g",
        none="no envelope: the sampling rate may be too low for it",
    )


def newest_reasons(group: str, where: str) -> str:
    """Give what stands behind the newest judgement of each machine or point, as a query inside a query."""
    fields = 'LAST("withheld") AS "w", "status", "score", "why", "why_zh", "flags"'
    return newest("health", fields, group, f"$timeFilter AND {where}")


def newest_diagnoses() -> str:
    """Give the newest diagnosis of each point, as a query inside a query."""
    fields = 'LAST("diagnosis_confidence") AS "confidence", "verdict", "diagnosis", "diagnosis_zh"'
    return newest("health", fields, '"machine", "point"', f"$timeFilter AND {CHOSEN}")


def raised_and_cleared(description: str, first: tuple[str, ...]) -> table.Panel:
    """List transitions of alerts; `first` are the columns before those that tell what each rests on."""
    names = ", ".join(f'"{field}"' for field in first if field not in _EVIDENCE)
    return listing(
        "What was raised and cleared?",
        f"{description}, newest first, at most 200.",
        query(
            f'SELECT {names}, {ALERT_EVIDENCE} FROM "alerts" '
            f"WHERE $timeFilter AND {CHOSEN} ORDER BY time DESC LIMIT 200",
            result="table",
        ),
        {field: _HEADINGS[field] for field in (*first, *_EVIDENCE)},
        none="nothing was raised or cleared in this time range",
        wide="text",
    )
