"""Replaying recordings: the fold over them without any server, in the very steps that the worker takes.

A raw message is observed at its own event time. Lines of a recording of `observations` are folded as they are, each
machine under the configuration that the recording carries; one without any is judged as `machines.toml` says.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from models.advice.late_alerts import close_late
from models.errors import MessageError
from models.fold import MachineState, initial_state, step
from models.learning.experience import Experience, classifier_of, learn_one
from models.learning.sisters import Sisterhood
from models.machinery.machine import Configuration, Thresholds
from models.observations import (
    Compared,
    Configured,
    Experienced,
    Observation,
    ReadingObserved,
    Source,
    TemperatureObserved,
    VibrationObserved,
)
from models.outputs import Alert, Health, Lesson, Output, Status, Usual
from stream.config.durations import LearningPeriod
from stream.config.machines import Fleet
from stream.messages.actions import Accept, Finding, Maintenance, Rename, RosterAction, Shelve, Unshelve
from stream.messages.arrivals import arrival_of_line
from stream.messages.measurements import Message, Reading, Temperature, Vibration
from stream.messages.observe import observe
from stream.recordings.reading import Line, decode_line

__all__ = ["MachineSummary", "Replay", "Replayed", "Summary", "replay"]

Refuse = Callable[[Line, MessageError], None]
"""Told of each line that is no message."""


class Replayed(msgspec.Struct, frozen=True):
    """One output of the fold, and the line that caused it."""

    line: Line
    output: Output


class MachineSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a machine stood at the end, and what was made of its messages."""

    status: Status
    score: float | None
    observations: int
    duplicates: int
    late: int
    future: int
    alerts: dict[str, int]
    """Alerts raised, by priority."""
    crowded: int = 0
    """Measurements of points beyond those that a machine may have."""
    activations: int = 0
    """How often an alarm came by itself, told or held as one alert."""


class Summary(msgspec.Struct, frozen=True, kw_only=True, tag="summary"):
    """The last line of a replay."""

    machines: dict[str, MachineSummary]
    observations: int
    """Accepted by the fold: neither refused nor duplicates."""
    duplicates: int
    refused: int
    seconds: float
    """How long the replay took."""


class _ReplayedMachine:
    """One machine on its way through the fold."""

    def __init__(self, machine: str) -> None:
        self.state: MachineState = initial_state(machine)
        self.configuration: Configuration | None = None
        self.learn_until_us: int | None = None
        self.measured = False
        self.raw = True
        """Whether its lines are messages, not observations."""
        self.health: Health | None = None
        self.alerts: Counter[str] = Counter()
        self.line: Line | None = None
        """Its last."""


class Replay:
    """Folds lines in order; `thresholds` and `learning_period`, where given, replace every configuration's."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        learning_period: LearningPeriod | None = None,
        thresholds: Thresholds | None = None,
        refuse: Refuse | None = None,
    ) -> None:
        self._fleet, self._learning_period, self._thresholds, self._refuse = (
            fleet,
            learning_period,
            thresholds,
            refuse,
        )
        self._machines: dict[str, _ReplayedMachine] = {}
        self._aliases = fleet.known_aliases()
        self._experience, self._sisterhood = Experience(), Sisterhood()
        self._refused = 0

    def outputs(self, lines: Iterable[Line]) -> Iterator[Replayed]:
        """Give what the fold says after each line; a line that is no message is given to `refuse`."""
        for line in lines:
            try:
                content = self._resolved(decode_line(line))
            except MessageError as error:
                self._refused += 1
                if self._refuse:
                    self._refuse(line, error)
                continue
            machine = self._machines.get(content.machine)
            if machine is None:
                machine = self._machines[content.machine] = _ReplayedMachine(content.machine)
                machine.raw = not isinstance(content, Observation)
                self._tell_experience(
                    machine, content.observed_us if isinstance(content, Observation) else content.end_us
                )
            for observation in self._observations(machine, content, line):
                machine.state, outputs = step(machine.state, observation)
                for output in outputs:
                    _note(machine, output)
                    yield Replayed(line, output)
                    if machine.raw:
                        yield from (Replayed(line, each) for each in self._taught(output, observation.observed_us))
            machine.line = line
        yield from self._ended()

    def _resolved(self, content: Message | Observation) -> Message | Observation:
        """Give a message under its machine's first id, as aliases say up to here; observations carry it already."""
        if isinstance(content, Rename) and (refusal := self._aliases.add(content.alias, content.machine)):
            raise MessageError(f"alias: {refusal}")
        if isinstance(content, Observation | RosterAction):  # of who leaves, only the one named is meant
            return content
        first = self._aliases.resolve(content.machine)
        return content if first == content.machine else msgspec.structs.replace(content, machine=first)

    def _ended(self) -> Iterator[Replayed]:
        """Give what is told of what came late once nothing more comes."""
        for machine in self._machines.values():
            for alert in close_late(machine.state, all_of_them=True):
                _note(machine, alert)
                assert machine.line is not None
                yield Replayed(machine.line, alert)

    def _tell_experience(self, machine: _ReplayedMachine, observed_us: int) -> None:
        """Let a machine know what findings have taught by now; a recording of observations says so itself."""
        if machine.raw and self._experience.lessons:
            judgement = classifier_of(self._experience)
            experienced = Experienced(machine=machine.state.machine, observed_us=observed_us, judgement=judgement)
            machine.state, _ = step(machine.state, experienced)

    def _taught(self, output: Output, observed_us: int) -> Iterator[Alert]:
        """Let all machines know what an output teaches; a recording of observations says so itself."""
        if isinstance(output, Lesson) and learn_one(self._experience, output):
            for each in self._machines.values():
                self._tell_experience(each, observed_us)
        elif isinstance(output, Usual):
            yield from self._compared(output, observed_us)

    def _compared(self, usual: Usual, observed_us: int) -> Iterator[Alert]:
        """Let all machines of a group know what is usual of the others."""
        self._sisterhood.learn_one(usual)
        for name, machine in self._machines.items():
            if not machine.raw or usual.group not in machine.state.usuals:
                continue
            baselines = self._sisterhood.sisters_of(name, machine.state.usuals)
            if baselines == machine.state.sisters:
                continue
            compared = Compared(
                machine=name, observed_us=observed_us, number=self._sisterhood.number, baselines=baselines
            )
            machine.state, outputs = step(machine.state, compared)
            for output in outputs:
                _note(machine, output)
                if isinstance(output, Alert):
                    yield output

    def summary(self, seconds: float) -> Summary:
        """Count up what has been folded so far."""
        counts = [machine.state.counts for machine in self._machines.values()]
        return Summary(
            machines={name: _summary(machine) for name, machine in sorted(self._machines.items())},
            observations=sum(count.accepted for count in counts),
            duplicates=sum(count.duplicates for count in counts),
            refused=self._refused,
            seconds=round(seconds, 3),
        )

    def _observations(
        self, machine: _ReplayedMachine, content: Message | Observation, line: Line
    ) -> Iterator[Observation]:
        """Give what the worker would have folded for this line."""
        match content:
            case Configured():
                machine.configuration = self._adjusted(machine, content.configuration)
                yield msgspec.structs.replace(content, configuration=machine.configuration)
            case VibrationObserved() | TemperatureObserved() | ReadingObserved():
                if not machine.measured:
                    yield from self._begun(machine, content.machine, content.time_us, content.observed_us)
                yield content
            case Vibration() | Temperature() | Reading():
                end_us = content.end_us
                if not machine.measured:
                    yield from self._begun(machine, content.machine, end_us, end_us)
                assert machine.configuration is not None
                source = Source(topic=line.file, partition=0, offset=line.number)
                arrived_us = arrival_of_line(line.data)
                yield observe(
                    content, machine.configuration, observed_us=end_us, source=source, arrived_us=arrived_us
                )
            case Finding() | Maintenance() | Accept() | Shelve() | Unshelve() | RosterAction() | Rename():
                configuration = machine.configuration or self._fleet.configuration(content.machine)
                source = Source(topic=line.file, partition=0, offset=line.number)
                arrived_us = arrival_of_line(line.data)
                yield observe(
                    content, configuration, observed_us=content.time_us, source=source, arrived_us=arrived_us
                )
            case _:
                yield content

    def _begun(self, machine: _ReplayedMachine, name: str, first_us: int, observed_us: int) -> Iterator[Configured]:
        """Before a machine's first measurement: its configuration, unless the recording has given one already."""
        machine.measured = True
        if machine.configuration is not None and self._learning_period is None:
            return
        if self._learning_period is not None:
            machine.learn_until_us = self._learning_period.end_us(first_us)
        machine.configuration = self._adjusted(machine, machine.configuration or self._fleet.configuration(name))
        yield Configured(machine=name, observed_us=observed_us, configuration=machine.configuration)

    def _adjusted(self, machine: _ReplayedMachine, configuration: Configuration) -> Configuration:
        if self._thresholds is not None:
            configuration = msgspec.structs.replace(configuration, thresholds=self._thresholds)
        if machine.learn_until_us is not None:
            learning = msgspec.structs.replace(configuration.learning, until_us=machine.learn_until_us)
            configuration = msgspec.structs.replace(configuration, learning=learning)
        return configuration


def replay(
    lines: Iterable[Line],
    fleet: Fleet | None = None,
    *,
    learning_period: LearningPeriod | None = None,
    thresholds: Thresholds | None = None,
    refuse: Refuse | None = None,
) -> Iterator[Output]:
    """Give every output of the fold over these lines: rows, health and transitions of alerts."""
    for replayed in Replay(
        fleet or Fleet(), learning_period=learning_period, thresholds=thresholds, refuse=refuse
    ).outputs(lines):
        yield replayed.output


def _note(machine: _ReplayedMachine, output: Output) -> None:
    if isinstance(output, Health):
        machine.health = output
    elif isinstance(output, Alert) and output.state == "active":
        machine.alerts[output.priority] += 1


def _summary(machine: _ReplayedMachine) -> MachineSummary:
    counts, health = machine.state.counts, machine.health
    return MachineSummary(
        status=health.status if health else "no_data",
        score=health.score if health else None,
        observations=counts.accepted,
        duplicates=counts.duplicates,
        late=counts.late,
        future=counts.future,
        alerts=dict(machine.alerts),
        crowded=counts.crowded,
        activations=counts.activations,
    )
