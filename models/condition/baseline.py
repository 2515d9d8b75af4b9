"""A robust baseline learned online: where an indicator usually lies, and how far it usually strays.

The first values give median and MAD; after that location and scale follow by Huber-type steps, whose influence is
bounded, with gain 1/n. Once learning is over they follow with a time constant of a week, and never further than a
quarter from what was learned: a slow change is a fault's own way, and mustn't become its own baseline.
"""

from math import log, sqrt
from statistics import median

import msgspec

__all__ = ["FOLLOW_S", "YOUNG", "Baseline"]

YOUNG = 20
"""Values that start a baseline; with fewer nothing is judged."""

FOLLOW_S = 7 * 86_400.0
"""Time constant with which a baseline follows once learning is over, in seconds of event time."""

_LONGEST_STEP_S = 3_600.0
_HUBER = 2.0
_MEAN_OF_CLIPPED = 0.7809
"""Mean of min(|x|, 2) of a standard normal x, so that the scale stays a standard deviation."""
_MAD_TO_SIGMA = 1.4826
_BAND = log(1.25)


class Baseline(msgspec.Struct, array_like=True):
    """Location and scale of one indicator, on the axis it is given on (logarithms for positive ones)."""

    floor: float
    """The smallest standard deviation believed in, so that a very quiet signal raises no alarm."""
    count: int = 0
    location: float = 0.0
    scale: float = 0.0
    anchor: float | None = None
    """The location when learning ended; None while it lasts."""
    young: list[float] = []

    @property
    def ready(self) -> bool:
        """Whether it has seen enough to judge by."""
        return self.count >= YOUNG

    def learn(self, value: float) -> None:
        """Take in one value (finite) during learning, each weighing 1/n."""
        self.count += 1
        if self.count < YOUNG:
            self.young.append(value)
        elif self.count == YOUNG:
            first = [*self.young, value]
            self.location = median(first)
            self.scale = _MAD_TO_SIGMA * median(abs(x - self.location) for x in first)
            self.young = []
        else:
            self._step(value, 1.0 / self.count)

    def follow(self, value: float, elapsed_s: float) -> None:
        """Take in one sound value after learning, `elapsed_s` seconds after the one before."""
        if not self.ready:
            self.learn(value)
            return
        if self.anchor is None:
            self.anchor = self.location
        self._step(value, min(1.0 / self.count, min(elapsed_s, _LONGEST_STEP_S) / FOLLOW_S))
        self.location = min(max(self.location, self.anchor - _BAND), self.anchor + _BAND)

    def _step(self, value: float, gain: float) -> None:
        sigma = max(self.scale, self.floor)
        error = value - self.location
        bounded = min(max(error, -_HUBER * sigma), _HUBER * sigma)
        self.location += gain * bounded
        self.scale += gain * (abs(bounded) / _MEAN_OF_CLIPPED - self.scale)

    def sigma(self) -> float:
        """Give the standard deviation to judge a new value by; wider while few values were seen."""
        return max(self.scale, self.floor) * sqrt(1.0 + 2.0 * YOUNG / max(self.count, 1))
