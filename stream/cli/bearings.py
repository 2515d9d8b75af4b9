"""`stethos bearings`: find a bearing in the catalogue, and its frequencies at a speed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream.cli.terminal import AsJson

if TYPE_CHECKING:
    from models.machinery.bearings import Catalogue, CatalogueEntry

__all__ = ["OwnCatalogue", "PositiveRpm", "bearings"]

_FASTEST_RPM = 1e6


def _rpm(speed: float | None) -> float | None:
    if speed is None or 0 < speed <= _FASTEST_RPM:
        return speed
    raise typer.BadParameter(f"{speed:g} rpm is no speed of a shaft; give one above 0")


PositiveRpm = Annotated[float | None, typer.Option("--speed", metavar="RPM", callback=_rpm, help="Shaft speed.")]
OwnCatalogue = Annotated[Path | None, typer.Option("--catalogue", metavar="FILE", help="Your own bearings (TOML).")]


def bearings(
    text: Annotated[
        str, typer.Argument(help="Designation, geometry, or words to search for; all without it.")
    ] = "",
    *,
    speed: PositiveRpm = None,
    catalogue: OwnCatalogue = None,
    as_json: AsJson = False,
) -> None:
    """Search the catalogue, and show a bearing's frequencies: in multiples of shaft speed, at a speed also in Hz.

    Every entry names its source; nothing is estimated. A bearing that is not in there is given by its geometry, or
    in a file of your own (docs/analyze.md has its form).

    For example:

      stethos bearings 6205-2RS --speed 1480

      stethos bearings "n=8,d=0.235,D=1.245,angle=0" --speed 1500

      stethos bearings cylindrical --json
    """
    from stream.config.bearings import load_catalogue  # noqa: PLC0415 -- keeps --help quick

    entries = _matching(text, load_catalogue(catalogue))
    if as_json:
        for entry in entries:
            sys.stdout.buffer.write(_json(entry, speed) + b"\n")
        return
    _show(entries, speed)


def _matching(text: str, catalogue: "Catalogue") -> "tuple[CatalogueEntry, ...]":
    """Give the bearing that is meant, or else all that hold the words."""
    from models.errors import ConfigurationError  # noqa: PLC0415 -- keeps --help quick
    from models.machinery.bearings import resolve_bearing  # noqa: PLC0415 -- keeps --help quick

    if not text.strip():
        return catalogue.entries
    matching = catalogue.search(text) if "=" not in text else ()
    try:
        meant = resolve_bearing(text, catalogue)
    except ConfigurationError as error:
        if matching:
            return matching
        raise typer.BadParameter(str(error), param_hint="TEXT") from None
    return (meant, *(entry for entry in matching if entry != meant))


def _json(entry: "CatalogueEntry", speed: float | None) -> bytes:
    import msgspec  # noqa: PLC0415 -- keeps --help quick

    bearing = msgspec.to_builtins(entry)
    if speed is not None:
        bearing["speed_rpm"] = speed
        bearing["frequencies"] = msgspec.to_builtins(entry.orders.at(speed))
    return msgspec.json.encode(bearing)


def _show(entries: "tuple[CatalogueEntry, ...]", speed: float | None) -> None:
    from rich.console import Console  # noqa: PLC0415 -- keeps --help quick
    from rich.table import Table  # noqa: PLC0415 -- keeps --help quick
    from rich.text import Text  # noqa: PLC0415 -- keeps --help quick

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("bearing", "kind"):
        table.add_column(column, overflow="fold")
    unit = "x" if speed is None else "Hz"
    for column in ("BPFO", "BPFI", "2 x BSF", "FTF"):
        table.add_column(f"{column} ({unit})", justify="right", no_wrap=True)
    for entry in entries:
        orders = entry.orders
        values = [orders.bpfo, orders.bpfi, orders.bsf2, orders.ftf]
        if speed is not None:
            at = orders.at(speed)
            values = [at.bpfo_hz, at.bpfi_hz, at.bsf2_hz, at.ftf_hz]
        numbers = [f"{value:.4f}" if speed is None else f"{value:.2f}" for value in values]
        table.add_row(Text(entry.name), Text(entry.kind), *numbers)
    console = Console()
    if speed is not None:
        console.print(f"at {speed:g} rpm ({speed / 60:.3f} Hz); real bearings slip by 1 to 2 %")
    console.print(table)
    for source in dict.fromkeys(entry.source for entry in entries):
        names = ", ".join(entry.name for entry in entries if entry.source == source)
        console.print(Text.assemble((f"{names}: ", "bright_black"), (source, "bright_black")))
