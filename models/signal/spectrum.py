"""The spectrum of one block: one windowed FFT that everything in the frequency domain is read from.

Window: periodic Hann. Two scalings, each for what it is right for:

- power: 2 |X|^2 / (n sum w^2). Sums of it are mean squares, without bias for noise and for sines on or off a bin.
- amplitude of a line: 2 |X| / sum w, interpolated between two bins, exact for a lone sine on or off a bin.

The window's side lobes fall with the third power of the distance, so a strong sine does not leak into the far low
bins, where integration would blow its leakage up. Its main lobe still spreads a sine over +-2 bins, with a second
moment of 1/3 bin^2; the weights of integration take that out (see `Grid.velocity`).

Sums of products are written out, here and beside: `np.dot` adds long arrays in an order that depends on the number
of threads, and the same block must give the same indicators everywhere, to the last bit.

Window after Harris (1978), "On the use of windows for harmonic analysis with the discrete Fourier transform".

See also: `models.signal.octaves` (its power in octave bands), `models.signal.envelope` (its high band demodulated),
`models.diagnosis.averaged_spectrum` (many segments averaged, for the diagnosis).
"""

import math
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from models.signal.units import MM_S2_PER_G
from models.signal.window import hann

__all__ = ["WHOLE", "Grid", "Spectrum", "Tone", "differentiate", "grid", "spectrum"]

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

WHOLE = 0.99
"""A second, or a turn of the lowest frequency, to the rounding of a block to whole samples."""

_CACHED_SAMPLES = 1 << 18
"""Longer blocks are rare and their grids large: made anew instead of kept."""


_FAINT = 1e-6
"""Lines 120 dB below the strongest are rounding: no converter reaches so deep."""


class Grid(msgspec.Struct, frozen=True):
    """What depends on length and rate alone. Shapes: window (n,), the others (n // 2 + 1,)."""

    size: int
    rate_hz: float
    window: Real
    window_sum: float
    power_scale: float
    frequency_hz: Real
    velocity: Real
    """(mm/s)^2 for each g^2 of power: (MM_S2_PER_G / 2 pi f)^2 (1 - 1/k^2) at bin k.

    The Hann lobe spreads a sine's power around its bin k0 with second moment 1/3, and as 1/k^2 is curved, plain
    weights would overstate it by 1 + 1/k0^2; to that order the bracket takes it out. It also shuts out the first
    bin, which an offset's drift reaches.
    """

    @property
    def seconds(self) -> float:
        """Length of the block."""
        return self.size / self.rate_hz

    @property
    def nyquist_hz(self) -> float:
        """Half the rate."""
        return self.rate_hz / 2

    def bins(self, low_hz: float, high_hz: float) -> slice:
        """Bins from `low_hz` to `high_hz`, both included, without the mean."""
        first = max(1, math.ceil(low_hz * self.seconds - 1e-6))
        last = min(self.size // 2, math.floor(high_hz * self.seconds + 1e-6))
        return slice(first, max(first, last + 1))


class Tone(msgspec.Struct, frozen=True):
    """A line of the spectrum: frequency and peak amplitude, in the signal's unit."""

    frequency_hz: float
    amplitude: float


class Spectrum(msgspec.Struct, frozen=True):
    """Windowed transform of a block, and its power: mean square in each bin, shape (n // 2 + 1,)."""

    grid: Grid
    transform: Complex
    power: Real

    def mean_square(self, bins: slice) -> float:
        """Mean square of the signal within these bins, in its unit squared."""
        return float(self.power[bins].sum())

    def velocity_mean_square(self, bins: slice) -> float:
        """Mean square of the velocity within these bins, in (mm/s)^2; the signal must be in g."""
        return float((self.power[bins] * self.grid.velocity[bins]).sum())

    def centroid_hz(self) -> float:
        """Mean frequency, weighted with power; 0 where there is no power."""
        power = self.power[1:]
        total = float(power.sum())
        return float((self.grid.frequency_hz[1:] * power).sum()) / total if total > 0 else 0.0

    def tone(self, k: int) -> Tone:
        """Frequency and amplitude of the line whose top is bin `k`, 1 <= k < n // 2.

        With r the ratio of the larger neighbour to the top, a Hann-windowed sine lies (2 r - 1)/(r + 1) of a bin
        aside, and the top stands pi d (1 - d^2)/sin(pi d) below its amplitude (Grandke 1983).
        """
        left, top, right = map(math.sqrt, self.power[k - 1 : k + 2].tolist())
        if top == 0:
            return Tone(float(self.grid.frequency_hz[k]), 0.0)
        ratio = min(1.0, max(left, right) / top)
        aside = max(0.0, (2 * ratio - 1) / (ratio + 1))
        loss = math.sin(math.pi * aside) / (math.pi * aside * (1 - aside**2)) if aside > 1e-9 else 1.0
        amplitude = 2 * abs(self.transform.item(k)) / self.grid.window_sum / loss
        bin_ = k + (aside if right > left else -aside)
        return Tone(bin_ * self.grid.rate_hz / self.grid.size, amplitude)

    def peaks(self, count: int) -> tuple[Tone, ...]:
        """Give the strongest lines, strongest first; fewer where there are fewer.

        The bins that an offset's drift reaches are left out, and so is what may be leakage of a stronger line.
        """
        power = self.power
        inner = power[3:-1]
        tops = ((inner > power[2:-2]) & (inner >= power[4:])).nonzero()[0] + 3
        candidates = 8 * count
        if tops.size > candidates:
            tops = tops[power[tops].argpartition(-candidates)[-candidates:]]
        tones: list[Tone] = []
        for k in tops[power[tops].argsort()[::-1]].tolist():
            tone = self.tone(k)
            leakage = sum(self._leakage(other, tone.frequency_hz) for other in tones)
            if tone.amplitude > 2 * leakage and (not tones or tone.amplitude > _FAINT * tones[0].amplitude):
                tones.append(tone)
            if len(tones) == count:
                break
        return tuple(tones)

    def line_near(self, frequency_hz: float, tolerance: float) -> Tone | None:
        """Strongest line within a part `tolerance` (at least a bin) of a frequency; None outside the spectrum."""
        centre = frequency_hz * self.grid.seconds
        reach = max(1.0, centre * tolerance)
        first, last = round(centre - reach), round(centre + reach)
        if first < 1 or last > self.grid.size // 2 - 2:
            return None
        return self.tone(first + int(np.argmax(self.power[first : last + 1])))

    def _leakage(self, tone: Tone, frequency_hz: float) -> float:
        """Envelope of a Hann-windowed sine's side lobes: A / (pi d (d^2 - 1)) at d bins, A within the main lobe."""
        distance = abs(frequency_hz - tone.frequency_hz) * self.grid.seconds
        return tone.amplitude if distance < 2 else tone.amplitude / (math.pi * distance * (distance**2 - 1))


def spectrum(samples: Real, rate_hz: float) -> Spectrum:
    """Spectrum of a waveform of shape (n,), n >= 4, in any unit; its windowed mean is taken out first.

    >>> lines = spectrum(3 * np.sin(2 * np.pi * 50 * np.arange(1_000) / 1_000.0), 1_000.0)
    >>> round(lines.mean_square(lines.grid.bins(40.0, 60.0)), 6), round(lines.tone(50).amplitude, 6)
    (4.5, 3.0)
    """
    axes = grid(samples.size, rate_hz)
    mean = float((samples * axes.window).sum()) / axes.window_sum
    transform = np.fft.rfft((samples - mean) * axes.window)
    power = axes.power_scale * (transform.real**2 + transform.imag**2)
    if axes.size % 2 == 0:
        power[-1] /= 2  # the only bin, besides the mean's, without a mirror image
    power[0] = 0.0
    return Spectrum(axes, transform, power)


def grid(size: int, rate_hz: float) -> Grid:
    """Frequency axis, window and weights of blocks of one length and rate (Hz), kept for those in use."""
    return _kept_grid(size, rate_hz) if size <= _CACHED_SAMPLES else _new_grid(size, rate_hz)


def _new_grid(size: int, rate_hz: float) -> Grid:
    window = hann(size)
    index = np.arange(size // 2 + 1, dtype=np.float64)
    frequency_hz = index * (rate_hz / size)
    velocity = np.zeros_like(index)
    velocity[1:] = (MM_S2_PER_G / (2 * np.pi * frequency_hz[1:])) ** 2 * (1 - 1 / index[1:] ** 2)
    for array in (window, frequency_hz, velocity):
        array.flags.writeable = False
    total = float(window.sum())
    return Grid(
        size=size,
        rate_hz=rate_hz,
        window=window,
        window_sum=total,
        power_scale=2 / (size * float((window * window).sum())),
        frequency_hz=frequency_hz,
        velocity=velocity,
    )


_kept_grid = lru_cache(maxsize=16)(_new_grid)


def differentiate(samples: Real, rate_hz: float) -> Real:
    """Time derivative of a waveform of shape (n,), n >= 64, in its unit a second, by way of the frequency domain.

    Less the line through both ends, the block is continued at each end by its own odd image, faded out: value and
    slope then go on smoothly all around, so neither end rings, which a bare transform would take for a jump.
    """
    size = samples.size
    slope = float(samples[-1] - samples[0]) / (size - 1)
    level = samples - (samples[0] + slope * np.arange(size))
    period: int = next_fast_len(size + size // 4, real=True)
    before = (period - size) // 2
    after = period - size - before
    head = -(level[1 : before + 1] * _fade(before))[::-1]
    tail = -level[-2 : -after - 2 : -1] * _fade(after)
    transform = np.fft.rfft(np.concatenate((head, level, tail)))
    transform *= 2j * np.pi * rate_hz / period * np.arange(transform.size)
    derivative: Real = np.fft.irfft(transform, period)[before : before + size]
    return derivative + slope * rate_hz


def _fade(size: int) -> Real:
    """From 1 to 0, level at both ends."""
    angle = np.arange(1, size + 1, dtype=np.float64) * (np.pi / (size + 1))
    return 0.5 + 0.5 * np.cos(angle)
