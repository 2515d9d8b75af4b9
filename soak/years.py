"""Years of a sound machine as observations, one of its vibration and one of its temperature every ten minutes.

How it runs, stops and warms is the simulator's (`models.simulation.trajectory`), what a block of it measures is
drawn (`soak.likeness`), and on top comes what sound machines do over years, none of it a fault:

- wear: 4 % a year louder, and a random walk of 3 % in the square root of a year;
- days: 4 % (sigma) up and down, with a correlation of three days: product, medium, oil;
- seasons: 4 % with the year, besides what the hall's temperature does to the thermometer;
- weather: 3 K (sigma) about the hall's temperature, with a correlation of four days;
- shocks: one in two weeks on average, a single block two to eight times as loud;
- starts and changes of regime that a block happens to fall into: one start in five, one change in ten, at a
  speed and load between, the level 40 % (sigma) off.
"""

import math
from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import SECOND_US
from models.observations import TemperatureObserved, VibrationObserved
from models.simulation.machine import SimulatedMachine
from models.simulation.plan import Plan
from models.simulation.scenario import Scenario
from models.simulation.trajectory import trajectory
from models.simulation.trajectory_point import TrajectoryPoint
from soak.likeness import STANDING, Likeness, likenesses

__all__ = ["INTERVAL_S", "YEAR_S", "Wear", "observations"]

Real = NDArray[np.float64]

INTERVAL_S = 600.0
YEAR_S = 365.2425 * 86_400.0
_WEAR, _WALK, _DAYS, _SEASON, _WEATHER_K = 0.04, 0.03, 0.04, 0.04, 3.0
_DAYS_TAU_S, _WEATHER_TAU_S = 3 * 86_400.0, 4 * 86_400.0
_SHOCKS_PER_S = 1 / (14 * 86_400.0)
_START_SEEN, _CHANGE_SEEN = 0.2, 0.1
_OFF = 0.4
_NEVER_ALIKE = 1e-3
"""Of the noise of a machine that stands (sigma of the logarithm): of the few blocks that it is drawn from, the same
would come again within an hour now and then, bit for bit, as no sensor's noise does."""
_SPEED_POWER = 1.5
_LEVELS = ("rms_g", "velocity_rms_mm_s", "envelope_rms_g", "band_")


class Wear(msgspec.Struct, frozen=True):
    """A fault: from a moment on all levels grow exponentially, by a factor `times` in `grows_s`, and go on so."""

    begins_s: float
    grows_s: float
    times: float

    def factor(self, seconds: float) -> float:
        """Give how many times as loud as without it a machine is, so long after the start of its run.

        >>> Wear(begins_s=100, grows_s=10, times=4).factor(105)
        2.0
        """
        return float(self.times ** (max(seconds - self.begins_s, 0.0) / self.grows_s))


class _Course(msgspec.Struct, frozen=True):
    """What befalls a machine at each of its moments; arrays of shape (moments,)."""

    level: Real
    """Natural logarithm of how much louder it is than when new."""
    weather_k: Real
    between: Real
    """Uniform from 0 to 1: whether a block falls into a change, and how far that is."""
    drawn: NDArray[np.int64]
    """Shape (moments, 2): which leftovers a block takes."""
    noise: Real
    """Standard normal, of shape (moments, 2)."""


def observations(
    scenario: Scenario, index: int, *, seed: int, years: float, start_us: int, wear: Wear | None = None
) -> Iterator[VibrationObserved | TemperatureObserved]:
    """Yield the observations of one of a scenario's machines, as if it had no fault but the one given."""
    machine = msgspec.structs.replace(scenario.machines[index], faults=())
    machines = (*scenario.machines[:index], machine, *scenario.machines[index + 1 :])
    scenario = msgspec.structs.replace(scenario, interval_s=INTERVAL_S, machines=machines)
    likeness = likenesses(scenario, machine, index)
    generator = np.random.default_rng((seed, index))
    steps = round(years * YEAR_S / INTERVAL_S)
    course = _course(generator, steps, len(next(iter(likeness.values())).leftovers))
    if wear is not None:
        course.level[:] += np.log([wear.factor(step * INTERVAL_S) for step in range(steps)])
    before: TrajectoryPoint | None = None
    for at in trajectory(scenario, index, Plan(healthy_s=math.inf), start_us=start_us, generator=generator):
        if at.number == steps:
            return
        yield _vibration(machine, likeness, course, at, before)
        if machine.temperature is not None:
            yield _temperature(machine, course, at)
        before = at


def _course(generator: np.random.Generator, steps: int, leftovers: int) -> _Course:
    seconds = np.arange(steps) * INTERVAL_S
    walk = np.cumsum(generator.standard_normal(steps)) * _WALK * math.sqrt(INTERVAL_S / YEAR_S)
    season = _SEASON * np.cos(2 * math.pi * (seconds / YEAR_S + generator.uniform()))
    level = _WEAR * seconds / YEAR_S + walk + season + _DAYS * _wander(generator, steps, _DAYS_TAU_S)
    shocked = generator.random(steps) < _SHOCKS_PER_S * INTERVAL_S
    level[shocked] += np.log(generator.uniform(2, 8, shocked.sum()))
    return _Course(
        level=level,
        weather_k=_WEATHER_K * _wander(generator, steps, _WEATHER_TAU_S),
        between=generator.random(steps),
        drawn=generator.integers(0, leftovers, (steps, 2)),
        noise=generator.standard_normal((steps, 2)),
    )


def _wander(generator: np.random.Generator, steps: int, tau_s: float) -> Real:
    """Noise of unit variance whose correlation fades with a time constant (Ornstein and Uhlenbeck)."""
    keep = math.exp(-INTERVAL_S / tau_s)
    pushes = math.sqrt(1 - keep * keep) * generator.standard_normal(steps)
    found, value = np.empty(steps), float(generator.standard_normal())
    for i, push in enumerate(pushes.tolist()):
        value = keep * value + push
        found[i] = value
    return found


def _vibration(
    machine: SimulatedMachine,
    likeness: dict[str, Likeness],
    course: _Course,
    at: TrajectoryPoint,
    before: TrajectoryPoint | None,
) -> VibrationObserved:
    i = at.number
    of = likeness[at.regime or STANDING]
    first, second = course.drawn[i].tolist()
    logs = of.drawn(at.load, first, second)
    rpm, load, share = 60 * at.shaft_hz, at.load, float(course.between[i])
    if at.regime is None:
        logs = logs + _NEVER_ALIKE * course.noise[i, 0]
    else:
        logs = logs + course.level[i] * _are_levels(of.names)
        if before is not None and before.regime is None and share < _START_SEEN:
            part = 0.1 + 0.9 * share / _START_SEEN
            rpm *= part
            off = _SPEED_POWER * math.log(part) + _OFF * course.noise[i, 0]
            logs = logs + off * _are_levels(of.names)
        elif before is not None and before.regime not in (None, at.regime) and share < _CHANGE_SEEN:
            part = share / _CHANGE_SEEN
            rpm += part * (60 * before.shaft_hz - rpm)
            load += part * (before.load - load)
            other = likeness[before.regime or STANDING].drawn(before.load, first, second)
            logs = logs + part * (other - logs) + _OFF * course.noise[i, 0] * _are_levels(of.names)
    return VibrationObserved(
        machine=machine.id,
        point=machine.points[0].name,
        time_us=at.time_us,
        observed_us=at.time_us,
        digest=f"{i:x}",
        seconds=2.0,
        rate_hz=25_600.0,
        speed_rpm=round(rpm, 1) if machine.sends_speed else machine.speed_rpm,
        load_percent=round(100 * load, 1) if machine.sends_load else None,
        indicators=dict(zip(of.names, np.exp(logs).tolist(), strict=True)),
    )


def _are_levels(names: tuple[str, ...]) -> Real:
    return np.array([1.0 if name.startswith(_LEVELS) else 0.0 for name in names])


def _temperature(machine: SimulatedMachine, course: _Course, at: TrajectoryPoint) -> TemperatureObserved:
    assert machine.temperature is not None
    i = at.number
    value_c = at.temperature_c + float(course.weather_k[i]) + 0.15 * float(course.noise[i, 1])
    time_us = at.time_us + 5 * SECOND_US
    return TemperatureObserved(
        machine=machine.id,
        point=machine.temperature.point,
        time_us=time_us,
        observed_us=time_us,
        digest=f"{i:x}",
        indicators={"value_c": round(value_c, 1)},
    )
