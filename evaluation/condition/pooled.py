"""Verdicts against labels: F1, false alarms and missed alarms, pooled by adding up counts."""

from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["Pooled"]


class Pooled(msgspec.Struct, frozen=True):
    """Counts of rows; they add up."""

    right: int = 0
    wrong: int = 0
    quiet: int = 0
    missed: int = 0

    @classmethod
    def of(cls, found: NDArray[np.bool_], anomalous: NDArray[np.bool_]) -> Self:
        """Compare verdicts with labels, both of shape (n,).

        >>> Pooled.of(np.array([True, True, False]), np.array([True, False, True]))
        Pooled(right=1, wrong=1, quiet=0, missed=1)
        """
        return cls(
            right=int((found & anomalous).sum()),
            wrong=int((found & ~anomalous).sum()),
            quiet=int((~found & ~anomalous).sum()),
            missed=int((~found & anomalous).sum()),
        )

    def __add__(self, other: "Pooled") -> "Pooled":
        """Add two sets of rows."""
        return Pooled(
            self.right + other.right,
            self.wrong + other.wrong,
            self.quiet + other.quiet,
            self.missed + other.missed,
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where nothing was right."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def false_alarms(self) -> float:
        """Part of the sound rows that were called anomalous."""
        return self.wrong / max(1, self.wrong + self.quiet)

    @property
    def missed_alarms(self) -> float:
        """Part of the anomalous rows that were called sound."""
        return self.missed / max(1, self.missed + self.right)

    def cells(self) -> tuple[str, str, str]:
        """F1, false alarms and missed alarms in per cent, as text."""
        return f"{self.f1:.2f}", f"{100 * self.false_alarms:.1f}", f"{100 * self.missed_alarms:.1f}"
