"""What a simulated machine's blocks measure, so that years of them can be drawn without a single sample.

Blocks of every regime are simulated as always and observed as always; the logarithm of each indicator is fitted by
a straight line over the load, and what is left over is kept. A new block is the line at its load, plus two of the
leftovers of that regime drawn at random over the square root of two: all indicators of one block together, so that
their standard deviations and correlations stay what `observe` gave.
"""

import math
from itertools import count

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.signal.indicators import waveform_indicators
from models.simulation.machine import Regime, SimulatedMachine
from models.simulation.machine_vibration import machine_vibration
from models.simulation.plan import Plan
from models.simulation.scenario import Scenario
from models.simulation.sensor import SCALE_G, digitise
from models.simulation.trajectory_point import SampleGrid, TrajectoryPoint

__all__ = ["STANDING", "Likeness", "likenesses"]

Real = NDArray[np.float64]

STANDING = ""
"""Stands for the regime of a machine that stands."""
_BLOCKS = 60
_KEPT = ("rms_g", "velocity_rms_mm_s", "envelope_rms_g", "crest_factor", "kurtosis", "spectral_centroid_hz")
_SMALLEST = 1e-9


class Likeness(msgspec.Struct, frozen=True):
    """How one regime of one machine measures: logarithms of indicators, as lines over the load and leftovers."""

    names: tuple[str, ...]
    level: Real
    """Shape (names,), at no load."""
    slope: Real
    """Shape (names,), for full load."""
    leftovers: Real
    """Shape (blocks, names)."""

    def drawn(self, load: float, first: int, second: int) -> Real:
        """Give the logarithms of a new block's indicators, shape (names,), from two leftovers by their numbers."""
        left = self.leftovers
        found: Real = self.level + load * self.slope + (left[first] + left[second]) / math.sqrt(2)
        return found


def likenesses(scenario: Scenario, machine: SimulatedMachine, seed: int) -> dict[str, Likeness]:
    """Simulate and observe blocks of the machine's first point in each of its regimes, and standing."""
    regimes: list[Regime | None] = [*machine.operation.regimes, None]
    return {
        regime.name if regime else STANDING: _likeness(
            scenario, machine, regime, np.random.default_rng((seed, number))
        )
        for number, regime in zip(count(), regimes, strict=False)
    }


def _likeness(
    scenario: Scenario, machine: SimulatedMachine, regime: Regime | None, generator: np.random.Generator
) -> Likeness:
    samples = SampleGrid(scenario.rate_hz, scenario.samples)
    of = machine_vibration(machine, Plan(healthy_s=math.inf), samples, np.random.default_rng(0))
    loads = generator.uniform(*regime.load, _BLOCKS) if regime else np.zeros(_BLOCKS)
    rows: list[dict[str, float]] = []
    for load in loads.tolist():
        speed_rpm = (regime.speed_rpm or machine.nominal_rpm) if regime else 0.0
        at = TrajectoryPoint(
            number=0,
            time_us=0,
            seconds=0.0,
            regime=regime.name if regime else None,
            load=load,
            shaft_hz=speed_rpm / 60,
            nominal_hz=machine.nominal_rpm / 60,
            ambient_c=20.0,
            temperature_c=20.0,
        )
        acceleration_g = of.acceleration_g(machine.points[0], at, generator)
        counts = digitise(acceleration_g, generator, noise_g=machine.sound.sensor_noise_g)
        found = waveform_indicators(
            counts * SCALE_G,
            rate_hz=samples.rate_hz,
            unit="g",
            speed_rpm=speed_rpm if machine.sends_speed else None,
        )
        rows.append({n: v for n, v in found.values.items() if n in _KEPT or n.startswith("band_")})
    names = tuple(rows[0])
    logs = np.log([[max(row[name], _SMALLEST) for name in names] for row in rows])
    design = np.stack([np.ones(_BLOCKS), loads], axis=1)
    (level, slope), *_ = np.linalg.lstsq(design, logs, rcond=None)
    return Likeness(names, level, slope, logs - design @ np.stack([level, slope]))
