"""A small stand-in for systemd: reads our unit files, runs what they say, and starts again what ends.

Of a unit it honours instance, environment, working directory, command, restart and the patience of a stop. Users
and hardening it cannot give; `systemd-analyze` looks at those in `test_units.py`.
"""

import re
import shlex
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.services.processes import Process

__all__ = ["Systemd", "Unit", "read_unit"]


class Unit(NamedTuple):
    """What a unit file says, in the order in which it stands there, with the instance put in."""

    entries: tuple[tuple[str, str, str], ...]
    """Section, key and value."""

    def all(self, key: str) -> list[str]:
        return [value for _, name, value in self.entries if name == key]

    def one(self, key: str, default: str = "") -> str:
        return next(iter(self.all(key)), default)

    @property
    def environment(self) -> dict[str, str]:
        words = [word for line in self.all("Environment") for word in shlex.split(line)]
        return dict(word.split("=", 1) for word in words)


def read_unit(text: str, instance: str = "") -> Unit:
    entries, section = [], ""
    for line in text.splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif line and not line.startswith(("#", ";")):
            key, value = line.split("=", 1)
            entries.append((section, key, value.replace("%i", instance)))
    return Unit(tuple(entries))


class _Service:
    """One unit at work, started again when it ends."""

    def __init__(self, unit: Unit, log: Path) -> None:
        self.unit, self.log = unit, log
        self.starts = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            process = started(self.unit, self.log)
            self.starts += 1
            while process.running and not self._over.wait(0.2):
                pass
            process.stop(patience_s=float(self.unit.one("TimeoutStopSec", "90")))
            if self.unit.one("Restart") != "always":
                return
            self._over.wait(float(self.unit.one("RestartSec", "0.1")))

    def stop(self) -> None:
        self._over.set()
        self._thread.join(120)


def started(unit: Unit, log: Path) -> Process:
    """Start the command with what the unit gives it, and nothing else: systemd hands on no environment."""
    variables = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **unit.environment}
    command = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in variables.items())]
    return Process([*command, *shlex.split(unit.one("ExecStart"))], log, folder=Path(unit.one("WorkingDirectory")))


class Systemd:
    """What `systemctl` is answered by, on units that lie in a folder."""

    def __init__(self, units: Path, logs: Path) -> None:
        self._units, self._logs = units, logs
        self.services: dict[str, _Service] = {}

    def unit(self, name: str) -> Unit:
        """Read a unit as it lies there now; one of a template gets its instance."""
        stem, _, kind = name.rpartition(".") if name.endswith((".service", ".timer")) else (name, "", "service")
        template, at, instance = stem.partition("@")
        return read_unit((self._units / f"{template}{at}.{kind}").read_text("utf-8"), instance)

    def systemctl(self, arguments: Sequence[str]) -> str:
        """Do what is asked; gives what went wrong, or nothing."""
        verb, *names = [argument for argument in arguments if argument != "--now"]
        try:
            match verb:
                case "daemon-reload":
                    pass
                case "enable" | "start" | "restart":
                    for name in names:
                        assert verb != "enable" or self.unit(name).one("WantedBy"), f"{name} has no [Install]"
                        self._start(name, again=verb == "restart")
                case "stop":
                    for name in names:
                        self._stop(name)
                case _:
                    return f"this stand-in knows no {verb}"
        except (OSError, AssertionError) as error:
            return str(error) or repr(error)
        return ""

    def _start(self, name: str, *, again: bool) -> None:
        unit = self.unit(name)
        if name.endswith(".timer"):
            assert unit.one("OnCalendar")
            assert self.unit(name.replace(".timer", ".service")).one("Type") == "oneshot"
            return
        if again:
            self._stop(name)
        if name not in self.services:
            self.services[name] = _Service(unit, self._logs / f"{name}.log")

    def _stop(self, name: str) -> None:
        if service := self.services.pop(name, None):
            service.stop()

    def once(self, name: str) -> tuple[int, str]:
        """Run a unit of the type oneshot, as its timer does; gives exit status and output."""
        process = started(self.unit(name), self._logs / f"{name}.log")
        process._child.wait(120)
        return process.stop(), process.text()

    def serve(self, requests: Path, answers: Path) -> None:
        """Answer one `systemctl` after the other, on a pipe each way, until one asks for nothing."""
        while arguments := requests.read_text().split():
            answers.write_text(self.systemctl(arguments) + "\n")

    def stop(self) -> None:
        for name in list(self.services):
            self._stop(name)
