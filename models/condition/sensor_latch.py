"""The latch of a sensor's fault: its signal is not trusted again before it has been plausible for a while."""

from math import isfinite

import msgspec

from models.clock import MINUTE_US, SECOND_US
from models.signal.quality import FAULTS

__all__ = ["JUMP", "RECOVERING", "SensorLatch"]

JUMP = "jump"
"""The temperature changed faster than a machine's can."""
RECOVERING = "recovering"
"""Plausible again, but not yet for long enough to be believed."""

_PLAUSIBLE_RUN = 5
_RECOVERY_US = MINUTE_US
_TEMPERATURE_RECOVERY_US = 10 * MINUTE_US
_JUMP_K_PER_MINUTE = 20.0
_JUMP_TOLERANCE_K = 5.0


class SensorLatch(msgspec.Struct, array_like=True):
    """One point's sensor: whether it can be trusted."""

    thermometer: bool
    """A thermometer recovers slower: it may well read smoothly what no machine has."""
    faulty: bool = False
    faults: int = 0
    """Faulty observations since the sensor was last trusted."""
    plausible_run: int = 0
    plausible_since_us: int = 0
    value_c: float | None = None
    """Last unflagged temperature, to tell a jump by."""
    value_us: int = 0

    def update(self, flags: tuple[str, ...], time_us: int, value_c: float | None) -> tuple[str, ...]:
        """Update the latch from one observation in order, and give its flags with those found here added.

        `value_c` is the observation's temperature, None for other kinds. One faulty block between good ones is
        left out and no more. From the second on, and for a thermometer at once, the fault holds until it has been
        plausible for more than five observations and a minute (for a thermometer: ten minutes).
        """
        extended = flags
        if value_c is not None and not isfinite(value_c):  # says nothing, neither for nor against the sensor
            return (*flags, RECOVERING) if self.faulty else flags
        if value_c is not None and FAULTS.isdisjoint(flags):
            if self._jumped(value_c, time_us):
                extended = (*flags, JUMP)
            self.value_c, self.value_us = value_c, time_us
        if JUMP in extended or not FAULTS.isdisjoint(extended):
            self.faulty, self.plausible_run = True, 0
            self.faults += 1
            return extended
        if self.faults:
            self._recover(time_us)
        return (*extended, RECOVERING) if self.faulty else extended

    def _recover(self, time_us: int) -> None:
        """Update the latch from one plausible observation after a fault."""
        if self.plausible_run == 0:
            self.plausible_since_us = time_us
        self.plausible_run += 1
        recovery_us = _TEMPERATURE_RECOVERY_US if self.thermometer else _RECOVERY_US
        if self.plausible_run > _PLAUSIBLE_RUN and time_us - self.plausible_since_us >= recovery_us:
            self.faulty, self.faults, self.plausible_run = False, 0, 0
        elif self.faults == 1 and not self.thermometer:
            self.faulty = False

    def _jumped(self, value_c: float, time_us: int) -> bool:
        if self.value_c is None:
            return False
        minutes = (time_us - self.value_us) / (60 * SECOND_US)
        return abs(value_c - self.value_c) > _JUMP_TOLERANCE_K + _JUMP_K_PER_MINUTE * minutes
