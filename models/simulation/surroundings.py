"""What a machine is asked to do and how warm it gets: load that changes, heat that follows slowly."""

import math

import msgspec
import numpy as np

__all__ = ["Load", "Thermal", "ambient_c"]

_DAY_S = 86_400.0


class Load:
    """A load that holds a level for a while and then changes, as production does.

    Levels lie between `lowest` and 1 and last 4 to 12 minutes, so that half an hour of learning meets several of
    them; the step from one to the next takes three minutes. Each call of `after` moves time on.
    """

    def __init__(self, generator: np.random.Generator, *, lowest: float = 0.8) -> None:
        self._generator = generator
        self._lowest = lowest
        self._level = self._target = self._draw_level()
        self._left_s = self._draw_length_s()

    def after(self, seconds: float) -> float:
        """Give the load, as a share of nominal, `seconds` after the last call."""
        self._left_s -= seconds
        if self._left_s <= 0:
            self._target = self._draw_level()
            self._left_s = self._draw_length_s()
        self._level += (self._target - self._level) * (1 - math.exp(-seconds / 60))
        return self._level

    def _draw_level(self) -> float:
        return float(self._generator.uniform(self._lowest, 1.0))

    def _draw_length_s(self) -> float:
        return float(self._generator.uniform(240, 720))


class Thermal(msgspec.Struct, frozen=True, kw_only=True):
    """A first-order thermal lag: T' = (T_end - T) / time_constant, T_end = ambient + rise * load^2."""

    time_constant_s: float
    rise_c: float
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


def ambient_c(seconds_of_day: float) -> float:
    """Temperature of the hall: 24 degC, two degrees warmer at 15:00 UTC and two colder at 03:00.

    >>> ambient_c(15 * 3600)
    26.0
    """
    return 24.0 + 2.0 * math.cos(2 * math.pi * (seconds_of_day - 15 * 3600) / _DAY_S)
