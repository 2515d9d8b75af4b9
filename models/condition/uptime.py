"""Uptime: how long a machine ran and stood in each hour, from what its vibration says; other time is unknown.

This is the time that the machine *turns*. ISO 22400-2 counts the time in which it *produces* (actual production
time over planned busy time is its availability), which a signal of vibration cannot know.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import msgspec

from models.clock import HOUR_US, MINUTE_US, SECOND_US, to_datetime
from models.outputs import Uptime

__all__ = ["RunTime", "longest_gap_us"]

_MIN_GAP_US = 5 * MINUTE_US
_MAX_GAP_US = 2 * HOUR_US
_TIMES_USUAL = 3
_INTERVALS = 8
"""How many of a point's last intervals make the usual one."""
_MIN_INTERVALS = 3


def longest_gap_us(times_us: Sequence[int]) -> int:
    """Give the longest time between two observations of a point that still tell how its machine was in between.

    Five minutes, or three times the median of the last eight intervals where that is more, at most two hours;
    `times_us` are the event times of the point's earlier observations, in any order.

    >>> minutes = [0, 30, 60, 90]
    >>> longest_gap_us([minute * MINUTE_US for minute in minutes]) // MINUTE_US
    90
    """
    newest = sorted(times_us)[-_INTERVALS - 1 :]
    if len(newest) <= _MIN_INTERVALS:
        return _MIN_GAP_US
    usual_us = median(later - earlier for earlier, later in pairwise(newest))
    return min(max(_MIN_GAP_US, round(_TIMES_USUAL * usual_us)), _MAX_GAP_US)


class RunTime(msgspec.Struct, array_like=True):
    """A machine's hour so far. What was reported last holds until the next report, unless that is far off."""

    until_us: int | None = None
    """Event time up to which all is accounted for; None before the first report."""
    running: bool = False
    """What was reported last."""
    running_us: int = 0
    stopped_us: int = 0
    """Both of the hour (of the clock, UTC) that `until_us` is in."""

    def update(self, machine: str, time_us: int, *, running: bool, earlier_us: Sequence[int]) -> tuple[Uptime, ...]:
        """Update the hour from whether the machine ran at a moment; `earlier_us` as in `longest_gap_us`.

        Gives each hour that came to its end, and the present one once a minute; an hour given again replaces what
        was given before. Hours of which nothing is known are not given. What comes late changes nothing.
        """
        since_us = self.until_us
        if since_us is None:
            self.until_us, self.running = time_us, running
            return ()
        if time_us < since_us:
            return ()
        minute = since_us // MINUTE_US
        gap_us = time_us - since_us
        known = gap_us <= _MIN_GAP_US or gap_us <= longest_gap_us(earlier_us)
        present_us = time_us - time_us % HOUR_US
        uptimes = []
        while since_us < present_us:
            hour_us = since_us - since_us % HOUR_US
            self._add(hour_us + HOUR_US - since_us, known=known)
            uptimes += self._uptime(machine, hour_us, HOUR_US)
            self.running_us = self.stopped_us = 0
            since_us = hour_us + HOUR_US if known else present_us
        self._add(time_us - since_us, known=known)
        if time_us // MINUTE_US > minute:
            uptimes += self._uptime(machine, present_us, time_us - present_us)
        self.until_us, self.running = time_us, running
        return tuple(uptimes)

    def _add(self, span_us: int, *, known: bool) -> None:
        if known and self.running:
            self.running_us += span_us
        elif known:
            self.stopped_us += span_us

    def _uptime(self, machine: str, hour_us: int, elapsed_us: int) -> list[Uptime]:
        known_us = self.running_us + self.stopped_us
        if not known_us:
            return []
        return [
            Uptime(
                machine=machine,
                time=to_datetime(hour_us),
                running_s=self.running_us / SECOND_US,
                stopped_s=self.stopped_us / SECOND_US,
                unknown_s=(elapsed_us - known_us) / SECOND_US,
            )
        ]
