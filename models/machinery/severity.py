"""Vibration severity: which zone a broad-band velocity falls into, by the machine's pack or after ISO 20816-3.

The general boundaries are those of the standard's groups 1 and 2 as RMS velocity, 10 to 1000 Hz, for machines above
15 kW that run at 120 to 30,000 rpm. A value on a boundary belongs to the worse zone.
"""

from typing import Literal

from models.machinery.machine import Machine, Mounting
from models.machinery.mechanism import Boundaries
from models.signal.spectrum import WHOLE

__all__ = ["MINIMUM_SECONDS", "Boundaries", "Zone", "boundaries_of", "general_boundaries", "zone_of"]

Zone = Literal["A", "B", "C", "D"]

MINIMUM_SECONDS = WHOLE
"""A shorter signal holds too few turns of the shaft for a zone."""

_MIN_POWER_KW = 15.0
_SPEEDS_RPM = (120.0, 30_000.0)
_GROUP_1_ABOVE_KW = 300.0


_GROUP_1: dict[Mounting, Boundaries] = {"rigid": Boundaries(2.3, 4.5, 7.1), "flexible": Boundaries(3.5, 7.1, 11.0)}
_GROUP_2: dict[Mounting, Boundaries] = {"rigid": Boundaries(1.4, 2.8, 4.5), "flexible": Boundaries(2.3, 4.5, 7.1)}


def boundaries_of(machine: Machine) -> Boundaries | None:
    """Give the boundaries by which a machine is judged: its pack's where it has one; None where there are none."""
    return general_boundaries(machine) if machine.mechanism is None else machine.mechanism.boundaries


def general_boundaries(machine: Machine) -> Boundaries | None:
    """Give those of ISO 20816-3, or None where power or mounting is unknown, or one of these or speed outside it.

    >>> general_boundaries(Machine(id="fan", power_kw=90.0, mounting="rigid"))
    Boundaries(ab_mm_s=1.4, bc_mm_s=2.8, cd_mm_s=4.5)
    >>> general_boundaries(Machine(id="small", power_kw=11.0, mounting="rigid")) is None
    True
    """
    if machine.power_kw is None or machine.mounting is None or machine.power_kw < _MIN_POWER_KW:
        return None
    if machine.speed_rpm is not None and not _SPEEDS_RPM[0] <= machine.speed_rpm <= _SPEEDS_RPM[1]:
        return None
    group = _GROUP_1 if machine.power_kw > _GROUP_1_ABOVE_KW else _GROUP_2
    return group[machine.mounting]


def zone_of(velocity_mm_s: float, boundaries: Boundaries) -> Zone:
    """Give the zone of an RMS velocity in mm/s.

    >>> zone_of(2.8, Boundaries(1.4, 2.8, 4.5))
    'C'
    """
    if velocity_mm_s >= boundaries.cd_mm_s:
        return "D"
    if velocity_mm_s >= boundaries.bc_mm_s:
        return "C"
    return "B" if velocity_mm_s >= boundaries.ab_mm_s else "A"
