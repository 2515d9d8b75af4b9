"""A machine's trends as one chart: health and each indicator below each other, over one axis of time.

Pure: a `MachineHistory` in, options of ECharts out. Health that was withheld is a grey stretch with its reason, and
lines end where data are missing; nothing is drawn across.
"""

from collections.abc import Sequence

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from models.machinery.severity import boundaries_of
from models.machinery.temperature import temperature_limit_c
from models.outputs import Alert, Priority
from stream.texts.phrases import STATUSES
from stream.web.charts.points import drawn, milliseconds, withheld_runs
from stream.web.charts.sensor_fault_mask import faulty_spans, usual_gap, without_sensor_faults
from stream.web.charts.style import (
    Options,
    Theme,
    axis_label,
    line_style,
    round_above,
    text_style,
    tooltip,
    zoom_bar,
)
from stream.web.data.history import TRENDS, MachineHistory, Trace
from stream.web.scripts import TREND_BOX
from stream.web.views.points_view import point_name

__all__ = ["chart_height_px", "panels", "trend_chart"]

_PANEL_PX = 168
_TOP_PX, _INSIDE_PX, _FOOT_PX = 44, 110, 60
_MAX_ALERTS = 40
_HEALTH = Bilingual("Health, of 100 (lowest of each moment)", "健康度，满分100（各时段最低值）")
_TITLES = {
    "velocity_rms_mm_s": Bilingual("Velocity RMS, mm/s", "振动速度有效值，mm/s"),
    "rms_g": Bilingual("Acceleration RMS, g", "加速度有效值，g"),
    "envelope_rms_g": Bilingual("Envelope RMS (from 2 kHz), g", "包络有效值（2 kHz以上），g"),
    "value_c": Bilingual("Temperature, °C", "温度，°C"),
}
_LINE = Bilingual("Health", "健康度")
_ZONES = {"C": Bilingual("zone C: {limit}", "C区：{limit}"), "D": Bilingual("zone D: {limit}", "D区：{limit}")}
_LIMIT = Bilingual("limit {limit}", "限值 {limit}")
_ALERT_COLOURS: dict[Priority, str] = {"high": "#d55e00", "medium": "#e69f00", "low": "#b3a500"}
_WITHHELD = "rgba(128,128,128,.18)"
_TIMES = {
    "year": "{yyyy}",
    "month": "{MM}-{dd}",
    "day": "{MM}-{dd}",
    "hour": "{HH}:{mm}",
    "minute": "{HH}:{mm}",
    "second": "{HH}:{mm}:{ss}",
}
_UNITS = {"velocity_rms_mm_s": "mm/s", "rms_g": "g", "envelope_rms_g": "g", "value_c": "°C"}


def panels(history: MachineHistory) -> list[str]:
    """Give the fields that there is anything of, in the order they are drawn in."""
    known = {trace.field for trace in history.traces}
    return [field for fields in TRENDS.values() for field in fields if field in known]


def trend_chart(history: MachineHistory, machine: Machine, *, language: Language, theme: Theme) -> Options:
    """Draw health and every field of `panels` one below the other, `_PANEL_PX` high each."""
    fields = panels(history)
    axes = list(range(len(fields) + 1))
    history = without_sensor_faults(history)
    names = _names(history, language)
    titles = [_HEALTH.say(language), *(_TITLES[field].say(language) for field in fields)]
    series = [_health(history, language, theme)]
    for axis, field in enumerate(fields, start=1):
        traces = [trace for trace in history.traces if trace.field == field]
        limits = _limits(field, machine, [trace.point for trace in traces], language)
        for place, trace in enumerate(traces):
            series.append(_trace(trace, history, axis, names, limits if place == 0 else [], language, theme))
    return {
        "animation": False,
        "textStyle": text_style(theme),
        "aria": {"enabled": True},
        "title": [
            {
                "text": title,
                "left": 8,
                "top": _TOP_PX + number * _PANEL_PX - 6,
                "textStyle": {**text_style(theme), "fontWeight": "bold"},
            }
            for number, title in enumerate(titles)
        ],
        "legend": {
            "data": list(dict.fromkeys(names.values())),
            "top": 4,
            "left": 4,
            "type": "scroll",
            "textStyle": text_style(theme),
            "itemWidth": 34,
            "itemStyle": {"opacity": 0},
            "pageTextStyle": text_style(theme),
        },
        "grid": [
            {"left": 56, "right": 28, "top": _TOP_PX + 22 + number * _PANEL_PX, "height": _INSIDE_PX}
            for number in axes
        ],
        "xAxis": [_time_axis(number, history, theme) for number in axes],
        "yAxis": [_score_axis(theme), *(_value_axis(history, field, machine, theme) for field in fields)],
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "tooltip": {**tooltip(theme), ":formatter": TREND_BOX},
        "dataZoom": zoom_bar(theme, axes, bottom=8),
        "series": series,
    }


def chart_height_px(history: MachineHistory) -> int:
    """Give the height that the whole chart needs."""
    return _TOP_PX + _PANEL_PX * (len(panels(history)) + 1) + _FOOT_PX


def _names(history: MachineHistory, language: Language) -> dict[str, str]:
    """Points by id; one place in the order of colours each, whatever they measure."""
    return {trace.point: point_name(trace.point, language) for trace in history.traces}


def _time_axis(number: int, history: MachineHistory, theme: Theme) -> Options:
    style = axis_label(theme)
    return {
        "type": "time",
        "gridIndex": number,
        "min": milliseconds(history.since),
        "max": milliseconds(history.until),
        **style,
        "axisLabel": {**style["axisLabel"], "formatter": _TIMES},
        "splitLine": {"show": False},
    }


def _score_axis(theme: Theme) -> Options:
    return {"type": "value", "gridIndex": 0, "min": 0, "max": 100, "interval": 50, **axis_label(theme)}


def _value_axis(history: MachineHistory, field: str, machine: Machine, theme: Theme) -> Options:
    """From zero, but for a temperature; far enough up to show the first limit, so that one sees the room left."""
    values = [extreme.high for trace in history.traces if trace.field == field for extreme in trace.values]
    points = [trace.point for trace in history.traces if trace.field == field]
    first = [limit for _, limit in _limits(field, machine, points, "en")][:1]
    highest = max([*values, *(1.1 * limit for limit in first)])
    axis = {"type": "value", "gridIndex": panels(history).index(field) + 1, "splitNumber": 3, **axis_label(theme)}
    return axis | {"scale": field == "value_c", "max": round_above(highest) if first and highest > 0 else None}


def _health(history: MachineHistory, language: Language, theme: Theme) -> Options:
    interval = usual_gap(history.health, history.step)
    withheld = [
        [
            {
                "xAxis": milliseconds(run[0].time),
                "name": STATUSES[run[0].status].say(language),
                "label": _area_label(theme),
            },
            {"xAxis": milliseconds(run[-1].time + history.step)},
        ]
        for run in withheld_runs(history.health, interval)
    ]
    points = [(each.time, None if each.score is None else (each.score, each.score)) for each in history.health]
    return {
        "type": "line",
        "name": _LINE.say(language),
        "xAxisIndex": 0,
        "yAxisIndex": 0,
        "symbol": "circle" if len(points) < 3 else "none",
        "itemStyle": {"color": line_style(3, theme)["color"]},
        "lineStyle": {**line_style(3, theme), "type": "solid", "width": 2},
        "data": drawn(points, interval, history.step),
        "markArea": {"silent": True, "itemStyle": {"color": _WITHHELD}, "data": withheld},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "data": [_alert_mark(alert) for alert in _alerts_in(history)],
        },
    }


def _area_label(theme: Theme) -> Options:
    return {**text_style(theme), "position": "insideTop", "overflow": "truncate", "width": 110}


def _alerts_in(history: MachineHistory) -> list[Alert]:
    return [alert for alert in history.alerts if history.since <= alert.since <= history.until][:_MAX_ALERTS]


def _alert_mark(alert: Alert) -> Options:
    colour = _ALERT_COLOURS[alert.priority]
    return {"xAxis": milliseconds(alert.since), "lineStyle": {"color": colour, "type": "solid", "width": 2}}


def _trace(
    trace: Trace,
    history: MachineHistory,
    axis: int,
    names: dict[str, str],
    limits: list[tuple[str, float]],
    language: Language,
    theme: Theme,
) -> Options:
    name, style = names[trace.point], line_style(list(names).index(trace.point), theme)
    points = [(each.time, (each.low, each.high)) for each in trace.values]
    unit = _UNITS[trace.field]
    interval = usual_gap(trace.values, history.step)
    return {
        "type": "line",
        "name": name,
        "xAxisIndex": axis,
        "yAxisIndex": axis,
        "symbol": "circle" if len(points) < 3 else "none",
        "symbolSize": 5,
        "itemStyle": {"color": style["color"]},
        "lineStyle": style,
        "data": [[*pair, unit] for pair in drawn(points, interval, history.step)],
        "markArea": {
            "silent": True,
            "itemStyle": {"color": _WITHHELD},
            "data": [
                [
                    {
                        "xAxis": milliseconds(begin),
                        "name": STATUSES["sensor_fault"].say(language),
                        "label": _area_label(theme),
                    },
                    {"xAxis": milliseconds(end)},
                ]
                for begin, end in faulty_spans(trace.point, history)
            ],
        },
        "markLine": {
            "silent": True,
            "symbol": "none",
            "data": [
                {
                    "yAxis": limit,
                    "label": {**text_style(theme), "formatter": text, "position": "insideEndTop"},
                    "lineStyle": {"color": _ALERT_COLOURS["medium"], "type": "dashed", "width": 1.5},
                }
                for text, limit in limits
            ],
        },
    }


def _limits(field: str, machine: Machine, points: Sequence[str], language: Language) -> list[tuple[str, float]]:
    """Give the limits that a field has at some points, lowest first, with what to call them."""
    boundaries = boundaries_of(machine)
    if field == "velocity_rms_mm_s" and boundaries:
        found = (("C", boundaries.bc_mm_s), ("D", boundaries.cd_mm_s))
        return [(_ZONES[zone].say(language, limit=f"{limit:g}"), limit) for zone, limit in found]
    if field != "value_c":
        return []
    absolute = {limit for point in points if (limit := temperature_limit_c(machine, point)) is not None}
    return [(_LIMIT.say(language, limit=f"{limit:g}"), limit) for limit in sorted(absolute)]
