"""Synthesis of a block of acceleration: tones of the shaft, noise and impacts heard through a resonance."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

__all__ = ["STANDARD_GRAVITY", "Resonance", "Tone", "tones_g"]

STANDARD_GRAVITY = 9.80665
"""m/s2 in one g (BIPM)."""


class Tone(msgspec.Struct, frozen=True, kw_only=True):
    """A sine whose frequency is `order` times the shaft's plus `hz`; its size is the peak velocity at full load."""

    velocity_mm_s: float
    order: float = 0.0
    hz: float = 0.0

    def frequency_hz(self, shaft_hz: float) -> float:
        """Give its frequency at a shaft speed.

        >>> Tone(order=2, hz=1, velocity_mm_s=1).frequency_hz(25.0)
        51.0
        """
        return self.order * shaft_hz + self.hz

    def acceleration_g(self, shaft_hz: float) -> float:
        """Peak acceleration in g of this velocity at its frequency: 2 pi f v.

        >>> round(Tone(order=1, velocity_mm_s=10).acceleration_g(50.0), 4)
        0.3204
        """
        return 2 * math.pi * self.frequency_hz(shaft_hz) * self.velocity_mm_s / 1000 / STANDARD_GRAVITY


def tones_g(
    tones: tuple[Tone, ...], *, shaft_hz: float, phases: NDArray[np.float64], length: int, rate_hz: float
) -> NDArray[np.float64]:
    """Sum of the tones in g, shape (length,); `phases` holds one start phase in radians for each tone.

    Tones at or above half the sampling rate are left out, as a recorder's filter would leave them out.
    """
    signal = np.zeros(length)
    time_s = np.arange(length) / rate_hz
    for tone, phase in zip(tones, phases, strict=True):
        frequency = tone.frequency_hz(shaft_hz)
        if frequency < rate_hz / 2:
            signal += tone.acceleration_g(shaft_hz) * np.sin(2 * math.pi * frequency * time_s + phase)
    return signal


class Resonance(msgspec.Struct, frozen=True, kw_only=True):
    """A mode of housing and pedestal: what is struck rings at `frequency_hz` and dies away with `damping`."""

    frequency_hz: float
    damping: float

    def response(self, excitation: NDArray[np.float64], *, rate_hz: float) -> NDArray[np.float64]:
        """Let the structure answer: a unit impulse becomes exp(-zeta w t) sin(w_d t), sampled exactly.

        Shape in and out: (n,). The second-order filter is the impulse-invariant one, so the ringing is that of the
        continuous system and not of an approximation of it.
        """
        omega = 2 * math.pi * self.frequency_hz / rate_hz
        decay = math.exp(-self.damping * omega)
        turn = omega * math.sqrt(1 - self.damping**2)
        answer: NDArray[np.float64] = lfilter(
            [0.0, decay * math.sin(turn)], [1.0, -2 * decay * math.cos(turn), decay**2], excitation
        )
        return answer

    def noise_gain(self, *, rate_hz: float) -> float:
        """RMS of the answer to white noise of unit RMS: the root of the sum of d^2n sin^2(nt), d and t of a sample.

        >>> f"{Resonance(frequency_hz=3800, damping=0.035).noise_gain(rate_hz=12_800.0):.2f}"
        '1.95'
        """
        omega = 2 * math.pi * self.frequency_hz / rate_hz
        squared = math.exp(-2 * self.damping * omega)
        turn = omega * math.sqrt(1 - self.damping**2)
        crossed = (1 - squared * math.cos(2 * turn)) / (1 - 2 * squared * math.cos(2 * turn) + squared**2)
        return math.sqrt((1 / (1 - squared) - crossed) / 2)
