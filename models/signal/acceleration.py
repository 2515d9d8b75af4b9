"""Acceleration in g from a waveform in any unit."""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from models.signal.spectrum import differentiate
from models.signal.units import MM_S2_PER_G, STANDARD_GRAVITY_M_S2, Unit

__all__ = ["acceleration_g"]


def acceleration_g(measured: NDArray[np.float64], rate_hz: float, unit: Unit) -> NDArray[np.float64]:
    """Give acceleration in g of a waveform in `unit`, same shape (n,); a velocity, n >= 64, is differentiated.

    >>> acceleration_g(np.array([9.80665]), 1000.0, "m/s2").tolist()
    [1.0]
    """
    match unit:
        case "g":
            return measured
        case "m/s2":
            return measured / STANDARD_GRAVITY_M_S2
        case "mm/s":
            return differentiate(measured, rate_hz) / MM_S2_PER_G
        case _:
            assert_never(unit)
