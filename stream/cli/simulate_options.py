"""Options of `stethos simulate`."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from models.clock import SECOND_US
from stream.config.durations import parse_duration_us

__all__ = [
    "Block",
    "Development",
    "Duration",
    "HeadStart",
    "Healthy",
    "ListScenarios",
    "Machines",
    "Output",
    "Rate",
    "ScenarioName",
    "Seed",
    "SpeedUp",
    "Start",
    "SummaryAsJson",
    "TruthFile",
]

_BLOCKS_S = (0.01, 60.0)


def _duration(text: str | float) -> float:
    if isinstance(text, float):
        return text  # a default, which typer sends through here as well
    try:
        return parse_duration_us(text) / SECOND_US
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _block(text: str | float) -> float:
    seconds = _duration(text)
    if _BLOCKS_S[0] <= seconds <= _BLOCKS_S[1]:
        return seconds
    raise typer.BadParameter(f"{text} is no length of a block; give one from 0.01s to 60s")


def _speed(speed_up: float) -> float:
    if speed_up == 0 or 0.001 <= speed_up <= 1e9:
        return speed_up
    raise typer.BadParameter(f"{speed_up:g} is no speed; 60 is a minute a second, 0 as fast as can be")


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; write one such as 2026-03-01T08:00:00Z") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone; end it with Z or +01:00")
    return moment


_duration_option = partial(typer.Option, parser=_duration, metavar="DURATION")

ScenarioName = Annotated[
    str, typer.Option(metavar="NAME|FILE", help="Which plant: one of --list, or a TOML file of your own.")
]
ListScenarios = Annotated[bool, typer.Option("--list", help="List the scenarios that come with it, and end.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same measurements.")]
SpeedUp = Annotated[
    float, typer.Option(callback=_speed, help="Simulated seconds in one second; 0: as fast as can be.")
]
HeadStart = Annotated[float, _duration_option(help="Simulated time that is sent at once.", show_default="0s")]
Duration = Annotated[float | None, _duration_option(help="Simulated time; endless, in a file the whole script.")]
Healthy = Annotated[
    float | None, _duration_option(help="How long all machines are sound; else as the scenario has it.")
]
Development = Annotated[
    float | None, _duration_option(help="How long the faults take to develop then; else as the scenario has it.")
]
Block = Annotated[
    float | None,
    typer.Option(
        parser=_block, metavar="DURATION", help="Length of a block of vibration; else as the scenario has it."
    ),
]
Rate = Annotated[
    float | None,
    typer.Option(
        min=1_000.0, max=102_400.0, metavar="HZ", help="Samples of vibration a second; else as the scenario has it."
    ),
]
Start = Annotated[
    datetime | None,
    typer.Option(parser=_time, metavar="TIME", help="First measurement; a day ago, in a file 2026-01-01."),
]
Output = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write a recording (.jsonl, .jsonl.gz, - for standard output).")
]
TruthFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write beside it what is true: faults, severities, states (.jsonl, .gz)."),
]
Machines = Annotated[bool, typer.Option("--machines", help="Print the machines.toml that fits, and end.")]
SummaryAsJson = Annotated[bool, typer.Option("--json", help="End with one JSON object: counts and true onsets.")]
