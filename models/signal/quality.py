"""Quality of a waveform, judged before anything else: a bad signal is a sensor's fault, never a machine's.

Faults make a signal untrustworthy: nothing may be learned from it. Notes say what is special about a good one.
All checks look at values only, so they hold for any length, rate and resolution.
"""

import numpy as np
from numpy.typing import NDArray

from models.signal.units import STANDARD_GRAVITY_M_S2, Unit

__all__ = [
    "FAULTS",
    "MINIMUM_SAMPLES",
    "NOTES",
    "REPEATED",
    "SHORTENED",
    "is_fault",
    "is_rate",
    "is_silent",
    "waveform_faults",
]

FAULTS = frozenset(
    {"not_finite", "out_of_range", "too_short", "stuck", "clipped", "offset", "open", "erratic"},
)
"""Flags that forbid trusting the signal: `open` and `erratic` are a thermometer's, the rest a waveform's."""
SHORTENED = "shortened"
REPEATED = "repeated"
NOTES = frozenset({"short", "narrow_band", SHORTENED, REPEATED})
"""`short`: less than a second, no severity zone from it. `narrow_band`: too short, or sampled too slowly, for the
whole band of the velocity. `shortened`: a block so long that only its beginning was looked at. `repeated`:
what was sent before, under a new time (the fold finds that, and it is `stuck` as well)."""

MINIMUM_SAMPLES = 64
"""Fewer say nothing about a distribution or a spectrum: `too_short`."""

_LIMIT = {"g": 1e6, "m/s2": 1e6 * STANDARD_GRAVITY_M_S2, "mm/s": 1e7}
"""No instrument measures more: a wrong scale or a broken message."""
_STILL = {"g": 1e-9, "m/s2": 1e-9 * STANDARD_GRAVITY_M_S2, "mm/s": 1e-7}
"""No instrument resolves less: a signal that moves by no more is silent."""
_OFFSET = {"g": 1.5, "m/s2": 1.5 * STANDARD_GRAVITY_M_S2, "mm/s": 5.0}
"""Gravity on a DC-coupled accelerometer (1 g) is no fault, nor is the drift of a good velocity sensor."""

_RAIL = 1e-4
"""As near to an extreme, as a part of peak to peak, as counts as being on the rail: noise of a 14-bit converter."""
_LEVELS = 16
"""Converter levels that a signal must span before its shape can tell clipping from rounding."""
_RUN = 32
"""Equal samples in a row that a signal of fine resolution never has."""

Waveform = NDArray[np.float64]
Indices = NDArray[np.intp]


def is_fault(flags: tuple[str, ...]) -> bool:
    """Whether any of these flags forbids trusting the signal.

    >>> is_fault(("short",)), is_fault(("short", "clipped"))
    (False, True)
    """
    return not FAULTS.isdisjoint(flags)


def waveform_faults(samples: Waveform, unit: Unit) -> tuple[str, ...]:
    """Faults of a waveform of shape (n,), n >= 0, in the order in which they forbid to look further.

    - `too_short`: fewer than 64 samples.
    - `not_finite`: a NaN or an infinity anywhere.
    - `out_of_range`: beyond 1e6 g or 1e7 mm/s, what no instrument measures.
    - `stuck`: constant, nine tenths one value, or 32 equal samples in a row where the rest moves by many steps.
    - `clipped`: flat tops with corners, or a crowd of equal extremes with nothing just below.
    - `offset`: a mean above 1.5 g (or 5 mm/s) and above the RMS of the rest: bias lost, or a DC fault.
    """
    if samples.size == 0:
        return ("too_short",)
    short = ("too_short",) if samples.size < MINIMUM_SAMPLES else ()
    low, high = float(samples.min()), float(samples.max())  # a NaN anywhere makes both NaN
    if not (np.isfinite(low) and np.isfinite(high)):
        return (*short, "not_finite")
    largest = max(-low, high)
    if largest > _LIMIT[unit]:
        return (*short, "out_of_range")
    if short:
        return short
    if _is_still(low, high, unit):
        return ("stuck",)
    faults = {
        "stuck": _is_stuck(samples, low, high),
        "clipped": _is_clipped(samples, low, high),
        "offset": _is_offset(samples, _OFFSET[unit]),
    }
    return tuple(flag for flag, there in faults.items() if there)


def is_rate(rate_hz: float) -> bool:
    """Whether anything is sampled at this rate: once in twelve days to 1 GHz; not NaN."""
    return 1e-6 <= rate_hz <= 1e9


def is_silent(samples: Waveform, unit: Unit) -> bool:
    """Whether a finite waveform, n >= 1, is constant as far as any instrument resolves."""
    return _is_still(float(samples.min()), float(samples.max()), unit)


def _is_still(low: float, high: float, unit: Unit) -> bool:
    return high - low <= max(_STILL[unit], 1e-12 * max(-low, high))


def _is_offset(samples: Waveform, limit: float) -> bool:
    mean = abs(float(np.add.reduce(samples)) / samples.size)  # as `mean()`, without its checks
    return mean > limit and mean > float(samples.std())


def _is_stuck(samples: Waveform, low: float, high: float) -> bool:
    """Whether one long run of equal samples stands in a signal that otherwise moves.

    Low-resolution data have long runs too, but then the other samples also move by a step at most.
    """
    still = samples[1:] == samples[:-1]
    if np.count_nonzero(still) < _RUN - 1:
        return False
    starts, ends = _runs(still)
    longest = int(np.argmax(ends - starts))
    start, end = int(starts[longest]), int(ends[longest])
    length = end - start + 1
    if length > 0.9 * samples.size:
        return True
    if length < _RUN or _on_rail(float(samples[start]), low, high):
        return False
    steps = np.diff(samples)
    sizes = np.abs(np.concatenate((steps[:start], steps[end:])))
    return float(np.median(sizes)) > 4 * float(sizes[sizes > 0].min())


def _on_rail(value: float, low: float, high: float) -> bool:
    """Whether a run stands at an extreme, which is for the check of clipping to judge."""
    width = _RAIL * (high - low)
    return value >= high - width or value <= low + width


def _is_clipped(samples: Waveform, low: float, high: float) -> bool:
    width = _RAIL * (high - low)
    up = samples >= high - width
    down = samples <= low + width
    crowded = [(samples, up, high)] if np.count_nonzero(up) >= 3 else []
    if np.count_nonzero(down) >= 3:
        crowded.append((-samples, down, -low))
    if not crowded:
        return False
    step = _resolution(samples)
    if high - low < _LEVELS * step:
        return False
    return any(
        _has_corners(signal, on_rail, top, width, step) or _has_crowd(signal, on_rail, top, width, step)
        for signal, on_rail, top in crowded
    )


def _resolution(samples: Waveform) -> float:
    """Smallest difference between distinct values: the converter's step, next to nothing for floats."""
    return float(np.diff(np.unique(samples)).min())


def _has_corners(signal: Waveform, on_rail: NDArray[np.bool_], top: float, width: float, step: float) -> bool:
    """Whether tops of three samples or more end in corners, as no smooth crest does.

    A parabola that stays within `width` of its top for r samples has fallen by at most width (r+2)/(r-2) one
    sample later; the square of it allows for flatter crests. Equal samples may differ by a step before rounding,
    which widens the same way.
    """
    starts, ends = _runs(on_rail)
    long = ends - starts >= 3
    if not long.any():
        return False
    starts, ends = starts[long], ends[long]
    before = top - signal[np.where(starts > 0, starts - 1, ends % signal.size)]
    after = top - signal[np.where(ends < signal.size, ends, starts - 1)]
    falls = (before + after) / 2  # at an end of the block, its one neighbour counts for both
    lengths = (ends - starts).astype(np.float64)
    widening = (lengths + 2) / (lengths - 2)
    smooth = 2 * width * widening**2 + step * (widening + 1)
    return float((falls - smooth).mean()) > 0


def _has_crowd(signal: Waveform, on_rail: NDArray[np.bool_], top: float, width: float, step: float) -> bool:
    """Whether many samples share the extreme, hardly any come just below, and they are reached from anywhere.

    This is how a fast, broad-band signal clips, whose tops last for one or two samples. A sine has at most 2.4
    times as many samples in its top level as in the next; one locked to the sampling rate, which has none there,
    reaches its top from two places only.
    """
    crowd = int(np.count_nonzero(on_rail))
    if crowd < 10:
        return False
    below = int(np.count_nonzero(signal >= top - width - max(20 * width, 1.5 * step))) - crowd
    if crowd <= 4 * below:
        return False
    starts, _ = _runs(on_rail)
    before = signal[starts[starts > 0] - 1]
    places = np.unique(np.floor((top - before) / (width / _RAIL) * 16))
    return places.size >= 6


def _runs(there: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Find starts and (exclusive) ends of the stretches where `there` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], there, [False]))))
    return edges[::2], edges[1::2]
