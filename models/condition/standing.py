"""How one point's machine stands: how long, and how loud it still is then, as far as its level tells.

A sensor that shows less, because it was changed or came loose, makes a machine look as if it stood. What tells them
apart is time, and the level of its own standstills: a standstill that lasts for longer than any before, steady and
well above them, is no sure one.
"""

from math import log

import msgspec

from models.clock import HOUR_US, MINUTE_US

__all__ = ["Standing"]

_STEADY = 0.25
"""Mean distance from the mean, on the logarithm."""
_ABOVE_OWN = log(3.0)
_LEAST_PART = log(0.02)
"""Of the running baseline: where no standstill has been seen yet, less is taken for one."""
_DEADBAND = log(1.25)
_MIN_COUNT = 5
_TOLD_US = 30 * MINUTE_US
"""How long what people said of the sensor waits: they may have said it while the machine stands."""
_KNOWN_US, _UNKNOWN_US = 2 * HOUR_US, 4 * HOUR_US
_TIMES_LONGEST = 1.5
_GAIN, _NOISE_GAIN = 0.05, 0.3


class Standing(msgspec.Struct, array_like=True):
    """The present standstill of a point, and what those before were like."""

    since_us: int | None = None
    """Event time at which it began; None while it runs."""
    count: int = 0
    level: float = 0.0
    """Its mean level, natural logarithm."""
    spread: float = 0.0
    noise: float | None = None
    """The level of those that ended; None before."""
    longest_us: int = 0
    is_told: bool = False
    """Whether people have said, since it began, that the machine or its sensor is another now."""

    def add(self, level: float, time_us: int) -> None:
        """Note one observation of the machine that seems to stand."""
        if self.since_us is None:
            self.since_us = time_us
        self.count += 1
        if self.count == 1:
            self.level, self.spread = level, 0.0
            return
        gain = max(1.0 / self.count, _GAIN)
        error = level - self.level
        self.level += gain * error
        self.spread += gain * (abs(error) - self.spread)

    def end(self, time_us: int) -> None:
        """Note that it runs again, so that this was a standstill."""
        if self.since_us is not None and self.count >= _MIN_COUNT:
            self.longest_us = max(self.longest_us, time_us - self.since_us)
            self.noise = self.level if self.noise is None else self.noise + _NOISE_GAIN * (self.level - self.noise)
        self.forget()

    def forget(self, *, is_told: bool = False) -> None:
        """Begin anew with the next observation; `is_told`: because of what people said."""
        self.since_us, self.count, self.is_told = None, 0, is_told

    def is_doubtful(self, quietest: float, time_us: int) -> bool:
        """Whether it is no sure standstill by now; `quietest` is the least running baseline, natural logarithm."""
        if self.since_us is None or self.count < _MIN_COUNT or self.spread > _STEADY:
            return False
        if not self.is_above(self.level, quietest):
            return False
        least_us = _UNKNOWN_US if self.noise is None else _KNOWN_US
        allowed_us = _TOLD_US if self.is_told else max(least_us, _TIMES_LONGEST * self.longest_us)
        return time_us - self.since_us > allowed_us

    def stays_doubtful(self, quietest: float) -> bool:
        """Whether what was no sure standstill is still none: a little below its limit, too, for a level strays."""
        return self.is_above(self.level + _DEADBAND, quietest)

    def is_above(self, level: float, quietest: float) -> bool:
        """Whether a level is well above that of its own standstills."""
        return level >= (quietest + _LEAST_PART if self.noise is None else self.noise + _ABOVE_OWN)
