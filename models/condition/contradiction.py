"""What contradicts itself at a machine: a speed that is told, against the level of vibration that is measured.

One fact against one is a contradiction: nobody can tell which is wrong, so nothing is judged by it. It has to hold
for a few observations in a row, since a speed and a level are never measured at one moment; meanwhile they are left
out.
"""

from typing import Literal

import msgspec

from models.alarms.alarm import Alarm
from models.clock import MINUTE_US
from models.condition.recent_observations import RECENT_US

__all__ = ["Contradiction", "Drive", "Told"]

Told = Literal["", "stands", "runs", "quiet"]
"""What stands against the level: nothing; a speed that says that the machine stands, or that it runs; or, where no
speed is told, that it is quiet for longer than it ever stood."""

_MIN_COUNT, _MIN_US = 3, MINUTE_US
_SLOW_COUNT, _SLOW_US = 2, 5 * MINUTE_US
"""Of what comes but every few minutes two are enough."""
_DRIVE_GAIN = 0.02
_MIN_DRIVE_COUNT = 20
_DRIVEN_PART, _OFF_PART = 0.25, 0.05
"""A motor without load draws a third of its current; one that is off none."""


class Drive(msgspec.Struct, array_like=True):
    """Current or power of the motor, which tell that it is driven."""

    key: str
    value: float
    time_us: int
    usual: float
    """While the machine runs."""
    count: int = 0

    def update(self, value: float, time_us: int, *, runs: bool) -> None:
        """Update it from one reading."""
        self.value, self.time_us = value, time_us
        if runs:
            self.count += 1
            self.usual += max(1.0 / self.count, _DRIVE_GAIN) * (value - self.usual)

    def says(self, time_us: int) -> bool | None:
        """Whether the motor is driven; None where that isn't known, or no longer."""
        if self.count < _MIN_DRIVE_COUNT or self.usual <= 0.0 or time_us - self.time_us > RECENT_US:
            return None
        if self.value >= _DRIVEN_PART * self.usual:
            return True
        return False if self.value <= _OFF_PART * self.usual else None


class Contradiction(msgspec.Struct, array_like=True):
    """A contradiction of a machine, from the first observation that shows it."""

    told: Told = ""
    key: str = ""
    """The channel whose level it stands against."""
    rpm: float = 0.0
    """The speed that is told."""
    count: int = 0
    since_us: int = 0
    held_us: int = 0
    """Event time of the last observation that showed it."""
    outvoted: bool = False
    """Whether a third fact stands by the level, so that the machine is judged, without the speed."""
    is_load_false: bool | None = None
    """Whether a load of 0 is not believed; None while another one is told."""
    drive: Drive | None = None
    alarm: Alarm = msgspec.field(default_factory=Alarm)

    @property
    def is_confirmed(self) -> bool:
        """Whether it has been seen for long enough to be said."""
        held_us = self.held_us - self.since_us
        return (self.count >= _MIN_COUNT and held_us >= _MIN_US) or (
            self.count >= _SLOW_COUNT and held_us >= _SLOW_US
        )

    @property
    def mutes(self) -> bool:
        """Whether nobody can tell how the machine is: it is confirmed, and no third fact decides it."""
        return self.told != "" and not self.outvoted and self.is_confirmed

    def hold(self, told: Told, key: str, rpm: float, time_us: int, *, outvoted: bool) -> None:
        """Note that an observation shows it; the first point that does goes on being the one that tells."""
        if told != self.told or self._is_over(time_us):
            self.told, self.key, self.count, self.since_us = told, key, 0, time_us
        if key == self.key:
            self.count += 1
            self.rpm, self.held_us, self.outvoted = rpm, time_us, outvoted

    def release(self, key: str, time_us: int) -> None:
        """Note that a point that could show it doesn't: it ends with what its own point says."""
        if key == self.key or self._is_over(time_us):
            self.forget()

    def forget(self) -> None:
        """Begin anew; what is known of the drive, and the alert that may stand, are kept."""
        self.told, self.key, self.count, self.outvoted = "", "", 0, False

    def _is_over(self, time_us: int) -> bool:
        return time_us - self.held_us > max(RECENT_US, 3 * (self.held_us - self.since_us) // max(self.count - 1, 1))
