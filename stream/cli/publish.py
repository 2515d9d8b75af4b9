"""`stethos publish`: send recordings to the broker."""

from typing import Annotated

import msgspec
import typer

from stream.cli.terminal import AsJson, Files, SettingsFile, complain, followed, progress

__all__ = ["publish"]


def publish(
    files: Files,
    *,
    speed_up: Annotated[
        float | None,
        typer.Option(min=0.001, help="Keep time: so many seconds of the recording in one. Without: at full speed."),
    ] = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Send every message of these recordings and wait until the broker has confirmed it.

    A bad line is told on stderr and left out; the others go on, and the exit code is 1 in the end. Waveforms too
    long for one message are cut into blocks. A recording of observations goes back to the topic of observations.

    For example:

      stethos publish run.jsonl.gz

      stethos publish run.jsonl --speed-up 60

      zcat run.jsonl.gz | stethos publish -
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.publishing import publish as send  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.reading import Recordings  # noqa: PLC0415 -- keeps --help quick

    recordings = Recordings(files)
    with progress("publishing") as tell:
        published = send(followed(recordings, tell), load_settings(settings), refuse=complain, speed_up=speed_up)
    if as_json:
        typer.echo(msgspec.json.encode(published).decode())
    else:
        rate = published.messages / published.seconds if published.seconds else 0.0
        typer.echo(f"{published.messages} messages confirmed in {published.seconds:.1f} s ({rate:.0f} a second)")
    if published.refused:
        typer.echo(f"{published.refused} lines were refused, see above; the rest was sent", err=True)
        raise typer.Exit(1)
