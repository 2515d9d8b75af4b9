"""What counts can prove, and whether probabilities mean what they say."""

from collections.abc import Sequence
from itertools import pairwise

from scipy.special import betaincinv

__all__ = ["interval", "reliability", "upper_bound"]


def interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a probability of which `hits` of `trials` were seen (Clopper and Pearson 1934), two-sided.

    >>> [round(bound, 3) for bound in interval(9, 10)]
    [0.555, 0.997]
    """
    tail = (1.0 - level) / 2
    low = 0.0 if hits <= 0 else float(betaincinv(hits, trials - hits + 1, tail))
    return low, upper_bound(hits, trials, 1.0 - tail)


def upper_bound(hits: int, trials: int, level: float = 0.95) -> float:
    """Upper bound of a probability of which `hits` of `trials` were seen (Clopper and Pearson 1934), one-sided.

    >>> round(upper_bound(0, 1000), 5), round(upper_bound(1, 1000), 5)
    (0.00299, 0.00473)
    """
    return 1.0 if hits >= trials else float(betaincinv(hits + 1, trials - hits, level))


def reliability(
    answers: Sequence[tuple[float, bool]], edges: Sequence[float]
) -> list[tuple[float, float, int, float, float]]:
    """Sort answers of a stated probability, right or not, into bins: low, high, count, mean stated, share right.

    >>> reliability([(0.6, True), (0.7, False), (0.95, True)], (0.5, 0.9, 1.0))
    [(0.5, 0.9, 2, 0.65, 0.5), (0.9, 1.0, 1, 0.95, 1.0)]
    """
    found = []
    for low, high in pairwise(edges):
        inside = [(p, right) for p, right in answers if low <= p < high or (p == high == edges[-1])]
        if inside:
            count = len(inside)
            mean = sum(p for p, _ in inside) / count
            stated = min(max(mean, low), high)  # rounding must not carry a mean out of its bin
            found.append((low, high, count, stated, sum(right for _, right in inside) / count))
    return found
