"""A child process with its log, ended with the process that started it."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from models.errors import ServiceError

__all__ = ["ChildProcess", "wait_for_port"]

_STOP_PATIENCE_S = 12.0
_POLL_S = 0.1


class ChildProcess:
    """A child process with its log: ended when asked to, and by the system should we be killed ourselves."""

    def __init__(
        self, name: str, command: Sequence[str], log: Path, *, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.name, self.command, self.log = name, list(command), log
        self._output: IO[bytes] = log.open("ab")
        self._process = subprocess.Popen(  # noqa: S603 -- our own commands
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 -- one call, no locks
        )

    @property
    def status(self) -> int | None:
        """Exit status; None while it runs."""
        return self._process.poll()

    def end(self) -> None:
        """Ask it to end, without waiting."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended; one that won't is killed, with whatever it started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_PATIENCE_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output.close()

    def log_tail(self, lines: int = 6) -> str:
        """Give the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").strip().splitlines()[-lines:])


def wait_for_port(port: int, child: ChildProcess, *, deadline_s: float = 30) -> None:
    """Wait until something listens on 127.0.0.1; raises `ServiceError` when the child ends or time does."""
    end = time.monotonic() + deadline_s
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if child.status is not None:
            raise ServiceError(f"{child.name} ended at once (status {child.status}):\n{child.log_tail()}")
        if time.monotonic() > end:
            raise ServiceError(f"{child.name} does not answer after {deadline_s:g} s:\n{child.log_tail()}")
        time.sleep(_POLL_S)


def _die_with_parent() -> None:
    """Linux only: let the kernel end this process when its parent dies, however that happens."""
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)
