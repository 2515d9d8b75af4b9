"""A robust baseline learned online: where an indicator usually lies, and how far it usually strays.

The first values give median and MAD; after that location and scale follow by Huber-type steps, whose influence is
bounded, with gain 1/n. Once learning is over they follow with a time constant of a week, and never further than a
quarter from what was learned: a slow change is a fault's own way, and mustn't become its own baseline. Nor may it
widen its own limits: what lags behind a rise by a week sees each value far off, which is no restlessness. So once
learning is over the scale is that of the strays from about the last day.
"""

from math import isfinite, log, sqrt
from statistics import median

import msgspec

__all__ = ["FOLLOW_S", "MIN_BASELINE_VALUES", "Baseline"]

MIN_BASELINE_VALUES = 20
"""Values that start a baseline; with fewer nothing is judged."""

FOLLOW_S = 7 * 86_400.0
"""Time constant with which a baseline follows once learning is over, in seconds of event time."""

_RECENT_S, _DAY_S = 3_600.0, 86_400.0
"""Time constants of what is recent: while a machine runs in, and afterwards."""
_MIN_RECENT = 30
"""Values that what is recent is the mean of at least, however seldom they come."""
_RECENT_GAIN = 1.0 / _MIN_RECENT
_MAX_STEP_S = 3_600.0
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
    recent: float = 0.0
    """The location of about the last hour while running in, and of about the last day after that."""
    recent_scale: float = 0.0
    """About that, while running in."""
    young: list[float] = []

    @property
    def ready(self) -> bool:
        """Whether it has seen enough to judge by."""
        return self.count >= MIN_BASELINE_VALUES

    def learn_one(self, value: float) -> None:
        """Learn one value while learning lasts, each weighing 1/n; what is not finite is refused."""
        if not isfinite(value):
            return
        self.count += 1
        if self.count < MIN_BASELINE_VALUES:
            self.young.append(value)
        elif self.count == MIN_BASELINE_VALUES:
            first = [*self.young, value]
            self.location = median(first)
            self.scale = _MAD_TO_SIGMA * median(abs(x - self.location) for x in first)
            self.young = []
        else:
            self._step(value, 1.0 / self.count)

    def follow(self, value: float, elapsed_s: float) -> None:
        """Follow one sound value after learning, `elapsed_s` seconds after the one before.

        The location lags by a week behind what drifts, what is recent by a day. So strays are from the latter:
        a drift of a part d of the scale a day makes it no wider than sqrt(1 + d^2) times, and a daily swing, which
        a mean of a day smooths out, counts as wide as it is.
        """
        count = self.count
        if count < MIN_BASELINE_VALUES:
            self.learn_one(value)
            return
        if not isfinite(value):
            return
        if self.anchor is None:
            self._drop_anchor()
        gain, longest = 1.0 / count, (elapsed_s if elapsed_s < _MAX_STEP_S else _MAX_STEP_S) / FOLLOW_S
        gain = longest if longest < gain else gain
        scale, floor, off, stray = self.scale, self.floor, value - self.location, value - self.recent
        reach = _HUBER * (scale if scale > floor else floor)
        if not (-reach < off < reach and -reach < stray < reach):
            off, stray = min(max(off, -reach), reach), min(max(stray, -reach), reach)
        self.location += gain * off
        self.scale += gain * (abs(stray) / _MEAN_OF_CLIPPED - scale)
        daily = elapsed_s / _DAY_S
        self.recent += (daily if daily < _RECENT_GAIN else _RECENT_GAIN) * stray
        self._keep_in_band()

    def tighten(self, value: float, elapsed_s: float) -> None:
        """Lower location and scale to those of about the last hour where they are less, as a machine runs in.

        What is merely strange may teach this much: it only makes the judgement stricter.
        """
        if not self.ready or not isfinite(value):
            return
        if self.anchor is None:
            self._drop_anchor()
        gain = min(min(elapsed_s, _MAX_STEP_S) / _RECENT_S, _RECENT_GAIN)
        bounded = self._bounded(value - self.recent)
        self.recent += gain * bounded
        self.recent_scale += gain * (abs(bounded) / _MEAN_OF_CLIPPED - self.recent_scale)
        self.location, self.scale = min(self.location, self.recent), min(self.scale, self.recent_scale)
        self._keep_in_band()

    def _drop_anchor(self) -> None:
        self.anchor = self.recent = self.location
        self.recent_scale = self.scale

    def _keep_in_band(self) -> None:
        anchor = self.anchor
        if anchor is not None and not -_BAND < self.location - anchor < _BAND:
            self.location = min(max(self.location, anchor - _BAND), anchor + _BAND)

    def _bounded(self, error: float) -> float:
        scale, floor = self.scale, self.floor
        reach = _HUBER * (scale if scale > floor else floor)
        return error if -reach < error < reach else min(max(error, -reach), reach)

    def _step(self, value: float, gain: float) -> None:
        bounded = self._bounded(value - self.location)
        self.location += gain * bounded
        self.scale += gain * (abs(bounded) / _MEAN_OF_CLIPPED - self.scale)

    def sigma(self) -> float:
        """Give the standard deviation to judge a new value by; wider while few values were seen."""
        return max(self.scale, self.floor) * sqrt(1.0 + 2.0 * MIN_BASELINE_VALUES / max(self.count, 1))
