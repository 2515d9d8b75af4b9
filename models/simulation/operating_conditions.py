"""Operating conditions of a machine: load that changes, heat that follows slowly, the temperature of the hall."""

import math
from typing import Annotated

import msgspec
import numpy as np

__all__ = ["Ambient", "Load", "Thermal"]

_DAY_S = 86_400.0
_YEAR_S = 365.2425 * _DAY_S
_WARMEST_DAY = 200.0
"""Of the year, in the northern half of the world: 20 July, a month after the sun is highest."""
_WARMEST_HOUR = 15.0


class Load:
    """A load that holds a level for a while and then changes, as production does.

    Levels lie between `lowest` and `highest` and last 4 to 12 minutes, so that half an hour of learning meets
    several of them; the step from one to the next takes three minutes. Each call of `after` moves time on.
    """

    def __init__(self, generator: np.random.Generator, *, lowest: float = 0.8, highest: float = 1.0) -> None:
        self._generator = generator
        self._lowest, self._highest = lowest, highest
        self._level = self._target = self._draw_level()
        self._left_s = self._draw_length_s()

    def between(self, lowest: float, highest: float) -> None:
        """Go over to other limits: the next level lies between them."""
        if (lowest, highest) != (self._lowest, self._highest):
            self._lowest, self._highest = lowest, highest
            self._left_s = 0.0

    def after(self, seconds: float) -> float:
        """Give the load, as a share of nominal, `seconds` after the last call."""
        self._left_s -= seconds
        if self._left_s <= 0:
            self._target = self._draw_level()
            self._left_s = self._draw_length_s()
        self._level += (self._target - self._level) * (1 - math.exp(-seconds / 60))
        return self._level

    def _draw_level(self) -> float:
        return float(self._generator.uniform(self._lowest, self._highest))

    def _draw_length_s(self) -> float:
        return float(self._generator.uniform(240, 720))


class Thermal(msgspec.Struct, frozen=True, kw_only=True):
    """A first-order thermal lag: T' = (T_end - T) / time_constant, T_end = ambient + rise * load^2."""

    time_constant_s: Annotated[float, msgspec.Meta(gt=0, le=1e6)]
    rise_c: Annotated[float, msgspec.Meta(ge=0, le=200)]
    """How much warmer than its surroundings it ends at full load."""

    def settled_c(self, *, ambient: float, load: float, extra_c: float = 0.0) -> float:
        """Give the temperature this ends at; losses grow with the square of the load (current).

        >>> Thermal(time_constant_s=1200, rise_c=40).settled_c(ambient=20, load=1)
        60.0
        """
        return ambient + self.rise_c * load**2 + extra_c

    def after(self, temperature_c: float, *, settled_c: float, seconds: float) -> float:
        """Step on exactly: after one time constant 63.2 % of the way is done.

        >>> round(Thermal(time_constant_s=600, rise_c=0).after(0.0, settled_c=100.0, seconds=600), 1)
        63.2
        """
        return settled_c + (temperature_c - settled_c) * math.exp(-seconds / self.time_constant_s)


class Ambient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Temperature of the hall: a mean, with a wave of the year and one of the day on it."""

    mean_c: Annotated[float, msgspec.Meta(ge=-60, le=60)] = 24.0
    year_k: Annotated[float, msgspec.Meta(ge=0, le=50)] = 0.0
    """By how much 20 July is warmer, and January colder, than the mean."""
    day_k: Annotated[float, msgspec.Meta(ge=0, le=30)] = 2.0
    """The same for 15:00 and 03:00, local time."""

    def at(self, local_s: float) -> float:
        """Give the temperature at a local time in seconds since 1970.

        >>> Ambient().at(15 * 3600), round(Ambient(mean_c=15, year_k=10, day_k=0).at(200 * 86_400), 2)
        (26.0, 25.0)
        """
        day = math.cos(2 * math.pi * (local_s - _WARMEST_HOUR * 3600) / _DAY_S)
        year = math.cos(2 * math.pi * (local_s - _WARMEST_DAY * _DAY_S) / _YEAR_S)
        return self.mean_c + self.year_k * year + self.day_k * day
