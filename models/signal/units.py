"""Units: everything behind this module is in g, mm/s, Hz and degrees Celsius."""

import math
from typing import Literal, assert_never

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["MM_S2_PER_G", "STANDARD_GRAVITY_M_S2", "TemperatureUnit", "Unit", "celsius", "velocity_mm_s"]

Unit = Literal["g", "m/s2", "mm/s"]
TemperatureUnit = Literal["C", "F", "K"]

STANDARD_GRAVITY_M_S2 = 9.80665
"""Standard acceleration of gravity, by definition (3rd CGPM, 1901)."""
MM_S2_PER_G = 1000 * STANDARD_GRAVITY_M_S2


def velocity_mm_s(acceleration_g: float, frequency_hz: float) -> float:
    """Velocity amplitude of a sine, v = a / (2 pi f); peak gives peak, RMS gives RMS.

    >>> round(velocity_mm_s(1.0, 100.0), 3)
    15.608
    """
    return acceleration_g * MM_S2_PER_G / (2 * math.pi * frequency_hz)


def celsius(temperatures: ArrayLike, unit: TemperatureUnit) -> NDArray[np.float64]:
    """Degrees Celsius of temperatures in `unit`, same shape; what is not finite stays so.

    >>> celsius([212.0, -40.0], "F").tolist()
    [100.0, -40.0]
    """
    values = np.asarray(temperatures, dtype=np.float64)
    match unit:
        case "C":
            return values
        case "F":
            return (values - 32.0) / 1.8
        case "K":
            return values - 273.15
        case _:
            assert_never(unit)
