"""Checks of a scenario beyond the types of its keys: names that fit together, and what physics allows."""

from collections import Counter
from collections.abc import Callable, Iterator

from models.errors import ConfigurationError
from models.machinery.bearings import resolve_bearing
from models.simulation.faults import (
    BearingDamage,
    Fault,
    Gear,
    Lubrication,
    Overheating,
    SensorDrift,
    SensorOpen,
    SensorStuck,
    name_of,
)
from models.simulation.machine import SimulatedMachine

__all__ = ["complaint_about"]

_MAX_MACHINES = 500
_MAX_POINTS = 64
_MAX_FAULTS = 32
_RUBBING_RATE_HZ = 12_000.0
_PART_OF_RATE = 0.45


def complaint_about(machines: tuple[SimulatedMachine, ...], *, rate_hz: float) -> str | None:
    """Give the first thing that is wrong, with its fix; None where all is well."""
    if not machines:
        return "there are no machines; describe each in a [[machine]] table"
    if len(machines) > _MAX_MACHINES:
        return f"there are {len(machines)} machines; at most {_MAX_MACHINES} are simulated together"
    twice = [name for name, count in Counter(machine.id for machine in machines).items() if count > 1]
    if twice:
        return f"machine {twice[0][:40]!r}: this id is given twice; give every machine its own"
    for machine in machines:
        for check in _CHECKS:
            for complaint in check(machine, rate_hz):
                return f"machine {machine.id[:40]!r}: {complaint}"
    return None


def _known(machine: SimulatedMachine, rate_hz: float) -> Iterator[str]:
    if machine.speed_rpm is None or not 1 <= machine.speed_rpm <= 60_000:
        yield "speed_rpm: give the shaft speed at full load, 1 to 60000"
    elif any(not 1 <= (regime.speed_rpm or 1) <= 60_000 for regime in machine.operation.regimes):
        yield "operation.regimes: speed_rpm must be 1 to 60000"
    if machine.sound.resonance_hz >= _PART_OF_RATE * rate_hz:
        yield f"sound.resonance_hz: must be below {_PART_OF_RATE * rate_hz:g}, or raise rate_hz"
    if any(not tone.order and not tone.hz for tone in machine.sound.tones):
        yield "sound.tones: each needs an order (of the shaft's speed) or hz"


def _points(machine: SimulatedMachine, rate_hz: float) -> Iterator[str]:  # noqa: ARG001 -- as the other checks
    names = [point.name for point in machine.points]
    if not 1 <= len(names) <= _MAX_POINTS or len(set(names)) < len(names):
        yield f"points: give 1 to {_MAX_POINTS}, each with a name of its own"
    for point, bearing in machine.bearings.items():
        try:
            resolve_bearing(bearing)
        except ConfigurationError as error:
            yield f"bearings: {point}: {error}"


def _operation(machine: SimulatedMachine, rate_hz: float) -> Iterator[str]:  # noqa: ARG001 -- as the other checks
    operation = machine.operation
    if not operation.weekdays:
        yield "operation.weekdays: there are none; give some of 1 (Monday) to 7"
    if operation.hours[0] == operation.hours[1]:
        yield "operation.hours: begin and end are the same; leave hours out where it always runs"
    names = [regime.name for regime in operation.regimes]
    if not names or len(set(names)) < len(names) or not all(names):
        yield "operation.regimes: give at least one, each with a name of its own, or leave them out"
    for regime in operation.regimes:
        if regime.load[0] > regime.load[1]:
            yield f"operation.regimes: {regime.name!r}: load is from the lowest to the highest, such as [0.6, 0.9]"


def _faults(machine: SimulatedMachine, rate_hz: float) -> Iterator[str]:
    if len(machine.faults) > _MAX_FAULTS:
        yield f"faults: there are {len(machine.faults)}; at most {_MAX_FAULTS}"
    for number, fault in enumerate(machine.faults, 1):
        for complaint in _fault(machine, fault, rate_hz):
            yield f"fault {number} ({name_of(fault)}): {complaint}"


def _fault(machine: SimulatedMachine, fault: Fault, rate_hz: float) -> Iterator[str]:
    vibration = {point.name for point in machine.points}
    warmth = {machine.temperature.point} if machine.temperature else set[str]()
    possible, what = vibration, "vibration"
    if isinstance(fault, SensorOpen | Overheating):
        possible, what = warmth, "temperature"
    elif isinstance(fault, SensorStuck | SensorDrift):
        possible, what = vibration | warmth, "any"
    if fault.point not in possible:
        points = ", ".join(sorted(possible)) or "none"
        yield f"point: {fault.point[:40]!r} is no {what} point of this machine; there are {points}"
    if fault.begins >= fault.ends:
        yield "begins and ends: the first must be before the second, both from 0 to 1"
    if isinstance(fault, BearingDamage | Gear | Lubrication):
        yield from _mechanism(machine, fault, rate_hz)
    elif isinstance(fault, SensorDrift):
        if fault.point in vibration and not fault.gain_loss:
            yield "gain_loss: give the part of its sensitivity that it loses, such as 0.5"
        if fault.point in warmth and not fault.drift_k:
            yield "drift_k: give the kelvin that it reads too much, such as 12.0"


def _mechanism(
    machine: SimulatedMachine, fault: BearingDamage | Gear | Lubrication, rate_hz: float
) -> Iterator[str]:
    match fault:
        case BearingDamage() if fault.point not in machine.bearings:
            yield f'bearings: name the bearing at this point, such as bearings = {{ {fault.point} = "6205" }}'
        case Gear() if machine.teeth is None:
            yield "teeth: give the number of the gear's teeth"
        case Gear() if (machine.teeth or 0) * _fastest_hz(machine) > _PART_OF_RATE * rate_hz:
            yield "teeth: the mesh is too fast for this rate; raise rate_hz"
        case Lubrication() if rate_hz < _RUBBING_RATE_HZ:
            yield f"rate_hz: rubbing is heard above 4 kHz; raise it to {_RUBBING_RATE_HZ:g} or more"
        case _:
            return


def _fastest_hz(machine: SimulatedMachine) -> float:
    return max([machine.nominal_rpm, *(regime.speed_rpm or 0.0 for regime in machine.operation.regimes)]) / 60


_CHECKS: tuple[Callable[[SimulatedMachine, float], Iterator[str]], ...] = (_known, _points, _operation, _faults)
