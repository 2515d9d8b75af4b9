"""The plan of a run, and the exponential law by which faults grow."""

import math

import msgspec

__all__ = ["Plan", "exponential_growth"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of a run, in simulated seconds since its start: all are sound, then the faults develop."""

    healthy_s: float = 7_200.0
    development_s: float = 21_600.0

    def progress(self, seconds: float, *, begins: float = 0.0, ends: float = 1.0) -> float:
        """Give how far a fault is, 0 to 1, that develops from share `begins` to share `ends` of the development.

        >>> plan = Plan(healthy_s=100, development_s=200)
        >>> [plan.progress(s, begins=0.5) for s in (0, 200, 250, 999)]
        [0.0, 0.0, 0.5, 1.0]
        """
        share = (seconds - self.healthy_s) / self.development_s
        return min(1.0, max(0.0, (share - begins) / (ends - begins)))

    def at_s(self, share: float) -> float:
        """Give when, in seconds since the start, a share of the development is over."""
        return self.healthy_s + share * self.development_s


def exponential_growth(progress: float, growth: float) -> float:
    """Give the severity, 0 to 1, at a progress from 0 to 1: (exp(growth p) - 1) / (exp(growth) - 1); 0 is linear.

    Exponential, as signals of degrading bearings are modelled: Gebraeel, Lawley, Li and Ryan (2005), "Residual-life
    distributions from component degradation signals: a Bayesian approach", IIE Transactions 37(6).

    >>> [round(exponential_growth(p, 3.5), 3) for p in (0.0, 0.5, 1.0)], exponential_growth(0.25, 0.0)
    ([0.0, 0.148, 1.0], 0.25)
    """
    return progress if growth == 0 else math.expm1(growth * progress) / math.expm1(growth)
