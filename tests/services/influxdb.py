"""A real InfluxDB 2 for tests: built once into a cache, started on a free port, stopped for sure.

`python -m tests.services.influxdb` builds it beforehand (five to seven minutes on a new machine).
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stream.stores.influxdb.setup import Access, Wanted, prepare
from stream.stores.influxdb.store import InfluxStore
from tests.services.cache import alone, cached
from tests.services.processes import DIE_WITH_PARENT, free_port
from tests.services.required import unavailable

__all__ = ["InfluxServer", "ServerMissingError", "binary", "influxd", "influxdb", "running"]

VERSION = "2.7.12"
_START_DEADLINE_S = 60.0
_STOP_DEADLINE_S = 15.0
_BUILD_SCRIPT = Path(__file__).with_name("influxdb_build.sh")


class ServerMissingError(Exception):
    """There is no server and none can be built; the text says what to install."""


def binary(tell: Callable[[str], None]) -> Path:
    """Give the path of influxd, building it first where the cache has none; one build at a time."""
    target = cached(f"influxd-{VERSION}") / "influxd"
    if target.exists():
        return target
    with alone(target.parent):
        if not target.exists():
            _build(target, target.parent / "build.log", tell)
    return target


def _build(target: Path, log: Path, tell: Callable[[str], None]) -> None:
    begun = time.monotonic()
    with log.open("wb") as output:
        # A session of its own, so that an interrupted build ends with all the compilers that it started.
        build = subprocess.Popen(
            [_BUILD_SCRIPT, VERSION, target], stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while True:
                tell(f"building influxd {VERSION}: {time.monotonic() - begun:.0f} s, log in {log}")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    build.wait(timeout=30)
                    break
        finally:
            if build.poll() is None:
                os.killpg(build.pid, signal.SIGTERM)
                build.wait()
    if build.returncode != 0 or not target.exists():
        last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise ServerMissingError(f"influxd could not be built ({last[0]}); log in {log}")


class InfluxServer:
    """One influxd with its data; may be stopped and started again on the same port."""

    username = "stethos"
    org = "stethos"
    bucket = "stethos"
    bucket_raw = "stethos_raw"
    bucket_spectra = "stethos_spectra"

    def __init__(self, influxd: Path, folder: Path) -> None:
        self.influxd, self.folder = influxd, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token_file = folder / "token"
        self.read_token_file = folder / "read-token"
        self.password_file = folder / "password"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def token(self) -> str:
        return self.token_file.read_text().strip()

    def start(self) -> None:
        """Start it and wait until it is ready for queries and writes."""
        arguments = [
            f"--bolt-path={self.folder / 'bolt'}",
            f"--engine-path={self.folder / 'engine'}",
            f"--sqlite-path={self.folder / 'sqlite'}",
            f"--http-bind-address=127.0.0.1:{self.port}",
            "--reporting-disabled",
        ]
        env = {name: value for name, value in os.environ.items() if not name.startswith("INFLUX")}
        with (self.folder / "influxd.log").open("ab") as log:
            command = [self.influxd, *arguments]
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=env,
                preexec_fn=DIE_WITH_PARENT,  # noqa: PLW1509 -- one call, no locks
            )
        deadline = time.monotonic() + _START_DEADLINE_S
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"influxd did not start:\n{(self.folder / 'influxd.log').read_text()[-2000:]}")
            time.sleep(0.1)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(json.load(answer)["status"] == "pass")
        except (OSError, ValueError):
            return False

    def stop(self) -> None:
        """Stop it and wait until it is gone; the data stays."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=_STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wanted(self) -> Wanted:
        """What `stethos influx setup` makes of it."""
        buckets = dict.fromkeys((self.bucket, self.bucket_raw, self.bucket_spectra), 0)
        accesses = (
            Access("stethos worker", ("read", "write"), self.token_file),
            Access("stethos grafana", ("read",), self.read_token_file),
        )
        return Wanted(
            url=self.url,
            org=self.org,
            retention_days=buckets,
            accesses=accesses,
            username=self.username,
            password_file=self.password_file,
        )

    def store(self, **others: str | float) -> InfluxStore:
        """Give a store on this server that is not open yet."""
        named = {"url": self.url, "org": self.org, "bucket": self.bucket, "bucket_raw": self.bucket_raw}
        token = others.pop("token", None) or self.token
        return InfluxStore(**{**named, "token": token, **others})


@contextmanager
def running(influxd: Path) -> Iterator[InfluxServer]:
    """A fresh server that nobody has set up, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="influxdb-") as folder:
        server = InfluxServer(influxd, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def influxd(request: pytest.FixtureRequest) -> Path:
    """Give the path of the server's binary; what it says while building is seen at once."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", file=sys.stderr, flush=True)  # noqa: T201 -- a silent CI looks dead

    try:
        return binary(tell)
    except ServerMissingError as missing:
        unavailable(str(missing))


@pytest.fixture(scope="session")
def influxdb(influxd: Path) -> Iterator[InfluxServer]:
    """Give a server that `stethos influx setup` has prepared; tests share it, so they use machines of their own."""
    with running(influxd) as server:
        prepare(server.wanted())
        yield server


if __name__ == "__main__":
    try:
        print(binary(print))  # noqa: T201 -- this is what it is started for
    except ServerMissingError as missing:
        sys.exit(str(missing))
