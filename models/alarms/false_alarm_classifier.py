"""The classifier of false alarms that the fleet has taught: how likely an alert with given features is a fault."""

from collections.abc import Mapping
from math import exp

import msgspec

__all__ = ["LOWER_BELOW", "MISSED_COSTS", "FalseAlarmClassifier"]

MISSED_COSTS = 5.0
"""A true alert that is rated low costs as much as so many false ones that are not."""

LOWER_BELOW = 1.0 / (1.0 + MISSED_COSTS)
"""Rating low is worth it below this probability of a fault: there its expected cost p C falls below 1 - p."""

_MAX_LOGIT = 30.0


class FalseAlarmClassifier(msgspec.Struct, frozen=True, kw_only=True):
    """A logistic classifier by its numbers; `used` only while it does better on this fleet than the plain rules."""

    lessons: int = 0
    """How many lessons it is made of; more are newer."""
    used: bool = False
    weights: dict[str, float] = {}
    bias: float = 0.0

    def probability(self, features: Mapping[str, float]) -> float:
        """Give the probability of a fault, from 0 to 1; features that nobody has learned count for nothing.

        >>> FalseAlarmClassifier(weights={"abrupt": -2.0}, bias=1.0).probability({"abrupt": 0.5, "new": 9.0})
        0.5
        """
        total = self.bias
        for name, value in features.items():
            total += self.weights.get(name, 0.0) * value
        return 1.0 / (1.0 + exp(-min(max(total, -_MAX_LOGIT), _MAX_LOGIT)))
