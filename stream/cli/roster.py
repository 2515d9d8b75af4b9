"""What the commands of `stethos machines` have in common: whom they mean, what stands in the way, what they say."""

import asyncio
import difflib
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.errors import ConfigurationError, MessageError
from models.outputs import Status
from models.texts.commands import quoted
from stream.cli.send_action import send_actions, user_name
from stream.cli.terminal import progress
from stream.config.machines import load_fleet
from stream.config.settings import load_settings
from stream.messages.actions import RosterAction
from stream.messages.measurements import to_json
from stream.stores.forgetting import forget_results
from stream.stores.known_machines import KnownMachine, read_known_machines

__all__ = ["chosen_machines", "delete_results", "read_machines", "send_roster", "show"]

_STANDINGS = (*get_args(Status), "retired", "unheard")
_SAID = {
    "retire": "retired: it is neither expected nor judged from now on",
    "return": "taken back: it is expected and judged from now on",
    "forget": "forgotten: a message of this name begins a new machine",
}
_MOST_NAMED = 10


def read_machines(settings: Path | None) -> tuple[KnownMachine, ...]:
    """Read all machines that the settings' file of machines and store know; raises `StethosError`."""
    chosen = load_settings(settings)
    return asyncio.run(read_known_machines(chosen, load_fleet(chosen)))


def chosen_machines(known: Sequence[KnownMachine], *, line: str, status: str) -> tuple[KnownMachine, ...]:
    """Give those of a line, whatever its spelling, and of a status; empty texts choose all."""
    wanted = status.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted and wanted not in _STANDINGS:
        there_are = ", ".join(_STANDINGS)
        raise typer.BadParameter(f"{status!r} is no status; write one of {there_are}", param_hint="--status")
    of_line = line.strip().casefold()
    return tuple(
        each
        for each in known
        if (not of_line or each.line.strip().casefold() == of_line) and wanted in ("", each.status)
    )


def show(known: Sequence[KnownMachine], found: Sequence[KnownMachine]) -> None:
    """Print the machines as a table, and how many there are of each status."""
    console = Console(highlight=False)
    if not found:
        console.print(_nobody(known), soft_wrap=True)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("machine", "name", "line", "status", "last heard (UTC)", "open alerts", "machines.toml"):
        table.add_column(column, overflow="fold")
    for each in found:
        cells = (
            " = ".join((each.machine, *each.aliases)),
            " / ".join(dict.fromkeys(name for name in (each.name.en, each.name.zh) if name)),
            each.line,
            each.status.replace("_", " "),
            "never" if each.last_heard is None else f"{each.last_heard.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            ", ".join(f"{n} {name}" for name in ("high", "medium", "low") if (n := each.open_alerts.get(name, 0))),
            "yes" if each.described else "no",
        )
        table.add_row(*map(Text, cells))
    console.print(table)
    counts = Counter(each.status for each in found)
    told = ", ".join(f"{counts[each]} {each.replace('_', ' ')}" for each in _STANDINGS if counts[each])
    console.print(f"{len(found)} machines: {told}", soft_wrap=True)


def _nobody(known: Sequence[KnownMachine]) -> str:
    if not known:
        return (
            "No machine is known yet: machines.toml describes none, and the store holds none. Describe them, or "
            "send measurements with `stethos worker` running."
        )
    lines = sorted({each.line for each in known if each.line})
    there_are = f" There are these lines: {', '.join(lines)}." if lines else ""
    return f"None of the {len(known)} machines is so.{there_are}"


def send_roster(
    do: Literal["retire", "return", "forget"],
    machines: Sequence[str],
    *,
    by: str,
    reason: str,
    yes: bool,
    settings: Path | None,
    as_json: bool,
    ask: str = "",
) -> tuple[RosterAction, ...]:
    """Say of machines that they leave or come back, once nothing stands in the way; gives what was sent.

    `ask` is a question to answer with yes before anything is sent; empty where there is none.
    """
    now, who = datetime.now(UTC), by or user_name()
    try:
        messages = tuple(
            RosterAction(machine=each, do=do, time=now, by=who, note=reason) for each in dict.fromkeys(machines)
        )
    except MessageError as error:
        raise typer.BadParameter(str(error)) from None
    if do != "return" and not reason.strip():
        raise typer.BadParameter("say why, for those who ask later", param_hint="--reason")
    chosen = load_settings(settings)
    fleet = load_fleet(chosen)
    known = () if yes and do == "forget" else read_machines(settings)
    if not yes or do == "return":
        _see_that_they_are_known([each.machine for each in messages], known, do)
    if not yes:
        _see_that_none_is_alarmed([each.machine for each in messages], known, do)
    if ask:
        typer.confirm(ask, abort=True, err=True)
    send_actions(messages, chosen)
    for message in messages:
        said = f"{message.machine}: {_SAID[do]}"
        typer.echo(to_json(message).decode() if as_json else said)
    if do == "forget":
        for described in fleet.machines.keys() & {each.machine for each in messages}:
            typer.echo(f"note: {described} still stands in {chosen.machines}, and is expected as long", err=True)
    return messages


def _see_that_they_are_known(machines: Sequence[str], known: Collection[KnownMachine], do: str) -> None:
    aliases = {alias: each.machine for each in known for alias in each.aliases}
    names = {each.machine: each for each in known}
    strangers = [each for each in machines if each not in names]
    if strangers:
        first = aliases.get(strangers[0])
        near = [first] if first else difflib.get_close_matches(strangers[0], names, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else "; `stethos machines list` shows who there is."
        anyway = "" if do == "return" else " With --yes it is sent as written."
        raise ConfigurationError(f"nobody knows {', '.join(map(repr, strangers[:_MOST_NAMED]))}{meant}{anyway}")
    if do == "return":
        staying = [each for each in machines if not names[each].retired]
        if staying:
            raise ConfigurationError(
                f"{', '.join(staying[:_MOST_NAMED])}: not retired, so there is nothing to take back; "
                "`stethos machines list --status retired` shows who is"
            )


def _see_that_none_is_alarmed(machines: Sequence[str], known: Collection[KnownMachine], do: str) -> None:
    alarmed = [each for each in known if each.machine in machines and each.is_alarmed]
    if not alarmed:
        return
    told = "; ".join(
        f"{each.machine}: " + ", ".join(f"{n} {name}" for name, n in sorted(each.open_alerts.items()))
        for each in alarmed[:_MOST_NAMED]
    )
    if sys.stdin.isatty():
        typer.confirm(f"Open alerts would be over ({told}). Do it all the same?", abort=True, err=True)
        return
    again = f"stethos machines {do} {' '.join(map(quoted, machines))} ... --yes"
    raise ConfigurationError(f"open alerts would be over ({told}); look at them first, or say {again}")


def delete_results(sent: Sequence[RosterAction], *, settings: Path | None, as_json: bool) -> None:
    """Delete what the store holds of machines that were forgotten, one after the other."""
    chosen = load_settings(settings)
    with progress("deleting") as tell:
        for number, message in enumerate(sent):
            tell(number, len(sent))
            asyncio.run(forget_results(chosen, message.machine, message.time))
            if not as_json:
                typer.echo(f"{message.machine}: what the store held of it is deleted, but for actions")
