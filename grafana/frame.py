"""What all dashboards share around their panels: variables, links, alerts as marks, and their JSON."""

import json

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from grafana.parts import EVENTS
from grafana.texts import CHOSEN, MACHINES

__all__ = ["TAG", "Alerts", "choice", "frame", "link_to", "machine_choice", "point_choice", "to_json", "typed"]

TAG = "stethos"
"""Every dashboard has it: the links at the top list what has it."""


def frame(name: str, title: str, description: str, *, since: str, refresh: str = "30s") -> build.Dashboard:
    """Give a dashboard without variables and panels; its uid is `stethos-NAME`."""
    return (
        build.Dashboard(f"Stethos: {title}")
        .uid(f"stethos-{name}")
        .description(description)
        .tags([TAG])
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time(since, "now")
        .refresh(refresh)
        .link(
            build.DashboardLink("Stethos")
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .keep_time(True)
            .include_vars(True)
        )
    )


def choice(name: str, label: str, text: str, *, several: bool = True) -> build.QueryVariable:
    """Give a variable to choose from: one, or `several` of them, and all where nobody chooses."""
    found = (
        build.QueryVariable(name)
        .label(label)
        .datasource(EVENTS)
        .query(text)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(several)
        .include_all(several)
    )
    if several:
        found.all_value(".*").current(model.VariableOption(text=["All"], value=["$__all"], selected=True))
    return found


def machine_choice(*, several: bool = True) -> build.QueryVariable:
    """Give the variable `machine`."""
    return choice("machine", "Machine", 'SHOW TAG VALUES FROM "health" WITH KEY = "machine"', several=several)


def point_choice() -> build.QueryVariable:
    """Give the variable `point`: those of the chosen machines."""
    return choice("point", "Point", f'SHOW TAG VALUES FROM "health" WITH KEY = "point" WHERE {MACHINES}')


def typed(name: str, label: str, value: str, description: str) -> build.TextBoxVariable:
    """Give a variable to type into."""
    return build.TextBoxVariable(name).label(label).default_value(value).description(description)


def link_to(dashboard: str, title: str, *variables: tuple[str, str]) -> model.DynamicConfigValue:
    """Lead from a cell to a dashboard, keeping the time range; each variable is (name, where its value stands)."""
    chosen = "".join(f"var-{name}=${{{place}:percentencode}}&" for name, place in variables)
    address = f"/d/stethos-{dashboard}?{chosen}${{__url_time_range}}"
    return model.DynamicConfigValue("links", [{"title": title, "url": address}])


class _Mark(model.AnnotationQuery):
    """InfluxQL in the form that Grafana's InfluxDB reads: fields of the annotation itself."""

    def to_json(self) -> dict[str, object]:
        condition = f"$timeFilter AND {CHOSEN} ORDER BY time DESC LIMIT 500"
        query = f'SELECT "text", "rule", "point" FROM "alerts" WHERE {condition}'
        return {**super().to_json(), "query": query, "textColumn": "text", "tagsColumn": "rule,point"}


class Alerts(Builder[model.AnnotationQuery]):
    """Every transition of an alert as a mark in all charts."""

    def __init__(self, colour: str) -> None:
        self._colour = colour

    def build(self) -> model.AnnotationQuery:
        """Give the annotation."""
        return _Mark(name="Alerts", datasource=EVENTS, enable=True, icon_color=self._colour)


def to_json(dashboard: build.Dashboard) -> str:
    """Give a dashboard as JSON text, panels numbered in their order."""
    built = dashboard.build()
    for number, placed in enumerate(built.panels or [], start=1):
        placed.id_val = number
    return json.dumps(built, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
