"""`stethos worker`: consume, judge, keep."""

import gc
import logging
import os
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from faust.worker import Worker as FaustWorker

__all__ = ["worker"]

log = logging.getLogger(__name__)

_THREAD_PATIENCE_S = 15.0
"""So long may Faust's consumer take to leave its group: without a broker it would try for ever."""
_STOP_PATIENCE_S = 50.0
"""So long may a stop take altogether, until the process ends as if killed; Compose gives it a minute."""


def worker(*, verbose: bool = typer.Option(False, "--verbose", "-v", help="Tell more in the log.")) -> None:
    """Watch the machines: from the input topics to health and alerts in the store, until it is stopped.

    Creates the topics that are missing. Start more of them to share the work; they find each other through Kafka.
    With a port in section `health` of the settings it tells how it is (`stethos health`) and counts (/metrics).

    Examples: `stethos worker` · `STETHOS_BROKER=kafka:9092 STETHOS_STORE=influxdb stethos worker`
    """
    # Faust takes a second to import: not before it is needed.
    from faust.worker import Worker as FaustWorker  # noqa: PLC0415

    from stream.app import Worker  # noqa: PLC0415
    from stream.cli.logs import set_up_logging  # noqa: PLC0415
    from stream.config.hosts import names_of  # noqa: PLC0415
    from stream.config.settings import load_settings  # noqa: PLC0415
    from stream.kafka.topic_admin import ensure_topics  # noqa: PLC0415
    from stream.monitoring.endpoint import serving  # noqa: PLC0415

    settings = load_settings()
    set_up_logging(verbose=verbose, form=settings.log_format)
    ensure_topics(settings)
    ours = Worker(settings)
    runner = FaustWorker(ours.app, override_logging=False, redirect_stdouts=False, quiet=True)
    runner.spinner = None  # it would write control characters into the log
    ours.app.on_before_shutdown.connect(_limit_the_stop, weak=False)
    with ExitStack() as stack:
        if settings.health.port:
            answers = ours.monitor.report, ours.metrics.text
            names = names_of(settings.health.hosts)
            stack.enter_context(serving(settings.health.host, settings.health.port, *answers, names=names))
        _collect_less()
        status = _run(runner) or int(ours.has_failed)
    _leave(status)


def _run(runner: "FaustWorker") -> int:
    """Run until the worker is stopped or fails; gives the exit status."""
    from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread  # noqa: PLC0415 -- as above

    AIOKafkaConsumerThread.shutdown_timeout = _THREAD_PATIENCE_S
    try:
        runner.execute_from_commandline()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _leave(status: int) -> None:
    """End the process, even where a thread of Faust's still waits for its broker: Python would wait for it."""
    from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread  # noqa: PLC0415 -- as above

    services = (getattr(thread, "service", None) for thread in threading.enumerate())
    if not any(isinstance(service, AIOKafkaConsumerThread) for service in services):
        sys.exit(status)
    log.warning("stopped, though Faust's consumer has not left its group; the broker will notice by itself")
    _end(status)


def _limit_the_stop(*_: object, **__: object) -> None:
    """Let nothing that waits for a broker keep a process that was told to end: nothing is lost by a kill either."""
    clock = threading.Timer(_STOP_PATIENCE_S, _end_unfinished)
    clock.daemon = True
    clock.start()


def _end_unfinished() -> None:
    log.warning(
        "not stopped within %.0f s: ended where it stood; the next start repeats a little", _STOP_PATIENCE_S
    )
    _end(1)


def _end(status: int) -> None:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _collect_less() -> None:
    """Look for garbage less often, and never among what stays: messages leave hardly any that counting misses."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
