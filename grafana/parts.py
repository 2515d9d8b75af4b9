"""What all panels share: the colours of a status, queries in InfluxQL, and panels with their manners.

Only core panels, so that Grafana 9.4 to the newest loads them. Colours are Okabe and Ito's, which the colour-blind
can tell apart, and always come with a word or a number.
"""

from typing import Self

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions, VizLegendOptions, VizTooltipOptions
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model

from models.machinery.fault_names import FAULT_NAMES
from models.outputs import Status

__all__ = [
    "BLUE",
    "EVENTS",
    "GREEN",
    "GREY",
    "MEASURED",
    "NO_ONE_NEEDED",
    "ORANGE",
    "PRIORITY_COLOURS",
    "PURPLE",
    "RUNNING_COLOURS",
    "SKY",
    "STATUS_COLOURS",
    "VERMILION",
    "YELLOW",
    "answer",
    "colour",
    "days",
    "limits",
    "listing",
    "query",
    "states",
    "tiles",
    "trend",
    "word",
]

BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, VERMILION, PURPLE, GREY = "#E69F00", "#D55E00", "#CC79A7", "#999999"

STATUS_COLOURS: dict[Status, str] = {
    "healthy": GREEN,
    "watch": YELLOW,
    "warning": ORANGE,
    "critical": VERMILION,
    "sensor_fault": BLUE,
    "not_judged": PURPLE,
    "warming_up": GREY,
    "no_data": GREY,
    "stopped": GREY,
}

NO_ONE_NEEDED: tuple[Status, ...] = ("healthy", "stopped", "warming_up")
"""Whatever else a machine's status is, somebody has to look: also at one that this page has never heard of."""

RUNNING_COLOURS = {"running": GREEN, "idle": SKY, "starting": YELLOW}
"""How a machine runs; `stopped` has the colour of the status."""

PRIORITY_COLOURS = {"high": VERMILION, "medium": ORANGE, "low": YELLOW}

EVENTS = model.DataSourceRef(type_val="influxdb", uid="stethos")
"""Health, alerts and running hours."""
MEASURED = model.DataSourceRef(type_val="influxdb", uid="stethos-raw")
"""Indicators, temperatures and readings."""

_MIXED = model.DataSourceRef(type_val="datasource", uid="-- Mixed --")
"""Each query of the panel has a source of its own."""

_GAP_MS = 600_000
"""Lines stop where nothing was measured for this long."""


class _Query(Builder[UnknownDataquery]):
    """InfluxQL as text, which the SDK has no builder for."""

    def __init__(self, source: model.DataSourceRef, text: str, *, alias: str, result: str) -> None:
        self._fields: dict[str, object] = {
            "datasource": source.to_json(),
            "rawQuery": True,
            "query": text,
            "resultFormat": result,
        }
        if alias:
            self._fields["alias"] = alias

    def ref(self, ref_id: str) -> Self:
        self._fields["refId"] = ref_id
        return self

    def build(self) -> UnknownDataquery:
        return UnknownDataquery(self._fields)


def query(
    text: str, *, source: model.DataSourceRef = EVENTS, alias: str = "", result: str = "time_series"
) -> _Query:
    """Give a query; `alias` names its series (`$tag_machine`, `$col`), `result` is `time_series` or `table`."""
    return _Query(source, " ".join(text.split()), alias=alias, result=result)


def limits(*steps: tuple[float, str], base: str = GREY) -> build.ThresholdsConfig:
    """Colour a number by where it lies: `base` below the first step, then each step's colour from its value on."""
    coloured = [model.Threshold(value=value, color=shade) for value, shade in steps]
    return (
        build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps([model.Threshold(color=base), *coloured])
    )


def colour(shade: str) -> list[model.DynamicConfigValue]:
    """Give the properties of an override that draws a series in one colour."""
    return [model.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": shade})]


def answer(title: str, description: str, found: _Query, *, unit: str, none: str) -> stat.Panel:
    """One number that answers a question; `none` is shown where nothing is known."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(_source(found))
        .with_target(found.ref("A"))
        .unit(unit)
        .no_value(none)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .color_mode(common.BigValueColorMode.VALUE)
        .graph_mode(common.BigValueGraphMode.NONE)
        .span(4)
        .height(4)
    )


def word(title: str, description: str, found: _Query, field: str, *, none: str) -> stat.Panel:
    """One word that answers a question: a text field's newest value."""
    return (
        answer(title, description, found, unit="none", none=none)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(f"/^{field}$/"))
        .mappings(_words())
        .thresholds(limits())
    )


def tiles(title: str, description: str, found: _Query, field: str, *, none: str) -> stat.Panel:
    """One coloured tile for each row of a table: the machine's name, and a field's text, in its order."""
    return (
        answer(title, description, found, unit="none", none=none)
        .reduce_options(ReduceDataOptions().values(True).calcs([]).fields(f"/^{field}$/").limit(24))
        .display_name("${__data.fields.machine}")
        .mappings(_words())
        .thresholds(limits())
        .with_transformation(
            model.DataTransformerConfig(id_val="sortBy", options={"fields": {}, "sort": [{"field": field}]})
        )
        .text_mode(common.BigValueTextMode.VALUE_AND_NAME)
        .color_mode(common.BigValueColorMode.BACKGROUND)
        .span(24)
        .height(5)
    )


def days(title: str, description: str, found: _Query, *, unit: str, none: str) -> statetimeline.Panel:
    """One bar a machine, a cell with its number for each day; a day without one stays empty."""
    return (
        states(title, description, found, none=none)
        .mappings([])
        .unit(unit)
        .decimals(1)
        .interval("1d")
        .thresholds(limits((0.05, SKY)))
        .color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .merge_values(False)
        .show_value(common.VisibilityMode.ALWAYS)
    )


def trend(
    title: str, description: str, *found: _Query, unit: str, none: str, bridge_gaps: bool = True
) -> timeseries.Panel:
    """Lines over time that end at long gaps, or at any where `bridge_gaps` is false. Single points stay."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(_source(*found))
        .unit(unit)
        .no_value(none)
        .interval("10s" if bridge_gaps else "1m")
        .line_width(1)
        .fill_opacity(0)
        .show_points(common.VisibilityMode.AUTO)
        .span_nulls(_GAP_MS if bridge_gaps else False)
        .legend(_legend())
        .tooltip(VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .span(12)
        .height(8)
    )
    for ref_id, each in zip("ABCDE", found, strict=False):
        panel.with_target(each.ref(ref_id))
    return panel


def states(title: str, description: str, found: _Query, *, none: str) -> statetimeline.Panel:
    """One bar a machine, its state over time, in words and the colours of states."""
    return (
        statetimeline.Panel()
        .title(title)
        .description(description)
        .datasource(_source(found))
        .with_target(found.ref("A"))
        .no_value(none)
        .interval("1m")
        .mappings(_words())
        .merge_values(True)
        .show_value(common.VisibilityMode.AUTO)
        .legend(_legend())
        .span(24)
        .height(7)
    )


def listing(
    title: str, description: str, found: _Query, columns: dict[str, str], *, none: str, wide: str
) -> table.Panel:
    """Rows of text and numbers; `columns` gives each field's heading, and `wide` the text that needs room."""
    panel = (
        table.Panel()
        .show_header(True)
        .title(title)
        .description(description)
        .datasource(_source(found))
        .with_target(found.ref("A"))
        .no_value(none)
        .mappings(_words())
        .override_by_name("Time", [_named("Time"), model.DynamicConfigValue("custom.width", 170)])
        .span(24)
        .height(9)
    )
    for field, heading in columns.items():
        properties = [_named(heading)]
        if not field.startswith(wide):  # in both languages
            properties.append(model.DynamicConfigValue("custom.width", 130))
        if field in {"status", "state", "priority"}:
            # The first is what Grafana 9.4 knows, the second what newer ones do; each passes over the other.
            properties.append(model.DynamicConfigValue("custom.displayMode", "color-text"))
            properties.append(model.DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
        panel.override_by_name(field, properties)
    return panel


def _named(heading: str) -> model.DynamicConfigValue:
    return model.DynamicConfigValue("displayName", heading)


def _source(*found: _Query) -> model.DataSourceRef:
    sources = [each.build().data["datasource"] for each in found]
    return model.DataSourceRef.from_json(sources[0]) if all(each == sources[0] for each in sources) else _MIXED


def _legend() -> VizLegendOptions:
    return (
        VizLegendOptions()
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)
    )


def _words() -> list[model.ValueMapping]:
    """Give what codes are called, and their colours: states, priorities, verdicts."""
    coloured = {**STATUS_COLOURS, **PRIORITY_COLOURS, **RUNNING_COLOURS}
    words = {code: (code.replace("_", " "), shade) for code, shade in coloured.items()}
    words |= {code: (f"{english} {chinese}", ORANGE) for code, (english, chinese) in FAULT_NAMES.items()}
    words["unknown"] = ("unknown", GREY)
    named = {
        code: model.ValueMappingResult(text=text, color=shade, index=index)
        for index, (code, (text, shade)) in enumerate(words.items())
    }
    nothing = model.ValueMappingResult(text="-", color=GREY, index=len(named))
    empty = model.DashboardSpecialValueMapOptions(match=model.SpecialValueMatch.EMPTY, result=nothing)
    return [model.ValueMap(options=named), model.SpecialValueMap(options=empty)]
