"""`stethos grafana push` against a server that keeps what Grafana's API would keep."""

import copy
import http.server
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.compose import ROOT
from tests.services.processes import free_port
from tests.services.workers import STETHOS


class Grafana:
    """Folders, data sources and dashboards by uid, behind the calls that Grafana 9 to 12 know."""

    def __init__(self) -> None:
        self.folders: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}
        self.dashboards: dict[str, Any] = {}
        self.writes: list[str] = []
        self.raw = b""
        self.port = 0

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:  # noqa: PLR0911 -- one a call
        if method != "GET":
            self.writes.append(f"{method} {path}")
        match [method, *path.strip("/").split("/")[1:]]:
            case ["GET", "folders", uid] if uid in self.folders:
                return 200, self.folders[uid]
            case ["POST", "folders"]:
                self.folders[body["uid"]] = body
                return 200, body
            case ["GET", "datasources", "uid", uid] if uid in self.sources:
                hidden = {key: value for key, value in self.sources[uid].items() if key != "secureJsonData"}
                return 200, hidden
            case ["POST", "datasources"]:
                self.sources[body["uid"]] = body
                return 200, {"id": 1}
            case ["PUT", "datasources", "uid", uid]:
                self.sources[uid] = body
                return 200, {"id": 1}
            case ["GET", "dashboards", "uid", uid] if uid in self.dashboards:
                return 200, self.dashboards[uid]
            case ["POST", "dashboards", "db"]:
                if body["folderUid"] not in self.folders:
                    return 400, {"message": "folder not found"}
                uid = body["dashboard"]["uid"]
                version = self.dashboards.get(uid, {"dashboard": {"version": 0}})["dashboard"]["version"] + 1
                kept = copy.deepcopy(body["dashboard"]) | {"id": 7, "version": version}
                self.dashboards[uid] = {"dashboard": kept, "meta": {"folderUid": body["folderUid"]}}
                return 200, {"uid": uid}
        return 404, {"message": "not found"}


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    kept = Grafana()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, content = kept.answer(self.command, self.path, body)
            if self.headers["Authorization"] != "Bearer right":
                status, content = 401, {"message": "Invalid API key"}
            told = kept.raw or json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 -- the library's names

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


def push(folder: Path, port: int, *options: str, token: str = "right") -> subprocess.CompletedProcess[str]:
    (folder / "token").write_text(token + "\n")
    (folder / "influxdb-token").write_text("read-only\n")
    command = [STETHOS, "grafana", "push", "--url", f"http://127.0.0.1:{port}", "--token-file", "token", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STETHOS_")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


WITH_SOURCES = ("--influxdb-token-file", "influxdb-token", "--influxdb-url", "http://influxdb:8086")


def test_everything_is_created_once_and_repeating_changes_nothing(grafana: Grafana, tmp_path: Path):
    done = push(tmp_path, grafana.port, *WITH_SOURCES)
    assert done.returncode == 0, done.stderr
    assert "created   dashboard Stethos: fleet" in done.stdout
    files = {
        path.name: json.loads(path.read_text("utf-8")) for path in (ROOT / "grafana/dashboards").glob("*.json")
    }
    assert {uid: kept["dashboard"]["panels"] for uid, kept in grafana.dashboards.items()} == {
        file["uid"]: file["panels"] for file in files.values()
    }
    assert {kept["meta"]["folderUid"] for kept in grafana.dashboards.values()} == {"stethos"}
    grafana.writes.clear()
    done = push(tmp_path, grafana.port, "--json")
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["done"] for line in done.stdout.splitlines()} == {"unchanged"}
    assert grafana.writes == []


def test_its_data_sources_are_those_of_the_provisioning(grafana: Grafana, tmp_path: Path):
    assert push(tmp_path, grafana.port, *WITH_SOURCES).returncode == 0
    text = (ROOT / "grafana/provisioning/datasources/stethos.yml").read_text("utf-8")
    text = text.replace("${INFLUXDB_URL}", "http://influxdb:8086").replace("${INFLUXDB_READ_TOKEN}", "read-only")
    provisioned = {source.pop("uid"): source for source in yaml.safe_load(text)["datasources"]}
    for source in provisioned.values():
        source.pop("editable")
    assert {
        uid: {k: v for k, v in kept.items() if k != "uid"} for uid, kept in grafana.sources.items()
    } == provisioned


def test_what_was_changed_is_put_right_where_it_now_lies(grafana: Grafana, tmp_path: Path):
    assert push(tmp_path, grafana.port, *WITH_SOURCES).returncode == 0
    grafana.folders["elsewhere"] = {}
    moved = grafana.dashboards["stethos-fleet"]
    moved["meta"]["folderUid"] = "elsewhere"
    moved["dashboard"]["title"] = "something else"
    done = push(tmp_path, grafana.port)
    assert "updated   dashboard Stethos: fleet" in done.stdout
    assert grafana.dashboards["stethos-fleet"]["meta"]["folderUid"] == "elsewhere"
    assert grafana.dashboards["stethos-fleet"]["dashboard"]["version"] == 2


def test_what_comes_from_files_is_left_alone(grafana: Grafana, tmp_path: Path):
    assert push(tmp_path, grafana.port, *WITH_SOURCES).returncode == 0
    for source in grafana.sources.values():
        source["readOnly"] = True
    for kept in grafana.dashboards.values():
        kept["meta"]["provisioned"] = True
        kept["dashboard"]["title"] = "older"
    grafana.writes.clear()
    done = push(tmp_path, grafana.port, *WITH_SOURCES)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("it comes from a file of that Grafana") == 2 + len(grafana.dashboards)
    assert grafana.writes == []


def test_errors_name_the_fix(grafana: Grafana, tmp_path: Path):
    done = push(tmp_path, grafana.port, *WITH_SOURCES, token="wrong")
    assert done.returncode == 1
    assert "refuses the token (Invalid API key); make a service account" in done.stderr
    assert "wrong" not in done.stderr, "a token is never printed"
    done = push(tmp_path, grafana.port)
    assert done.returncode == 1
    assert "--influxdb-token-file" in done.stderr
    done = push(tmp_path, free_port(), *WITH_SOURCES)
    assert done.returncode == 1
    assert "is not reachable" in done.stderr
    done = push(tmp_path, grafana.port, *WITH_SOURCES, token="令牌")
    assert done.returncode == 1
    assert "holds no token" in done.stderr
    grafana.raw = b"<html>"
    grafana.folders["stethos"] = {}
    grafana.sources["stethos"] = {}
    done = push(tmp_path, grafana.port, *WITH_SOURCES)
    assert done.returncode == 1
    assert "is no Grafana; correct --url" in done.stderr
    (tmp_path / "token").unlink()
    command = [STETHOS, "grafana", "push", "--url", "ftp://x", "--token-file", "token"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
