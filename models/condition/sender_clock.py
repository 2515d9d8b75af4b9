"""The clock of whoever stamps a point's measurements, judged by when they arrive.

A measurement cannot arrive before it was made: a stamp ahead of its arrival proves that its clock is wrong, and by
how much at least. One behind proves nothing, as measurements may be on their way for days. So only leads over
arrival that several agree on make the clock's offset; what is merely late is never shifted. The one exception is a
clock that has begun anew, at 1970 say: stamps a year behind what came before, which yet keep pace with arrivals.
"""

from typing import Literal

import msgspec

from models.alarms.alarm import Alarm
from models.clock import AHEAD_US, DAY_US, MINUTE_US, SECOND_US

__all__ = ["FAR_US", "ClockFinding", "SenderClock"]

FAR_US = 366 * DAY_US
"""Nothing is on its way for so long, and nobody misses a point for so long without noticing."""

_NEAR_US = 2 * MINUTE_US
"""Leads over arrival that differ by no more agree: networks and gateways take their time."""
_BURST_US = 5 * SECOND_US
"""What arrives within it came together, and counts as one: its newest stamp tells most of the clock."""
_ENOUGH = 3
_MOST = 8
_UNFIT = 12
"""So many in a row that are ahead, and by how much nobody can tell yet, are told of."""
_STEADY_US = 10 * MINUTE_US
"""How long stamps behind must keep pace with arrivals: a backlog does for a moment."""
_SLEW = 20
"""Of a clock that drifts ahead the offset follows by a twentieth of the time that goes on, so order is kept."""
_STRAYS = 8
"""So many in a row that agree are no strays any more, where arrivals tell nothing."""
_LEAST_PAST = 30
"""A point that has learned from more has a past that is not given up."""
_VOUCHED_US = DAY_US
"""What arrived so soon after its stamp is no stray: its arrival speaks for it."""

ClockFinding = Literal["", "ahead", "wild", "set_back"]


class SenderClock(msgspec.Struct, array_like=True):
    """How far a clock is ahead of arrivals, and what speaks for another offset; all but empty for a right one."""

    offset_us: int = 0
    """What its stamps are ahead by (negative: it has begun anew), taken off to order and judge."""
    leads_us: list[int] = []
    """The leads over arrival of the last bursts that don't fit the offset, each its greatest."""
    moments_us: list[int] = []
    """When these arrived."""
    strays: int = 0
    """Stamps in a row a year off the point's own, of which arrivals tell nothing."""
    stray_us: int = 0
    """The last of them."""
    finding: ClockFinding = ""
    ahead_us: int = 0
    """By how much, where nothing is taken off."""
    alarm: Alarm | None = None
    unfit: int = 0
    """Stamps ahead of what the offset makes of them, in a row."""

    @property
    def is_wrong(self) -> bool:
        """Whether it is known to be wrong; stamps that went back may have been held up on their way."""
        return self.finding not in ("", "set_back")

    def is_usual(self, time_us: int, arrived_us: int, newest_us: int | None) -> bool:
        """Whether nothing is to be said of a stamp: in order, not ahead, and of a clock never found wrong."""
        if self.offset_us or self.leads_us or self.strays or self.finding or newest_us is None:
            return False
        return time_us <= arrived_us + AHEAD_US and newest_us <= time_us <= newest_us + FAR_US

    def is_ahead(self, time_us: int, arrived_us: int, newest_us: int | None, *, known: bool) -> bool:
        """Judge a stamp, and learn from it; give whether it is put aside as ahead of its time.

        `newest_us` is the newest that was judged of this point, by the right time; `known` whether `arrived_us` is
        when it arrived, and not just its own stamp.
        """
        lead_us = time_us - arrived_us
        if newest_us is not None and not (known and lead_us - self.offset_us >= -_VOUCHED_US):
            stray = self._is_stray(time_us - self.offset_us, newest_us)
            if stray and not known:
                return time_us > newest_us
            if stray and time_us - self.offset_us > newest_us:
                return True
        else:
            self.strays = 0
        if not known:
            return False
        residual_us = lead_us - self.offset_us
        behind_us = 0 if newest_us is None else newest_us + self.offset_us - time_us
        if -_NEAR_US <= residual_us <= AHEAD_US:
            self._fits(-behind_us, residual_us)
            return False
        if residual_us < 0 and not self.offset_us and behind_us <= AHEAD_US:
            self._fits(-behind_us, residual_us)  # it was on its way for long, and nothing more
            return False
        self._remember(lead_us, arrived_us)
        self._conclude(lead_us, residual_us, behind_us)
        return lead_us - self.offset_us > AHEAD_US

    def outweighs(self, learned: int) -> bool:
        """Whether more stamps in a row disagree with a point's past, alike, than made it; never with a long one."""
        return self.strays >= max(_STRAYS, learned) and learned <= _LEAST_PAST

    def _is_stray(self, time_us: int, newest_us: int) -> bool:
        """Whether a stamp is a year off the point's own, and too few agree with it yet."""
        if abs(time_us - newest_us) <= FAR_US:
            self.strays = 0
            return False
        near = self.strays and abs(time_us - self.stray_us) <= FAR_US
        self.strays, self.stray_us = (self.strays + 1 if near else 1), time_us
        return self.strays < _STRAYS

    def _fits(self, advance_us: int, residual_us: int) -> None:
        """Follow a clock that drifts on; what was remembered against its offset is void."""
        self.leads_us, self.moments_us, self.unfit = [], [], 0
        if self.offset_us and residual_us > 0 and advance_us > 0:
            self.offset_us += min(residual_us, advance_us // _SLEW)
        if not self.offset_us and advance_us >= 0:
            self.finding, self.ahead_us = "", 0

    def _remember(self, lead_us: int, arrived_us: int) -> None:
        """Keep the greatest lead of each burst; of a long row that agrees the first ones, to know since when."""
        leads, moments = self.leads_us, self.moments_us
        if leads and abs(arrived_us - moments[-1]) < _BURST_US:
            leads[-1] = max(leads[-1], lead_us)
        elif len(leads) == _MOST and _spread_us([*leads, lead_us]) <= _NEAR_US:
            leads[-1], moments[-1] = lead_us, arrived_us
        else:
            leads.append(lead_us)
            moments.append(arrived_us)
            del leads[:-_MOST], moments[:-_MOST]

    def _conclude(self, lead_us: int, residual_us: int, behind_us: int) -> None:
        """Take over an offset that enough agree on; of stamps that went back say no more than that."""
        agreeing = [lead for lead in self.leads_us if abs(lead - lead_us) <= _NEAR_US]
        if residual_us > AHEAD_US:
            self.unfit = min(self.unfit + 1, _UNFIT)
            if len(agreeing) >= _ENOUGH:
                self._take(max(agreeing))
            elif self.unfit == _UNFIT and not self.offset_us:
                self.finding, self.ahead_us = "wild", lead_us
        elif self.offset_us > 0 and len(agreeing) >= _ENOUGH and -_NEAR_US <= max(agreeing) <= AHEAD_US:
            self._take(0)
        elif len(self.leads_us) == _MOST and self.moments_us[-1] - self.moments_us[0] >= _STEADY_US:
            self._conclude_behind(behind_us)

    def _conclude_behind(self, behind_us: int) -> None:
        """Judge a long row of stamps that lag behind what the offset makes of them."""
        newest_lead_us = max(self.leads_us)
        if self.offset_us > 0:
            self._take(max(newest_lead_us, 0))  # less ahead than it was, or not at all: the rest is delay
        elif _spread_us(self.leads_us) > _NEAR_US:
            return  # a backlog
        elif behind_us > FAR_US or (self.offset_us and behind_us > AHEAD_US):
            self._take(newest_lead_us)
        elif behind_us > AHEAD_US and not self.offset_us:
            self.finding, self.ahead_us = "set_back", -behind_us

    def _take(self, lead_us: int) -> None:
        self.offset_us = 0 if -_NEAR_US <= lead_us <= AHEAD_US else lead_us
        self.finding, self.ahead_us = ("ahead" if self.offset_us else ""), 0
        self.leads_us, self.moments_us, self.unfit = [], [], 0


def _spread_us(leads_us: list[int]) -> int:
    return max(leads_us) - min(leads_us)
