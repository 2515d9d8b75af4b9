"""From acceleration to counts: a sensor's noise, the converter's steps and range, and a cable that breaks."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["FULL_SCALE_G", "SCALE_G", "broken_cable", "digitise", "failing_cable"]

FULL_SCALE_G = 50.0
"""Range of a common industrial accelerometer: 100 mV/g, +-5 V."""
SCALE_G = FULL_SCALE_G / 32_768
"""g in one count of the 16-bit converter."""
_NOISE_G = 0.004
_SMALLEST, _LARGEST = -32_768, 32_767


def digitise(acceleration_g: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.int16]:
    """Give the counts of a sound sensor: 4 mg of noise added, rounded to steps, held at the ends of the range."""
    noisy = acceleration_g + _NOISE_G * generator.standard_normal(acceleration_g.shape)
    return np.clip(np.rint(noisy / SCALE_G), _SMALLEST, _LARGEST).astype(np.int16)


def failing_cable(counts: NDArray[np.int16], generator: np.random.Generator) -> NDArray[np.int16]:
    """Send counts through a loose contact: each break drives the input to an end of its range.

    There are five to nine breaks a block, each lasting 1 to 6 % of it.
    """
    result = counts.copy()
    for _ in range(int(generator.integers(5, 10))):
        start = int(generator.integers(0, len(counts)))
        stop = start + int(len(counts) * generator.uniform(0.01, 0.06))
        result[start:stop] = generator.choice((_SMALLEST, _LARGEST))
    return result


def broken_cable(counts: NDArray[np.int16]) -> NDArray[np.int16]:
    """Send counts through a cable that is off: the supply holds the input at the end of its range."""
    return np.full_like(counts, _LARGEST)
