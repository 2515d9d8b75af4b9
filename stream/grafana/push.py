"""Pushes dashboards, their folder and data sources into a Grafana that is there; repeating changes nothing.

What is there is found again by its fixed uid and written only where it lacks something that is wanted; what Grafana
adds by itself is no difference. What it reads from files of its own (provisioning) is left alone.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from pydantic import SecretStr

from models.errors import ConfigurationError
from stream.grafana.client import ForbiddenError, Grafana, Json

__all__ = ["Access", "Pushed", "dashboard_files", "load_dashboards", "push"]

FOLDER_UID, FOLDER_TITLE = "stethos", "Stethos"
_FINGERPRINT = "stethosToken"
"""Beside a data source, as Grafana never gives its token back: it tells whether that is still the same."""
_OF_GRAFANA = ("id", "version", "iteration", "schemaVersion")
"""What Grafana counts or raises by itself in a dashboard."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach Grafana, and how Grafana is to reach InfluxDB."""

    url: str
    token: SecretStr
    """Of a service account with the role Admin, or Editor where the data sources are there already."""
    influxdb_url: str
    influxdb_token: SecretStr | None = None
    """One that may only read; without it the data sources must be there."""
    buckets: Mapping[str, tuple[str, str]]
    """Name and bucket of each data source, by its uid."""


class Pushed(msgspec.Struct, frozen=True):
    """What became of one thing: `created`, `updated`, `unchanged`, or `left` with the reason."""

    kind: str
    name: str
    done: str
    reason: str = ""


def dashboard_files() -> list[Path]:
    """Give the dashboards' files, from the installed package or from a checkout beside it."""
    here = Path(__file__).parent
    for folder in (here / "dashboards", here.parents[1] / "grafana" / "dashboards"):
        if files := sorted(folder.glob("*.json")):
            return files
    raise ConfigurationError("grafana push: no dashboards are installed; install Stethos anew")


def load_dashboards(*, time_zone: str = "") -> list[Json]:
    """Read the dashboards, for a time zone whose midnight begins a day; else each browser's, and UTC for days."""
    dashboards = [msgspec.json.decode(file.read_bytes(), type=Json) for file in dashboard_files()]
    for dashboard in dashboards if time_zone else ():
        dashboard["timezone"] = time_zone
        for variable in dashboard["templating"]["list"]:
            if variable["name"] == "zone":
                variable["query"] = time_zone
    return dashboards


def push(access: Access, dashboards: list[Json]) -> Iterator[Pushed]:
    """Bring everything to what is wanted, one after the other. Raises `ServiceError`, naming the fix."""
    with Grafana(access.url, access.token) as grafana:
        grafana.see_that_it_is_one()
        for uid, (name, bucket) in access.buckets.items():
            yield _source(grafana, access, uid, name, bucket)
        yield _folder(grafana)
        for dashboard in dashboards:
            yield _dashboard(grafana, dashboard)


def _source(grafana: Grafana, access: Access, uid: str, name: str, bucket: str) -> Pushed:
    if access.influxdb_token is None:
        return _source_that_must_be_there(grafana, uid)
    there = grafana.source(uid)
    if there is not None and there.get("readOnly"):
        return Pushed("data source", uid, "left", "it comes from a file of that Grafana")
    header = f"Token {access.influxdb_token.get_secret_value()}"
    visible = {
        "uid": uid,
        "name": name if there is None else there.get("name", name),
        "type": "influxdb",
        "access": "proxy",
        "url": access.influxdb_url,
        "database": bucket,
        "jsonData": {
            "version": "InfluxQL",
            "dbName": bucket,
            "httpMode": "GET",
            "timeInterval": "10s",
            "httpHeaderName1": "Authorization",
            _FINGERPRINT: hashlib.sha256(header.encode()).hexdigest()[:16],
        },
    }
    if there is not None and _holds(there, visible):
        return Pushed("data source", uid, "unchanged")
    wanted = visible | {"secureJsonData": {"httpHeaderValue1": header}}
    if there is None:
        grafana.create_source(wanted)
        return Pushed("data source", uid, "created")
    grafana.update_source(uid, wanted)
    return Pushed("data source", uid, "updated")


def _source_that_must_be_there(grafana: Grafana, uid: str) -> Pushed:
    try:
        there = grafana.source(uid)
    except ForbiddenError:
        return Pushed("data source", uid, "left", "the token may not see it: it must be there")
    if there is None:
        raise ConfigurationError(
            f"grafana push: there is no data source with the uid {uid}; give a token that may read InfluxDB with "
            "--influxdb-token-file (`stethos influx setup --grafana-token-file` writes one)"
        )
    return Pushed("data source", uid, "unchanged")


def _folder(grafana: Grafana) -> Pushed:
    if grafana.folder(FOLDER_UID) is not None:
        return Pushed("folder", FOLDER_TITLE, "unchanged")
    grafana.create_folder(FOLDER_UID, FOLDER_TITLE)
    return Pushed("folder", FOLDER_TITLE, "created")


def _dashboard(grafana: Grafana, dashboard: Json) -> Pushed:
    name, uid = dashboard["title"], dashboard["uid"]
    there = grafana.dashboard(uid)
    folder = FOLDER_UID
    if there is not None:
        meta = there.get("meta") or {}
        if meta.get("provisioned"):
            return Pushed("dashboard", name, "left", "it comes from a file of that Grafana")
        compared = {key: value for key, value in dashboard.items() if key not in _OF_GRAFANA}
        if _holds(there.get("dashboard"), compared):
            return Pushed("dashboard", name, "unchanged")
        folder = meta.get("folderUid") or ""  # where somebody has moved it
    body = {
        "dashboard": dashboard | {"id": None},
        "folderUid": folder,
        "overwrite": True,
        "message": "stethos grafana push",
    }
    grafana.save_dashboard(body)
    return Pushed("dashboard", name, "created" if there is None else "updated")


def _holds(there: object, wanted: object) -> bool:
    """Whether all that is wanted is there, whatever else is.

    >>> _holds({"a": [{"b": 1, "by_grafana": 0}], "c": 2}, {"a": [{"b": 1}]}), _holds({"a": []}, {"a": [1]})
    (True, False)
    """
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            key in there and _holds(there[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(there, list)
            and len(there) == len(wanted)
            and all(_holds(one, other) for one, other in zip(there, wanted, strict=True))
        )
    return there == wanted
