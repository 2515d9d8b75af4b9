"""Indicators of temperatures, one or a block: what a thermometer can have seen, and whether it can be believed."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.signal.indicators import Indicators
from models.signal.quality import is_rate
from models.signal.units import TemperatureUnit, celsius

__all__ = ["MAX_PLAUSIBLE_C", "MIN_PLAUSIBLE_C", "temperature_indicators"]

MIN_PLAUSIBLE_C = -60.0
"""Colder than any bearing: a shorted resistance thermometer reads so."""
MAX_PLAUSIBLE_C = 250.0
"""Hotter than any bearing survives: an open thermometer reads so."""
_JUMP_K = 1.0
_JUMP_K_PER_S = 5.0
_SLOPE_SECONDS = 5.0
_SLOPE_SAMPLES = 3


def temperature_indicators(values: ArrayLike, *, unit: TemperatureUnit, rate_hz: float | None = None) -> Indicators:
    """Temperature indicators in degC of one value, or a block of shape (n,) at `rate_hz`; never raises on numbers.

    `value_c` is the median of the plausible samples (finite, -60 to 250 degC), `minimum_c` and `maximum_c` are
    their extremes; `slope_c_per_min` is their least-squares slope, for a block of at least 5 s with 3 of them.

    Faults: `not_finite`; `open` where any sample is not plausible (a loose contact comes and goes); `erratic`
    where neighbours differ by more than 1 K and 5 K/s together allow: steel does not, and a thermometer that
    resolves whole degrees still may. A block without a plausible sample has no values.

    >>> temperature_indicators(212.0, unit="F").values["value_c"]
    100.0
    >>> temperature_indicators([80.0, 1254.0, 80.5], unit="C", rate_hz=1.0).flags
    ('open', 'erratic')
    """
    measured_c = celsius(values, unit).ravel()
    pace_hz = rate_hz if rate_hz is not None and is_rate(rate_hz) else None
    finite = np.isfinite(measured_c)
    plausible = finite & (measured_c >= MIN_PLAUSIBLE_C) & (measured_c <= MAX_PLAUSIBLE_C)
    faults = {
        "too_short": measured_c.size == 0,
        "not_finite": not finite.all(),
        "out_of_range": rate_hz != pace_hz,
        "open": bool((finite & ~plausible).any()),
        "erratic": pace_hz is not None and _is_erratic(np.where(finite, measured_c, np.nan), pace_hz),
    }
    flags = tuple(flag for flag, there in faults.items() if there)
    plausible_c = measured_c[plausible]
    if plausible_c.size == 0:
        return Indicators(flags=flags)
    indicators = {
        "value_c": float(np.median(plausible_c)),
        "minimum_c": float(plausible_c.min()),
        "maximum_c": float(plausible_c.max()),
    }
    if pace_hz and measured_c.size / pace_hz >= _SLOPE_SECONDS and plausible_c.size >= _SLOPE_SAMPLES:
        indicators["slope_c_per_min"] = _slope(np.flatnonzero(plausible) / pace_hz, plausible_c) * 60
    return Indicators(indicators, flags)


def _is_erratic(measured_c: NDArray[np.float64], rate_hz: float) -> bool:
    with np.errstate(over="ignore"):  # an overflow is a jump as well
        jumps = np.abs(np.diff(measured_c))
    return bool((jumps > _JUMP_K + _JUMP_K_PER_S / rate_hz).any())  # a gap (NaN) is none


def _slope(seconds: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Least squares, with both means removed first so that nothing cancels."""
    time = seconds - seconds.mean()
    return float((time * (values - values.mean())).sum() / (time * time).sum())
