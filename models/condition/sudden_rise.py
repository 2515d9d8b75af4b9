"""Sudden rise of one point's vibration: what is remembered to tell it from a blow, and from a change of speed."""

from math import log

import msgspec

from models.clock import MINUTE_US, SECOND_US

__all__ = ["SuddenRise"]

_SAME_SPEED = 0.02
_HELD_US, _HELD_COUNT = MINUTE_US, 3
"""How long, and at how many blocks, a speed must have been held to be steady: at least one before the two."""
_SAME_LEVEL = log(1.5)
_WHOLE = 0.99
"""Of a block that it must lie after the one that it is compared with: what overlaps holds the same blow."""


class SuddenRise(msgspec.Struct, array_like=True):
    """The speed that is held, and the last blocks that were far too loud, as long as one follows the other."""

    speed_rpm: float | None = None
    """None where no speed is known."""
    held_us: int = 0
    """Since when (event time)."""
    held: int = 0
    """At how many blocks, up to as many as are needed."""
    loud: dict[str, float] = {}
    """Natural logarithms of the indicators that were far too high; of one of three at most."""
    loud_us: int = 0
    """Event time of the block that they are of."""
    last_us: int = 0
    """And of the last that was as loud: an overlapping one is no second."""

    def hold_speed(self, speed_rpm: float, time_us: int) -> None:
        """Note the speed of a block that was judged; where none is told the last one stands."""
        known = self.speed_rpm
        if known is None or abs(speed_rpm - known) > _SAME_SPEED * abs(known):
            self.speed_rpm, self.held_us, self.held = speed_rpm, time_us, 0
        if self.held < _HELD_COUNT:
            self.held += 1

    def is_steady(self, time_us: int) -> bool:
        """Whether the speed has been held for long enough; where none is known nothing says that it has not."""
        return self.speed_rpm is None or (self.held >= _HELD_COUNT and time_us - self.held_us >= _HELD_US)

    def confirm(self, loud: dict[str, float], time_us: int, *, before_us: int | None, seconds: float) -> list[str]:
        """Give which of the indicators, all far too high, were so in the block before as well and about as much.

        `before_us` is the event time of what came last in order, judged or not.
        """
        if not self.loud or before_us != self.last_us:
            self.loud, self.loud_us, self.last_us = loud, time_us, time_us
            return []
        self.last_us = time_us
        if time_us - self.loud_us < _WHOLE * seconds * SECOND_US:
            return []
        confirmed = [name for name, value in loud.items() if self._is_as_loud(name, value)]
        self.loud, self.loud_us = loud, time_us
        return confirmed

    def _is_as_loud(self, name: str, value: float) -> bool:
        return name in self.loud and abs(value - self.loud[name]) <= _SAME_LEVEL

    def forget(self) -> None:
        """Forget what was loud: a block that is not has come since."""
        self.loud = {}
