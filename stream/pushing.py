"""Bring dashboards, their folder and data sources into a Grafana that is already there; repeating changes nothing.

Four kinds of calls of Grafana's HTTP API, the same from version 9 on. What Grafana itself reads from files
(provisioning) is left alone.
"""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from models.errors import ConfigurationError, ServiceError

__all__ = ["Access", "Pushed", "dashboard_files", "push"]

FOLDER_UID, FOLDER_TITLE = "stethos", "Stethos"
_ANSWER_S = 20.0
_OURS = ("id", "version", "iteration")
"""What Grafana counts by itself in a dashboard."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach Grafana, and how Grafana is to reach InfluxDB."""

    url: str
    token: str
    """Of a service account with the role Admin, or Editor where the data sources are there already."""
    influxdb_url: str
    influxdb_token: str | None = None
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
    package = Path(__file__).parent
    for folder in (package / "dashboards", package.parent / "grafana" / "dashboards"):
        if found := sorted(folder.glob("*.json")):
            return found
    raise ConfigurationError("grafana push: no dashboards are installed; install Stethos anew")


def push(access: Access, files: list[Path]) -> Iterator[Pushed]:
    """Bring everything to what the files say, one after the other. Raises `ServiceError`, naming the fix."""
    grafana = _Grafana(access)
    for uid, (name, bucket) in access.buckets.items():
        yield _source(grafana, access, uid, name, bucket)
    yield _folder(grafana)
    for file in files:
        yield _dashboard(grafana, msgspec.json.decode(file.read_bytes()))


def _source(grafana: "_Grafana", access: Access, uid: str, name: str, bucket: str) -> Pushed:
    there = grafana.get(f"/api/datasources/uid/{uid}")
    if there is not None and there.get("readOnly"):
        return Pushed("data source", uid, "left", "it comes from a file of that Grafana")
    if access.influxdb_token is None:
        if there is not None:
            return Pushed("data source", uid, "unchanged")
        raise ConfigurationError(
            f"grafana push: there is no data source with the uid {uid}; give a token that may read InfluxDB with "
            "--influxdb-token-file (`stethos influx setup --grafana-token-file` writes one)"
        )
    wanted = {
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
        },
        "secureJsonData": {"httpHeaderValue1": f"Token {access.influxdb_token}"},
    }
    if there is None:
        grafana.send("POST", "/api/datasources", wanted)
        return Pushed("data source", uid, "created")
    grafana.send(
        "PUT", f"/api/datasources/uid/{uid}", wanted
    )  # the token that is there cannot be read and compared
    return Pushed("data source", uid, "updated")


def _folder(grafana: "_Grafana") -> Pushed:
    if grafana.get(f"/api/folders/{FOLDER_UID}") is not None:
        return Pushed("folder", FOLDER_TITLE, "unchanged")
    grafana.send("POST", "/api/folders", {"uid": FOLDER_UID, "title": FOLDER_TITLE})
    return Pushed("folder", FOLDER_TITLE, "created")


def _dashboard(grafana: "_Grafana", dashboard: dict[str, Any]) -> Pushed:
    name, uid = dashboard["title"], dashboard["uid"]
    there = grafana.get(f"/api/dashboards/uid/{uid}")
    folder = FOLDER_UID
    if there is not None:
        if there["meta"].get("provisioned"):
            return Pushed("dashboard", name, "left", "it comes from a file of that Grafana")
        if _own(there["dashboard"]) == _own(dashboard):
            return Pushed("dashboard", name, "unchanged")
        folder = there["meta"].get("folderUid") or ""  # where somebody has moved it
    body = {
        "dashboard": dashboard | {"id": None},
        "folderUid": folder,
        "overwrite": True,
        "message": "stethos push",
    }
    grafana.send("POST", "/api/dashboards/db", body)
    return Pushed("dashboard", name, "created" if there is None else "updated")


def _own(dashboard: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in dashboard.items() if key not in _OURS}


class _Grafana:
    """Grafana's HTTP API, with its refusals in our words."""

    def __init__(self, access: Access) -> None:
        self._url = access.url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {access.token}", "Content-Type": "application/json"}

    def get(self, path: str) -> dict[str, Any] | None:
        """Give what is there; None where nothing is."""
        return self._ask("GET", path, None)

    def send(self, method: str, path: str, body: dict[str, Any]) -> None:
        """Create or change something."""
        if self._ask(method, path, body) is None:
            raise ServiceError(f"Grafana at {self._url} does not know {path}; is it Grafana 9 or later?")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any] | None:
        data = None if body is None else msgspec.json.encode(body)
        request = urllib.request.Request(f"{self._url}{path}", data, self._headers, method=method)  # noqa: S310 -- checked
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310 -- the same
                return dict(msgspec.json.decode(answer.read()))
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise ServiceError(self._refusal(error)) from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise ServiceError(
                f"Grafana at {self._url} is not reachable ({reason}); start it, or correct --url"
            ) from None
        except (msgspec.DecodeError, TypeError, ValueError):
            raise ServiceError(f"what answers at {self._url} is no Grafana; correct --url") from None

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        try:
            said = str(msgspec.json.decode(error.read())["message"])
        except (msgspec.DecodeError, KeyError, TypeError):
            said = "no reason given"
        if error.code in (401, 403):
            return (
                f"Grafana at {self._url} refuses the token ({said}); make a service account of the role Admin and "
                "write its token to the file that --token-file names"
            )
        return f"Grafana at {self._url} answered {error.code}: {said}; look at its log"
