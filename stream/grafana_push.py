"""Bring dashboards, their folder and data sources into a Grafana that is already there; repeating changes nothing.

Five kinds of calls of Grafana's HTTP API, the same from version 9 on. What is there is found again by its fixed uid
and written only where it lacks something that is wanted; what Grafana adds by itself is no difference. What it
reads from files of its own (provisioning) is left alone.
"""

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Never

import msgspec
from pydantic import SecretStr

from models.errors import ConfigurationError, ServiceError

__all__ = ["Access", "Pushed", "dashboard_files", "load_dashboards", "push"]

FOLDER_UID, FOLDER_TITLE = "stethos", "Stethos"
_ANSWER_S = 20.0
_FINGERPRINT = "stethosToken"
"""Beside a data source, as Grafana never gives its token back: it tells whether that is still the same."""
_OF_GRAFANA = ("id", "version", "iteration", "schemaVersion")
"""What Grafana counts or raises by itself in a dashboard."""

Json = dict[str, Any]


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
    package = Path(__file__).parent
    for folder in (package / "dashboards", package.parent / "grafana" / "dashboards"):
        if found := sorted(folder.glob("*.json")):
            return found
    raise ConfigurationError("grafana push: no dashboards are installed; install Stethos anew")


def load_dashboards(*, time_zone: str = "") -> list[Json]:
    """Read the dashboards, for a time zone whose midnight begins a day; else each browser's, and UTC for days."""
    found = [msgspec.json.decode(file.read_bytes(), type=Json) for file in dashboard_files()]
    for dashboard in found if time_zone else ():
        dashboard["timezone"] = time_zone
        for variable in dashboard["templating"]["list"]:
            if variable["name"] == "zone":
                variable["query"] = time_zone
    return found


def push(access: Access, dashboards: list[Json]) -> Iterator[Pushed]:
    """Bring everything to what is wanted, one after the other. Raises `ServiceError`, naming the fix."""
    grafana = _Grafana(access)
    grafana.see_that_it_is_one()
    for uid, (name, bucket) in access.buckets.items():
        yield _source(grafana, access, uid, name, bucket)
    yield _folder(grafana)
    for dashboard in dashboards:
        yield _dashboard(grafana, dashboard)


def _source(grafana: "_Grafana", access: Access, uid: str, name: str, bucket: str) -> Pushed:
    if access.influxdb_token is None:
        return _source_that_must_be_there(grafana, uid)
    there = grafana.get(f"/api/datasources/uid/{uid}")
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
        grafana.send("POST", "/api/datasources", wanted)
        return Pushed("data source", uid, "created")
    grafana.send("PUT", f"/api/datasources/uid/{uid}", wanted)
    return Pushed("data source", uid, "updated")


def _source_that_must_be_there(grafana: "_Grafana", uid: str) -> Pushed:
    try:
        there = grafana.get(f"/api/datasources/uid/{uid}")
    except _ForbiddenError:
        return Pushed("data source", uid, "left", "the token may not see it: it must be there")
    if there is None:
        raise ConfigurationError(
            f"grafana push: there is no data source with the uid {uid}; give a token that may read InfluxDB with "
            "--influxdb-token-file (`stethos influx setup --grafana-token-file` writes one)"
        )
    return Pushed("data source", uid, "unchanged")


def _folder(grafana: "_Grafana") -> Pushed:
    if grafana.get(f"/api/folders/{FOLDER_UID}") is not None:
        return Pushed("folder", FOLDER_TITLE, "unchanged")
    grafana.send("POST", "/api/folders", {"uid": FOLDER_UID, "title": FOLDER_TITLE})
    return Pushed("folder", FOLDER_TITLE, "created")


def _dashboard(grafana: "_Grafana", dashboard: Json) -> Pushed:
    name, uid = dashboard["title"], dashboard["uid"]
    there = grafana.get(f"/api/dashboards/uid/{uid}")
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
    grafana.send("POST", "/api/dashboards/db", body)
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


class _ForbiddenError(ServiceError):
    """The token is known but may not do this."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: the token would go along to wherever it leads, and a POST would become a GET."""

    def redirect_request(self, *_: object) -> None:
        """Leave the redirect as an error."""


class _Grafana:
    """Grafana's HTTP API, with its refusals in our words."""

    def __init__(self, access: Access) -> None:
        self._url = access.url.rstrip("/")
        bearer = f"Bearer {access.token.get_secret_value()}"
        self._headers = {"Authorization": bearer, "Content-Type": "application/json"}
        self._opener = urllib.request.build_opener(_NoRedirect)

    def see_that_it_is_one(self) -> None:
        """Raise `ServiceError` where something else answers, before a token's rights are blamed."""
        health = self.get("/api/health")
        if health is None or "database" not in health:
            self._is_none()

    def get(self, path: str) -> Json | None:
        """Give what is there; None where nothing is."""
        return self._ask("GET", path, None)

    def send(self, method: str, path: str, body: Json) -> None:
        """Create or change something."""
        if self._ask(method, path, body) is None:
            raise ServiceError(f"Grafana at {self._url} does not know {path}; is it Grafana 9 or later?")

    def _ask(self, method: str, path: str, body: Json | None) -> Json | None:
        data = None if body is None else msgspec.json.encode(body)
        request = urllib.request.Request(f"{self._url}{path}", data, self._headers, method=method)  # noqa: S310 -- checked
        try:
            with self._opener.open(request, timeout=_ANSWER_S) as answer:
                return msgspec.json.decode(answer.read(), type=Json)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise self._refusal(error) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._is_none()
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise ServiceError(
                f"Grafana at {self._url} is not reachable ({reason}); start it, or correct --url"
            ) from None
        except (http.client.HTTPException, UnicodeError) as error:  # no HTTP, cut off, or an address that is none
            raise ServiceError(
                f"nothing that can be read comes from {self._url} ({error!r}); correct --url, or push again"
            ) from None

    def _is_none(self) -> Never:
        raise ServiceError(
            f"what answers at {self._url} is no Grafana; correct --url, with the path that Grafana is served under"
        )

    def _refusal(self, error: urllib.error.HTTPError) -> ServiceError:
        try:
            said = str(msgspec.json.decode(error.read())["message"])
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, OSError, http.client.HTTPException):
            said = "no reason given"
        if error.code == 401:
            return ServiceError(
                f"Grafana at {self._url} refuses the token ({said}); make a service account of the role Admin and "
                "write its token to the file that --token-file names"
            )
        if error.code == 403:
            return _ForbiddenError(
                f"the token may not do this at {self._url} ({said}); give its service account the role Admin, or "
                "Editor and leave out --influxdb-token-file where the data sources are there"
            )
        if error.code in (409, 412):
            return ServiceError(
                f"Grafana at {self._url} has something else of that name ({said}); rename that, then push again"
            )
        if 300 <= error.code < 400:
            return ServiceError(f"{self._url} sends elsewhere; correct --url: https, or another address")
        return ServiceError(f"Grafana at {self._url} answered {error.code}: {said}; look at its log")
