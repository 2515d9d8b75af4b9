"""The ground truth of a run: what really happens to each machine and when, which judgements are scored against.

The file is JSON Lines: one `scenario`, then a `fault` for each fault of each machine (`healthy` for one that has
none), then a `state` for each machine in every interval, in order of time.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

import msgspec

from models.clock import SECOND_US, from_datetime, to_datetime
from models.errors import RecordingError
from models.simulation.faults import Fault, SensorFault, name_of
from models.simulation.plan import Plan
from models.simulation.scenario import Scenario

__all__ = [
    "HEALTHY",
    "FaultTruth",
    "RunTruth",
    "Severity",
    "StateTruth",
    "Truths",
    "read_truth",
    "run_truth",
    "truths",
]

HEALTHY = "healthy"


class RunTruth(msgspec.Struct, frozen=True, kw_only=True, tag="scenario"):
    """Which run this is: the same numbers make the same measurements again."""

    scenario: str
    seed: int
    start: datetime
    interval_s: float
    healthy_s: float
    development_s: float


class FaultTruth(msgspec.Struct, frozen=True, kw_only=True, tag="fault"):
    """One fault of one machine; a sound one has no point and no onset."""

    machine: str
    fault: str
    """`healthy`, or the name of a fault."""
    of_sensor: bool = False
    """Whether a sensor fails and the machine does not."""
    point: str | None = None
    onset_us: int | None = None
    """When the fault starts: its first trace, which nobody could see yet."""
    full_us: int | None = None
    """When it has reached its size."""


class Severity(msgspec.Struct, frozen=True):
    """How far one fault is at a moment."""

    fault: str
    point: str
    severity: float
    """Share of its final size, 0 to 1."""

    @classmethod
    def of(cls, fault: Fault, severity: float) -> "Severity":
        """Give a fault's."""
        return cls(name_of(fault), fault.point, severity)


class StateTruth(msgspec.Struct, frozen=True, kw_only=True, tag="state"):
    """How one machine is at one moment."""

    machine: str
    time: datetime
    running: bool
    regime: str | None
    speed_rpm: float
    load_percent: float
    ambient_c: float
    temperature_c: float
    """Where its thermometer sits, whatever that shows."""
    severities: tuple[Severity, ...] = ()
    """Of the faults that have begun."""
    sensors: dict[str, str] = {}
    """By point, those that are not as they should be: `loose_contact`, `off`, `stuck`, `drifting` or `open`."""

    @property
    def time_us(self) -> int:
        """Microseconds since the epoch."""
        return from_datetime(self.time)


class Truths(msgspec.Struct, frozen=True):
    """A whole run's truth."""

    run: RunTruth
    faults: tuple[FaultTruth, ...]
    states: dict[str, list[StateTruth]]
    """By machine, in order of time."""

    def at(self, machine: str, time_us: int) -> StateTruth | None:
        """Give how a machine was at a time: its last state until then; None before the first."""
        states = self.states.get(machine, [])
        place = bisect_right(states, time_us, key=lambda state: state.time_us)
        return states[place - 1] if place else None


def run_truth(scenario: Scenario, *, seed: int, start_us: int, plan: Plan) -> RunTruth:
    """Name a run."""
    return RunTruth(
        scenario=scenario.id,
        seed=seed,
        start=to_datetime(start_us),
        interval_s=scenario.interval_s,
        healthy_s=plan.healthy_s,
        development_s=plan.development_s,
    )


def truths(scenario: Scenario, *, start_us: int, plan: Plan) -> tuple[FaultTruth, ...]:
    """Label each machine of a run that starts at `start_us`, one for each of its faults.

    >>> from models.simulation.library import built_in
    >>> [truth.fault for truth in truths(built_in("demo"), start_us=0, plan=Plan())]
    ['bearing_outer_race', 'sensor_cable', 'overheating', 'healthy']
    """
    labels: list[FaultTruth] = []
    for machine in scenario.machines:
        labels += [
            FaultTruth(
                machine=machine.id,
                fault=name_of(fault),
                of_sensor=isinstance(fault, SensorFault),
                point=fault.point,
                onset_us=start_us + round(plan.at_s(fault.begins) * SECOND_US),
                full_us=start_us + round(plan.at_s(fault.ends) * SECOND_US),
            )
            for fault in machine.faults
        ] or [FaultTruth(machine=machine.id, fault=HEALTHY)]
    return tuple(labels)


_decoder = msgspec.json.Decoder(RunTruth | FaultTruth | StateTruth)


def read_truth(lines: Iterable[bytes | str]) -> Truths:
    """Read what `stethos simulate --truth` wrote; raises `RecordingError` naming the line and the fix.

    >>> run = '{"type":"scenario","scenario":"demo","seed":0,"start":"2026-01-01T00:00:00Z",' + (
    ...     '"interval_s":60,"healthy_s":7200,"development_s":21600}')
    >>> read_truth([run, '{"type":"fault","machine":"P1","fault":"unbalance"}']).faults[0].fault
    'unbalance'
    """
    run: RunTruth | None = None
    faults: list[FaultTruth] = []
    states: dict[str, list[StateTruth]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            match _decoder.decode(line):
                case RunTruth() as run:
                    pass
                case FaultTruth() as truth:
                    faults.append(truth)
                case StateTruth() as state:
                    states.setdefault(state.machine, []).append(state)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RecordingError(
                f"truth, line {number}: {error}; give the file that `stethos simulate --truth` wrote"
            ) from None
    if run is None:
        raise RecordingError("truth: no line names the run; give the file that `stethos simulate --truth` wrote")
    for each in states.values():
        each.sort(key=lambda state: state.time_us)
    return Truths(run, tuple(faults), states)
