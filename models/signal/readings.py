"""Readings of other instruments: named numbers, of which only the finite ones are kept."""

import math
from collections.abc import Mapping

from models.signal.indicators import Indicators

__all__ = ["reading_values"]

_LIMIT = 1e15
"""Larger numbers are no measurements, and their squares would overflow sooner or later."""


def reading_values(values: Mapping[str, float]) -> Indicators:
    """Keep readings that can be used, by name; `not_finite` and `out_of_range` (beyond 1e15) tell of the rest.

    >>> reading_values({"pressure_bar": 2.0, "flow": float("nan")})
    Indicators(values={'pressure_bar': 2.0}, flags=('not_finite',))
    """
    finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
    plausible = {name: value for name, value in finite.items() if abs(value) <= _LIMIT}
    faults = {"not_finite": len(finite) < len(values), "out_of_range": len(plausible) < len(finite)}
    return Indicators(plausible, tuple(flag for flag, there in faults.items() if there))
