"""Times of samples: their unit, whether they are even, and the rate they make."""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import RecordingError
from stream.analysis.readers.rate_lines import PLAUSIBLE_HZ
from stream.analysis.readers.time_labels import time_label

__all__ = ["TimeAxis", "axis_of", "epoch_unit", "seconds_of"]

Times = NDArray[np.float64]

_UNEVEN = 0.5
"""How far one step of time may be from the usual one, as a part of it."""
_ROUNDED_STEPS = 500
"""A rate is taken from rounded times where they span so many of their steps: within 0.2 %."""
_MIN_PIECE = 64
_MOST_GAPS = 0.01
_EPOCHS = ((8e8, 5e9, 1.0, "s"), (8e11, 5e12, 1e-3, "ms"), (8e14, 5e15, 1e-6, "us"), (8e17, 5e18, 1e-9, "ns"))
"""What numbers of today, 1995 to 2128, look like in units since 1970."""
_EXCEL_DAYS = (20_000.0, 80_000.0)
"""Days since 1900 from 1954 to 2119."""


class TimeAxis(msgspec.Struct, frozen=True):
    """A rate, and where its times leave gaps."""

    rate_hz: float
    gaps: tuple[int, ...] = ()
    """Samples before which something is missing."""
    rounded: bool = False
    """Whether several samples share a time."""


def epoch_unit(size: float) -> tuple[str, float] | None:
    """Give the unit in which a number of that size is a time of today, and its seconds; None where it is none.

    >>> epoch_unit(1.7e12), epoch_unit(45_990.5)
    (('ms', 0.001), None)
    """
    return next(((unit, step) for low, high, step, unit in _EPOCHS if low <= size < high), None)


def seconds_of(path: Path, values: Times, name: str, *, named: bool) -> tuple[Times, str]:
    """Give numbers of a column of times in seconds from the first, and the unit that was assumed, if one was.

    A unit that is written counts; an unknown one is refused. Where none is written, numbers of today tell whether
    they are epoch seconds to nanoseconds, or days as spreadsheets count them. Raises `RecordingError`.
    """
    label = time_label(name) if named else None
    written, step_s = (label.written, label.step_s) if label is not None else ("", None)
    if written and step_s is None:
        raise RecordingError(f"{path}: the unit of {name} ({written}) is not known; give --rate HZ")
    relative = values - (values[0] if values.size else 0.0)
    size = float(np.median(np.abs(values))) if values.size else 0.0
    epoch = epoch_unit(size)
    if step_s is not None:
        if epoch is not None and step_s == 1.0 and epoch[1] != 1.0:
            raise RecordingError(
                f"{path}: {name} says seconds, and its numbers look like epoch {epoch[0]}; give --rate HZ"
            )
        return relative * step_s, ""
    if epoch is not None:
        return relative * epoch[1], f"epoch {epoch[0]}"
    low, high = _EXCEL_DAYS
    middle = float(np.median(np.diff(values))) if values.size > 1 else 1.0
    if low <= size < high and 0 < middle < 1 / PLAUSIBLE_HZ[1]:
        return relative * 86_400.0, "days"
    return relative, "s"


def axis_of(path: Path, times: Times, name: str) -> TimeAxis | None:
    """Give the rate of times in seconds; None of a single one. Raises `RecordingError` where they are not even."""
    if times.size < 2:
        return None
    steps = np.diff(times)
    span_s = float(times[-1] - times[0])
    middle = float(np.median(steps)) if np.isfinite(steps).all() else 0.0
    even = np.abs(steps - middle) <= _UNEVEN * middle
    if middle > 0 and bool(even.all()):
        return TimeAxis(_plain(steps.size / span_s))
    rounded = _rounded(times, steps, span_s)
    if rounded is not None:
        return rounded
    gaps = np.flatnonzero(~even)
    if middle > 0 and gaps.size <= _MOST_GAPS * steps.size and bool((steps[gaps] > 0).all()):
        edges = np.concatenate(([0], gaps + 1, [times.size]))
        longest = int(np.argmax(np.diff(edges)))
        first, last = int(edges[longest]), int(edges[longest + 1]) - 1
        if last - first + 1 >= _MIN_PIECE:
            return TimeAxis(
                _plain((last - first) / (times[last] - times[first])), tuple(int(gap) + 1 for gap in gaps)
            )
    mean = f" (on average {steps.size / span_s:.5g} a second)" if 0 < span_s < np.inf else ""
    raise RecordingError(
        f"{path}: the times in column {name} are not even (gaps, steps back, or rounded); "
        f"give --rate HZ if the samples are{mean}, or cut a piece without a gap"
    )


def _plain(rate_hz: float) -> float:
    """Give a rate without the last digits, which are those of the times' own rounding."""
    return float(f"{rate_hz:.10g}")


def _rounded(times: Times, steps: Times, span_s: float) -> TimeAxis | None:
    """Give the rate where times are those of an even clock, rounded: none is off by more than a step of theirs."""
    if not np.isfinite(steps).all() or bool((steps < 0).any()) or not bool((steps == 0).any()):
        return None
    quantum = float(steps[steps > 0].min()) if bool((steps > 0).any()) else 0.0
    if quantum <= 0 or span_s < _ROUNDED_STEPS * quantum:
        return None
    off = times - times[0] - np.arange(times.size) * (span_s / steps.size)
    even = float(np.abs(off).max()) <= 1.001 * quantum
    return TimeAxis(_plain(steps.size / span_s), rounded=True) if even else None
