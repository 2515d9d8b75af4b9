"""The units of systemd: alike, hardened, a port for each worker, accepted by systemd, and all on the page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stream.cli.main import COMMANDS
from stream.config.settings import Settings
from tests.deploy.compose import ROOT
from tests.deploy.site import section_blocks
from tests.deploy.units import Unit, read_unit

FOLDER = ROOT / "deploy/systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
UNITS = sorted(path.name for path in FOLDER.glob("stethos-*"))


def unit(name: str, instance: str = "1") -> Unit:
    return read_unit((FOLDER / name).read_text("utf-8"), instance)


def hardening(name: str) -> str:
    text = (FOLDER / name).read_text("utf-8")
    return text[text.index("# It writes below") :].partition("\n[Install]")[0].strip()


def test_all_services_are_hardened_alike():
    assert len(SERVICES) == 3
    assert {hardening(name) for name in SERVICES} == {hardening(SERVICES[0])}
    said = unit(SERVICES[0])
    assert said.one("ProtectSystem") == "strict"
    assert said.one("StateDirectory") == "stethos", "the one place that may be written"
    assert said.one("InaccessiblePaths") == "-/var/lib/stethos/admin"
    assert said.all("CapabilityBoundingSet") == [""]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_a_command_of_ours_by_the_settings_of_the_page(name: str):
    said = unit(name)
    program, command = said.one("ExecStart").split()
    assert (program, command in COMMANDS) == ("/opt/stethos/bin/stethos", True)
    assert said.one("WorkingDirectory") == "/var/lib/stethos"
    assert said.one("User") == said.one("Group") == "stethos"
    assert said.environment["STETHOS_SETTINGS"] == "/etc/stethos/stethos.toml"
    assert "cat > /etc/stethos/stethos.toml" in "".join(section_blocks("### Without Docker"))
    for variable in set(said.environment) - {"STETHOS_SETTINGS", "PYTHONUNBUFFERED", "NICEGUI_STORAGE_PATH"}:
        section, _, key = variable.removeprefix("STETHOS_").lower().partition("__")
        assert key in Settings.model_fields[section].annotation.model_fields


def test_what_runs_on_is_started_again_for_ever():
    for name in ("stethos-worker@.service", "stethos-web.service"):
        assert (unit(name).one("Restart"), unit(name).one("StartLimitIntervalSec")) == ("always", "0")
    assert unit("stethos-doctor.service").one("Type") == "oneshot"


def test_each_worker_of_a_computer_has_a_port_of_its_own():
    ports = {unit("stethos-worker@.service", str(n)).environment["STETHOS_HEALTH__PORT"] for n in range(1, 10)}
    assert ports == {str(port) for port in range(9461, 9470)}


def test_the_page_names_every_file_and_no_other():
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    linked = set(re.findall(r"\(\.\./deploy/systemd/([^)]+)\)", page))
    assert linked == {path.name for path in FOLDER.iterdir()}
    assert not re.search(r"^(ExecStart|Restart|User)=", page, re.MULTILINE), "a copy of a unit would grow old"
    typed = "".join(section_blocks("### Without Docker"))
    started = re.findall(r"stethos-\w+(?:@\d)?(?:\.timer)?", typed.partition("enable --now")[2].splitlines()[0])
    assert {re.sub(r"@\d", "@", name) for name in started} == {
        "stethos-worker@",
        "stethos-web",
        "stethos-doctor.timer",
    }


def test_the_command_for_people_runs_as_the_services_do():
    script = (FOLDER / "stethos").read_text("utf-8")
    subprocess.run(["sh", "-n", FOLDER / "stethos"], check=True)
    said = unit("stethos-worker@.service")
    assert f"cd {said.one('WorkingDirectory')}\n" in script
    assert f"STETHOS_SETTINGS={said.environment['STETHOS_SETTINGS']}" in script
    assert script.count(f'{said.one("ExecStart").split()[0]} "$@"') == 3
    assert (FOLDER / "stethos").stat().st_mode & 0o111


def test_systemd_accepts_them(tmp_path: Path):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze here")
    files = []
    for name in UNITS:
        text = (FOLDER / name).read_text("utf-8").replace("/opt/stethos/bin/stethos", "/bin/true")
        file = tmp_path / name.replace("@.", "@1.")
        file.write_text(text, "utf-8")
        files.append(file)
    done = subprocess.run([tool, "verify", *files], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
