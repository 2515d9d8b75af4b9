"""The run of a scenario: measurements in the order of their times, as many as one asks for."""

from collections.abc import Iterator
from heapq import merge

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import SECOND_US, to_datetime
from models.simulation.ground_truth import Severity, StateTruth
from models.simulation.library import built_in
from models.simulation.machine import SimulatedMachine
from models.simulation.machine_vibration import machine_vibration
from models.simulation.plan import Plan
from models.simulation.scenario import Scenario
from models.simulation.sensor import SCALE_G, gain_of, sensed_c, sensed_counts, sensor_state
from models.simulation.trajectory import trajectory
from models.simulation.trajectory_point import SampleGrid, TrajectoryPoint

__all__ = ["SimulatedBlock", "TemperatureBlock", "VibrationBlock", "simulate", "simulate_with_truth"]


class VibrationBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One block of acceleration as 16-bit counts; a count is `scale_g` g."""

    machine: str
    point: str
    time_us: int
    """Time of the first sample."""
    counts: NDArray[np.int16]
    speed_rpm: float | None
    load_percent: float | None
    rate_hz: float
    scale_g: float = SCALE_G


class TemperatureBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One temperature in degC."""

    machine: str
    point: str
    time_us: int
    value_c: float


SimulatedBlock = VibrationBlock | TemperatureBlock


def simulate(
    scenario: Scenario | None = None, *, seed: int = 0, start_us: int, plan: Plan | None = None
) -> Iterator[SimulatedBlock]:
    """Yield a scenario's measurements without end, in order of time: one of each point in every interval.

    The same arguments give the same measurements, bit for bit; machines do not influence each other's numbers.
    After the development of its faults the plant stays as it is then. Without a scenario it is the demo's.

    >>> first = next(simulate(start_us=0))
    >>> first.machine, first.point, len(first.counts)
    ('P-101', 'drive-end', 20480)
    """
    for each in simulate_with_truth(scenario, seed=seed, start_us=start_us, plan=plan):
        if not isinstance(each, StateTruth):
            yield each


def simulate_with_truth(
    scenario: Scenario | None = None, *, seed: int = 0, start_us: int, plan: Plan | None = None
) -> Iterator[SimulatedBlock | StateTruth]:
    """Yield what `simulate` does, and before each machine's measurements of an interval how it truly is then."""
    chosen = scenario or built_in("demo")
    runs = (_Run(chosen, index, seed, start_us, plan or chosen.plan).all() for index in range(len(chosen.machines)))
    yield from merge(*runs, key=lambda each: each.time_us)


class _Run:
    """The run of one machine; all it remembers is one point of its trajectory."""

    def __init__(self, scenario: Scenario, index: int, seed: int, start_us: int, plan: Plan) -> None:
        self.scenario, self.index, self.seed, self.start_us, self.plan = scenario, index, seed, start_us, plan
        self.machine: SimulatedMachine = scenario.machines[index]
        samples = SampleGrid(scenario.rate_hz, scenario.samples)
        self.vibration = machine_vibration(self.machine, plan, samples, np.random.default_rng((seed, index, 2**16)))

    def all(self) -> Iterator[SimulatedBlock | StateTruth]:
        generator = np.random.default_rng((self.seed, self.index, 0))
        held_c: float | None = None
        for at in trajectory(self.scenario, self.index, self.plan, start_us=self.start_us, generator=generator):
            yield self._truth(at)
            for number in range(len(self.machine.points)):
                yield self._vibration(at, number)
            if self.machine.temperature is not None:
                shown = self._temperature(at, held_c, generator)
                held_c = shown.value_c
                yield shown

    def _time_us(self, at: TrajectoryPoint, number: int) -> int:
        """Give every measurement of an interval a moment of its own, as a collector does that goes round."""
        measured = len(self.machine.points) + (self.machine.temperature is not None)
        slot_us = round(self.scenario.interval_s * SECOND_US) // len(self.scenario.machines)
        return at.time_us + slot_us * number // measured

    def _vibration(self, at: TrajectoryPoint, number: int) -> VibrationBlock:
        machine, faults, point = self.machine, self.machine.faults, self.machine.points[number]
        generator = np.random.default_rng((self.seed, self.index, 1 + number, at.number))
        counts = sensed_counts(
            self.vibration.acceleration_g(point, at, generator),
            sensor_state(faults, point.name, self.plan, at.seconds),
            generator,
            gain=gain_of(faults, point.name, self.plan, at.seconds),
            noise_g=machine.sound.sensor_noise_g,
        )
        return VibrationBlock(
            machine=machine.id,
            point=point.name,
            time_us=self._time_us(at, number),
            counts=counts,
            speed_rpm=round(60 * at.shaft_hz, 1) if machine.sends_speed else None,
            load_percent=round(100 * at.load, 1) if machine.sends_load else None,
            rate_hz=self.scenario.rate_hz,
        )

    def _temperature(
        self, at: TrajectoryPoint, held_c: float | None, generator: np.random.Generator
    ) -> TemperatureBlock:
        assert self.machine.temperature is not None
        point = self.machine.temperature.point
        value_c = sensed_c(
            at.temperature_c,
            self.machine.faults,
            point,
            plan=self.plan,
            seconds=at.seconds,
            held_c=held_c,
            generator=generator,
        )
        time_us = self._time_us(at, len(self.machine.points))
        return TemperatureBlock(machine=self.machine.id, point=point, time_us=time_us, value_c=round(value_c, 1))

    def _truth(self, at: TrajectoryPoint) -> StateTruth:
        machine = self.machine
        points = [point.name for point in machine.points]
        points += [machine.temperature.point] if machine.temperature else []
        states = {point: sensor_state(machine.faults, point, self.plan, at.seconds) for point in points}
        severities = ((fault, fault.severity(self.plan, at.seconds)) for fault in machine.faults)
        return StateTruth(
            machine=machine.id,
            time=to_datetime(at.time_us),
            running=at.regime is not None,
            regime=at.regime,
            speed_rpm=round(60 * at.shaft_hz, 1),
            load_percent=round(100 * at.load, 1),
            ambient_c=round(at.ambient_c, 2),
            temperature_c=round(at.temperature_c, 2),
            severities=tuple(Severity.of(fault, round(size, 6)) for fault, size in severities if size),
            sensors={point: state for point, state in states.items() if state != "ok"},
        )
