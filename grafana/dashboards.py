"""All dashboards by name. `python -m grafana.dashboards` writes each to grafana/dashboards/NAME.json.

One file a dashboard: a new one is a function that gives its builder, and a line in `DASHBOARDS`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard as build

from grafana.fleet import fleet
from grafana.frame import to_json
from grafana.machine import machine
from grafana.pipeline import pipeline
from grafana.uptime import uptime

__all__ = ["DASHBOARDS", "FOLDER", "main"]

FOLDER = Path(__file__).with_name("dashboards")

DASHBOARDS: dict[str, Callable[[], build.Dashboard]] = {
    "fleet": fleet,
    "machine": machine,
    "uptime": uptime,
    "pipeline": pipeline,
}


def main() -> None:
    """Write the dashboards' files."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in DASHBOARDS.items():
        file = FOLDER / f"{name}.json"
        file.write_text(to_json(make()), encoding="utf-8")
        sys.stdout.write(f"wrote {file}\n")


if __name__ == "__main__":
    main()
