"""`stethos simulate`: a plant whose faults develop, sent to the broker or written to a recording."""

import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from models.clock import SECOND_US, from_datetime, to_datetime
from models.errors import MessageError
from models.simulation.library import built_in, names
from models.simulation.machines_toml import machines_toml
from models.simulation.plan import Plan
from models.simulation.run import Measured, simulate_with_truth
from models.simulation.scenario import sampled
from models.simulation.truth import Truth, true_run, truths
from stream.cli.terminal import SettingsFile, complain_at, progress
from stream.durations import parse_duration_us
from stream.recordings import STDIN, Line
from stream.scenarios import load_scenario
from stream.simulated import (
    Pace,
    as_lines,
    default_start_us,
    measured_only,
    paced,
    truth_written,
    until,
    write_recording,
)

__all__ = ["simulate_command"]

_STDOUT = STDIN
_BLOCKS_S = (0.01, 60.0)
_FILE_START = datetime(2026, 1, 1, tzinfo=UTC)
"""Of recordings, so that the same seed gives the same file whenever it is made."""


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


class _Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and what the truth is."""

    messages: int
    seconds: float
    scenario: str
    seed: int
    start: datetime
    machines: tuple[Truth, ...]


def simulate_command(
    *,
    scenario: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Which plant: one of --list, or a TOML file of your own.")
    ] = "demo",
    list_scenarios: Annotated[
        bool, typer.Option("--list", help="List the scenarios that come with it, and end.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same measurements.")] = 0,
    speed_up: Annotated[
        float, typer.Option(callback=_speed, help="Simulated seconds in one second; 0: as fast as can be.")
    ] = 60.0,
    head_start: Annotated[
        float,
        typer.Option(
            parser=_duration, metavar="DURATION", help="Simulated time that is sent at once.", show_default="0s"
        ),
    ] = 0.0,
    duration: Annotated[
        float | None,
        typer.Option(
            parser=_duration, metavar="DURATION", help="Simulated time; endless, in a file the whole script."
        ),
    ] = None,
    healthy: Annotated[
        float | None,
        typer.Option(
            parser=_duration,
            metavar="DURATION",
            help="How long all machines are sound; else as the scenario has it.",
        ),
    ] = None,
    development: Annotated[
        float | None,
        typer.Option(
            parser=_duration,
            metavar="DURATION",
            help="How long the faults take to develop then; else as the scenario has it.",
        ),
    ] = None,
    block: Annotated[
        float | None,
        typer.Option(
            parser=_block, metavar="DURATION", help="Length of a block of vibration; else as the scenario has it."
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=1_000.0,
            max=102_400.0,
            metavar="HZ",
            help="Samples of vibration a second; else as the scenario has it.",
        ),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(parser=_time, metavar="TIME", help="First measurement; a day ago, in a file 2026-01-01."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a recording (.jsonl, .jsonl.gz, - for standard output)."),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write beside it what is true: faults, severities, states (.jsonl, .gz)."
        ),
    ] = None,
    machines: Annotated[
        bool, typer.Option("--machines", help="Print the machines.toml that fits, and end.")
    ] = False,
    settings: SettingsFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one JSON object: counts and true onsets.")
    ] = False,
) -> None:
    """Simulate a plant: four machines, of which one bearing fails, one sensor breaks, one overheats, or a scenario.

    Sends to the broker, SPEED-UP times as fast as the clock until the present is reached, then with the clock,
    until Ctrl-C. With --output it writes a recording instead, for `publish` and `replay`.

    For example:

      stethos simulate --head-start 2h: two hours at once, then a minute a second

      stethos simulate --output run.jsonl.gz: the whole script, eight hours, as a recording

      stethos simulate --block 8s --duration 10m --output long.jsonl.gz: blocks for `analyze`

      stethos simulate --scenario plant --output run.jsonl.gz --truth truth.jsonl: a factory, and what is true of it

      stethos simulate --machines > machines.toml: what an engineer would know of the machines
    """
    if list_scenarios:
        _list()
        return
    chosen = load_scenario(scenario)
    if machines:
        typer.echo(machines_toml(chosen), nl=False)
        return
    chosen = sampled(chosen, rate_hz=rate, seconds=block)
    plan = Plan(
        healthy_s=chosen.plan.healthy_s if healthy is None else healthy,
        development_s=chosen.plan.development_s if development is None else max(development, 1.0),
    )
    begun_us = time.time_ns() // 1000
    if output is None:
        start_us = from_datetime(start) if start else default_start_us(begun_us)
    else:
        start_us = from_datetime(start or _FILE_START)
        duration = plan.healthy_s + plan.development_s if duration is None else duration
    end_us = None if duration is None else start_us + round(duration * SECOND_US)
    everything = until(simulate_with_truth(chosen, seed=seed, start_us=start_us, plan=plan), end_us)
    faults = truths(chosen, start_us=start_us, plan=plan)
    with truth_written(truth, true_run(chosen, seed=seed, start_us=start_us, plan=plan), faults) as write:
        measurements = measured_only(everything, write)
        if output is None:
            pace = Pace(
                start_us=start_us,
                begun_us=begun_us,
                speed_up=speed_up,
                head_start_us=round(head_start * SECOND_US),
            )
            messages = _publish(measurements, pace, settings)
        else:
            messages = _write(measurements, output)
    summary = _Summary(
        messages=messages,
        seconds=round((time.time_ns() // 1000 - begun_us) / SECOND_US, 3),
        scenario=chosen.id,
        seed=seed,
        start=to_datetime(start_us),
        machines=faults,
    )
    _tell(summary, as_json=as_json and output != _STDOUT)


def _list() -> None:
    for name in names():
        found = built_in(name)
        title = " / ".join(text for text in (found.title.en, found.title.zh) if text)
        hours = found.healthy_h + found.development_h
        typer.echo(f"{name:<10} {title}: {len(found.machines)} machines, {hours:g} h")


def _publish(measurements: Iterable[Measured], pace: Pace, settings_file: Path | None) -> int:
    from stream.publishing import publish  # noqa: PLC0415 -- a recording needs neither broker nor settings
    from stream.settings import load_settings  # noqa: PLC0415 -- the same
    from stream.topics import ensure_topics  # noqa: PLC0415 -- the same

    settings = load_settings(settings_file)
    ensure_topics(settings)
    with _stop_on_signal() as stop:
        lines = as_lines(paced(measurements, pace, stopped=stop.wait))
        return publish(lines, settings, refuse=_refuse).messages


def _refuse(line: Line, error: MessageError) -> None:
    complain_at(f"simulated message {line.number}", error)


@contextmanager
def _stop_on_signal() -> Iterator[threading.Event]:
    """Set an event at Ctrl-C or SIGTERM, so that what was sent is confirmed before the end."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(measurements: Iterable[Measured], output: Path) -> int:
    with progress("simulating") as tell:

        def lines() -> Iterator[Line]:
            for line in as_lines(measurements):
                tell(line.number, None)
                yield line

        return write_recording(lines(), None if output == _STDOUT else output)


def _tell(summary: _Summary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(summary).decode())
        return
    typer.echo(
        f"{summary.messages} messages in {summary.seconds:.1f} s, {summary.scenario}, seed {summary.seed}", err=True
    )
    for truth in summary.machines:
        onset = f" from {to_datetime(truth.onset_us):%Y-%m-%d %H:%M} UTC" if truth.onset_us is not None else ""
        typer.echo(
            f"  {truth.machine}: {truth.fault}{' at ' + truth.point if truth.point else ''}{onset}", err=True
        )
