"""`stethos demo`: everything on one machine with one command, and nothing left behind."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["demo"]


def demo(
    *,
    recording: Annotated[
        list[Path] | None,
        typer.Option(
            "--recording", metavar="FILE", exists=True, dir_okay=False, help="Show this recording; may be repeated."
        ),
    ] = None,
    speed_up: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="How much faster than in life; 0: as fast as can be. The simulation runs at 120, recordings at 0.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the page; the next free one if taken.")
    ] = 8080,
) -> None:
    """Show Stethos at work on this computer: broker, worker, store, simulated machines and the page.

    Needs no server and no network, listens on 127.0.0.1 only, and leaves nothing behind after Ctrl-C.

    For example:

      stethos demo: four simulated machines, one bearing fails, one sensor breaks

      stethos demo --recording bearing.jsonl.gz: your own recording instead
    """
    from stream.demo.supervisor import DemoSupervisor  # noqa: PLC0415 -- `--help` needs none of it

    if recording:
        source = ["publish", *(str(path.resolve()) for path in recording)]
        source += ["--speed-up", str(speed_up)] if speed_up else []
        machines: str | None = ""
    else:
        source = ["simulate", "--head-start", "2h", "--development", "3h", "--speed-up", str(speed_up or 120)]
        machines = None
    try:
        with DemoSupervisor(source=source, machines=machines, port=port, tell=typer.echo) as running:
            typer.echo(f"\n  Stethos is at {running.address}   (Ctrl-C ends everything)\n")
            if not recording:
                typer.echo(
                    "  Two hours of sound machines are there at once; then a bearing begins to fail, a sensor"
                )
                typer.echo("  breaks and a motor overheats. It takes about two minutes until all show.\n")
            running.watch()
    except KeyboardInterrupt:
        typer.echo("ended, nothing is left running")
