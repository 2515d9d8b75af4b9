"""The trajectory of a machine, a point in every interval: how it runs then, how fast, and how warm it is."""

from collections.abc import Iterator

import numpy as np

from models.clock import SECOND_US
from models.simulation.faults import BearingDamage, Lubrication, Overheating
from models.simulation.machine import SimulatedMachine
from models.simulation.operation import Operating
from models.simulation.plan import Plan
from models.simulation.scenario import Scenario
from models.simulation.trajectory_point import TrajectoryPoint

__all__ = ["trajectory"]

_HOUR_S = 3_600.0
_NO_LOAD_SPEED = 0.006
"""By how much a motor turns faster without load: its slip."""


def trajectory(
    scenario: Scenario, index: int, plan: Plan, *, start_us: int, generator: np.random.Generator
) -> Iterator[TrajectoryPoint]:
    """Yield the points of the trajectory of a scenario's machine without end.

    The motor slips more under load, the temperature follows with its lag.
    """
    machine = scenario.machines[index]
    operating = Operating(machine.operation, generator)
    slot_us = round(scenario.interval_s * SECOND_US) * index // len(scenario.machines)
    temperature_c: float | None = None
    number = 0
    while True:
        seconds = number * scenario.interval_s
        time_us = start_us + round(seconds * SECOND_US) + slot_us
        local_s = time_us / SECOND_US + scenario.utc_offset_h * _HOUR_S
        running = operating.after(scenario.interval_s, local_s)
        ambient_c = scenario.ambient.at(local_s)
        settled_c = ambient_c + _heat_k(machine, plan, seconds, running.load) if running.regime else ambient_c
        if temperature_c is None:
            temperature_c = settled_c
        if machine.temperature is not None:
            temperature_c = machine.temperature.after(
                temperature_c, settled_c=settled_c, seconds=scenario.interval_s
            )
        full_hz = ((running.regime.speed_rpm if running.regime else 0.0) or machine.nominal_rpm) / 60
        yield TrajectoryPoint(
            number=number,
            time_us=time_us,
            seconds=seconds,
            regime=running.regime.name if running.regime else None,
            load=running.load,
            shaft_hz=full_hz * (1 + _NO_LOAD_SPEED * (1 - running.load)) if running.regime else 0.0,
            nominal_hz=machine.nominal_rpm / 60,
            ambient_c=ambient_c,
            temperature_c=temperature_c,
        )
        number += 1


def _heat_k(machine: SimulatedMachine, plan: Plan, seconds: float, load: float) -> float:
    """Kelvin above ambient that a running machine ends at."""
    if machine.temperature is None:
        return 0.0
    normal = machine.temperature.settled_c(ambient=0.0, load=load)
    extra = 0.0
    for fault in machine.faults:
        match fault:
            case Overheating():
                extra += normal * fault.rise_factor * fault.severity(plan, seconds)
            case Lubrication():
                extra += fault.heat_k * fault.severity(plan, seconds)
            case BearingDamage():
                extra += fault.friction_k(plan, seconds)
            case _:
                continue
    return normal + extra
