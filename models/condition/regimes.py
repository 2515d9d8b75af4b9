"""Operating regimes of one point: ranges of speed and load that its machine holds, and when it leaves one.

A regime is a range of speeds and loads that a machine was seen to hold, no wider than 15 % of speed and 40 points
of load. Nothing is made of vibration itself: a fault would soon be a regime of its own. Where neither speed nor
load is known there is one regime, and all is compared with it.
"""

from math import isfinite, log
from typing import NamedTuple

import msgspec

from models.clock import HOUR_US, MINUTE_US

__all__ = ["DWELL_US", "MAX_REGIMES", "OperatingPoint", "Regime", "Regimes", "operating_point"]

MAX_REGIMES = 3
"""Remembered at each point; each has statistics of its own, and they must all fit into a machine's state."""
DWELL_US = MINUTE_US
"""How long a machine must hold a new operating point before it is judged there."""

_MAX_WIDTHS = (0.15, 0.40)
"""A regime's width: natural logarithm of the speed, and load as a share of nominal."""
_HYSTERESIS = 0.25
"""Part of that width by which the present regime may be left before it is."""
_RESTLESS_US = 30 * MINUTE_US
_RESTLESS_COUNT = 10
"""From then on a machine that holds no operating point is taken as it is: all it does is one regime."""
_TODAY_US = 24 * HOUR_US
_MIN_SPEED_RPM = 0.1


_Sides = tuple[float | None, float | None]


class OperatingPoint(NamedTuple):
    """Operating point: natural logarithm of the speed in rpm, and load as a share; None is not known."""

    speed: float | None = None
    load: float | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is known of it."""
        return self.speed is None and self.load is None

    @property
    def is_finite(self) -> bool:
        """Whether what is known of it are numbers."""
        return (self.speed is None or isfinite(self.speed)) and (self.load is None or isfinite(self.load))


def operating_point(speed_rpm: float | None, load_percent: float | None) -> OperatingPoint:
    """Give the operating point of a speed and a load.

    >>> operating_point(None, 50.0)
    OperatingPoint(speed=None, load=0.5)
    """
    return OperatingPoint(
        speed=None if speed_rpm is None else log(max(abs(speed_rpm), _MIN_SPEED_RPM)),
        load=None if load_percent is None else load_percent / 100,
    )


class Regime(msgspec.Struct, array_like=True):
    """A box in the plane of speed and load; a side is None where that is not known of it."""

    id: int
    low: _Sides
    high: _Sides
    seen_us: int = 0
    """Event time when it was held last."""
    wide: bool = False
    """Whether it is all that a machine does which holds no operating point, or two regimes in one."""

    def spans(self, point: OperatingPoint, margin: float = 0.0) -> bool:
        """Whether a point lies inside, or beyond by no more than a part of the widest that a regime may be."""
        (slowest, least), (fastest, most), (speed, load) = self.low, self.high, point
        return _spans(slowest, fastest, speed, margin * _MAX_WIDTHS[0]) and _spans(
            least, most, load, margin * _MAX_WIDTHS[1]
        )

    def is_like(self, point: OperatingPoint) -> bool:
        """Whether the same is known of it, speed or load or both."""
        return all((low is None) == (value is None) for low, value in zip(self.low, point, strict=True))

    @property
    def is_blank(self) -> bool:
        """Whether nothing is known of it."""
        return self.low[0] is None and self.low[1] is None

    def widened(self, low: _Sides, high: _Sides) -> "Regime":
        """Give this box, wide enough to hold another one of which the same is known."""
        return Regime(
            id=self.id,
            low=(_least(self.low[0], low[0]), _least(self.low[1], low[1])),
            high=(_most(self.high[0], high[0]), _most(self.high[1], high[1])),
            seen_us=self.seen_us,
            wide=self.wide,
        )

    def width(self) -> float:
        """Give its largest side, as a part of the widest that a regime may be."""
        sides = [
            (high - low) / widest
            for low, high, widest in zip(self.low, self.high, _MAX_WIDTHS, strict=True)
            if low is not None and high is not None
        ]
        return max(sides, default=0.0)


class Regimes(msgspec.Struct, array_like=True):
    """The regimes of a point, and which of them its machine is in."""

    known: list[Regime] = []
    present: int = 0
    """Id of the regime that observations are compared with."""
    newest: int = 0
    settled: bool = True
    candidate: Regime | None = None
    """Where it seems to be going: a known regime's id, or none yet (-1)."""
    candidate_us: int = 0
    roaming: Regime | None = None
    """All operating points since it was last settled."""
    roaming_us: int = 0
    roamed: int = 0
    beyond: OperatingPoint | None = None
    """The last operating point, where it was outside its regime: a single one doesn't make that wider."""

    def update(self, point: OperatingPoint, time_us: int) -> bool:
        """Update the regimes from a running machine's operating point at an event time.

        Gives whether a regime was founded, or the present one is another now. Afterwards `settled` tells whether it
        holds a regime, which `present` names. A point that is not finite is refused.
        """
        if not point.is_finite:
            return False
        known = self.known
        if not known or (len(known) == 1 and known[0].is_blank and not point.is_blank):
            self.known = [Regime(self.present, point, point)]
        home = self._home(point)
        if self.settled and home is not None and home.id == self.present:
            self._settle(home, point, time_us)
            return False
        before = self.present, self.newest
        if self._has_held(home, point, time_us):
            self._settle(home or self._found(self.candidate, time_us), point, time_us)
        elif self._has_roamed(point, time_us):
            self._settle(self._found(self.roaming, time_us), point, time_us)
        else:
            self.settled = False
        return (self.present, self.newest) != before

    def forget(self) -> None:
        """Begin anew: where the machine is next is its first regime; ids are never used again."""
        self.known = []
        self.newest += 1
        self.present, self.settled, self.candidate, self.roaming = self.newest, True, None, None

    @property
    def is_wide(self) -> bool:
        """Whether the present regime is several ways of running, of which a while doesn't show all."""
        return any(regime.wide for regime in self.known if regime.id == self.present)

    def ids(self) -> set[int]:
        """Give the ids of the regimes that are remembered."""
        return {regime.id for regime in self.known}

    def holds(self, point: OperatingPoint, margin: float) -> bool:
        """Whether a point lies in the present regime, or near it."""
        return any(regime.id == self.present and regime.spans(point, margin) for regime in self.known)

    def knows(self, point: OperatingPoint) -> bool:
        """Whether a point lies in any regime that is remembered."""
        return any(regime.spans(point) for regime in self.known)

    def completed(self, point: OperatingPoint) -> OperatingPoint:
        """Give a point with the middle of the present regime where it says nothing and that regime does.

        So what is no longer reported counts as unchanged: what reported a speed may die, and a fault that comes
        after that must not be learned as another way of running.
        """
        speed, load = point
        if speed is not None and load is not None:
            return point
        for regime in self.known:
            if regime.id == self.present and not regime.is_blank:
                sides = zip(regime.low, regime.high, point, strict=True)
                return OperatingPoint(
                    *(_middle(low, high) if value is None else value for low, high, value in sides)
                )
        return point

    def _home(self, point: OperatingPoint) -> Regime | None:
        """Give the known regime of a point: the present one while it is near, else one that holds it or can."""
        for regime in self.known:
            if regime.id == self.present and regime.spans(point, _HYSTERESIS):
                return regime
        for regime in self.known:
            if regime.spans(point):
                return regime
        for regime in self.known:
            if regime.is_like(point) and regime.widened(point, point).width() <= 1.0:
                return regime
        return None

    def _has_held(self, home: Regime | None, point: OperatingPoint, time_us: int) -> bool:
        """Whether the last observations all were at one operating point, known or not, for long enough."""
        candidate = self.candidate
        if home is not None:
            stays = candidate is not None and candidate.id == home.id
            self.candidate = home
        else:
            widened = (
                candidate.widened(point, point) if candidate is not None and candidate.is_like(point) else None
            )
            stays = candidate is not None and candidate.id < 0 and widened is not None and widened.width() <= 1.0
            self.candidate = widened if stays else Regime(-1, point, point)
        if not stays:
            self.candidate_us = time_us
        return stays and time_us - self.candidate_us >= DWELL_US

    def _has_roamed(self, point: OperatingPoint, time_us: int) -> bool:
        """Whether it has held no operating point for so long that this is its way."""
        roaming = self.roaming
        if roaming is None or not roaming.is_like(point):
            self.roaming, self.roaming_us, self.roamed = Regime(-1, point, point, wide=True), time_us, 1
            return False
        self.roaming = roaming.widened(point, point)
        self.roamed += 1
        return self.roamed >= _RESTLESS_COUNT and time_us - self.roaming_us >= _RESTLESS_US

    def _settle(self, regime: Regime, point: OperatingPoint, time_us: int) -> None:
        self.settled, self.present, self.candidate, self.roaming = True, regime.id, None, None
        regime.seen_us = time_us
        beyond, self.beyond = self.beyond, None if regime.spans(point) else point
        if beyond is None or self.beyond is None or not regime.is_like(beyond):
            return
        wider = regime.widened(*_between(point, beyond))
        if wider.width() <= 1.0:
            regime.low, regime.high = wider.low, wider.high

    def _found(self, box: Regime | None, time_us: int) -> Regime:
        """Found a regime; those inside it are part of it now."""
        assert box is not None
        self.newest += 1
        founded = Regime(self.newest, box.low, box.high, time_us, box.wide)
        self.known = [r for r in self.known if not (r.is_like(OperatingPoint(*box.low)) and _holds(founded, r))]
        if len(self.known) >= MAX_REGIMES:
            self._make_room(time_us)
        self.known.append(founded)
        return founded

    def _make_room(self, time_us: int) -> None:
        """Forget the regime that wasn't held for longest, or, if all were today, make one of the two nearest."""
        oldest = min(self.known, key=lambda regime: (regime.seen_us, regime.id))
        pairs = [
            (a.widened(b.low, b.high).width(), a.id, b.id)
            for a in self.known
            for b in self.known
            if a.id < b.id and a.is_like(OperatingPoint(*b.low))
        ]
        if not pairs or time_us - oldest.seen_us > _TODAY_US:
            self.known.remove(oldest)
            return
        _, first, second = min(pairs)
        a, b = (next(r for r in self.known if r.id == each) for each in (first, second))
        self.newest += 1
        both = a.widened(b.low, b.high)
        merged = Regime(self.newest, both.low, both.high, max(a.seen_us, b.seen_us), wide=True)
        self.known = [r for r in self.known if r.id not in (first, second)] + [merged]


def _spans(low: float | None, high: float | None, value: float | None, beyond: float) -> bool:
    """Whether a value lies on one side of a regime, or so far beyond it; what is not known of both does."""
    if low is None or high is None or value is None:
        return low is None and value is None
    return low - beyond <= value <= high + beyond


def _between(one: OperatingPoint, other: OperatingPoint) -> tuple[_Sides, _Sides]:
    """Give the corners that two points in a row agree upon: on each side the one less far out."""
    pairs = [(a, b) if a is not None and b is not None else None for a, b in zip(one, other, strict=True)]
    low = [max(pair) if pair else None for pair in pairs]
    high = [min(pair) if pair else None for pair in pairs]
    return (low[0], low[1]), (high[0], high[1])


def _middle(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else (low + high) / 2


def _holds(outer: Regime, inner: Regime) -> bool:
    return outer.spans(OperatingPoint(*inner.low)) and outer.spans(OperatingPoint(*inner.high))


def _least(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else min(a, b)


def _most(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else max(a, b)
