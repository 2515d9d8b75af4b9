"""How things go wrong: each fault tells, for a moment of its development, what it adds to a machine."""

import math

import msgspec

from models.simulation.bearing import Bearing

__all__ = ["CableBreak", "Fault", "OuterRace", "Overheating", "Plan"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The script of a run, in simulated seconds since its start: all are sound, then the faults develop."""

    healthy_s: float = 7_200.0
    development_s: float = 21_600.0

    def progress(self, seconds: float, *, begins: float = 0.0, ends: float = 1.0) -> float:
        """Give how far a fault is, 0 to 1, that develops from share `begins` to share `ends` of the development.

        >>> plan = Plan(healthy_s=100, development_s=200)
        >>> [plan.progress(s, begins=0.5) for s in (0, 200, 250, 999)]
        [0.0, 0.0, 0.5, 1.0]
        """
        share = (seconds - self.healthy_s) / self.development_s
        return min(1.0, max(0.0, (share - begins) / (ends - begins)))

    def onset_s(self, begins: float) -> float:
        """Give when a fault starts that begins at share `begins` of the development."""
        return self.healthy_s + begins * self.development_s


class OuterRace(msgspec.Struct, frozen=True, kw_only=True, tag="bearing_outer_race"):
    """A spall on a bearing's outer race: impacts grow exponentially, smoothness goes later, heat comes last."""

    point: str
    bearing: Bearing
    last_impact_g: float = 9.0
    begins: float = 0.0

    def impact_g(self, plan: Plan, seconds: float) -> float:
        """Peak of an impact in g: (exp(3.5 p) - 1) / (exp(3.5) - 1) of the last one, zero before the onset."""
        return self.last_impact_g * math.expm1(3.5 * plan.progress(seconds, begins=self.begins)) / math.expm1(3.5)

    def looseness(self, plan: Plan, seconds: float) -> float:
        """Factor on the shaft's tones: play in the bearing lets the rotor move, up to 2.2 times as much."""
        return 1 + 1.2 * plan.progress(seconds, begins=self.begins) ** 3

    def friction_c(self, plan: Plan, seconds: float) -> float:
        """Heat of friction as degrees above normal: nothing until 60 % of the development, then up to 30."""
        return 30 * plan.progress(seconds, begins=0.6)


class CableBreak(msgspec.Struct, frozen=True, kw_only=True, tag="sensor_cable"):
    """An accelerometer's cable: contact comes and goes for a while, then it is off for good."""

    point: str
    begins: float = 0.05
    breaks: float = 0.25

    def loose_contact(self, plan: Plan, seconds: float) -> bool:
        """Whether contact has become unreliable."""
        return plan.progress(seconds, begins=self.begins) > 0

    def off(self, plan: Plan, seconds: float) -> bool:
        """Whether the cable is off."""
        return plan.progress(seconds, begins=self.breaks) > 0


class Overheating(msgspec.Struct, frozen=True, kw_only=True, tag="overheating"):
    """Cooling that clogs: the same losses end at a higher temperature; nothing shakes more than before."""

    point: str
    begins: float = 0.1
    ends: float = 0.5
    rise_factor: float = 1.4

    def extra_share(self, plan: Plan, seconds: float) -> float:
        """Share by which the temperature rise exceeds the normal one: 0 to `rise_factor`."""
        return self.rise_factor * plan.progress(seconds, begins=self.begins, ends=self.ends)


Fault = OuterRace | CableBreak | Overheating
