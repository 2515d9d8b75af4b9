"""A damaged bearing strikes: impacts at its defect's frequency, a little irregular because its elements slip.

Model after Randall and Antoni (2011), "Rolling element bearing diagnostics - a tutorial", Mechanical Systems and
Signal Processing 25(2), section 3: the interval between impacts is random, so their times are a cumulated sum and
the spectrum has no sharp lines at high harmonics, while the envelope still shows the defect's frequency. How hard
an impact is depends on the load where it happens: McFadden and Smith (1984), "Model for the vibration produced by a
single point defect in a rolling element bearing", Journal of Sound and Vibration 96(1).
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.machinery.kinematics import BearingOrders

__all__ = ["DefectMotion", "defect_motion", "impact_train", "load_zone"]


class DefectMotion(msgspec.Struct, frozen=True):
    """How often a defect strikes, and how often it comes round to the load; multiples of the shaft's speed."""

    strikes_order: float
    turns_order: float
    """0: it stays where the load is."""


def defect_motion(fault: str, orders: BearingOrders) -> DefectMotion:
    """Give the motion of the defect that a fault's name tells; an element strikes both races in each of its turns.

    >>> orders = BearingOrders(bpfo=3.585, bpfi=5.415, bsf2=4.714, ftf=0.398)
    >>> defect_motion("bearing_inner_race", orders)
    DefectMotion(strikes_order=5.415, turns_order=1.0)
    """
    return {
        "bearing_outer_race": DefectMotion(orders.bpfo, 0.0),
        "bearing_inner_race": DefectMotion(orders.bpfi, 1.0),
        "bearing_rolling_element": DefectMotion(orders.bsf2, orders.ftf),
        "bearing_cage": DefectMotion(orders.ftf, 0.0),
    }[fault]


def load_zone(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of the greatest load that a place carries which is `turns` away from the middle of the zone.

    (1 - (1 - cos a) / (2 e))^1.5 inside the zone and nothing outside, with e = 0.5 for a bearing without clearance
    or preload (Stribeck): half of the bearing carries.

    >>> [round(float(share), 3) for share in load_zone(np.array([0.0, 0.125, 0.25, 0.5]))]
    [1.0, 0.595, 0.0, 0.0]
    """
    shares: NDArray[np.float64] = np.maximum(np.cos(2 * math.pi * turns), 0.0) ** 1.5
    return shares


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
