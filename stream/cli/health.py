"""`stethos health`: ask the workers on this computer whether they are well."""

from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import ConfigurationError, ServiceError
from stream.cli.terminal import AsJson, SettingsFile

if TYPE_CHECKING:
    from stream.monitoring.liveness import Report

__all__ = ["health"]

_ANSWER_S = 5.0


def health(
    *,
    port: Annotated[
        list[int] | None,
        typer.Option(
            min=1, max=65_535, help="Port of the worker; the settings' unless given. Once for each worker."
        ),
    ] = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Ask the worker on this computer how it is: exit 0 where it is well, else 1 with the reason.

    For health checks of systemd, Docker and Kubernetes, where there is no curl. The worker answers where section
    `health` of the settings says; without a port it doesn't. One that has no messages is well; one that is stuck,
    has lost its broker, or could not write to its store for `patience_s`, isn't. What needs a look
    but no restart is told in lines of its own, and leaves the exit status as it is.

    Several workers of one computer have a port each: name them all, and each gives a line.

    For example:

      stethos health --port 9461 --port 9462

      STETHOS_HEALTH__PORT=9464 stethos health

      stethos health --json
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings).health
    ports = port or ([chosen.port] if chosen.port else [])
    if not ports:
        raise ConfigurationError(
            "health: the worker is not asked to answer; set port in [health] (STETHOS_HEALTH__PORT=9464, say), "
            "for the worker and for this command, or name the worker's port with --port"
        )
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(chosen.host, chosen.host)  # noqa: S104
    place = f"[{host}]" if ":" in host else host
    wells = [_tell(f"http://{place}:{each}/health", alone=len(ports) == 1, as_json=as_json) for each in ports]
    if not all(wells):
        raise typer.Exit(1)


def _tell(address: str, *, alone: bool, as_json: bool) -> bool:
    """Print how the worker at an address is; one that does not answer hides none of the others."""
    try:
        body = _ask(address)
        report = _report(body)
    except ServiceError as error:
        if alone:
            raise
        typer.echo(str(error), err=as_json)
        return False
    for line in [body.decode().strip()] if as_json else _report_lines(report):
        typer.echo(line if as_json or alone else f"{address}: {line}")
    return report.ok


def _ask(address: str) -> bytes:
    from stream.monitoring.http_probe import ask  # noqa: PLC0415 -- keeps --help quick

    try:
        return ask(address, timeout_s=_ANSWER_S).body
    except ServiceError as reason:
        raise ServiceError(f"health: no worker answers at {address} ({reason}); is it running?") from None


def _report(body: bytes) -> "Report":
    import msgspec  # noqa: PLC0415 -- keeps --help quick

    from stream.monitoring.liveness import Report  # noqa: PLC0415 -- keeps --help quick

    try:
        return msgspec.json.decode(body, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ServiceError("health: something else answers there; correct [health] port") from None


def _report_lines(report: "Report") -> list[str]:
    signs = report.signs
    lag = sum(agent.lag for agent in signs.agents)
    facts = f"{signs.state}, {signs.partitions} partitions, {signs.machines} machines, {lag} messages waiting"
    first = f"well: {facts}" if report.ok else "; ".join(report.reasons)
    return [first, *(f"look at this: {warning}" for warning in report.warnings)]
