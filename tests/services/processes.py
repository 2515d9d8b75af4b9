"""Start a process of a test, wait until it is ready, and end it by its id, whatever happens."""

import contextlib
import ctypes
import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

__all__ = ["DIE_WITH_PARENT", "Process", "free_port", "started", "wait_until"]

_PORTS = range(20_000, 32_000)
"""Below those that Linux gives to connections: none of these takes a port between its choice and its use."""

_RESERVED: list[IO[str]] = []
"""Locks on the ports that this process was given; the system lifts them when it ends."""


def free_port() -> int:
    """Give a port of 127.0.0.1 on which nothing listens, and which no other test gets while this process lives."""
    folder = Path(tempfile.gettempdir()) / f"stethos-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        lock = (folder / str(port)).open("w")
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            _RESERVED.append(lock)
            return port
        lock.close()
    raise RuntimeError(f"no free port of 127.0.0.1 in {_PORTS}")


def _die_with_parent() -> None:
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)


DIE_WITH_PARENT = _die_with_parent if sys.platform == "linux" else None
"""For `preexec_fn`: the kernel ends a child with its parent, so none outlives a run of tests that is killed."""


def wait_until(condition: Callable[[], object], what: str, *, deadline_s: float = 60, every_s: float = 0.1) -> None:
    """Come back once `condition()` holds; fail naming `what` was waited for when the deadline passes first."""
    begun = asked = time.monotonic()
    while not condition():
        answered = time.monotonic()
        if answered > begun + deadline_s:
            raise TimeoutError(f"waited {deadline_s:g} s in vain until {what}")
        time.sleep(max(every_s, answered - asked))  # asking takes half the time at most, the rest is for the work
        asked = time.monotonic()


class Process:
    """One child process in a session of its own, its output in a file."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        folder: Path | None = None,
    ) -> None:
        self.log = log
        self._output = log.open("ab")
        self._child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            preexec_fn=DIE_WITH_PARENT,  # noqa: PLW1509 -- one call, no locks
        )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)

    def linger(self, seconds: float) -> None:
        """Let it work for a while; fail if it ends meanwhile."""
        time.sleep(seconds)
        if not self.running:
            raise RuntimeError(f"ended by itself:\n{self.text()[-3000:]}")

    def kill(self) -> None:
        """SIGKILL the whole group, at once."""
        self.signal(signal.SIGKILL)
        self._child.wait(30)

    def stop(self, *, patience_s: float = 30) -> int:
        """SIGTERM, then SIGKILL when that isn't heeded; gives the exit status."""
        if self.running:
            self.signal(signal.SIGTERM)
            try:
                self._child.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self.signal(signal.SIGKILL)  # whatever the child left behind in its group
        self._output.close()
        return int(self._child.wait(30))

    def ready(self, condition: Callable[[], object], what: str, *, deadline_s: float = 60) -> None:
        """Wait for a condition, but no longer than the process lives."""

        def holds() -> object:
            if not self.running:
                raise RuntimeError(f"ended before {what}:\n{self.text()[-3000:]}")
            return condition()

        wait_until(holds, f"{what}\n{self.text()[-3000:]}", deadline_s=deadline_s)


@contextlib.contextmanager
def started(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Process]:
    process = Process(command, log, environment)
    try:
        yield process
    finally:
        process.stop()
