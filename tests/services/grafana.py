"""A stand-in for Grafana's HTTP API on 127.0.0.1: it checks what it is asked and answers as its documentation says.

It knows the calls that `stethos grafana push` makes: https://grafana.com/docs/grafana/latest/developers/http_api/.
No real Grafana can be had where the tests run.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["ADMIN", "EDITOR", "VIEWER", "FakeGrafana", "grafana_stand_in"]

ADMIN, EDITOR, VIEWER = "glsa_admin", "glsa_editor", "glsa_viewer"
_RANK = {VIEWER: 0, EDITOR: 1, ADMIN: 2}


class RefusedError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class FakeGrafana:
    """What such a Grafana holds, and every request that changed something."""

    def __init__(self) -> None:
        self.path = ""
        """Under which it is served, such as `/grafana`."""
        self.sources: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, dict[str, str]] = {}
        self.folders: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.writes: list[tuple[str, str]] = []
        self.url = ""

    def answer(self, method: str, path: str, token: str, body: Any) -> Any:  # noqa: C901, PLR0911 -- one case a call
        """Answer one request below `/api`; raises `RefusedError`."""
        match method, path.strip("/").split("/"):
            case "GET", ["health"]:
                return {"commit": "0", "database": "ok", "version": "11.6.0"}
            case _ if token not in _RANK:
                raise RefusedError(401, "Invalid API key")
            case "GET", ["datasources", "uid", uid]:
                self._may(token, ADMIN, "datasources:read")
                return self._there(self.sources, uid, "Data source not found")
            case "POST", ["datasources"]:
                self._may(token, ADMIN, "datasources:create")
                return self._save_source(body["uid"], body, new=True)
            case "PUT", ["datasources", "uid", uid]:
                self._may(token, ADMIN, "datasources:write")
                if self._there(self.sources, uid, "Data source not found").get("readOnly"):
                    raise RefusedError(403, "Cannot update read-only data source")
                return self._save_source(uid, body, new=False)
            case "GET", ["folders", uid]:
                return self._there(self.folders, uid, "folder not found")
            case "POST", ["folders"]:
                self._may(token, EDITOR, "folders:create")
                self.writes.append(("folder", body["uid"]))
                self.folders[body["uid"]] = {"id": len(self.folders) + 1, "version": 1, **body}
                return self.folders[body["uid"]]
            case "GET", ["dashboards", "uid", uid]:
                return self._there(self.dashboards, uid, "Dashboard not found")
            case "POST", ["dashboards", "db"]:
                self._may(token, EDITOR, "dashboards:write")
                return self._save_dashboard(body)
        raise RefusedError(404, "Not found")

    def _may(self, token: str, role: str, permission: str) -> None:
        if _RANK[token] < _RANK[role]:
            raise RefusedError(
                403, f"You'll need additional permissions to perform this action. Permissions: {permission}"
            )

    def _there(self, found: dict[str, dict[str, Any]], uid: str, missing: str) -> dict[str, Any]:
        if uid not in found:
            raise RefusedError(404, missing)
        return found[uid]

    def _save_source(self, uid: str, body: dict[str, Any], *, new: bool) -> dict[str, Any]:
        assert {"name", "type", "access", "url", "jsonData", "secureJsonData"} <= set(body)
        assert body["url"].startswith("http")
        if any(there["name"] == body["name"] for other, there in self.sources.items() if other != uid):
            raise RefusedError(409, "data source with the same name already exists")
        assert new == (uid not in self.sources)
        visible = {key: value for key, value in body.items() if key != "secureJsonData"}
        fields = dict.fromkeys(body["secureJsonData"], True)
        number = self.sources[uid]["version"] + 1 if uid in self.sources else 1
        self.sources[uid] = {
            "id": 7,
            "orgId": 1,
            "version": number,
            "readOnly": False,
            "basicAuth": False,
        } | visible
        self.sources[uid]["secureJsonFields"] = fields
        self.secrets[uid] = body["secureJsonData"]
        self.writes.append(("data source", uid))
        return {"datasource": self.sources[uid], "id": 7, "message": "Datasource added", "name": body["name"]}

    def _save_dashboard(self, body: dict[str, Any]) -> dict[str, Any]:
        dashboard, uid = body["dashboard"], body["dashboard"]["uid"]
        assert dashboard["title"]
        assert dashboard["id"] is None
        assert len(uid) <= 40
        there = self.dashboards.get(uid)
        if body["folderUid"] not in self.folders:
            raise RefusedError(400, "folder not found")
        if there and there["meta"]["provisioned"]:
            raise RefusedError(400, "Cannot save provisioned dashboard")
        if there and not body.get("overwrite"):
            raise RefusedError(412, "The dashboard has been changed by someone else")
        version = there["dashboard"]["version"] + 1 if there else 1
        kept = json.loads(json.dumps(dashboard)) | {
            "id": 3,
            "version": version,
            "weekStart": "",
            "schemaVersion": 41,
        }
        for panel in kept["panels"]:
            panel["pluginVersion"] = "11.6.0"
        self.dashboards[uid] = {"dashboard": kept, "meta": {"folderUid": body["folderUid"], "provisioned": False}}
        self.writes.append(("dashboard", uid))
        return {"id": 3, "uid": uid, "status": "success", "version": version}


@contextmanager
def grafana_stand_in() -> Iterator[FakeGrafana]:
    """Serve one on a free port of 127.0.0.1 until the block ends."""
    fake = FakeGrafana()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            kind, _, token = self.headers.get("Authorization", "").partition(" ")
            assert not token or kind == "Bearer"
            place, below, path = self.path.partition("/api/")
            try:
                status, answer = 200, fake.answer(self.command, path if place == fake.path else below, token, body)
            except RefusedError as refused:
                status, answer = refused.status, {"message": str(refused)}
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 -- so they must be called

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as url:
        fake.url = url
        yield fake


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], secured: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve HTTP with a handler, HTTPS where it is secured; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if secured is not None:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"{'http' if secured is None else 'https'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
