"""Gaps: told by times, by a counter or by a comment; the longest stretch between them is taken."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.analysis.readers.table_body import Body
from stream.analysis.readers.time_axis import TimeAxis

__all__ = ["Stretch", "counter_gaps", "longest_stretch"]

_WRAPS = (1 << 8, 1 << 15, 1 << 16, 1 << 24, 1 << 31, 1 << 32)


class Stretch(msgspec.Struct, frozen=True):
    """A piece of samples without a gap, from `first` up to, but without, `last`."""

    first: int
    last: int
    gaps: int
    """In the whole recording."""


def longest_stretch(
    size: int, axis: TimeAxis | None, body: Body, counter: int | None, places: NDArray[np.int64]
) -> Stretch:
    """Give the longest stretch, of equals the first; `places` are the rows in which samples stand."""
    gaps = set(axis.gaps if axis is not None else ())
    lost = set(body.lost_before)
    if counter is not None:
        lost |= set(counter_gaps(body.numbers[counter]))
    gaps |= {int(np.searchsorted(places, row)) for row in lost}
    edges = [0, *sorted(gap for gap in gaps if 0 < gap < size), size]
    lengths = np.diff(edges)
    longest = int(np.argmax(lengths))
    return Stretch(edges[longest], edges[longest + 1], len(edges) - 2)


def counter_gaps(values: NDArray[np.float64]) -> list[int]:
    """Give the rows before which a counter jumps; that it goes round, as 255 to 0, is no jump.

    >>> counter_gaps(np.array([254.0, 255.0, 0.0, 1.0, 5.0]))
    [4]
    """
    steps = np.diff(values)
    if not np.isfinite(steps).all() or not bool((steps > 0).any()):
        return []
    usual = float(np.median(steps[steps > 0]))
    jumps = np.flatnonzero((steps > 1.5 * usual) | (steps < 0))
    return [int(n) + 1 for n in jumps if not (values[n] + usual in _WRAPS and values[n + 1] <= usual)]
