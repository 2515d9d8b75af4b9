"""The operation of a machine: shifts, stops at random, regimes of speed and load, one step after the other."""

import msgspec
import numpy as np

from models.simulation.machine import Operation, Regime
from models.simulation.operating_conditions import Load

__all__ = ["Operating", "Running", "in_shift"]

_DAY_S = 86_400.0
_HOUR_S = 3_600.0
_THURSDAY = 3
"""Weekday of 1 January 1970, Monday being 0."""


class Running(msgspec.Struct, frozen=True):
    """How a machine runs at a moment; standing, it has no regime and no load."""

    regime: Regime | None
    load: float
    """Share of nominal."""


class Operating:
    """A machine's way through its shifts, stops and regimes; each call of `after` moves time on.

    Regimes are drawn by their weights and last half to one and a half times their mean, as do stops, which come at
    random (Poisson).
    """

    def __init__(self, operation: Operation, generator: np.random.Generator) -> None:
        self._operation, self._generator = operation, generator
        self._stopped_s = 0.0
        self._regime = self._drawn()
        self._left_s = self._length_s(operation.regime_minutes)
        lowest, highest = self._regime.load
        self._load = Load(generator, lowest=lowest, highest=highest)

    def after(self, seconds: float, local_s: float) -> Running:
        """Give how the machine runs `seconds` after the last call, which is at `local_s` local time since 1970."""
        self._left_s -= seconds
        if self._left_s <= 0:
            self._regime = self._drawn()
            self._left_s = self._length_s(self._operation.regime_minutes)
        self._load.between(*self._regime.load)
        load = self._load.after(seconds)
        self._stopped_s = max(0.0, self._stopped_s - seconds)
        # Drawn always, so that what comes later doesn't hang on the operation's settings.
        if self._generator.random() < self._operation.stops_per_day * seconds / _DAY_S and not self._stopped_s:
            self._stopped_s = self._length_s(self._operation.stop_minutes)
        if self._stopped_s or not in_shift(self._operation, local_s):
            return Running(None, 0.0)
        return Running(self._regime, load)

    def _drawn(self) -> Regime:
        weights = np.array([regime.weight for regime in self._operation.regimes])
        chosen = self._generator.choice(len(weights), p=weights / weights.sum())
        return self._operation.regimes[int(chosen)]

    def _length_s(self, mean_minutes: float) -> float:
        return 60 * mean_minutes * float(self._generator.uniform(0.5, 1.5))


def in_shift(operation: Operation, local_s: float) -> bool:
    """Whether it is working time; the hours after midnight of a night shift belong to the day it began.

    >>> night = Operation(hours=(22, 6), weekdays=(4,))
    >>> [in_shift(night, hour * 3600) for hour in (5, 22, 29, 30)]  # Thursday 05:00, 22:00; Friday 05:00, 06:00
    [False, True, True, False]
    """
    begins, ends = operation.hours
    hour = local_s % _DAY_S / _HOUR_S
    day = int(local_s // _DAY_S)
    if ends <= begins:
        if hour < ends:
            day -= 1
        elif hour < begins:
            return False
    elif not begins <= hour < ends:
        return False
    return (day + _THURSDAY) % 7 + 1 in operation.weekdays
