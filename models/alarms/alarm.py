"""Alarm states (after ISA-18.2): on-delay, off-delay and deadband, one alert from raised to cleared."""

import hashlib
from math import isfinite

import msgspec

from models.alarms.recurrence import Recurrence
from models.clock import SECOND_US

__all__ = ["DEADBAND", "Alarm", "Delays", "alert_id"]

DEADBAND = 0.25
"""In degrees: a level once reached is left only this far below its limit."""
_BACK = 0.5
"""In degrees: an observation that is by itself this far below a level's limit is back to usual."""
_ECHO = 2
"""Observations for which a median of four may still show two odd values that are over; of three it is one."""
_CONSECUTIVE_ON = 2
_CONSECUTIVE_OFF = 5
"""Observations in a row, besides the delays, so that slow sampling raises no fleeting alerts."""


class Delays(msgspec.Struct, frozen=True):
    """How long a symptom must hold, or be gone, in microseconds of event time and in observations in a row."""

    on_us: tuple[int, int, int]
    off_us: int
    on_run: int = _CONSECUTIVE_ON
    off_run: int = _CONSECUTIVE_OFF
    deadband: float = DEADBAND
    """In degrees, below a level that is on."""

    @property
    def none(self) -> "Delays":
        """The same with none before a level is on: for what needs no more to be believed."""
        return msgspec.structs.replace(self, on_us=(0, 0, 0), on_run=1)


class _DelayedLatch(msgspec.Struct, array_like=True):
    """One level of an alarm, with its on-delay and off-delay."""

    on: bool = False
    run: int = 0
    since_us: int = 0

    def count(self, time_us: int, *, delay_us: int, least_run: int, agrees: bool = True) -> None:
        """Count one more that asks for the other state; enough of them in a row, for long enough, bring it.

        It waits for one that `agrees`, or for two more than the least: what lasts so long is no echo.
        """
        if self.run == 0:
            self.since_us = time_us
        self.run += 1
        if self.run >= least_run + (0 if agrees else _ECHO) and time_us - self.since_us >= delay_us:
            self.on, self.run = not self.on, 0


class Alarm(msgspec.Struct, array_like=True):
    """The alarm of one rule at one point: three delayed levels, and the alert that they make."""

    latches: list[_DelayedLatch] = msgspec.field(
        default_factory=lambda: [_DelayedLatch(), _DelayedLatch(), _DelayedLatch()]
    )
    level: int = 0
    """0 none, 1 low, 2 medium, 3 high."""
    id: str = ""
    since_us: int = 0
    about: str = ""
    """What raised it: of a diagnosis the fault; of a temperature `rise`, or `value_c` where a limit alone was; of a
    change `fall` where it is one."""
    recurrence: Recurrence | None = None
    """How often it came lately; None where it never has."""

    def update(self, degree: float, time_us: int, delays: Delays, newest: float = 4.0) -> int:
        """Update the levels from a symptom's degree at an event time; give the highest that is on.

        Where the `newest` value's own degree is half of one below a level, and so back to usual already, that takes
        two observations more to come on. A degree that is not finite is refused: the level stays.
        """
        if not isfinite(degree):
            return self.confirmed
        highest = 0
        for level, latch in enumerate(self.latches, start=1):
            if (degree >= (level - delays.deadband if latch.on else level)) == latch.on:
                latch.run = 0
            elif latch.on:
                latch.count(time_us, delay_us=delays.off_us, least_run=delays.off_run)
            else:
                on_us, agrees = delays.on_us[level - 1], newest >= level - _BACK
                latch.count(time_us, delay_us=on_us, least_run=delays.on_run, agrees=agrees)
            if latch.on:
                highest = level
        return highest

    @property
    def confirmed(self) -> int:
        """The highest level that has held for as long as its delay asks, whatever is shown of it."""
        return max((level for level, latch in enumerate(self.latches, start=1) if latch.on), default=0)

    def rests(self, degree: float) -> bool:
        """Update the levels where nothing stands and a degree asks for nothing; whether that was so."""
        latches = self.latches
        if self.level or not degree < 1.0 or latches[0].on or latches[1].on or latches[2].on:
            return False
        latches[0].run = latches[1].run = latches[2].run = 0
        return True

    def hold(self, level: int, time_us: int) -> int:
        """Give the level to show where it has this one by itself: what comes and goes stays open."""
        if level == self.level and not (level and self.is_held):
            return level
        if self.recurrence is None:
            self.recurrence = Recurrence()
        return self.recurrence.hold(self.level, level, time_us)

    @property
    def is_held(self) -> bool:
        """Whether it comes and goes, and its alert stays open, or has just been cleared at last."""
        return self.recurrence is not None and self.recurrence.held

    @property
    def present(self) -> int:
        """The level that it has by itself, however long its alert stays open."""
        return self.recurrence.present if self.level and self.recurrence and self.recurrence.held else self.level

    @property
    def onset_us(self) -> int:
        """When it came last."""
        return self.recurrence.comings_s[-1] * SECOND_US if self.recurrence and self.is_held else self.since_us

    @property
    def comings(self) -> int:
        """How often it has come, where it comes and goes; else 0."""
        return self.recurrence.count if self.recurrence is not None and self.recurrence.held else 0

    def pause(self, by_us: int) -> None:
        """Leave out a time through which nothing was judged: the symptom didn't hold, nor was it gone."""
        if self.recurrence is not None:
            self.recurrence.pause(by_us)
        for latch in self.latches:
            latch.since_us += by_us


def alert_id(machine: str, point: str, rule: str, since_us: int, serial: int) -> str:
    """Name an alert; the `serial` of a machine's alerts keeps two raised at one moment apart.

    >>> alert_id("fan", "drive-end", "change", 0, 1) == alert_id("fan", "drive-end", "change", 0, 1)
    True
    """
    content = "\0".join((machine, point, rule, str(since_us), str(serial)))
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
