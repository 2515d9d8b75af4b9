"""`stethos record`: write a topic down."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from stream.cli.terminal import SettingsFile, complain_at, progress

__all__ = ["record"]


def record(
    *,
    topic: Annotated[str, typer.Option(help="What to record, such as observations, vibration, health.")] = (
        "observations"
    ),
    output: Annotated[
        Path | None, typer.Option(help="New file, .jsonl or .jsonl.gz; without it standard output.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if there is one.")] = False,
    from_now: Annotated[
        bool, typer.Option("--from-now", help="Skip what is there and follow what comes, until Ctrl-C.")
    ] = False,
    until_idle: Annotated[
        float | None, typer.Option(min=0.1, help="Follow what comes until nothing came for so many seconds.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Follow what comes until there are so many lines.")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Write down what a topic holds, one JSON object a line, and end there.

    A machine's lines keep their order. Observations replay bit for bit; they and the inputs can be published again.

    For example:

      stethos record --output observations.jsonl.gz

      stethos record --topic vibration --output raw.jsonl --until-idle 30

      stethos record --topic alerts --from-now
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.recording import RECORDED, Wanted  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.recording import record as write_down  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.writing import open_recording  # noqa: PLC0415 -- keeps --help quick

    if topic not in RECORDED:
        raise typer.BadParameter(
            f"{topic!r} can't be recorded; choose from {', '.join(RECORDED)}", param_hint="--topic"
        )
    chosen = load_settings(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: with what came, whole
    wanted = Wanted(from_now=from_now, idle_s=until_idle, count=count)
    with open_recording(output, overwrite=overwrite, new_folder=True) as append, progress("recording") as tell:

        def after_round(done: int, total: int) -> None:
            append.flush()
            tell(done, total)

        done = write_down(chosen, topic, append, unreadable=complain_at, wanted=wanted, progress=after_round)
    left_out = f"; {done.unreadable} unreadable ones left out" if done.unreadable else ""
    typer.echo(f"{done.lines} lines of {topic} recorded{left_out}", err=True)
