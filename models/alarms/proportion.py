"""Proportions counted a few times, and how sure one may be of them: bounds instead of a mean."""

from math import sqrt

__all__ = ["wilson_interval"]

_Z = 1.2816
"""Normal quantile of 90 %: with one chance in ten the share lies above the upper bound, in ten below the lower."""


def wilson_interval(hits: int, trials: int, z: float = _Z) -> tuple[float, float]:
    """Give the lower and upper bound of a share, from 0 to 1, each wrong at most about once in ten times.

    The score interval of Wilson 1927, "Probable inference, the law of succession, and statistical inference": it is
    close to what it claims also where hits are few or none. Nothing counted says nothing.

    >>> [round(bound, 2) for bound in wilson_interval(0, 9)], wilson_interval(0, 0)
    ([0.0, 0.15], (0.0, 1.0))
    """
    if trials <= 0:
        return 0.0, 1.0
    share, square = hits / trials, z * z
    middle = share + square / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return max((middle - reach) / (1 + square / trials), 0.0), min((middle + reach) / (1 + square / trials), 1.0)
