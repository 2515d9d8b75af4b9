"""What is usual of a point by regime, as it was when the first of an episode came late.

Live data go on teaching meanwhile, so without this a value near a limit would be judged by when it came.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from statistics import median_low

import msgspec

from models.condition.baseline import MIN_BASELINE_VALUES
from models.condition.regime_baseline import RegimeBaseline
from models.condition.regimes import OperatingPoint, Regime, Regimes

__all__ = ["LateBaseline", "UsualIn", "late_baseline"]

_MARGIN = 0.25
"""As a regime may be left by while it is the present one."""


class UsualIn(msgspec.Struct, array_like=True):
    """What is usual in one regime; nothing where it isn't learned yet."""

    regime: Regime | None
    """None where a point knows of no regimes."""
    values: list[tuple[float, float]] = []
    """Location and standard deviation by name, both 0 where unknown; of a temperature warm state and swing."""

    @property
    def is_learned(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.values)


class LateBaseline(msgspec.Struct, array_like=True):
    """What is usual of a point, by regime."""

    names: list[str]
    """Of the values of every regime."""
    regimes: list[UsualIn]
    interval_us: float = 0.0
    """Between two observations, usually; 0 where that is not known."""

    def of(self, point: OperatingPoint) -> list[UsualIn]:
        """Give the regimes that an observation may belong to, by its own speed and load.

        Nobody knows what the machine did then where the observation doesn't say, so it may be in any of them.
        Nothing is given where one of them isn't learned.
        """
        found = [each for each in self.regimes if each.regime is None or _may_hold(each.regime, point)]
        return found if all(each.is_learned for each in found) else []

    def levels(self, usual: UsualIn) -> Mapping[str, tuple[float, float]]:
        """Give location and standard deviation by name."""
        return {name: value for name, value in zip(self.names, usual.values, strict=True) if value[1] > 0.0}

    def least(self, name: str) -> float | None:
        """Give the least location of a name in any regime; None where it isn't known in any."""
        if name not in self.names:
            return None
        at = self.names.index(name)
        known = [each.values[at] for each in self.regimes if each.is_learned]
        return min((location for location, sigma in known if sigma > 0.0), default=None)


def late_baseline(regimes: Regimes, baselines: Mapping[int, RegimeBaseline], *, heat: bool) -> LateBaseline:
    """Give what is usual of a point now; `heat`: of a thermometer."""
    known = {regime.id: regime for regime in regimes.known}
    names = [] if heat else sorted({name for each in baselines.values() for name in each.baselines})
    usual = [
        UsualIn(
            msgspec.structs.replace(known[number]) if number in known else None,
            _values(baselines[number], names, heat=heat) if number in baselines else [],
        )
        for number in sorted(known.keys() | baselines.keys())
    ]
    moments = [median.times_us for each in baselines.values() for median in each.medians.values()]
    return LateBaseline(["value_c"] if heat else names, usual, _interval_us(max(moments, key=max, default=[])))


def _values(usual: RegimeBaseline, names: Iterable[str], *, heat: bool) -> list[tuple[float, float]]:
    if not usual.ended or usual.learned < MIN_BASELINE_VALUES:
        return []
    if heat:
        warm = usual.thermal_baseline
        return [] if warm.reference_c is None else [(warm.reference_c, warm.swing_k)]
    known = {name: each for name, each in usual.baselines.items() if each.ready}
    return [(known[name].location, known[name].sigma()) if name in known else (0.0, 0.0) for name in names]


def _interval_us(times_us: list[int]) -> float:
    """Give the usual interval of the last observations in order; one of them may be an outage."""
    apart = [later - earlier for earlier, later in pairwise(times_us)]
    return float(median_low(apart)) if len(apart) > 1 else 0.0


def _may_hold(regime: Regime, point: OperatingPoint) -> bool:
    """Whether nothing that is known of both says that a point lies outside."""
    sides = [None if low is None or value is None else value for low, value in zip(regime.low, point, strict=True)]
    unknown = [None if value is None else low for low, value in zip(regime.low, sides, strict=True)]
    high = [None if value is None else top for top, value in zip(regime.high, sides, strict=True)]
    box = Regime(regime.id, (unknown[0], unknown[1]), (high[0], high[1]))
    return box.spans(OperatingPoint(sides[0], sides[1]), _MARGIN)
