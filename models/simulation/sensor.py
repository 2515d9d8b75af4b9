"""Sensors, from acceleration and heat to what is sent: noise, the converter's steps and range, and its faults."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.simulation.faults import Fault, SensorCable, SensorDrift, SensorOpen, SensorStuck
from models.simulation.plan import Plan

__all__ = [
    "FULL_SCALE_G",
    "OPEN_C",
    "SCALE_G",
    "SensorState",
    "broken_cable",
    "digitise",
    "failing_cable",
    "gain_of",
    "sensed_c",
    "sensed_counts",
    "sensor_state",
]

SensorState = Literal["ok", "loose_contact", "off", "stuck", "drifting", "open"]

FULL_SCALE_G = 50.0
"""Range of a common industrial accelerometer: 100 mV/g, +-5 V."""
SCALE_G = FULL_SCALE_G / 32_768
"""g in one count of the 16-bit converter."""
OPEN_C = 850.0
"""What a transmitter of a platinum thermometer shows for a broken wire: the end of its range (IEC 60751)."""
_MIN_COUNT, _MAX_COUNT = -32_768, 32_767
_OPEN_AT_TIMES = 0.15


def digitise(
    acceleration_g: NDArray[np.float64], generator: np.random.Generator, *, noise_g: float = 0.004
) -> NDArray[np.int16]:
    """Give the counts of a sound sensor: its noise added, rounded to steps, held at the ends of the range."""
    noisy = acceleration_g + noise_g * generator.standard_normal(acceleration_g.shape)
    return np.clip(np.rint(noisy / SCALE_G), _MIN_COUNT, _MAX_COUNT).astype(np.int16)


def failing_cable(counts: NDArray[np.int16], generator: np.random.Generator) -> NDArray[np.int16]:
    """Send counts through a loose contact: each break drives the input to an end of its range.

    There are five to nine breaks a block, each lasting 1 to 6 % of it.
    """
    result = counts.copy()
    for _ in range(int(generator.integers(5, 10))):
        start = int(generator.integers(0, len(counts)))
        stop = start + int(len(counts) * generator.uniform(0.01, 0.06))
        result[start:stop] = generator.choice((_MIN_COUNT, _MAX_COUNT))
    return result


def broken_cable(counts: NDArray[np.int16]) -> NDArray[np.int16]:
    """Send counts through a cable that is off: the supply holds the input at the end of its range."""
    return np.full_like(counts, _MAX_COUNT)


def sensor_state(faults: tuple[Fault, ...], point: str, plan: Plan, seconds: float) -> SensorState:
    """Tell what is wrong with the sensor at a point at a moment; the first of its faults that has begun counts."""
    for fault in faults:
        progress = fault.progress(plan, seconds)
        if fault.point != point or progress == 0:
            continue
        match fault:
            case SensorCable():
                return "off" if progress == 1 else "loose_contact"
            case SensorStuck():
                return "stuck"
            case SensorDrift():
                return "drifting"
            case SensorOpen():
                return "open"
            case _:
                continue
    return "ok"


def sensed_counts(
    acceleration_g: NDArray[np.float64],
    state: SensorState,
    generator: np.random.Generator,
    *,
    gain: float,
    noise_g: float,
) -> NDArray[np.int16]:
    """Give what the converter at a point writes down; `gain` is what is left of the sensor's sensitivity."""
    if state == "off":
        return broken_cable(np.zeros(acceleration_g.shape, np.int16))
    if state == "stuck":
        return np.full(acceleration_g.shape, 41, np.int16)  # any value that a converter may stop at
    counts = digitise(gain * acceleration_g, generator, noise_g=noise_g)
    return failing_cable(counts, generator) if state == "loose_contact" else counts


def sensed_c(
    true_c: float,
    faults: tuple[Fault, ...],
    point: str,
    *,
    plan: Plan,
    seconds: float,
    held_c: float | None,
    generator: np.random.Generator,
) -> float:
    """Give what the thermometer at a point shows; `held_c` is what it showed last."""
    shown = true_c + 0.15 * float(generator.standard_normal())
    chance = float(generator.random())
    for fault in faults:
        progress = fault.progress(plan, seconds)
        if fault.point != point or progress == 0:
            continue
        match fault:
            case SensorStuck() if held_c is not None:
                return held_c
            case SensorDrift():
                shown += fault.drift_k * fault.severity(plan, seconds)
            case SensorOpen() if progress == 1 or chance < _OPEN_AT_TIMES:
                return OPEN_C
            case _:
                continue
    return shown


def gain_of(faults: tuple[Fault, ...], point: str, plan: Plan, seconds: float) -> float:
    """Give what is left of an accelerometer's sensitivity, 1 for a sound one."""
    gain = 1.0
    for fault in faults:
        if isinstance(fault, SensorDrift) and fault.point == point:
            gain *= 1 - fault.gain_loss * fault.severity(plan, seconds)
    return gain
