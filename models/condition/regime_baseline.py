"""The baseline of one point in one operating regime, and how far learning it has come."""

import msgspec

from models.clock import SECOND_US
from models.condition.baseline import Baseline
from models.condition.running_median import RunningMedian
from models.condition.thermal_baseline import ThermalBaseline
from models.machinery.machine import Learning

__all__ = ["RegimeBaseline"]


class RegimeBaseline(msgspec.Struct, array_like=True):
    """One regime's baselines and running medians, so that a median never mixes two ways of running."""

    baselines: dict[str, Baseline]
    medians: dict[str, RunningMedian] = {}
    learning_since_us: int = 0
    learned: int = 0
    learned_us: int = 0
    tightened_us: int = 0
    ended: bool = False
    """Whether learning is over for good."""
    later: bool = False
    """Whether it isn't what the machine did first: a given end of learning says nothing about it."""
    least_us: int = 0
    """How long it must be learned at least."""
    thermal_baseline: ThermalBaseline = msgspec.field(default_factory=ThermalBaseline)
    told: bool = False
    """Whether the fleet has been told of it, or need not be."""

    def end_learning(self, learning: Learning, machine_us: int, *, is_first: bool) -> None:
        """End learning for good once the machine's event time has reached its end; `is_first`: of its epochs."""
        if self.ended:
            return
        if learning.until_us is not None and is_first and not self.later:
            self.ended = machine_us >= learning.until_us
        elif self.learned:
            least_us = max(learning.duration_s * SECOND_US, self.least_us)
            long = machine_us - self.learning_since_us >= least_us
            self.ended = long and self.learned >= learning.observations

    def shorten_medians(self) -> None:
        """Keep so much of the last values that the next one, should it be a shock, doesn't count alone."""
        for running_median in self.medians.values():
            running_median.shorten()
