"""Shelves (ISA-18.2): people set alerts aside for a while that they know of, and get them back without fail.

A shelf always ends: at a time; where it is for one time only, when what it held is over; and at once when what it
holds becomes more urgent than it was when it was shelved. It holds back no judgement, only who is told.
"""

import msgspec

from models.clock import AHEAD_US, DAY_US, HOUR_US

__all__ = ["MAX_KEPT_BY", "MAX_KEPT_REASON", "MAX_SHELVES", "MOST_HIGH_US", "MOST_US", "Shelf"]

MAX_SHELVES = 10
"""Of one machine."""
MOST_US, MOST_HIGH_US = 7 * DAY_US, 8 * HOUR_US
"""How long anything may be shelved, and how long what is of high priority: a shift."""
MAX_KEPT_BY, MAX_KEPT_REASON = 40, 80
"""Characters that a state keeps of who shelved it and why; the action itself is kept whole."""
_HIGH = 3


class Shelf(msgspec.Struct, frozen=True, array_like=True):
    """What is shelved of a machine: an alert's rule and point, either of which may stand for all."""

    point: str
    rule: str
    until_us: int
    """Observed time; 0 where it is over and has only to be told."""
    level: int
    """The highest that stood when it was shelved, 1 where nothing did: what becomes more is told at once."""
    one_shot: bool = False
    by: str = ""
    reason: str = ""

    def covers(self, point: str, rule: str) -> bool:
        """Whether an alert is one of those that it is about."""
        return self.point in ("", point) and self.rule in ("", rule)

    def is_about(self, point: str, rule: str) -> bool:
        """Whether somebody who names a point and a rule, or neither, means this shelf."""
        return point in ("", self.point) and rule in ("", self.rule)

    def is_too_long(self, now_us: int) -> bool:
        """Whether it would last longer than it may, for what it holds; clocks may differ by some minutes."""
        most_us = MOST_HIGH_US if self.level >= _HIGH else MOST_US
        return self.until_us - now_us > most_us + AHEAD_US
