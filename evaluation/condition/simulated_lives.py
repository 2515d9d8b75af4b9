"""Lives of varied shape, made up: sound first, then a decline up to failure. Nothing here knows the models."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import HOUR_US
from models.observations import ReadingObserved

__all__ = ["SHAPES", "SimulatedLife", "simulated_life"]

SHAPES = ("power", "straight", "running away", "exponential", "two stages", "wandering")
_SOUND = 150
_BEGIN_US = 1_700_000_000_000_000
_FAILS_LOG = float(np.log(6.3))
"""Sixteen decibels above the baseline, about where it fails."""


class SimulatedLife(msgspec.Struct, frozen=True):
    """One life as a cheap sensor sends it."""

    shape: str
    observations: list[ReadingObserved]
    onset_us: int
    end_us: int


def simulated_life(seed: int) -> SimulatedLife:
    """Make up a life: half an hour to 40 days of decline in 200 to 800 readings, failing at 0.6 to 1.6 of 16 dB."""
    rng = np.random.default_rng(seed)
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    hours, count = float(10 ** rng.uniform(-0.3, 3)), int(rng.integers(200, 800))
    fails = float(np.clip(rng.normal(1.0, 0.25), 0.6, 1.6))
    part = np.arange(1, count + 1) / count
    path = np.concatenate([np.zeros(_SOUND), fails * _FAILS_LOG * _course(rng, shape, part)])
    noise = rng.normal(0.0, float(rng.uniform(0.03, 0.1)), len(path))
    baseline = float(10 ** rng.uniform(-2, 1))
    step_us = max(1, int(hours * HOUR_US / count))
    return SimulatedLife(
        shape=shape,
        onset_us=_BEGIN_US + (_SOUND - 1) * step_us,
        end_us=_BEGIN_US + (_SOUND - 1 + count) * step_us,
        observations=[
            ReadingObserved(
                machine=f"simulated {seed}",
                point="sensor",
                time_us=_BEGIN_US + i * step_us,
                observed_us=_BEGIN_US + i * step_us,
                digest=f"{i:016x}",
                values={"rms_g": float(value)},
            )
            for i, value in enumerate(baseline * np.exp(path + noise))
        ],
    )


def _course(rng: np.random.Generator, shape: str, part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the course of the damage from 0 to 1 over a part of the decline from 0 to 1."""
    course: NDArray[np.float64]
    if shape == "power":
        course = part ** float(10 ** rng.uniform(-0.3, 0.7))
    elif shape == "running away":
        nearness = float(rng.uniform(0.5, 0.98))
        course = np.log(1 - nearness * part) / np.log(1 - nearness)
    elif shape == "exponential":
        rate = float(rng.uniform(1, 5))
        course = np.expm1(rate * part) / np.expm1(rate)
    elif shape == "two stages":
        turn, level = float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.1, 0.6))
        late = np.maximum(part - turn, 0) / (1 - turn)
        course = np.where(part < turn, level * part / turn, level + (1 - level) * late ** rng.uniform(1, 2))
    elif shape == "wandering":
        walk = np.cumsum(rng.normal(0, float(rng.uniform(0.02, 0.2)) / np.sqrt(len(part)), len(part)))
        course = np.maximum(part + walk - part * walk[-1], 0)
    else:
        course = part
    return course
