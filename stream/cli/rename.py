"""`stethos machines rename`: a machine's messages carry another id from now on, and it stays the same machine."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from models.errors import ConfigurationError, MessageError
from stream.cli.action_options import By
from stream.cli.terminal import AsJson, SettingsFile, progress

if TYPE_CHECKING:
    from stream.config.machines import Fleet
    from stream.config.settings import Settings
    from stream.messages.actions import Rename

__all__ = ["rename"]

_TICK_S = 0.25


class _Renamed(msgspec.Struct, frozen=True):
    machine: str
    alias: str
    by: str
    reason: str
    holds_from: datetime


def rename(
    old: Annotated[str, typer.Argument(help="An id of the machine, as it is now.", show_default=False)],
    new: Annotated[str, typer.Argument(help="The id that its messages will carry.", show_default=False)],
    *,
    by: By = "",
    reason: Annotated[str, typer.Option(help="Why, in any language.")] = "",
    apart: Annotated[
        bool, typer.Option("--apart", help="Do so although NEW has a history of its own, which stays apart.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the new id holds; a gateway may use it then.")] = True,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Let what comes under another id be this machine's: its history, its baselines and its rows go on.

    The first id stays its key and tag for ever, and goes on working. Rename first, then change the gateway: what
    came under the new id before stays a machine of its own. `aliases` in machines.toml does the same.

    For example:

      stethos machines rename P-101 P-102 --by 王伟 --reason "new gateway"

      stethos machines rename 水泵-1 水泵-A1 --json
    """
    from stream.cli.send_action import send_action, user_name  # noqa: PLC0415 -- keeps --help quick
    from stream.config.machines import load_fleet  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.messages.renaming import HOLDS_AFTER_S  # noqa: PLC0415 -- keeps --help quick

    said = _said(old, new, by or user_name(), reason)
    chosen = load_settings(settings)
    first = _checked(said, chosen, load_fleet(chosen), apart=apart)
    said = msgspec.structs.replace(said, machine=first, time=datetime.now(UTC))
    send_action(said, chosen)
    holds_from = datetime.now(UTC) + timedelta(seconds=HOLDS_AFTER_S)
    if wait:
        _wait(HOLDS_AFTER_S)
    if as_json:
        renamed = _Renamed(first, new, said.by, reason, holds_from)
        typer.echo(msgspec.json.encode(renamed).decode())
        return
    typer.echo(
        f"{first}: what comes under {new} {'is' if wait else f'from {holds_from:%H:%M:%S} UTC on is'} its own; id, "
        f"history and rows stay those of {first}"
    )


def _said(old: str, new: str, by: str, reason: str) -> "Rename":
    from stream.messages.actions import Rename  # noqa: PLC0415 -- keeps --help quick

    try:
        return Rename(machine=old, alias=new, time=datetime.now(UTC), by=by, note=reason)
    except MessageError as error:
        raise typer.BadParameter(str(error)) from None


def _checked(said: "Rename", settings: "Settings", fleet: "Fleet", *, apart: bool) -> str:
    """Give the machine's first id; raises `ConfigurationError` with what is in the way."""
    import asyncio  # noqa: PLC0415 -- keeps --help quick

    from models.texts.commands import quoted  # noqa: PLC0415 -- keeps --help quick
    from stream.delivery.names_in_use import read_names_in_use  # noqa: PLC0415 -- keeps --help quick
    from stream.texts.times import span_text  # noqa: PLC0415 -- keeps --help quick

    first = fleet.known_aliases().resolve(said.machine)
    names = asyncio.run(read_names_in_use(settings, fleet, said.machine, first, said.alias))
    first = names.aliases.resolve(said.machine)
    if refusal := names.aliases.refusal(said.alias, first):
        raise ConfigurationError(f"rename: {refusal}")
    if first == said.machine and first not in fleet.machines and first not in names.heard_s:
        raise ConfigurationError(
            f"rename: nobody has described or heard {first!r}; give the id that the machine has now, or write the "
            "new one into the gateway straight away"
        )
    heard_s = names.heard_s.get(said.alias)
    if heard_s is not None and said.alias not in names.aliases and not apart:
        raise ConfigurationError(
            f"rename: {said.alias!r} has been heard for {span_text(heard_s, 'en')} as a machine of its own, and "
            f"two histories are never made one; retire it (stethos machines retire {quoted(said.alias)}) and "
            "rename with --apart, which leaves that history where it is, or choose another id"
        )
    return first


def _wait(seconds: float) -> None:
    began = time.monotonic()
    with progress("until it holds") as tell:
        while (passed := time.monotonic() - began) < seconds:
            tell(round(passed), round(seconds))
            time.sleep(_TICK_S)
