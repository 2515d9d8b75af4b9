"""`stethos worker`: consume, judge, keep."""

import gc
from contextlib import ExitStack

import typer

__all__ = ["worker"]


def worker(*, verbose: bool = typer.Option(False, "--verbose", "-v", help="Tell more in the log.")) -> None:
    """Watch the machines: from the input topics to health and alerts in the store, until it is stopped.

    Creates the topics that are missing. Start more of them to share the work; they find each other through Kafka.
    With a port in `[health]` of the settings it tells how it is (`stethos health`) and what it counts (/metrics).

    Examples: `stethos worker` · `STETHOS_BROKER=kafka:9092 STETHOS_STORE=influxdb stethos worker`
    """
    # Faust takes a second to import: not before it is needed.
    from faust.worker import Worker as FaustWorker  # noqa: PLC0415

    from stream.app import Worker  # noqa: PLC0415
    from stream.logs import set_up_logging  # noqa: PLC0415
    from stream.settings import load_settings  # noqa: PLC0415
    from stream.topics import ensure_topics  # noqa: PLC0415
    from stream.vitals.endpoint import serving  # noqa: PLC0415

    settings = load_settings()
    set_up_logging(verbose=verbose, form=settings.log_format)
    ensure_topics(settings)
    ours = Worker(settings)
    runner = FaustWorker(ours.app, override_logging=False, redirect_stdouts=False, quiet=True)
    runner.spinner = None  # it would write control characters into the log
    with ExitStack() as stack:
        if settings.health.port:
            answers = ours.monitor.report, ours.metrics.text
            stack.enter_context(serving(settings.health.host, settings.health.port, *answers))
        _collect_less()
        runner.execute_from_commandline()


def _collect_less() -> None:
    """Look for garbage less often, and never among what stays: messages leave hardly any that counting misses."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
