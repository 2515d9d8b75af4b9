"""The thermal baseline of a point: what its temperature settles at, so that warming up is told from overheating.

The reference is the highest smoothed temperature of the learning time. After that it goes on rising with the
machine, but no faster than 1 K a minute, until the machine has settled (less than 3 K in half an hour) or six hours
have passed since its first temperature. From then on it follows with a time constant of a week, down in four, never
further than 20 K, and how far the temperature usually swings about it is learned. Seasons warm all regimes of a
machine alike, so what one of them follows the others follow with it.
"""

from math import isfinite

import msgspec

from models.clock import MINUTE_US, SECOND_US

__all__ = ["ThermalBaseline", "WarmUp"]

_SETTLED_K = 3.0
_SETTLING_US = 30 * MINUTE_US
_MAX_WARM_UP_US = 360 * MINUTE_US
_RISE_K_PER_S = 1.0 / 60.0
_FOLLOW_S = 7 * 86_400.0
_SINK = 0.25
"""Slower down than up, so that it keeps to the warmer ones of temperatures that swing with the load."""
_MAX_STEP_S = 3_600.0
_BAND_K = 20.0
"""The seasons of a hall without heating."""


class ThermalBaseline(msgspec.Struct, array_like=True):
    """The reference temperature of one point, in degrees Celsius; times are event times."""

    began_us: int = 0
    mark_us: int = 0
    mark_c: float = 0.0
    newest_us: int = 0
    reference_c: float | None = None
    anchor_c: float | None = None
    """The reference when the machine had settled; None before."""
    swing_k: float = 0.0
    """Mean distance from the reference since it had settled."""

    def update(self, value_c: float, time_us: int, *, learning: bool) -> float:
        """Update the baseline from one smoothed, plausible temperature; what is not finite is refused.

        Gives by how much a settled reference followed it, in K.
        """
        if not isfinite(value_c):
            return 0.0
        if self.reference_c is None:
            self.began_us = self.mark_us = self.newest_us = time_us
            self.reference_c = self.mark_c = value_c
            return 0.0
        elapsed_s = min((time_us - self.newest_us) / SECOND_US, _MAX_STEP_S)
        self.newest_us = time_us
        if learning:
            self.reference_c = max(self.reference_c, value_c)
            self._settle(value_c, time_us)
        elif self.anchor_c is None:
            self.reference_c = max(self.reference_c, min(value_c, self.reference_c + _RISE_K_PER_S * elapsed_s))
            self._settle(value_c, time_us)
        elif value_c > self.anchor_c - 2 * _BAND_K:
            before_c = self.reference_c
            share = min(elapsed_s / _FOLLOW_S, 1.0)
            self.swing_k += share * (abs(value_c - before_c) - self.swing_k)
            followed_c = before_c + (share if value_c > before_c else _SINK * share) * (value_c - before_c)
            self.reference_c = self._in_band(followed_c, self.anchor_c)
            return self.reference_c - before_c
        return 0.0

    def shift(self, by_k: float) -> None:
        """Follow what another regime of the same point has followed."""
        if self.reference_c is not None and self.anchor_c is not None:
            self.reference_c = self._in_band(self.reference_c + by_k, self.anchor_c)

    @staticmethod
    def _in_band(reference_c: float, anchor_c: float) -> float:
        return min(max(reference_c, anchor_c - _BAND_K), anchor_c + _BAND_K)

    def _settle(self, value_c: float, time_us: int) -> None:
        settled = False
        if time_us - self.mark_us >= _SETTLING_US:
            settled = value_c - self.mark_c < _SETTLED_K
            self.mark_us, self.mark_c = time_us, value_c
        if settled or time_us - self.began_us >= _MAX_WARM_UP_US:
            self.anchor_c = self.reference_c
        elif self.anchor_c is not None:
            self.anchor_c = max(self.anchor_c, value_c)


class WarmUp(msgspec.Struct, array_like=True):
    """A temperature's way back after a standstill, on which nothing about it is unusual; times are event times."""

    since_us: int | None = None
    """When the machine started again; None when it is warm."""
    mark_us: int = 0
    mark_c: float = 0.0

    def start(self, time_us: int) -> None:
        """Start anew, as the machine runs again."""
        self.since_us, self.mark_us = time_us, 0

    def is_late(self, time_us: int) -> bool:
        """Whether it has ended, or began so long ago that whatever was warm before it is no longer."""
        return self.since_us is None or time_us - self.since_us >= _MAX_WARM_UP_US

    def update(self, value_c: float, time_us: int) -> bool:
        """Update it from a temperature; give whether it goes on: until 3 K hold for half an hour, or six hours.

        >>> warm_up = WarmUp()
        >>> warm_up.start(1)
        >>> [warm_up.update(c, 1 + k * _SETTLING_US) for k, c in enumerate([20.0, 40.0, 45.0, 46.0, 20.0])]
        [True, True, True, False, False]
        """
        if self.since_us is None:
            return False
        if not isfinite(value_c):
            return True
        if not self.mark_us or abs(value_c - self.mark_c) >= _SETTLED_K:
            self.mark_us, self.mark_c = time_us, value_c
        if time_us - self.mark_us >= _SETTLING_US or time_us - self.since_us >= _MAX_WARM_UP_US:
            self.since_us = None
        return self.since_us is not None
