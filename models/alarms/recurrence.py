"""What comes and goes is one alert: an alarm that has been raised five times within two days stays open.

A machine that breathes with a process nobody measures, a contact that is loose, a gateway that drops out raise and
clear the same alert a hundred times (ISA-18.2 calls such an alarm chattering or fleeting), and people stop reading.
From the fifth time on it stays open and says how often it came. What is told that way is only ever more than what
the alarm would tell by itself: a higher level shows at once, and none falls before it has been gone for four times
as long as it ever was between two of its comings (an hour at least, a day at most). Two days hold what follows a
shift and not what follows the day: one alert a day is news, not noise.
"""

import msgspec

from models.clock import DAY_US, HOUR_US, SECOND_US

__all__ = ["MIN_COMINGS", "WITHIN_US", "Recurrence"]

MIN_COMINGS = 5
WITHIN_US = 2 * DAY_US
_TIMES_GAP = 4
_MIN_QUIET_US, _MAX_QUIET_US = HOUR_US, DAY_US
_MAX_NAMES = 4


class Recurrence(msgspec.Struct, array_like=True):
    """How often an alarm came lately, and the level at which it is held while it comes and goes."""

    comings_s: list[int] = []
    """When it came last, five times at most, in whole seconds."""
    since_s: int = 0
    """When it came first."""
    count: int = 0
    """How often it has come since."""
    held: bool = False
    """Whether it stays open; what is said when it clears at last still counts as held."""
    present: int = 0
    """The level that it has by itself, while held."""
    below_us: int | None = None
    """Since when that has been below the level shown; where it isn't held, since when it has been lower or gone."""
    reached: int = 0
    """The highest that it has been since then."""
    longest_s: int = 0
    """The longest it was gone between two comings."""
    names: list[str] = []
    """What it has been about while held: each is told once."""

    @property
    def quiet_us(self) -> int:
        """How long it must be gone before it is believed to be over."""
        return min(max(_TIMES_GAP * self.longest_s * SECOND_US, _MIN_QUIET_US), _MAX_QUIET_US)

    def hold(self, shown: int, level: int, time_us: int) -> int:
        """Give the level to show, where `shown` is shown so far and the alarm by itself has a `level` now."""
        if self.held and (shown == 0 or (level >= shown and self._is_old(time_us))):
            self.held = False  # told as over; or it has stood for so long that it doesn't come and go any more
        if level > shown or (level == shown and (self.held or self.below_us is not None)):
            if self.below_us is not None or not self.count:
                self._come(time_us)
            self.below_us, self.present = None, level
            return level
        if not self.held:
            if level < shown:
                self.below_us = time_us if self.below_us is None else self.below_us
            return level
        return self._below(shown, level, time_us)

    def _is_old(self, time_us: int) -> bool:
        return bool(self.comings_s) and time_us // SECOND_US - self.comings_s[-1] > WITHIN_US // SECOND_US

    def _come(self, time_us: int) -> None:
        if self._is_old(time_us):
            self.comings_s, self.count, self.longest_s, self.names = [], 0, 0, []
        now_s = time_us // SECOND_US
        if not self.count:
            self.since_s = now_s
        elif self.below_us is not None:
            self.longest_s = max(self.longest_s, now_s - self.below_us // SECOND_US)
        self.count += 1
        self.comings_s = [*self.comings_s, now_s][-MIN_COMINGS:]
        often = len(self.comings_s) == MIN_COMINGS
        self.held = self.held or (often and now_s - self.comings_s[0] <= WITHIN_US // SECOND_US)

    def _below(self, shown: int, level: int, time_us: int) -> int:
        """Give the level to show while it is held and lower than shown: what it reached in a time quiet enough."""
        self.present = level
        if self.below_us is None:
            self.below_us, self.reached = time_us, level
        self.reached = max(self.reached, level)
        if time_us - self.below_us < self.quiet_us:
            return shown
        self.longest_s = max(self.longest_s, (time_us - self.below_us) // SECOND_US)
        lower, self.reached = self.reached, level
        if lower:
            self.below_us = time_us if level < lower else None
        return lower

    def lapse(self, time_us: int) -> None:
        """Note that its alert was cleared for another reason than being gone: it is another fault's now."""
        self.below_us = time_us if self.below_us is None else self.below_us

    def is_new(self, name: str) -> bool:
        """Whether it is held and hasn't been about this yet; from then on it has."""
        if not self.held or name in self.names or len(self.names) >= _MAX_NAMES:
            return False
        self.names = [*self.names, name]
        return True

    def pause(self, by_us: int) -> None:
        """Leave out a time through which nothing was judged: it wasn't gone then."""
        if self.below_us is not None:
            self.below_us += by_us
