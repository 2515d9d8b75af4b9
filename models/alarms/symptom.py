"""Symptoms (ISO 13372) and their degree, on one scale: 1, 2 and 3 at the low, medium and high limit."""

import msgspec

from models.bilingual import Bilingual

__all__ = ["KNOCKS", "Symptom", "degree_of"]

KNOCKS = "knocks_percent"
"""What stands for an indicator where single loud blocks are told: the share of them."""

_MAX_DEGREE = 4.0


class Symptom(msgspec.Struct, array_like=True):
    """What one rule sees at one point, smoothed, in the indicator's own unit."""

    rule: str
    indicator: str
    value: float
    reference: float | None
    """The baseline, None where the rule has none."""
    limits: list[float]
    """For low, medium and high priority, rising; fewer where the rule has fewer."""
    degree: float
    shares: dict[str, float] = {}
    """The parts that single values have in it, from 0 to 1, largest first; empty where it is about one value."""
    said: Bilingual | None = None
    """What a diagnosis says."""
    grows: tuple[int, float] | None = None
    """Since when (event time) it grows for certain, and by which part a day; None: that is not why it counts."""
    sudden: bool = False
    """Whether it came at once and so far that no delay is needed to believe it."""
    newest: float = 4.0
    """The degree that the newest value has by itself, where the symptom is of a smoothed one and of concern."""

    @property
    def is_fall(self) -> bool:
        """Whether it is a level below its baseline; its limits then fall."""
        return self.rule == "change" and self.reference is not None and self.limits[0] < self.reference

    @property
    def is_knocks(self) -> bool:
        """Whether it is the share of single loud blocks, and no level."""
        return self.indicator == KNOCKS

    def limit(self, level: int) -> float:
        """Give the limit of a level (1 low, 2 medium, 3 high), or the nearest one that there is."""
        return self.limits[min(max(level, 1), len(self.limits)) - 1]


def degree_of(value: float, reference: float, limits: list[float]) -> float:
    """Place a value between its reference (0) and its rising limits (1, 2, 3), in a straight line between them.

    A value on a limit belongs above it; a level whose limit is missing is never reached, and 4 is the most.

    >>> [degree_of(v, 1.0, [2.0, 4.0, 8.0]) for v in (0.0, 1.5, 2.0, 3.0, 8.0, 12.0)]
    [0.0, 0.5, 1.0, 1.5, 3.0, 4.0]
    >>> degree_of(4.0, 1.0, [4.0, 4.0, 8.0])
    2.0
    """
    lower, level = reference, 0
    for limit in limits:
        if value < limit:
            share = (value - lower) / (limit - lower) if value > lower and limit > lower else 0.0
            return level + min(share, 0.999)
        lower, level = limit, level + 1
    before = limits[-2] if len(limits) > 1 else reference
    step = max(limits[-1] - before, 1e-12)
    return min(level + min((value - lower) / step, 0.999 if level < 3 else 1.0), _MAX_DEGREE)
