"""Supervises the demo's processes: started in order, watched, and all ended in reverse, whatever happens."""

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from models.errors import ServiceError
from models.simulation.library import built_in
from stream.config.machines_toml import machines_toml
from stream.demo.child_process import ChildProcess, wait_for_port
from stream.demo.embedded_broker import embedded_broker_command, free_port
from stream.monitoring.http_probe import ask

__all__ = ["DemoSupervisor"]

_PARTITIONS = 4
_LEARNING_OBSERVATIONS = 60
_START_DEADLINE_S = 60.0
_POLL_S = 0.1
_ANSWER_S = 2.0
_RESTARTS = 5

Tell = Callable[[str], None]


class DemoSupervisor:
    """Embedded broker, worker, page and a source of messages, in a folder that vanishes at the end."""

    def __init__(self, *, source: list[str], machines: str | None, port: int, tell: Tell) -> None:
        self._source, self._tell = source, tell
        self._folder = tempfile.TemporaryDirectory(prefix="stethos-demo-")
        self.path = Path(self._folder.name)
        self._broker_port = free_port()
        self.web_port = free_port(port)
        self._environment = {
            "STETHOS_BROKER": f"127.0.0.1:{self._broker_port}",
            "STETHOS_EMBEDDED_BROKER": "true",
            "STETHOS_PARTITIONS": str(_PARTITIONS),
            "STETHOS_STORE": "sqlite",
            "STETHOS_SQLITE__PATH": str(self.path / "stethos.db"),
            "STETHOS_MACHINES": str(self.path / "machines.toml"),
            "STETHOS_LEARNING__OBSERVATIONS": str(_LEARNING_OBSERVATIONS),
            "STETHOS_WEB__HOST": "127.0.0.1",
            "STETHOS_WEB__PORT": str(self.web_port),
        }
        (self.path / "machines.toml").write_text(
            machines_toml(built_in("demo")) if machines is None else machines, "utf-8"
        )
        self._children: list[ChildProcess] = []
        self._restarts = 0

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.web_port}/"

    def __enter__(self) -> Self:
        """Start everything and come back when the page answers."""
        try:
            self._tell("starting the broker …")
            broker = self._start("broker", embedded_broker_command(self._broker_port))
            wait_for_port(self._broker_port, broker)
            self._tell("starting worker and page …")
            worker = self._start("worker", [*_stethos(), "worker"])
            page = self._start("page", [*_stethos(), "web"])
            self._wait(worker, lambda: " ready: " in worker.log.read_text(errors="replace"))
            self._wait(page, self._page_answers)
            self._start("source", [*_stethos(), *self._source])
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every process, the last started first, and remove the folder; no second Ctrl-C stops that."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            for child in reversed(self._children):
                child.end()
                child.wait()
            self._folder.cleanup()
        finally:
            signal.signal(signal.SIGINT, before)

    def watch(self) -> None:
        """Watch until interrupted: a worker or page that ends is started again, a source may end in peace.

        Raises `ServiceError` where the broker ends (it has forgotten everything) or something keeps ending.
        """
        while True:
            time.sleep(_POLL_S)
            for child in tuple(self._children):
                if child.status is not None:
                    self._ended(child)

    def _ended(self, child: ChildProcess) -> None:
        self._children.remove(child)
        child.wait()
        if child.name == "source" and child.status == 0:
            self._tell("everything is sent; the page stays until Ctrl-C")
            return
        self._restarts += 1
        if child.name in {"broker", "source"} or self._restarts > _RESTARTS:
            raise ServiceError(f"the {child.name} ended (status {child.status}):\n{child.log_tail()}")
        self._tell(f"the {child.name} ended (status {child.status}), starting it again")
        self._start(child.name, child.command)

    def _start(self, name: str, command: list[str]) -> ChildProcess:
        log = self.path / f"{name}.log"
        child = ChildProcess(name, command, log, folder=self.path, environment=self._environment)
        self._children.append(child)
        return child

    def _wait(self, child: ChildProcess, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + _START_DEADLINE_S
        while not ready():
            if child.status is not None:
                raise ServiceError(f"the {child.name} ended (status {child.status}):\n{child.log_tail()}")
            if time.monotonic() > end:
                raise ServiceError(
                    f"the {child.name} is not ready after {_START_DEADLINE_S:g} s:\n{child.log_tail()}"
                )
            time.sleep(_POLL_S)

    def _page_answers(self) -> bool:
        try:
            return ask(f"{self.address}en", timeout_s=_ANSWER_S).status == 200
        except ServiceError:
            return False


def _stethos() -> list[str]:
    """Run our own command with this very interpreter, wherever it is installed."""
    return [sys.executable, "-m", "stream.cli.main"]
