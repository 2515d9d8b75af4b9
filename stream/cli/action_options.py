"""Options of the actions that people take, such as `finding` and `accept`, and how these commands send them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.clock import to_datetime
from models.errors import MessageError
from stream.messages.actions import ActionMessage

__all__ = ["By", "MachineName", "Note", "PointName", "moment", "send"]

MachineName = Annotated[str, typer.Argument(help="The machine's id.", show_default=False)]
PointName = Annotated[str, typer.Option("--point", help="One measuring point; without it the whole machine.")]
Note = Annotated[str, typer.Option("--note", help="Anything else worth keeping, in any language.")]
By = Annotated[str, typer.Option("--by", help="Who says it; else your name on this computer.")]


def send(
    make: Callable[[datetime, str], ActionMessage], *, by: str, settings: Path | None, as_json: bool, said: str
) -> None:
    """Make the message of now and of whoever says it, send it, and tell that it has arrived."""
    from stream.cli.send_action import send_action, unknown_machine_hint, user_name  # noqa: PLC0415 -- keeps --help quick
    from stream.config.machines import load_fleet  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.messages.measurements import to_json  # noqa: PLC0415 -- keeps --help quick

    try:
        message = make(datetime.now(UTC), by or user_name())
    except MessageError as error:
        raise typer.BadParameter(str(error)) from None
    chosen = load_settings(settings)
    send_action(message, chosen)
    typer.echo(to_json(message).decode() if as_json else said)
    if doubt := unknown_machine_hint(message.machine, load_fleet(chosen)):
        typer.echo(doubt, err=True)


def moment(text: str, now: datetime) -> datetime | None:
    """Read a moment, or how long ago it was; None for an empty text.

    >>> moment("2h", datetime(2026, 3, 1, 8, tzinfo=UTC)).isoformat()
    '2026-03-01T06:00:00+00:00'
    """
    from stream.config.durations import parse_learning_period  # noqa: PLC0415 -- keeps --help quick

    if not text:
        return None
    try:
        period = parse_learning_period(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None
    if period.until_us is not None:
        return to_datetime(period.until_us)
    return datetime.fromtimestamp(now.timestamp() - period.duration_us / 1e6, UTC)
