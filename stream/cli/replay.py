"""`stethos replay`: judge recordings without any server."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import RecordingError
from stream.cli.terminal import AsJson, Files, SettingsFile, complain, followed, progress

if TYPE_CHECKING:
    from stream.config.durations import LearningPeriod
    from stream.config.machines import Fleet

__all__ = ["replay"]


def replay(
    files: Files,
    *,
    machines: Annotated[Path | None, typer.Option(help="Machines file; else the settings' one.")] = None,
    thresholds: Annotated[
        Path | None, typer.Option(help="TOML file of thresholds to try instead of those in force.")
    ] = None,
    learn: Annotated[
        str | None,
        typer.Option(help="Until when machines are taken as sound: 400s, 30m, 2h, or a time with its zone."),
    ] = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Fold recordings, as the worker does, and tell the health and the alerts of every machine.

    Event time counts as observed time. A recording of observations gives exactly what the worker gave. Refused
    lines are told on stderr; duplicates only in the summary.

    For example:

      stethos replay run.jsonl.gz

      stethos replay run.jsonl --learn 2h --json > judged.jsonl

      stethos replay observations.jsonl.gz --thresholds stricter.toml
    """
    from stream.config.thresholds import load_thresholds  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.reading import Recordings  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.replay_report import Report, json_line, json_lines  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.replaying import Replay  # noqa: PLC0415 -- keeps --help quick

    recordings = Recordings(files)
    folding = Replay(
        _fleet(settings, machines),
        learning_period=_learn(learn),
        thresholds=load_thresholds(thresholds) if thresholds else None,
        refuse=complain,
    )
    started = time.monotonic()
    report = Report()
    with progress("replaying") as tell:
        outputs = folding.outputs(followed(recordings, tell))
        if as_json:
            sys.stdout.buffer.writelines(json_lines(outputs, several=len(files) > 1))
        else:
            for replayed in outputs:
                report.add(replayed)
    summary = folding.summary(time.monotonic() - started)
    if as_json:
        sys.stdout.buffer.write(json_line(summary))
        sys.stdout.buffer.flush()
    else:
        report.print(summary)
    if not summary.machines:
        raise RecordingError(
            "there is no message in what was given; see `stethos replay --help` for what a line is"
        )


def _fleet(settings: Path | None, machines: Path | None) -> "Fleet":
    from stream.config.machines import load_fleet  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings)
    if machines is None:
        return load_fleet(chosen)
    if not machines.is_file():
        raise typer.BadParameter(f"there is no file {machines}", param_hint="--machines")
    return load_fleet(chosen.model_copy(update={"machines": machines}))


def _learn(text: str | None) -> "LearningPeriod | None":
    from stream.config.durations import parse_learning_period  # noqa: PLC0415 -- keeps --help quick

    try:
        return parse_learning_period(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--learn") from None
