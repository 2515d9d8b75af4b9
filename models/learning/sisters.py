"""Machines like one another: what is usual of one, held against what is usual of the others.

A machine that was broken when it was learned takes its fault for its normal. Nothing in its own past tells;
machines of the same kind, size and mounting that run and are measured in the same way do. What each has learned
comes together in one order, as lessons do, and each is told what the others come to.
"""

from collections.abc import Collection
from math import exp, log
from statistics import median

import msgspec

from models.condition.regimes import Regime
from models.machinery.machine import Machine
from models.machinery.pack import compact
from models.observations import SisterBaseline
from models.outputs import Usual

__all__ = ["MIN_SISTERS", "Sisterhood", "group_of"]

MIN_SISTERS = 5
"""So many others there must be: fewer don't tell what is usual, nor how far they stray."""
_MAX_MACHINES = 256
_MAX_GROUPS = 16_384
_MAD_TO_SIGMA = 1.4826
_MIN_SIGMA = 0.05
_POWER_CLASSES_KW = (15.0, 75.0, 300.0)
_SPEED_STEP = log(1.15)
_NEAR_NOMINAL = 0.075
_LOAD_STEP = 0.4


def group_of(machine: Machine, point: str, regime: Regime | None, rate_hz: float) -> str:
    """Name the group that a point of a machine is of in a regime; empty where its kind or power is not known.

    >>> group_of(Machine(id="P-1", kind="Pump", power_kw=30.0, speed_rpm=1480.0), "DE", None, 25600.0)
    'pump|75||DE|1480||25600'
    """
    if not machine.kind or machine.power_kw is None:
        return ""
    size = next((str(int(limit)) for limit in _POWER_CLASSES_KW if machine.power_kw <= limit), "more")
    speed = _middle(regime, 0)
    nominal = abs(machine.speed_rpm) if machine.speed_rpm else None
    if nominal and (speed is None or abs(speed - log(nominal)) <= _NEAR_NOMINAL):
        rpm = f"{nominal:.0f}"
    else:
        rpm = "" if speed is None else f"{exp(round(speed / _SPEED_STEP) * _SPEED_STEP):.0f}"
    load = _middle(regime, 1)
    percent = "" if load is None else f"{100 * _LOAD_STEP * round(load / _LOAD_STEP):.0f}"
    parts = (compact(machine.kind), size, machine.mounting or "", point, rpm, percent, f"{rate_hz:.6g}")
    return "|".join(part.replace("|", "") for part in parts)


def _middle(regime: Regime | None, side: int) -> float | None:
    if regime is None:
        return None
    low, high = regime.low[side], regime.high[side]
    return None if low is None or high is None else (low + high) / 2


class Sisterhood(msgspec.Struct):
    """All that the machines of a fleet have told of what is usual of them: a pure fold over that, in its order."""

    number: int = 0
    groups: dict[str, dict[str, dict[str, float]]] = {}
    """Logarithms of baselines, by group, machine and indicator."""

    def learn_one(self, usual: Usual) -> None:
        """Learn what is usual of one machine, in place of what it told of the same before; nothing: it has left."""
        self.number += 1
        if not usual.values:
            self.groups.get(usual.group, {}).pop(usual.machine, None)
            return
        members = self.groups.get(usual.group)
        if members is None:
            if len(self.groups) >= _MAX_GROUPS:
                return
            members = self.groups[usual.group] = {}
        if usual.machine in members or len(members) < _MAX_MACHINES:
            members[usual.machine] = usual.values

    def sisters_of(self, machine: str, groups: Collection[str]) -> dict[str, dict[str, SisterBaseline]]:
        """Give what is usual of the others of each of these groups, where there are enough of them."""
        found = {}
        for group in groups:
            others = [values for name, values in self.groups.get(group, {}).items() if name != machine]
            names = sorted({name for values in others for name in values})
            alike = {name: _baseline([values[name] for values in others if name in values]) for name in names}
            known = {name: baseline for name, baseline in alike.items() if baseline is not None}
            if known:
                found[group] = known
        return found


def _baseline(values: list[float]) -> SisterBaseline | None:
    if len(values) < MIN_SISTERS:
        return None
    location = median(values)
    sigma = _MAD_TO_SIGMA * median(abs(value - location) for value in values)
    return SisterBaseline(round(location, 3), round(max(sigma, _MIN_SIGMA), 3), len(values))
