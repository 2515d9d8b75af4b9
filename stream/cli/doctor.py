"""`stethos doctor`: look at everything that Stethos needs, and say how to mend what is wrong."""

from typing import TYPE_CHECKING

import typer

from stream.cli.terminal import AsJson, SettingsFile

if TYPE_CHECKING:
    from stream.doctor.check_result import CheckResult

__all__ = ["doctor"]

_SIGNS = {
    "good": ("✓", "green"),
    "warning": ("!", "yellow"),
    "wrong": ("✗", "red"),
    "skipped": ("-", "bright_black"),
}


def doctor(*, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    """Look at settings, versions, disk, brokers, topics, workers, store, clocks, probes and page; change nothing.

    Each line is good, or says how to mend it. Exit 1 where something is wrong; what only deserves a look (!) isn't.

    For example:

      stethos doctor

      STETHOS_BROKER=kafka:9092 stethos doctor --json
    """
    from stream.doctor.examination import examine  # noqa: PLC0415 -- keeps --help quick

    results = []
    for result in examine(settings):
        results.append(result)
        if not as_json:
            _tell(result)
    wrong = sum(result.state == "wrong" for result in results)
    if as_json:
        import msgspec  # noqa: PLC0415 -- keeps --help quick

        from stream.doctor.check_result import Checkup  # noqa: PLC0415 -- keeps --help quick

        typer.echo(msgspec.json.encode(Checkup(not wrong, tuple(results))).decode())
    else:
        look = sum(result.state == "warning" for result in results)
        typer.echo("all good" if not wrong + look else f"{wrong} wrong, {look} to look at")
    if wrong:
        raise typer.Exit(1)


def _tell(result: "CheckResult") -> None:
    sign, colour = _SIGNS[result.state]
    typer.echo(f"{typer.style(sign, fg=colour)} {result.area:14}{result.found}")
    if result.fix:
        typer.echo(f"  {'':14}-> {result.fix}")
