"""The compose files without Docker: they fit the schema, and all that they name is there and safe."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stream.cli.main import COMMANDS
from stream.config.settings import Settings
from tests.deploy.compose import FILES, ROOT, container_path, loaded, substituted, variables_in

SERVICES = loaded()["services"]
OURS = ("setup", "worker", "web")
GRAFANA_MOUNTS = {
    "/var/lib/grafana/dashboards": "grafana/dashboards",
    "/etc/grafana/provisioning": "grafana/provisioning",
}


@pytest.mark.parametrize("name", FILES)
def test_it_fits_the_schema_of_compose(name: str):
    tool = Path(sys.executable).with_name("check-jsonschema")
    command = [tool, "--builtin-schema", "vendor.compose-spec", ROOT / name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_variables_are_filled_in_as_compose_does():
    text = "${A:-x y}:${B}:$$C:${D:?say it}"
    assert variables_in(text) == {"A": "x y", "B": None, "D": None}
    assert substituted(text, {"B": "b", "D": "d"}) == "x y:b:$C:d"
    assert substituted(text, {"A": "a", "B": "b", "D": "d"}) == "a:b:$C:d"
    with pytest.raises(KeyError):
        substituted(text, {"B": "b"})


def test_every_variable_is_explained_and_has_the_default_that_is_told():
    example = (ROOT / ".env.example").read_text("utf-8")
    told = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", example, re.MULTILINE))
    used: dict[str, str | None] = {}
    for name in FILES:
        text = "\n".join(line.partition("#")[0] for line in (ROOT / name).read_text("utf-8").splitlines())
        used |= {key: default for key, default in variables_in(text).items() if used.get(key) is None}
    assert {key: default or "" for key, default in used.items()} == told


def test_no_password_or_token_has_a_default():
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN", key):
                assert value == "" or value.startswith("/secrets/"), key


@pytest.mark.parametrize("service", OURS)
def test_its_settings_exist_and_hold(service: str):
    values: dict[str, object] = {}
    for key, value in SERVICES[service]["environment"].items():
        assert isinstance(value, str), f"{key}: what compose passes is text"
        if key.startswith("STETHOS_") and key != "STETHOS_SETTINGS":
            section, _, inner = key.removeprefix("STETHOS_").lower().partition("__")
            assert section in Settings.model_fields, key
            if inner:
                assert inner in Settings.model_fields[section].annotation.model_fields, key
                values.setdefault(section, {})[inner] = value
            else:
                values[section] = value
    settings = Settings(**values)
    assert settings.broker == "kafka:9092"
    assert settings.influxdb.url == "http://influxdb:8086"
    assert settings.store == "influxdb"
    mounted = [container_path(volume)[1] for volume in SERVICES[service]["volumes"]]
    assert str(settings.machines) in mounted
    assert SERVICES[service]["environment"]["STETHOS_SETTINGS"] in mounted
    assert str(settings.influxdb.token_file.parent) in mounted


def test_commands_and_what_they_start_exist():
    assert SERVICES["setup"]["command"] == ["stethos-setup"]
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert "COPY deploy/setup.sh /opt/stethos/bin/stethos-setup" in dockerfile
    assert (ROOT / "deploy/setup.sh").stat().st_mode & 0o111
    for service in ("worker", "web"):
        program, name = SERVICES[service]["command"]
        assert (program, name in COMMANDS) == ("stethos", True)
    assert SERVICES["worker"]["healthcheck"]["test"] == ["CMD", "stethos", "health"]
    assert int(SERVICES["worker"]["environment"]["STETHOS_HEALTH__PORT"])
    port = SERVICES["web"]["environment"]["STETHOS_WEB__PORT"]
    assert f"http://127.0.0.1:{port}/favicon.ico" in SERVICES["web"]["healthcheck"]["test"][-1]
    assert SERVICES["web"]["ports"][0].endswith(f":{port}")
    compile(SERVICES["web"]["healthcheck"]["test"][-1], "healthcheck", "exec")
    subprocess.run(["sh", "-n", ROOT / "deploy/setup.sh"], check=True)
    (script,) = SERVICES["grafana"]["entrypoint"][2:]
    subprocess.run(["sh", "-n", "-c", script], check=True)
    assert shlex.split(script)[-2:] == ["exec", "/run.sh"]


def test_grafana_gets_what_its_provisioning_asks_for():
    grafana = SERVICES["grafana"]
    provisioning = ROOT / "grafana/provisioning"
    asked = set(re.findall(r"\$\{(\w+)\}", (provisioning / "datasources/stethos.yml").read_text("utf-8")))
    assert asked == {"INFLUXDB_URL", "INFLUXDB_READ_TOKEN"}
    assert "INFLUXDB_URL" in grafana["environment"]
    assert 'INFLUXDB_READ_TOKEN="$(cat /secrets/read/influxdb-token)"' in grafana["entrypoint"][2]
    mounts = {target: source for source, target, _ in map(container_path, grafana["volumes"])}
    for target, source in GRAFANA_MOUNTS.items():
        assert mounts[target] == f"./{source}"
    (provider,) = yaml.safe_load((provisioning / "dashboards/stethos.yml").read_text("utf-8"))["providers"]
    assert provider["options"]["path"] in mounts
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (ROOT / GRAFANA_MOUNTS[str(home.parent)] / home.name).is_file()


def test_what_setup_writes_is_what_the_others_read():
    script = (ROOT / "deploy/setup.sh").read_text("utf-8")
    written = {f"/secrets/{path}" for path in re.findall(r'"\$secrets/([\w/-]+)"', script)}
    assert written == {
        "/secrets/admin/influxdb-password",
        "/secrets/admin/influxdb-token",
        "/secrets/read/grafana-password",
        "/secrets/read/influxdb-token",
        "/secrets/write/influxdb-token",
    }
    readers = {
        "worker": {"/secrets/write"},
        "web": {"/secrets/write"},
        "grafana": {"/secrets/read"},
        "kafka": set(),
        "influxdb": set(),
        "setup": {"/secrets/admin", "/secrets/read", "/secrets/write"},
    }
    for name, service in SERVICES.items():
        mounts = [container_path(volume) for volume in service["volumes"]]
        assert {target for _, target, _ in mounts if target.startswith("/secrets")} == readers[name], name
        if name != "setup":
            assert all(mode == "ro" for _, target, mode in mounts if target.startswith(("/secrets", "/etc"))), name
    for service in SERVICES.values():
        for value in [*service.get("environment", {}).values(), *service.get("entrypoint", [])]:
            assert set(re.findall(r"/secrets/[\w/-]+", value)) <= written


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_pinned_limited_and_watched(name: str):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert re.search(r":\d+\.\d+\.\d+$", service["image"]), "a version, to the last number"
    assert service["mem_limit"]
    assert service.get("read_only") is True or name == "kafka"
    assert service.get("user", "1000").split(":")[0] != "0"
    assert service["networks"][0] == "inside"
    assert "privileged" not in service
    assert ("healthcheck" in service) != (name == "setup"), "what runs once needs no watching"
    assert "container_name" not in service, "or it could not be scaled"


def test_only_page_and_grafana_are_published_and_only_to_this_computer():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8080:8080"], "grafana": ["127.0.0.1:3000:3000"]}
    assert loaded()["networks"]["inside"] == {"internal": True}
    on_the_outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert on_the_outside == set(published)
    opened = loaded(values={"LISTEN": "0.0.0.0", "PAGE_PORT": "80"})["services"]
    assert opened["web"]["ports"] == ["0.0.0.0:80:8080"]
    gateway = loaded(FILES[1], {"KAFKA_ADDRESS": "192.168.10.5"})["services"]
    assert list(gateway) == ["kafka"]
    assert gateway["kafka"]["ports"] == ["192.168.10.5:9094:9094"]
    with pytest.raises(KeyError):
        loaded(FILES[1])


def test_they_start_in_order():
    def waits_for(name: str) -> dict[str, str]:
        return {other: how["condition"] for other, how in SERVICES[name].get("depends_on", {}).items()}

    assert waits_for("setup") == {"kafka": "service_healthy", "influxdb": "service_healthy"}
    for name in ("worker", "web", "grafana"):
        assert waits_for(name) == {"setup": "service_completed_successfully"}


def test_every_volume_is_declared_and_every_file_is_there():
    declared = set(loaded()["volumes"])
    used = set()
    for service in SERVICES.values():
        for source, _, _ in map(container_path, service["volumes"]):
            if source.startswith("./"):
                assert (ROOT / source).exists(), source
            else:
                used.add(source)
    assert used == declared


def test_the_image_is_built_from_what_is_there_and_no_more():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    copies = re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
    copied = [word for line in copies for word in line.split()[:-1]]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert sorted(copied) == sorted(allowed)
    for path in copied:
        assert (ROOT / path).exists(), path
    assert re.search(r"^USER stethos$", dockerfile, re.MULTILINE)
    assert "--uid 10001" in dockerfile
    assert SERVICES["worker"]["user"] == "10001:10001"
    folders = re.findall(r"/secrets/\w+", dockerfile)
    assert set(folders) == {"/secrets/admin", "/secrets/write", "/secrets/read"}
