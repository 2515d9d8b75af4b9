"""Sounds of a drawn machine: a few blocks of each way of running, observed as always, and told louder or quieter.

A block's levels are in proportion to its loudness and everything else is not, so a block that was observed once at
about the right loudness stands for as many as are wanted (`louder`). What isn't in proportion, a signal that meets
its sensor's rail or is broken, is observed as it is.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import to_datetime
from models.machinery.machine import Configuration
from models.observations import VibrationObserved
from soak.histories.plan import Way
from stream.messages.measurements import Vibration
from stream.messages.observe import observe

__all__ = ["BLOCKS", "Colour", "Sounds", "louder"]

Real = NDArray[np.float64]
Colour = Literal["same", "impacts", "shaft", "standing"]

BLOCKS = 12
"""Of each colour, speed and loudness."""
_IN_PROPORTION = ("_g", "_mm_s")
_STEPS = 20
"""A signal at its rail is observed at so many levels an e-fold."""


class Sounds:
    """The sounds of one machine."""

    def __init__(self, configuration: Configuration, seed: int) -> None:
        self._configuration, self._seed = configuration, seed
        self._waves = dict[tuple[Way, Colour, int], list[Real]]()
        self._observed = dict[tuple[Way, Colour, int, int, float], VibrationObserved]()

    def observed(
        self, way: Way, colour: Colour, number: int, *, level_g: float, rpm: float, rail_g: float | None = None
    ) -> VibrationObserved:
        """Give the observation of one block at a level (RMS in g); with a rail cut off at that."""
        rounded_rpm = round(rpm / 20.0) * 20
        step = 0 if rail_g is None else round(np.log(level_g) * _STEPS)
        key = (way, colour, rounded_rpm, number, float(step))
        found = self._observed.get(key)
        if found is None:
            at_g = level_g if rail_g is None else float(np.exp(step / _STEPS))
            wave = self._wave(way, colour, rounded_rpm)[number] * at_g
            if rail_g is not None:
                wave = np.clip(wave, -rail_g, rail_g)
            found = self._observed[key] = self.observe(wave, way, rounded_rpm)
        if rail_g is not None:
            return found
        return louder(found, level_g / found.indicators["rms_g"])

    def observe(self, wave: Real, way: Way, rpm: float) -> VibrationObserved:
        """Observe a waveform as the worker does."""
        message = Vibration(
            machine=self._configuration.machine.id,
            point="p",
            time=to_datetime(0),
            rate=way.rate_hz,
            unit="g",
            samples=wave.astype("<f4").tobytes(),
            speed=float(rpm),
        )
        observation = observe(message, self._configuration, observed_us=0, source=None)
        assert isinstance(observation, VibrationObserved)
        return observation

    def _wave(self, way: Way, colour: Colour, rpm: int) -> list[Real]:
        key = (way, colour, rpm)
        if key not in self._waves:
            number = ("same", "impacts", "shaft", "standing").index(colour)
            seed = (self._seed, 21, number, rpm, int(way.rate_hz), way.samples)
            generator = np.random.default_rng(seed)
            self._waves[key] = [_wave(way, colour, rpm / 60, generator) for _ in range(BLOCKS)]
        return self._waves[key]


def louder(observation: VibrationObserved, times: float) -> VibrationObserved:
    """Give the observation of the same block so many times as loud.

    >>> of = VibrationObserved(machine="m", point="p", time_us=0, observed_us=0, digest="", seconds=1.0,
    ...     rate_hz=64.0, indicators={"rms_g": 0.1, "kurtosis": 3.0})
    >>> louder(of, 2.0).indicators
    {'rms_g': 0.2, 'kurtosis': 3.0}
    """
    indicators = {
        name: value * times if name.endswith(_IN_PROPORTION) else value
        for name, value in observation.indicators.items()
    }
    return msgspec.structs.replace(observation, indicators=indicators)


def _wave(way: Way, colour: Colour, shaft_hz: float, generator: np.random.Generator) -> Real:
    """Draw a waveform of an RMS of 1: noise, and lines of the shaft or impacts by its colour."""
    seconds = np.arange(way.samples) / way.rate_hz
    found = generator.standard_normal(way.samples)
    if colour != "standing":
        phase = generator.uniform(0, 2 * np.pi, 2)
        lines = np.sin(2 * np.pi * shaft_hz * seconds + phase[0])
        lines += 0.4 * np.sin(4 * np.pi * shaft_hz * seconds + phase[1])
        found += (4.0 if colour == "shaft" else 0.7) * lines
    if colour == "impacts":
        since = np.mod(seconds + generator.uniform(), 1 / (3.58 * shaft_hz + 1e-9))
        found += 6.0 * np.exp(-since * 900.0) * np.sin(2 * np.pi * 0.3 * way.rate_hz * since)
    return found / float(np.sqrt(np.mean(np.square(found))))
