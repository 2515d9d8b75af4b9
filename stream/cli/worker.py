"""`stethos worker`: consume, judge, keep."""

import typer

__all__ = ["worker"]


def worker(*, verbose: bool = typer.Option(False, "--verbose", "-v", help="Tell more in the log.")) -> None:
    """Watch the machines: from the input topics to health and alerts in the store, until it is stopped.

    Creates the topics that are missing. Start more of them to share the work; they find each other through Kafka.

    Examples: `stethos worker` · `STETHOS_BROKER=kafka:9092 STETHOS_STORE=influxdb stethos worker`
    """
    # Faust takes a second to import: not before it is needed.
    from faust.worker import Worker as FaustWorker  # noqa: PLC0415

    from stream.app import Worker  # noqa: PLC0415
    from stream.logs import set_up_logging  # noqa: PLC0415
    from stream.settings import load_settings  # noqa: PLC0415
    from stream.topics import ensure_topics  # noqa: PLC0415

    set_up_logging(verbose=verbose)
    settings = load_settings()
    ensure_topics(settings)
    runner = FaustWorker(Worker(settings).app, override_logging=False, redirect_stdouts=False, quiet=True)
    runner.spinner = None  # it would write control characters into the log
    runner.execute_from_commandline()
