"""Faults of machines and sensors, each a table of a scenario: where, from when to when, and how bad it gets.

A size is what a sound sensor at the fault's `point` measures of it at the end of the development, at nominal speed
and full load; elsewhere on the machine a part of it arrives (`models/simulation/machine_vibration.py`).
"""

from typing import Annotated

import msgspec

from models.simulation.plan import Plan, exponential_growth

__all__ = [
    "BearingDamage",
    "BearingFault",
    "Cage",
    "Fault",
    "Gear",
    "InnerRace",
    "Looseness",
    "Lubrication",
    "Misalignment",
    "OuterRace",
    "Overheating",
    "RollingElement",
    "SensorCable",
    "SensorDrift",
    "SensorFault",
    "SensorOpen",
    "SensorStuck",
    "Unbalance",
    "name_of",
]

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Velocity = Annotated[float, msgspec.Meta(gt=0, le=100)]
Acceleration = Annotated[float, msgspec.Meta(gt=0, le=100)]
Heat = Annotated[float, msgspec.Meta(ge=0, le=200)]


class _Develops(msgspec.Struct, frozen=True, kw_only=True, tag_field="fault", forbid_unknown_fields=True):
    """A fault between two shares of the plan's development."""

    point: str
    begins: Share = 0.0
    ends: Share = 1.0
    growth: Annotated[float, msgspec.Meta(ge=0, le=20)] = 3.5
    """Exponent of the growth law; 0: it grows evenly."""

    def progress(self, plan: Plan, seconds: float) -> float:
        """Share of its time that is over, 0 to 1."""
        return plan.progress(seconds, begins=self.begins, ends=self.ends)

    def severity(self, plan: Plan, seconds: float) -> float:
        """Share of its final size that is reached, 0 to 1."""
        return exponential_growth(self.progress(plan, seconds), self.growth)


class Unbalance(_Develops, frozen=True, kw_only=True, tag="unbalance"):
    """Dirt or wear on one side of the rotor: more velocity at once the shaft's speed, whatever the load."""

    velocity_mm_s: Velocity
    """RMS."""


class Misalignment(_Develops, frozen=True, kw_only=True, tag="misalignment"):
    """Two shafts that are not in line: most velocity at twice the speed, less at once and three times."""

    velocity_mm_s: Velocity
    """RMS of all lines together."""


class Looseness(_Develops, frozen=True, kw_only=True, tag="looseness"):
    """A foot or bearing seat that is loose: harmonics up to ten times the speed, later halves too, never steady."""

    velocity_mm_s: Velocity
    """RMS of all lines together."""


class Lubrication(_Develops, frozen=True, kw_only=True, tag="lubrication"):
    """Too little grease: metal touches metal, a carpet of noise at high frequencies and friction's heat."""

    noise_g: Acceleration
    """RMS."""
    heat_k: Heat = 20.0


class Gear(_Develops, frozen=True, kw_only=True, tag="gear"):
    """A damaged tooth of the gear on the measured shaft: the mesh is louder while it is engaged, once a turn."""

    acceleration_g: Acceleration
    """RMS of what it adds."""


class BearingDamage(_Develops, frozen=True, kw_only=True):
    """A spall in a bearing: impacts grow, play lets the shaft move more, heat comes last."""

    impact_g: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    """Peak of an impact, as the structure's first answer."""
    scatter: Annotated[float, msgspec.Meta(ge=0, le=0.05)] = 0.005
    """Of the intervals between impacts, one sigma, relative: how irregularly the elements slip."""
    heat_k: Heat = 30.0
    """From 60 % of its time on, evenly."""

    def play(self, plan: Plan, seconds: float) -> float:
        """Factor on the shaft's tones: up to 2.2, with the third power of its progress."""
        return 1 + 1.2 * self.progress(plan, seconds) ** 3

    def friction_k(self, plan: Plan, seconds: float) -> float:
        """Kelvin above normal."""
        return self.heat_k * max(0.0, (self.progress(plan, seconds) - 0.6) / 0.4)


class OuterRace(BearingDamage, frozen=True, kw_only=True, tag="bearing_outer_race"):
    """On the outer race, which stands still in the load zone."""


class InnerRace(BearingDamage, frozen=True, kw_only=True, tag="bearing_inner_race"):
    """On the inner race, which turns through the load zone with the shaft."""


class RollingElement(BearingDamage, frozen=True, kw_only=True, tag="bearing_rolling_element"):
    """On a rolling element, which goes through the load zone with the cage."""


class Cage(BearingDamage, frozen=True, kw_only=True, tag="bearing_cage"):
    """Of the cage: one knock each of its turns."""


class Overheating(_Develops, frozen=True, kw_only=True, tag="overheating"):
    """Cooling that clogs: the same losses end at a higher temperature; nothing shakes more than before."""

    growth: Annotated[float, msgspec.Meta(ge=0, le=20)] = 0.0
    rise_factor: Annotated[float, msgspec.Meta(gt=0, le=10)] = 1.4
    """Share by which the rise above ambient exceeds the normal one in the end."""


class SensorCable(_Develops, frozen=True, kw_only=True, tag="sensor_cable"):
    """An accelerometer's cable: contact comes and goes, then it is off: the supply drives the input to its end."""


class SensorStuck(_Develops, frozen=True, kw_only=True, tag="sensor_stuck"):
    """A sensor, or what reads it, that gives the same value for ever."""


class SensorDrift(_Develops, frozen=True, kw_only=True, tag="sensor_drift"):
    """A thermometer that reads too much or too little, or an accelerometer that feels less and less."""

    growth: Annotated[float, msgspec.Meta(ge=0, le=20)] = 0.0
    drift_k: Annotated[float, msgspec.Meta(ge=-100, le=100)] = 0.0
    """Of a thermometer, in the end."""
    gain_loss: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    """Of an accelerometer, in the end: the part of its sensitivity that has gone."""


class SensorOpen(_Develops, frozen=True, kw_only=True, tag="sensor_open"):
    """A resistance thermometer whose wire breaks: single readings at the end of its range, then all of them."""


BearingFault = OuterRace | InnerRace | RollingElement | Cage
SensorFault = SensorCable | SensorStuck | SensorDrift | SensorOpen
Fault = Unbalance | Misalignment | Looseness | Lubrication | Gear | BearingFault | Overheating | SensorFault


def name_of(fault: Fault) -> str:
    """Give a fault's name, which is the diagnosis' for what it can name.

    >>> name_of(Unbalance(point="drive-end", velocity_mm_s=7.0))
    'unbalance'
    """
    return str(type(fault).__struct_config__.tag)
