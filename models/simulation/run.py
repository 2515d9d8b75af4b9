"""The run of a plant: measurements in the order of their times, as many as one asks for."""

from collections.abc import Iterator, Sequence
from heapq import merge

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import SECOND_US
from models.simulation.bearing import impact_train
from models.simulation.faults import CableBreak, OuterRace, Overheating, Plan
from models.simulation.plant import PLANT, Point, SimulatedMachine
from models.simulation.sensor import SCALE_G, broken_cable, digitise, failing_cable
from models.simulation.surroundings import Load, ambient_c
from models.simulation.vibration import tones_g

__all__ = ["LENGTH", "RATE_HZ", "Measured", "Sampling", "TemperatureBlock", "VibrationBlock", "simulate"]

RATE_HZ = 20_480.0
"""Fast enough for the impacts of bearings."""
LENGTH = 20_480
"""Samples in a block unless told otherwise: a second, long enough for a severity zone, 40 KB as 16-bit counts."""
_INTERVAL_S = 60.0
_SLIP = 0.015
"""Mean slip and scatter of the impacts' intervals, relative."""


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How a block of vibration is taken."""

    rate_hz: float = RATE_HZ
    length: int = LENGTH


class VibrationBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One block of acceleration as 16-bit counts; a count is `scale_g` g."""

    machine: str
    point: str
    time_us: int
    """Time of the first sample."""
    counts: NDArray[np.int16]
    speed_rpm: float
    load_percent: float
    rate_hz: float = RATE_HZ
    scale_g: float = SCALE_G


class TemperatureBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One temperature in degC."""

    machine: str
    point: str
    time_us: int
    value_c: float


Measured = VibrationBlock | TemperatureBlock


class _Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine goes through at one moment."""

    start_us: int
    seconds: float
    """Since the start of the run."""
    load: float
    shaft_hz: float
    temperature_c: float


def simulate(
    *,
    seed: int = 0,
    start_us: int,
    plan: Plan | None = None,
    plant: Sequence[SimulatedMachine] = PLANT,
    sampling: Sampling | None = None,
) -> Iterator[Measured]:
    """Yield the plant's measurements without end, in order of time: one of each point every simulated minute.

    Without a `sampling` blocks are `LENGTH` samples at `RATE_HZ`.

    The same arguments give the same measurements, bit for bit; machines do not influence each other's numbers.
    After the development of its faults the plant stays as it is then.

    >>> first = next(simulate(start_us=0))
    >>> first.machine, first.point, len(first.counts)
    ('P-101', 'drive-end', 20480)
    """
    plan, sampling = plan or Plan(), sampling or Sampling()
    runs = (_run(each, index, seed, start_us, plan, sampling) for index, each in enumerate(plant))
    yield from merge(*runs, key=lambda measured: measured.time_us)


def _run(
    simulated: SimulatedMachine, index: int, seed: int, start_us: int, plan: Plan, sampling: Sampling
) -> Iterator[Measured]:
    for number, moment in enumerate(_moments(simulated, index, seed, start_us, plan)):
        # A few seconds between one point and the next, as a collector that goes round would have it.
        time_us = moment.start_us + index * 4 * SECOND_US
        for place, point in enumerate(simulated.points):
            generator = np.random.default_rng((seed, index, 1 + place, number))
            yield VibrationBlock(
                machine=simulated.machine.id,
                point=point.name,
                time_us=time_us + place * 2 * SECOND_US,
                counts=_counts(simulated, point, moment, plan, generator, sampling),
                speed_rpm=round(60 * moment.shaft_hz, 1),
                load_percent=round(100 * moment.load, 1),
                rate_hz=sampling.rate_hz,
            )
        yield TemperatureBlock(
            machine=simulated.machine.id,
            point=simulated.temperature_point,
            time_us=time_us + 30 * SECOND_US,
            value_c=round(moment.temperature_c, 1),
        )


def _moments(simulated: SimulatedMachine, index: int, seed: int, start_us: int, plan: Plan) -> Iterator[_Moment]:
    """One moment a minute: load wanders, the motor slips more under load, the temperature follows with its lag."""
    generator = np.random.default_rng((seed, index, 0))
    thermal = simulated.thermal
    load = Load(generator)
    nominal_hz = (simulated.machine.speed_rpm or 1500.0) / 60
    temperature_c: float | None = None
    number = 0
    while True:
        seconds = number * _INTERVAL_S
        time_us = start_us + round(seconds * SECOND_US)
        level = load.after(_INTERVAL_S)
        settled_c = thermal.settled_c(
            ambient=ambient_c(time_us / SECOND_US % 86_400),
            load=level,
            extra_c=_extra_c(simulated, plan, seconds, level),
        )
        if temperature_c is None:
            temperature_c = settled_c
        temperature_c = thermal.after(temperature_c, settled_c=settled_c, seconds=_INTERVAL_S)
        yield _Moment(
            start_us=time_us,
            seconds=seconds,
            load=level,
            shaft_hz=nominal_hz * (1 + 0.006 * (1 - level)),
            temperature_c=temperature_c + 0.15 * float(generator.standard_normal()),
        )
        number += 1


def _extra_c(simulated: SimulatedMachine, plan: Plan, seconds: float, load: float) -> float:
    match simulated.fault:
        case OuterRace() as fault:
            return fault.friction_c(plan, seconds)
        case Overheating() as fault:
            return simulated.thermal.rise_c * load**2 * fault.extra_share(plan, seconds)
        case _:
            return 0.0


def _counts(
    simulated: SimulatedMachine,
    point: Point,
    moment: _Moment,
    plan: Plan,
    generator: np.random.Generator,
    sampling: Sampling,
) -> NDArray[np.int16]:
    """Write one block down as the converter at this point does."""
    fault = simulated.fault
    if isinstance(fault, CableBreak) and fault.point == point.name and fault.off(plan, moment.seconds):
        return broken_cable(np.zeros(sampling.length, np.int16))
    acceleration_g = _acceleration_g(simulated, point, moment, plan, generator, sampling)
    counts = digitise(point.gain * acceleration_g, generator)
    if isinstance(fault, CableBreak) and fault.point == point.name and fault.loose_contact(plan, moment.seconds):
        return failing_cable(counts, generator)
    return counts


def _acceleration_g(
    simulated: SimulatedMachine,
    point: Point,
    moment: _Moment,
    plan: Plan,
    generator: np.random.Generator,
    sampling: Sampling,
) -> NDArray[np.float64]:
    fault = simulated.fault
    strength = 0.75 + 0.25 * moment.load
    noise = simulated.noise_g * strength * generator.standard_normal(sampling.length)
    shaking = strength
    struck = 0.3 * noise
    if isinstance(fault, OuterRace) and (impact_g := fault.impact_g(plan, moment.seconds)) > 0:
        shaking *= fault.looseness(plan, moment.seconds)
        train = impact_train(
            generator,
            frequency_hz=(1 - _SLIP) * fault.bearing.outer_race_order() * moment.shaft_hz,
            slip=_SLIP,
            length=sampling.length,
            rate_hz=sampling.rate_hz,
        )
        # Through the casing to the other end, little of an impact arrives.
        reach = 1.0 if fault.point == point.name else 0.2
        struck = struck + impact_g * strength * reach * train
    phases = generator.uniform(0, 2 * np.pi, len(simulated.tones))
    tones = tones_g(
        simulated.tones, shaft_hz=moment.shaft_hz, phases=phases, length=sampling.length, rate_hz=sampling.rate_hz
    )
    return shaking * tones + 0.7 * noise + simulated.resonance.response(struck, rate_hz=sampling.rate_hz)
