"""`stethos topics`: create the topics, or see that they are as they must be."""

from typing import Annotated

import msgspec
import typer

from stream.cli.terminal import AsJson, SettingsFile

__all__ = ["topics"]


def topics(
    *,
    settings: SettingsFile = None,
    mend: Annotated[
        bool, typer.Option("--mend", help="Also set what existing topics keep too short or refuse too early.")
    ] = False,
    delete: Annotated[
        bool,
        typer.Option("--delete", help="Delete all topics with what is in them, as after a trial; asks first."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --delete: do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are missing, all with equal partition counts; running it again changes nothing.

    The count is `partitions` of the settings, fixed once the topics exist.

    For example:

      stethos topics

      STETHOS_BROKER=kafka:9092 stethos topics --json

      stethos topics --mend

      stethos topics --delete: machines, their past and what people told are forgotten
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.kafka.topic_admin import ensure_topics, mend_topics  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings)
    if delete:
        from stream.kafka.topic_removal import delete_topics  # noqa: PLC0415 -- keeps --help quick

        if not yes:
            question = f"Delete all topics of Stethos on {chosen.broker}, with every measurement in them?"
            typer.confirm(question, abort=True)
        names = delete_topics(chosen)
        typer.echo(f"deleted {', '.join(names)}" if names else "there were none")
        return
    if mend:
        for name, keys in mend_topics(chosen).items():
            for key, short in keys.items():
                typer.echo(f"{name}: {key} was {short.found}, is {short.needed}", err=True)
    states = ensure_topics(chosen)
    if as_json:
        typer.echo(msgspec.json.encode(states).decode())
        return
    for state in states:
        typer.echo(f"{state.name:14}{state.partitions:4} partitions  {'created' if state.created else 'is there'}")
