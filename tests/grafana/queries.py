"""Run a dashboard's queries as Grafana would, against a real InfluxDB: no Grafana is needed for that.

`run_every_query` fills in variables and the time range, and gives the rows of every query of every panel.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from models.clock import from_datetime

__all__ = ["FOLDER", "Query", "filled", "load", "queries_of", "run", "run_every_query", "run_variable"]

FOLDER = Path(__file__).resolve().parents[2] / "grafana" / "dashboards"
ALL = "$__all"

_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(\w+)")
_REGEX_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")
_BUCKETS = {"stethos": "bucket", "stethos-raw": "bucket_raw"}
"""Attribute of the server by data source."""


class Query(NamedTuple):
    """A query as it stands in the dashboard."""

    panel: str
    source: str
    text: str


def load(name: str = "fleet") -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def queries_of(dashboard: dict[str, Any]) -> Iterator[Query]:
    """Give the queries of all panels, in order, also of those within rows, and those of the marks in charts."""
    for mark in dashboard["annotations"].get("list", []):
        if "query" in mark:
            yield Query(mark["name"], mark["datasource"]["uid"], mark["query"])
    for panel in _panels(dashboard["panels"]):
        for target in panel.get("targets", []):
            yield Query(panel["title"], target["datasource"]["uid"], target["query"])


def _panels(panels: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", []))


def filled(
    text: str,
    variables: dict[str, Sequence[str]],
    all_values: dict[str, str],
    since: datetime,
    until: datetime,
    *,
    interval_ms: int = 60_000,
) -> str:
    """Put values in the place of `$name`, `${name}` and `${name:format}` as Grafana does; `KeyError` if unknown."""
    since_ms, until_ms = from_datetime(since) // 1000, -(-from_datetime(until) // 1000)
    text = text.replace("$timeFilter", f"time >= {since_ms}ms and time <= {until_ms}ms")
    known = {
        "__interval": f"{interval_ms}ms",
        "__interval_ms": str(interval_ms),
        "__from": str(since_ms),
        "__to": str(until_ms),
    }

    def value(found: re.Match[str]) -> str:
        name, style = found[1] or found[3], found[2]
        if name in known:
            return known[name]
        chosen = variables[name]
        if list(chosen) == [ALL]:
            return all_values[name]  # A custom "all" goes in unescaped.
        if style == "regex":
            escaped = [_REGEX_SPECIAL.sub(lambda special: "\\" + special[0], one) for one in chosen]
            return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
        if style is None and len(chosen) == 1:
            return chosen[0]
        raise AssertionError(f"{found[0]}: write ${{{name}:regex}}, as other styles of lists are no InfluxQL")

    return _VARIABLE.sub(value, text)


def run(influx: Any, source: str, text: str) -> list[dict[str, Any]]:
    """Give the rows of an InfluxQL query, tags among their columns; `influx` is the `InfluxServer` or the like."""
    asked = urlencode({"db": getattr(influx, _BUCKETS[source]), "q": text, "epoch": "ms"})
    request = Request(f"{influx.url}/query?{asked}", headers={"Authorization": f"Token {influx.token}"})
    with urlopen(request, timeout=60) as answer:
        (result,) = json.load(answer)["results"]
    assert "error" not in result, f"{text}: {result['error']}"
    return [
        {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True))}
        for series in result.get("series", [])
        for values in series["values"]
    ]


def run_every_query(
    influx: Any,
    *,
    machine: str | Sequence[str] = ALL,
    point: str | Sequence[str] = ALL,
    since: datetime,
    until: datetime,
    zone: str = "UTC",
    dashboard: dict[str, Any] | None = None,
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Run all queries of the dashboard; gives (panel, filled query, rows) of each.

    `influx` needs `url`, `token`, `bucket` and `bucket_raw`. A row without any value counts for nothing.
    """
    dashboard = dashboard or load()
    chosen = {variable["name"]: [ALL] for variable in dashboard["templating"]["list"]} | {
        "machine": [machine] if isinstance(machine, str) else list(machine),
        "point": [point] if isinstance(point, str) else list(point),
        "zone": [zone],
    }
    all_values = {v["name"]: v["allValue"] for v in dashboard["templating"]["list"] if v.get("includeAll")}
    interval_ms = max(10_000, (from_datetime(until) - from_datetime(since)) // 1000 // 1000)
    results = []
    for query in queries_of(dashboard):
        text = filled(query.text, chosen, all_values, since, until, interval_ms=interval_ms)
        results.append((query.panel, text, [row for row in run(influx, query.source, text) if _says(row)]))
    return results


def _says(row: dict[str, Any]) -> bool:
    """Whether a row holds a value beside its time and tags: filled-in intervals hold none."""
    return any(value is not None for name, value in row.items() if name not in {"time", "machine", "point", "rule"})


def run_variable(influx: Any, dashboard: str, name: str, machine: str = ALL) -> list[str]:
    """Give the values that a variable of a dashboard offers."""
    variable = next(found for found in load(dashboard)["templating"]["list"] if found["name"] == name)
    moment = datetime.fromtimestamp(0, tz=datetime.now().astimezone().tzinfo)
    text = filled(variable["query"], {"machine": [machine]}, {"machine": ".*"}, moment, moment)
    return [row["value"] for row in run(influx, variable["datasource"]["uid"], text)]
