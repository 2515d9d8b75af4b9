"""What a damaged outer race does: impacts at the ball-pass frequency, a little irregular because balls slip.

Model after Randall and Antoni (2011), "Rolling element bearing diagnostics - a tutorial", Mechanical Systems and
Signal Processing 25(2), section 3: the interval between impacts is random, so their times are a cumulated sum and
the spectrum has no sharp lines at high harmonics, while the envelope still shows the ball-pass frequency.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["Bearing", "impact_train"]


class Bearing(msgspec.Struct, frozen=True):
    """Geometry of a rolling bearing whose outer ring stands still; lengths in millimetres."""

    balls: int
    ball_mm: float
    pitch_mm: float
    contact_angle_degrees: float = 0.0

    def outer_race_order(self) -> float:
        """Ball passes of a spot on the outer race in one turn of the shaft, without slip.

        n/2 * (1 - d/D * cos(angle)).

        >>> round(Bearing(balls=9, ball_mm=7.94, pitch_mm=39.04).outer_race_order(), 3)
        3.585
        """
        ratio = self.ball_mm / self.pitch_mm * math.cos(math.radians(self.contact_angle_degrees))
        return self.balls / 2 * (1 - ratio)

    def designation(self) -> str:
        """Geometry as `machines.toml` and `stethos analyze --bearing` write it.

        >>> Bearing(balls=8, ball_mm=0.235, pitch_mm=1.245).designation()
        'n=8,d=0.235,D=1.245,angle=0'
        """
        return f"n={self.balls},d={self.ball_mm:g},D={self.pitch_mm:g},angle={self.contact_angle_degrees:g}"


def impact_train(
    generator: np.random.Generator, *, frequency_hz: float, slip: float, length: int, rate_hz: float
) -> NDArray[np.float64]:
    """Strike about `frequency_hz` times a second, each interval off by `slip` (relative, one sigma).

    Returns impulses of about unit height, shape (length,). An impulse between two samples is
    shared by both, so that no regularity of the sampling gets into its times. Heights
    scatter by 10 %: no ball hits as the one before.
    """
    period = rate_hz / frequency_hz
    count = int(length / period * (1 + 5 * slip)) + 3
    intervals = period * (1 + slip * generator.standard_normal(count))
    times = np.cumsum(np.maximum(intervals, 1.0)) - period * generator.random()
    heights = 1 + 0.1 * generator.standard_normal(count)
    inside = (times >= 0) & (times < length - 1)
    times, heights = times[inside], heights[inside]
    before = times.astype(np.int64)
    later_share = times - before
    train = np.zeros(length)
    train += np.bincount(before, weights=heights * (1 - later_share), minlength=length)
    train += np.bincount(before + 1, weights=heights * later_share, minlength=length)
    return train
