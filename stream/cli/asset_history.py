"""`stethos machines history`: which asset stood where, from when to when."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from stream.cli.terminal import AsJson, SettingsFile

if TYPE_CHECKING:
    from models.advice.placements import Placement
    from models.outputs import Action
    from stream.stores.store import Store

__all__ = ["history"]

_MOST = 100_000


def history(
    machine: Annotated[str, typer.Argument(help="A machine's id; without one all machines.")] = "",
    *,
    asset: Annotated[str, typer.Option(help="Follow one serial number from place to place.")] = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what stood at a machine's place, or where one asset stood, by its serial number.

    Serial numbers come from `asset` in machines.toml; a line begins when a worker read of it.

    For example:

      stethos machines history P-101

      stethos machines history --asset "SN 4711" --json
    """
    import asyncio  # noqa: PLC0415 -- keeps --help quick

    from models.advice.placements import of_asset, of_machine, placements  # noqa: PLC0415 -- keeps --help quick
    from stream.config.machines import load_fleet  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.stores import open_store  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings)
    actions = asyncio.run(_actions(open_store(chosen)))
    found = placements(actions)
    if machine:
        found = of_machine(found, machine, actions, load_fleet(chosen).known_aliases())
    if asset:
        found = of_asset(found, asset)
    if as_json:
        for each in found:
            typer.echo(msgspec.json.encode(each).decode())
    else:
        _show(found, machine=machine, asset=asset)


async def _actions(store: "Store") -> "list[Action]":
    try:
        await store.open()
        return await store.actions(None, limit=_MOST)
    finally:
        await store.close()


def _show(found: "list[Placement]", *, machine: str, asset: str) -> None:
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick
    from rich.table import Table  # noqa: PLC0415 -- keeps --help quick
    from rich.text import Text  # noqa: PLC0415 -- keeps --help quick

    console = Console()
    if not found:
        whom = f"No asset {asset!r} is known" if asset else "No asset is known"
        where = f" at {machine!r}" if machine else ""
        hint = "" if asset else ' Write asset = "SN 4711" to a machine in machines.toml, and its history begins.'
        console.print(Text(f"{whom}{where}.{hint}"), soft_wrap=True)
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("asset", "machine", "from", "until"):
        table.add_column(column)
    for each in found:
        since = "before that" if each.since is None else f"{each.since:%Y-%m-%d %H:%M}Z"
        until = "now" if each.until is None else f"{each.until:%Y-%m-%d %H:%M}Z"
        table.add_row(Text(each.asset), Text(each.machine), since, until)
    console.print(table)
