"""The HTTP endpoint `/health` and `/metrics` of a worker, on an address of your own.

Served from a thread, so that it still answers, and says so, when the worker itself is stuck.
"""

import http.server
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from models.errors import ConfigurationError
from stream.config.hosts import own_names, refusal
from stream.monitoring.liveness import Report

__all__ = ["serving"]

log = logging.getLogger(__name__)

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ANSWER_S = 10
_STRANGE = (
    b"ask for /health and /metrics by the address of this computer, localhost or its own name, or add the name "
    b"that you ask by to hosts in [health]\n"
)


@contextmanager
def serving(
    host: str,
    port: int,
    report: Callable[[], Report],
    metrics: Callable[[], bytes],
    *,
    names: frozenset[str] = frozenset(),
) -> Iterator[int]:
    """Answer on `host` and `port` (0: any free one, which is given) until the block ends.

    Who asks by a name that is neither this computer's nor among `names` (`stream.config.hosts`) gets 403: some page
    in a browser of the plant may have been led here.
    Raises `ConfigurationError` where the address cannot be had.
    """

    class Handler(_Handler):
        known = names | own_names(host)
        answers = {  # noqa: RUF012 -- one class for one server
            "/health": lambda: _health(report()),
            "/metrics": lambda: _metrics(report, metrics),
        }

    try:
        server = http.server.ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise ConfigurationError(
            f"worker: cannot listen on {host}, port {port} ({reason}); end what holds the port, or name others in "
            "[health] host and port: each worker of a computer needs a port of its own, by STETHOS_HEALTH__PORT "
            "(the unit stethos-worker@.service of deploy/systemd gives each its own)"
        ) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    log.info("health and metrics: http://%s:%d/health and /metrics", host, server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    answers: dict[str, Callable[[], tuple[int, str, bytes]]]
    known: frozenset[str]
    timeout = _ANSWER_S
    server_version, sys_version = "stethos", ""

    def do_GET(self) -> None:
        """Answer one request."""
        answer = self.answers.get(self.path.split("?")[0])
        if self._is_strange():
            status, kind, body = 403, "text/plain", _STRANGE
        else:
            status, kind, body = answer() if answer else (404, "text/plain", b"there are /health and /metrics\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 -- the library's name

    def _is_strange(self) -> bool:
        """Whether a browser may have been led here; one without a host, as a simple probe asks, is none."""
        hosts, origins = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        return bool(hosts or origins) and refusal(hosts, origins, self.known) is not None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Log at the lowest level: probes come every few seconds."""
        log.debug(format, *args)


def _health(report: Report) -> tuple[int, str, bytes]:
    return 200 if report.ok else 503, "application/json", msgspec.json.encode(report) + b"\n"


def _metrics(report: Callable[[], Report], metrics: Callable[[], bytes]) -> tuple[int, str, bytes]:
    report()  # sets the gauges that are only known when somebody asks
    return 200, _METRICS_TYPE, metrics()
