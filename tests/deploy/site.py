"""A computer to install on, as a folder: what docs/operations.md says is typed there word for word.

What differs from a real one, and nothing else:
- folders of the computer (`FOLDERS`) lie below the folder of the test;
- the addresses of Kafka and InfluxDB, the page's port and the first digits of the workers' ports are free ones;
- there are no other users: `useradd` does nothing, `runuser` and `sudo` run as whoever runs the test, `install`
  gives nothing to an owner; `systemctl` is `tests/deploy/units.py`;
- what makes the environment of Python (`NOT_TYPED`) is not typed: that of the test stands in its place.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.compose import ROOT
from tests.deploy.units import Systemd
from tests.services.processes import Process, free_port

__all__ = ["FOLDERS", "NOT_TYPED", "Site", "section_blocks", "site"]

FOLDERS = (
    "/etc/stethos",
    "/etc/systemd/system",
    "/opt/stethos",
    "/usr/local/bin",
    "/var/backups/stethos",
    "/var/lib/stethos",
)
NOT_TYPED = ("python3 -m venv /opt/stethos", "/opt/stethos/bin/pip install '.[web]'")

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_STANDINS = {
    "useradd": "exit 0",
    "runuser": 'shift 3; exec "$@"',
    "sudo": 'shift 3; exec "$@"',
    "install": """for word; do
    shift
    case $word in --owner|--group) skip=1; continue;; esac
    [ "${skip:-}" ] && { skip=; continue; }
    set -- "$@" "$word"
done
exec /usr/bin/install "$@\"""",
    "systemctl": """echo "$@" > {root}/systemctl.requests
read -r answer < {root}/systemctl.answers
[ -z "$answer" ] || { echo "$answer" >&2; exit 1; }""",
}


def section_blocks(*headings: str) -> list[str]:
    """Give the shell blocks below these headings of docs/operations.md, in their order."""
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    sections = re.split(r"^(#+ .*)$", page, flags=re.MULTILINE)
    chosen = [sections[sections.index(heading) + 1] for heading in headings]
    return [textwrap.dedent(text) for section in chosen for _, text in _BLOCK.findall(section)]


def _free_tens() -> int:
    """Give a number that with 1 and with 2 behind it is a free port."""
    while True:
        number = free_port() // 10
        if _is_free(number * 10 + 1) and _is_free(number * 10 + 2):
            return number


def _is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        return True
    return False


class Site:
    """The computer: what is typed, what its services do, and where its files are."""

    def __init__(self, root: Path, broker: str, influxdb: str) -> None:
        self.root = root
        self.page_port, self._tens = free_port(), _free_tens()
        self._places = {"127.0.0.1:9092": broker, "http://127.0.0.1:8086": influxdb}
        self.project = root / "project"
        for folder in FOLDERS:
            if folder != "/etc/stethos":  # which the first step makes
                (root / folder[1:]).mkdir(parents=True, exist_ok=True)
        (root / "opt/stethos/bin").mkdir()
        (root / "opt/stethos/bin/stethos").symlink_to(Path(sys.executable).with_name("stethos"))
        shutil.copytree(ROOT / "deploy", self.project / "deploy")
        for file in (self.project / "deploy/systemd").iterdir():
            file.write_text(self.mapped(file.read_text("utf-8")), "utf-8")
        (root / "bin").mkdir()
        for name, script in _STANDINS.items():
            file = root / "bin" / name
            file.write_text("#!/bin/sh\n" + script.replace("{root}", str(root)) + "\n")
            file.chmod(0o755)
        (root / "logs").mkdir()
        self.systemd = Systemd(root / "etc/systemd/system", root / "logs")

    def path(self, of_computer: str) -> Path:
        return self.root / of_computer.lstrip("/")

    def mapped(self, text: str) -> str:
        """Put this site's places where the text has those of a real computer."""
        for place, ours in self._places.items():
            text = text.replace(place, ours)
        text = re.sub(r"\b946(?=[0-9%])", str(self._tens), text)
        text = re.sub(r"^(ExecStart=.* web)$", rf"\1 --port {self.page_port}", text, flags=re.MULTILINE)
        return re.sub("|".join(FOLDERS), lambda match: f"{self.root}{match[0]}", text)

    def _command(self, block: str) -> list[str]:
        typed = "\n".join(line for line in block.splitlines() if line not in NOT_TYPED)
        path = f"{self.root}/bin:{self.root}/usr/local/bin:/usr/bin:/bin"
        variables = (f"PATH={path}", "LANG=C.UTF-8", "HOME=/nonexistent")
        return ["/usr/bin/env", "-i", *variables, "bash", "-euo", "pipefail", "-c", self.mapped(typed)]

    def types(self, block: str, *, fails: bool = False) -> str:
        """Type a block into an empty environment; gives what is shown."""
        done = subprocess.run(
            self._command(block), cwd=self.project, capture_output=True, text=True, timeout=300, check=False
        )
        shown = done.stdout + done.stderr
        assert fails or done.returncode == 0, f"{block}\n{shown}"
        return shown

    def begins(self, block: str) -> Process:
        """Type what goes on until Ctrl-C."""
        return Process(self._command(block), self.root / "logs/typed.log", folder=self.project)


@contextlib.contextmanager
def site(root: Path, broker: str, influxdb: str = "http://127.0.0.1:9") -> Iterator[Site]:
    """Give a computer with nothing on it, and end all that was started there."""
    site = Site(root, broker, influxdb)
    requests, answers = root / "systemctl.requests", root / "systemctl.answers"
    for pipe in (requests, answers):
        os.mkfifo(pipe)
    server = threading.Thread(target=site.systemd.serve, args=(requests, answers), daemon=True)
    server.start()
    try:
        yield site
    finally:
        site.systemd.stop()
        with contextlib.suppress(OSError):  # nobody waits there any more
            handle = os.open(requests, os.O_WRONLY | os.O_NONBLOCK)
            os.write(handle, b"\n")
            os.close(handle)
        server.join(5)
