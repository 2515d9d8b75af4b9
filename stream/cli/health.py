"""`stethos health`: ask the worker on this computer whether it is well."""

from typing import TYPE_CHECKING

import typer

from models.errors import ConfigurationError, ServiceError
from stream.cli.terminal import AsJson, SettingsFile

if TYPE_CHECKING:
    from stream.monitoring.liveness import Report

__all__ = ["health"]

_ANSWER_S = 5.0


def health(*, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    """Ask the worker on this computer how it is: exit 0 where it is well, else 1 with the reason.

    For health checks of systemd, Docker and Kubernetes, where there is no curl. The worker answers where section
    `health` of the settings says; without a port it doesn't. One that has no messages is well; one that is stuck,
    has lost its broker, or could not write to its store for `patience_s`, isn't. What needs a look
    but no restart is told in lines of its own, and leaves the exit status as it is.

    For example:

      STETHOS_HEALTH__PORT=9464 stethos health

      stethos health --json
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings).health
    if not chosen.port:
        raise ConfigurationError(
            "health: the worker is not asked to answer; set port in [health] (STETHOS_HEALTH__PORT=9464, say), "
            "for the worker and for this command"
        )
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(chosen.host, chosen.host)  # noqa: S104
    body = _ask(f"http://{f'[{host}]' if ':' in host else host}:{chosen.port}/health")
    report = _report(body)
    typer.echo(body.decode().strip() if as_json else "\n".join(_report_lines(report)))
    if not report.ok:
        raise typer.Exit(1)


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
