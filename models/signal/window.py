"""The one window of every spectrum here: Hann's, periodic, so that its side lobes fall off evenly all around."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["hann"]


def hann(size: int) -> NDArray[np.float64]:
    """Give the periodic Hann window of shape (size,): 0.5 - 0.5 cos(2 pi i / size) (Harris 1978, eq. 27b).

    Its sum is half its size and the sum of its squares three eighths, exactly.

    >>> hann(4).round(12).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi / size * np.arange(size))
    return window
