"""How a single number or choice of a history is drawn."""

from typing import TypeVar

import numpy as np

__all__ = ["Draw", "one_of", "within"]

Draw = np.random.Generator
T = TypeVar("T")


def one_of(draw: Draw, choices: tuple[T, ...]) -> T:
    """Draw one of several."""
    return choices[int(draw.integers(0, len(choices)))]


def within(draw: Draw, low: float, high: float) -> float:
    """Draw evenly on a logarithmic scale."""
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))
