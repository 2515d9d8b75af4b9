"""Knocks of one point: the share of single loud blocks among its last ones, and what of that is usual.

A chipped tooth that meets its mate now and then, a loose part, a stone in a pump: some blocks are many times as
loud as usual, and those between are as ever. A running median drops such blocks, as it should where they are
shocks. What comes once a day is one; what comes every tenth time is the machine. So besides the level the share of
such blocks is followed, with a memory of 64, which forgets a shock long before the next.

Presses and hammer mills knock from the first day on. The share while a regime is learned is usual, of several
regimes the greatest, and what counts is what goes beyond.
"""

from math import sqrt

import msgspec

__all__ = ["LEARNED", "MEMORY", "Knocks"]

MEMORY = 64
"""Blocks that the share is of, weighed exponentially."""
_ONE = 4_096
"""A share of 1, as it is kept: a whole number, so that it takes little room."""
_LEAST = 0.06
"""The least share beyond the usual one that is told: four blocks of the last 64."""
_SIGMAS = 4.0
LEARNED = 100
"""Blocks that the usual share is learned from, however short learning is otherwise."""
_VARIANCE = 1.0 / (2 * MEMORY - 1) + 1.0 / LEARNED
"""Of the share now, and of the usual one as learning leaves it, in units of share x (1 - share): both are counted
from single blocks, and a press that knocks by chance every tenth time has its runs of luck."""


class Knocks(msgspec.Struct, array_like=True):
    """The share of loud blocks among the last ones, and the usual one.

    >>> knocks = Knocks()
    >>> for i in range(400):  # every tenth block
    ...     knocks.note(knocked=i % 10 == 0)
    >>> 0.08 < knocks.share < 0.12, knocks.limit
    (True, 0.06)
    """

    kept: int = 0
    """The share now, in 1/4096."""
    usual_kept: int = 0
    """What it is usually, as learned."""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.kept / _ONE

    @property
    def usual(self) -> float:
        """The share while it was learned."""
        return self.usual_kept / _ONE

    @property
    def limit(self) -> float:
        """The share from which it is told: beyond 1 where every second block is loud anyway."""
        usual = self.usual
        likely = (usual * LEARNED + 1.0) / (LEARNED + 2.0)  # none that knocked yet is no proof that none will
        return usual + max(_LEAST, _SIGMAS * sqrt(_VARIANCE * likely * (1.0 - likely)))

    def note(self, *, knocked: bool, among: int = MEMORY) -> None:
        """Note one block, which weighs 1/64; at first one among as few as there are."""
        among = min(max(among, 1), MEMORY)
        wanted = (_ONE if knocked else 0) - self.kept
        step = (2 * wanted + among) // (2 * among)
        if not knocked and self.kept:
            step = min(step, -1)  # it ends at none, and not where rounding would leave it
        self.kept += step

    def learn(self, *, further: bool) -> None:
        """Take the share as usual; of a `further` regime only where that is more than what is."""
        self.usual_kept = max(self.usual_kept, self.kept) if further else self.kept
