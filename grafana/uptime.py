"""The manager's dashboard: how much each machine ran, what is not known, and what was serious.

Running is what the vibration says (docs/health.md): the machine turns. It is no availability after ISO 22400-2,
which counts production. Days begin at midnight of the time zone at the top.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders.common import TableSortByFieldState
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from grafana.frame import frame, machine_choice, typed
from grafana.panels import TO_MACHINE, status_over_time
from grafana.parts import answer, days, limits, listing, query
from grafana.texts import MACHINES, NO_UPTIME

__all__ = ["uptime"]

_KNOWN_S = '(SUM("running_s") + SUM("stopped_s"))'
_RATE = f'100 * SUM("running_s") / {_KNOWN_S}'
_WHERE = f'FROM "uptime" WHERE $timeFilter AND {MACHINES}'
_RANGE_S = "((${__to} - ${__from}) / 1000)"
_DAYS = "GROUP BY time(1d), \"machine\" fill(none) tz('${zone}')"
_EACH_DAY = _DAYS.replace("none", "null")


def uptime() -> build.Dashboard:
    """Give the dashboard."""
    dashboard = (
        frame(
            "uptime",
            "running hours",
            "How much the machines ran, from their vibration, and what was serious.",
            since="now-7d",
            refresh="5m",
        )
        .with_variable(machine_choice())
        .with_variable(
            typed("zone", "Days begin in", "UTC", "Time zone whose midnight begins a day, such as Asia/Shanghai.")
        )
    )
    for panel in (*_answers(), *_days(), *_tables()):
        dashboard.with_panel(panel)
    return dashboard


def _answers() -> tuple[Builder[model.Panel], ...]:
    rates = f'(SELECT {_RATE} AS "rate" {_WHERE} GROUP BY "machine")'
    known = f'(SELECT 100 * {_KNOWN_S} / {_RANGE_S} AS "known" {_WHERE} GROUP BY "machine")'
    before = answer(
        "What was it a week earlier (%)?",
        "The same running rate, of the same length of time seven days before.",
        query(f"SELECT {_RATE} {_WHERE}"),
        unit="percent",
        none="not known",
    )
    return (
        answer(
            "How much of the known time did they run (%)?",
            "Running rate: running over running and standing, over all chosen machines.",
            query(f"SELECT {_RATE} {_WHERE}"),
            unit="percent",
            none=NO_UPTIME,
        )
        .decimals(1)
        .thresholds(limits()),
        before.decimals(1).time_shift("7d").thresholds(limits()),
        answer(
            "How long did they run (h)?",
            "Hours that all chosen machines ran, added up.",
            query(f'SELECT SUM("running_s") / 3600 {_WHERE}'),
            unit="suffix: h",
            none=NO_UPTIME,
        )
        .decimals(1)
        .thresholds(limits()),
        answer(
            "How long did they stand (h)?",
            "Hours that all chosen machines stood still, added up.",
            query(f'SELECT SUM("stopped_s") / 3600 {_WHERE}'),
            unit="suffix: h",
            none=NO_UPTIME,
        )
        .decimals(1)
        .thresholds(limits()),
        answer(
            "What is the lowest running rate (%)?",
            "That of the machine that ran least, of the time that is known of it.",
            query(f'SELECT MIN("rate") FROM {rates}'),
            unit="percent",
            none=NO_UPTIME,
        )
        .decimals(1)
        .thresholds(limits()),
        answer(
            "How much of the time is known (%)?",
            "Mean over machines that have any. The rest is neither running nor standing: no data, a faulty sensor, "
            "no speed, or before the machine was connected.",
            query(f'SELECT MEAN("known") FROM {known}'),
            unit="percent",
            none=NO_UPTIME,
        )
        .decimals(1)
        .thresholds(limits()),
    )


def _days() -> tuple[Builder[model.Panel], ...]:
    return (
        status_over_time(
            "What state was each machine in?",
            "Grey is stopped, no data or warming up; a gap is time without any judgement.",
        ),
        days(
            "How long did each machine run each day (h)?",
            "Grey: not at all. What is missing to 24 hours stood still or is unknown; a day without any word is "
            "empty. The range may cut the first and last day.",
            query(f'SELECT SUM("running_s") / 3600 {_WHERE} {_EACH_DAY}', alias="$tag_machine"),
            unit="suffix: h",
            none=NO_UPTIME,
        ),
        days(
            "How much of each day's known time did each machine run (%)?",
            "Running over running and standing. How much of the day is known stands in the table below.",
            query(f"SELECT {_RATE} {_WHERE} {_EACH_DAY}", alias="$tag_machine"),
            unit="percent",
            none=NO_UPTIME,
        ),
    )


def _tables() -> tuple[Builder[model.Panel], ...]:
    hours = 'SUM("running_s") / 3600 AS "running", SUM("stopped_s") / 3600 AS "stopped"'
    columns = {
        "machine": "Machine",
        "running": "Running (h)",
        "stopped": "Standing (h)",
        "rate": "Running rate (%)",
        "known": "Time known (%)",
    }
    return (
        listing(
            "Which machines ran least?",
            "Over the whole time range. The running rate is of the time that is known: see how much that is.",
            query(
                f'SELECT {hours}, {_RATE} AS "rate", 100 * {_KNOWN_S} / {_RANGE_S} AS "known" {_WHERE} '
                'GROUP BY "machine"',
                result="table",
            ),
            columns,
            none=NO_UPTIME,
            wide="machine",
        )
        .override_by_name("machine", [TO_MACHINE])
        .override_by_name("Time", [_HIDDEN])
        .sort_by([TableSortByFieldState().display_name("Running rate (%)").desc(False)])
        .decimals(1),
        listing(
            "How did each machine run, day by day?",
            "For a report: Inspect, Data, Download CSV. The range may cut the first and last day.",
            query(
                f'SELECT {hours}, {_RATE} AS "rate", {_KNOWN_S} / 864 AS "known" {_WHERE} {_DAYS}',
                result="table",
            ),
            columns,
            none=NO_UPTIME,
            wide="machine",
        )
        .override_by_name("machine", [TO_MACHINE])
        .sort_by([TableSortByFieldState().display_name("Time").desc(True)])
        .decimals(1),
        listing(
            "What was serious (alerts of high priority)?",
            "Alerts raised to high priority in the time range, newest first, at most 100.",
            query(
                'SELECT "machine", "point", "rule", "text", "text_zh" FROM "alerts" '
                f'WHERE $timeFilter AND {MACHINES} AND "priority" = \'high\' AND "open" = 1 '
                "ORDER BY time DESC LIMIT 100",
                result="table",
            ),
            {"machine": "Machine", "point": "Point", "rule": "Rule", "text": "What was found", "text_zh": "发现"},
            none="nothing of high priority in this time range",
            wide="text",
        ).override_by_name("machine", [TO_MACHINE]),
    )


_HIDDEN = model.DynamicConfigValue("custom.hidden", value=True)
