"""`stethos simulate`: a plant whose faults develop, sent to the broker or written to a recording."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer

from models.clock import SECOND_US, from_datetime, to_datetime
from models.errors import MessageError
from models.simulation.ground_truth import FaultTruth, RunTruth, run_truth, truths
from models.simulation.library import built_in, names
from models.simulation.plan import Plan
from models.simulation.run import SimulatedBlock, simulate_with_truth
from models.simulation.scenario import Scenario, sampled
from stream.cli.simulate_options import (
    Block,
    Development,
    Duration,
    HeadStart,
    Healthy,
    ListScenarios,
    Machines,
    Output,
    Rate,
    ScenarioName,
    Seed,
    SpeedUp,
    Start,
    SummaryAsJson,
    TruthFile,
)
from stream.cli.terminal import SettingsFile, complain_at, progress
from stream.config.machines_toml import machines_toml
from stream.config.scenarios import load_scenario
from stream.recordings.reading import STDIN, Line
from stream.recordings.simulating import (
    SimulationClock,
    as_lines,
    default_start_us,
    open_truth,
    paced,
    until,
    without_truth,
    write_recording,
)

__all__ = ["simulate_command"]

_STDOUT = STDIN
_FILE_START = datetime(2026, 1, 1, tzinfo=UTC)
"""Of recordings, so that the same seed gives the same file whenever it is made."""


class _Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and what the truth is."""

    messages: int
    seconds: float
    scenario: str
    seed: int
    start: datetime
    machines: tuple[FaultTruth, ...]


class _Span(msgspec.Struct, frozen=True):
    """From when to when is simulated, microseconds since the epoch."""

    start_us: int
    end_us: int | None
    """None: for ever."""


class _Script(msgspec.Struct, frozen=True, kw_only=True):
    """What is simulated."""

    scenario: Scenario
    plan: Plan
    seed: int
    span: _Span

    def true_run(self) -> RunTruth:
        return run_truth(self.scenario, seed=self.seed, start_us=self.span.start_us, plan=self.plan)

    def faults(self) -> tuple[FaultTruth, ...]:
        return truths(self.scenario, start_us=self.span.start_us, plan=self.plan)

    def summary(self, messages: int, begun_us: int) -> _Summary:
        return _Summary(
            messages=messages,
            seconds=round((time.time_ns() // 1000 - begun_us) / SECOND_US, 3),
            scenario=self.scenario.id,
            seed=self.seed,
            start=to_datetime(self.span.start_us),
            machines=self.faults(),
        )


def simulate_command(
    *,
    scenario: ScenarioName = "demo",
    list_scenarios: ListScenarios = False,
    seed: Seed = 0,
    speed_up: SpeedUp = 60.0,
    head_start: HeadStart = 0.0,
    duration: Duration = None,
    healthy: Healthy = None,
    development: Development = None,
    block: Block = None,
    rate: Rate = None,
    start: Start = None,
    output: Output = None,
    truth: TruthFile = None,
    machines: Machines = False,
    settings: SettingsFile = None,
    as_json: SummaryAsJson = False,
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
    begun_us = time.time_ns() // 1000
    plan = _plan(chosen, healthy, development)
    span = _span(start, duration, plan, begun_us=begun_us, in_file=output is not None)
    chosen = sampled(chosen, rate_hz=rate, seconds=block)
    script = _Script(scenario=chosen, plan=plan, seed=seed, span=span)
    if output is None:
        head_start_us = round(head_start * SECOND_US)
        clock = SimulationClock(
            start_us=span.start_us, begun_us=begun_us, speed_up=speed_up, head_start_us=head_start_us
        )
        messages = _run(script, truth, lambda measurements: _publish(measurements, clock, settings))
    else:
        messages = _run(script, truth, lambda measurements: _write(measurements, output))
    _tell(script.summary(messages, begun_us), as_json=as_json and output != _STDOUT)


def _plan(scenario: Scenario, healthy_s: float | None, development_s: float | None) -> Plan:
    return Plan(
        healthy_s=scenario.plan.healthy_s if healthy_s is None else healthy_s,
        development_s=scenario.plan.development_s if development_s is None else max(development_s, 1.0),
    )


def _span(start: datetime | None, duration_s: float | None, plan: Plan, *, begun_us: int, in_file: bool) -> _Span:
    """Give from when to when to simulate; a file ends with the script unless it is told otherwise."""
    if in_file:
        start_us = from_datetime(start or _FILE_START)
        duration_s = plan.healthy_s + plan.development_s if duration_s is None else duration_s
    else:
        start_us = from_datetime(start) if start else default_start_us(begun_us)
    return _Span(start_us, None if duration_s is None else start_us + round(duration_s * SECOND_US))


def _run(script: _Script, truth: Path | None, send: Callable[[Iterable[SimulatedBlock]], int]) -> int:
    """Give the measurements to `send` and write what is true meanwhile; give the number of messages."""
    simulated = simulate_with_truth(
        script.scenario, seed=script.seed, start_us=script.span.start_us, plan=script.plan
    )
    with open_truth(truth, script.true_run(), script.faults()) as write:
        return send(without_truth(until(simulated, script.span.end_us), write))


def _list() -> None:
    for name in names():
        scenario = built_in(name)
        title = " / ".join(text for text in (scenario.title.en, scenario.title.zh) if text)
        hours = scenario.healthy_h + scenario.development_h
        typer.echo(f"{name:<10} {title}: {len(scenario.machines)} machines, {hours:g} h")


def _publish(measurements: Iterable[SimulatedBlock], clock: SimulationClock, settings_file: Path | None) -> int:
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.kafka.topic_admin import ensure_topics  # noqa: PLC0415 -- keeps --help quick
    from stream.recordings.publishing import publish  # noqa: PLC0415 -- a recording needs neither broker nor settings

    settings = load_settings(settings_file)
    ensure_topics(settings)
    with _stop_on_signal() as stop:
        lines = as_lines(paced(measurements, clock, stopped=stop.wait))
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


def _write(measurements: Iterable[SimulatedBlock], output: Path) -> int:
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
