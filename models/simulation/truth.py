"""What really happens to each machine and when: the labels that judgements are scored against."""

from collections.abc import Sequence

import msgspec

from models.clock import SECOND_US
from models.simulation.faults import CableBreak, Plan
from models.simulation.plant import PLANT, SimulatedMachine

__all__ = ["Truth", "truths"]


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of one machine; a sound one has no point and no onset."""

    machine: str
    fault: str
    """`healthy`, `bearing_outer_race`, `sensor_cable` or `overheating`."""
    of_sensor: bool = False
    """Whether a sensor fails and the machine does not."""
    point: str | None = None
    onset_us: int | None = None
    """When the fault starts: its first trace, which nobody could see yet."""


def truths(*, start_us: int, plan: Plan, plant: Sequence[SimulatedMachine] = PLANT) -> tuple[Truth, ...]:
    """Label each machine of a run that starts at `start_us`.

    >>> [truth.fault for truth in truths(start_us=0, plan=Plan())]
    ['bearing_outer_race', 'sensor_cable', 'overheating', 'healthy']
    """
    return tuple(_truth(each, start_us, plan) for each in plant)


def _truth(simulated: SimulatedMachine, start_us: int, plan: Plan) -> Truth:
    fault = simulated.fault
    if fault is None:
        return Truth(machine=simulated.machine.id, fault="healthy")
    return Truth(
        machine=simulated.machine.id,
        fault=str(type(fault).__struct_config__.tag),
        of_sensor=isinstance(fault, CableBreak),
        point=fault.point,
        onset_us=start_us + round(plan.onset_s(fault.begins) * SECOND_US),
    )
