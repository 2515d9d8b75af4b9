"""`stethos grafana push` against a stand-in: all there once, nothing changed the second time, errors with a fix."""

import json
import os
import subprocess
import sys

import pytest
import yaml
from pydantic import SecretStr

from models.errors import ConfigurationError, ServiceError
from stream.grafana.push import Access, dashboard_files, load_dashboards, push
from tests.deploy.compose import ROOT
from tests.services.grafana import ADMIN, EDITOR, VIEWER, grafana_stand_in
from tests.services.workers import STETHOS

SECRET = "influx-read-token-0123456789abcdef"
BUCKETS = {"stethos": ("Stethos", "stethos"), "stethos-raw": ("Stethos measurements", "stethos_raw")}


@pytest.fixture
def grafana():
    with grafana_stand_in() as fake:
        yield fake


def access(url, token=ADMIN, influxdb_token=SECRET):
    return Access(
        url=url,
        token=SecretStr(token),
        influxdb_url="http://influxdb:8086",
        influxdb_token=None if influxdb_token is None else SecretStr(influxdb_token),
        buckets=BUCKETS,
    )


def pushed(grafana, *, dashboards=None, **others):
    """Push, and give what was done, by what it was done to."""
    done = push(access(grafana.url + grafana.path, **others), dashboards or load_dashboards())
    return {f"{each.kind} {each.name}": each.done for each in done}


def test_everything_is_there_after_a_push(grafana):
    done = pushed(grafana)
    uids = {dashboard["uid"] for dashboard in load_dashboards()}
    assert len(uids) == len(dashboard_files())
    assert set(grafana.dashboards) == uids >= {"stethos-fleet", "stethos-machine", "stethos-uptime"}
    assert set(grafana.sources) == {"stethos", "stethos-raw"}
    assert {there["meta"]["folderUid"] for there in grafana.dashboards.values()} == {"stethos"}
    assert set(grafana.folders) == {"stethos"}
    assert all(secret == {"httpHeaderValue1": f"Token {SECRET}"} for secret in grafana.secrets.values())
    assert len(done) == len(grafana.writes) == 3 + len(uids)
    assert set(done.values()) == {"created"}


def test_a_second_push_changes_nothing(grafana):
    pushed(grafana)
    grafana.writes.clear()
    assert set(pushed(grafana).values()) == {"unchanged"}
    assert grafana.writes == []


def test_only_what_differs_is_written_and_stays_where_it_was_moved_to(grafana):
    pushed(grafana)
    grafana.folders["elsewhere"] = {}
    grafana.dashboards["stethos-fleet"]["dashboard"]["panels"][0]["title"] = "mine"
    grafana.dashboards["stethos-fleet"]["meta"]["folderUid"] = "elsewhere"
    grafana.sources["stethos"]["url"] = "http://old:8086"
    grafana.folders["stethos"]["title"] = "设备状态"
    changed = {name for name, done in pushed(grafana).items() if done == "updated"}
    assert changed == {"data source stethos", "dashboard Stethos: fleet"}
    assert grafana.dashboards["stethos-fleet"]["meta"]["folderUid"] == "elsewhere"
    assert grafana.folders["stethos"]["title"] == "设备状态"
    assert set(pushed(grafana).values()) == {"unchanged"}


def test_another_token_for_influxdb_is_noticed_though_grafana_never_tells_it(grafana):
    pushed(grafana)
    changed = {name for name, done in pushed(grafana, influxdb_token="new").items() if done == "updated"}
    assert changed == {"data source stethos", "data source stethos-raw"}
    assert grafana.secrets["stethos-raw"] == {"httpHeaderValue1": "Token new"}
    assert set(pushed(grafana, influxdb_token="new").values()) == {"unchanged"}
    assert SECRET not in json.dumps(grafana.sources)


def test_an_editor_may_push_dashboards_alone(grafana):
    done = pushed(grafana, token=EDITOR, influxdb_token=None)
    assert done["data source stethos"] == "left"
    assert set(grafana.dashboards) == {dashboard["uid"] for dashboard in load_dashboards()}
    assert not grafana.sources


def test_data_sources_that_are_there_need_no_token(grafana):
    pushed(grafana)
    assert set(pushed(grafana, influxdb_token=None).values()) == {"unchanged"}


def test_a_grafana_below_a_path_is_found(grafana):
    grafana.path = "/monitoring/grafana"
    pushed(grafana)
    assert grafana.dashboards


def test_days_begin_in_the_plants_time_zone(grafana):
    pushed(grafana, dashboards=load_dashboards(time_zone="Asia/Shanghai"))
    uptime = grafana.dashboards["stethos-uptime"]["dashboard"]
    assert [v["query"] for v in uptime["templating"]["list"] if v["name"] == "zone"] == ["Asia/Shanghai"]
    assert all(there["dashboard"]["timezone"] == "Asia/Shanghai" for there in grafana.dashboards.values())


def test_data_sources_are_those_of_the_provisioning_file(grafana):
    text = (ROOT / "grafana" / "provisioning" / "datasources" / "stethos.yml").read_text("utf-8")
    text = text.replace("${INFLUXDB_URL}", "http://influxdb:8086").replace("${INFLUXDB_READ_TOKEN}", SECRET)
    pushed(grafana)
    for provisioned in yaml.safe_load(text)["datasources"]:
        del provisioned["editable"]
        assert grafana.secrets[provisioned["uid"]] == provisioned.pop("secureJsonData")
        kept = grafana.sources[provisioned["uid"]]
        del kept["jsonData"]["stethosToken"]
        assert {key: kept[key] for key in provisioned} == provisioned


def test_what_comes_from_files_there_is_left_alone(grafana):
    pushed(grafana)
    for source in grafana.sources.values():
        source |= {"readOnly": True, "url": "http://127.0.0.1:8086"}
    for kept in grafana.dashboards.values():
        kept["meta"]["provisioned"] = True
        kept["dashboard"]["title"] = "older"
    grafana.writes.clear()
    done = pushed(grafana)
    assert list(done.values()).count("left") == 2 + len(load_dashboards())
    assert grafana.writes == []


# What goes wrong


@pytest.mark.parametrize(
    ("token", "fix"),
    [
        ("glsa_wrong", "refuses the token .* make a service account of the role Admin"),
        (VIEWER, "give its service account the role Admin"),
        (EDITOR, "leave out --influxdb-token-file"),
    ],
)
def test_a_token_that_may_not_is_told(grafana, token, fix):
    with pytest.raises(ServiceError, match=fix) as told:
        pushed(grafana, token=token)
    assert token not in str(told.value)
    assert not grafana.writes


def test_an_access_shows_no_token_where_it_is_printed():
    shown = repr(access("http://grafana:3000"))
    assert "http://grafana:3000" in shown
    assert ADMIN not in shown
    assert SECRET not in shown


def test_data_sources_that_are_missing_are_told(grafana):
    with pytest.raises(ConfigurationError, match="stethos influx setup --grafana-token-file"):
        pushed(grafana, influxdb_token=None)


def test_a_data_source_of_the_same_name_is_told(grafana):
    grafana.sources["other"] = {"name": "Stethos", "version": 1}
    with pytest.raises(ServiceError, match="rename that, then push again"):
        pushed(grafana)


def test_a_password_of_netrc_does_not_take_the_tokens_place(grafana, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert set(pushed(grafana).values()) == {"created"}


# The command


def run(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STETHOS_")}
    return subprocess.run(
        [STETHOS, "grafana", "push", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def files(tmp_path):
    (tmp_path / "admin").write_text(f"{ADMIN}\n")
    (tmp_path / "reader").write_text(SECRET)
    return ["--token-file", "admin", "--influxdb-token-file", "reader"]


def test_the_command_says_what_it_did_and_never_a_token(grafana, tmp_path, files):
    first = run(tmp_path, "--url", grafana.url, *files)
    again = run(tmp_path, "--url", grafana.url, *files, "--json")
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "created   dashboard Stethos: fleet" in first.stdout
    assert {json.loads(line)["done"] for line in again.stdout.splitlines()} == {"unchanged"}
    (tmp_path / "admin").write_text("glsa_wrong")
    refused = run(tmp_path, "--url", grafana.url, *files)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: Grafana at http://127.0.0.1:")
    for said in (first, again, refused):
        assert "glsa" not in said.stdout + said.stderr
        assert SECRET not in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "fix"),
    [
        (["--url", "grafana:3000"], 2, "http://host:3000"),
        (["--url", "ftp://grafana"], 2, "http://host:3000"),
        (["--url", "http://127.0.0.1:port"], 1, "correct --url"),
        (["--url", "http://grafana..plant"], 1, "correct --url"),
        (["--url", "http://me:pass@grafana:3000"], 2, "http://host:3000"),
        (["--time-zone", "北京"], 2, "Asia/Shanghai"),
        (["--token-file", "missing"], 1, "missing cannot be read (FileNotFoundError)"),
        (["--influxdb-token-file", "page"], 1, "page holds no token"),
    ],
)
def test_wrong_arguments_are_told_without_asking_anybody(tmp_path, files, arguments, status, fix):
    (tmp_path / "page").write_text("<html> 令牌 </html>", "utf-8")
    refused = run(tmp_path, *files, *arguments)
    assert refused.returncode == status
    assert fix in refused.stderr
    assert "pass@" not in refused.stderr


def test_without_the_extra_the_command_names_it(tmp_path, files):
    script = "import sys; sys.modules['grafana_client'] = None; from stream.cli.main import main; main()"
    refused = subprocess.run(
        [sys.executable, "-c", script, "grafana", "push", *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr == (
        "error: this command needs grafana_client; install it with pip install 'stethos[grafana]'\n"
    )
