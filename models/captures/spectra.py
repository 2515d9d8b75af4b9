"""The two spectra that people compare over months: velocity of the whole machine, envelope of its high band.

Both come from the same Hann-windowed transforms of the block's segments, averaged in power (Welch 1967). A value
is the RMS amplitude of a line on its frequency: 1.5 bins of noise add to it, and a line between two bins stands up
to 1.4 dB too low, as with every Hann window. The envelope is that of one fixed band (`models.signal.envelope`), so
that spectra of different days can be compared; a diagnosis chooses its band anew each time.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.diagnosis.envelopes import segments_of
from models.signal.envelope import high_band, power_of, windowed_envelope
from models.signal.spectrum import Grid, Spectrum, spectrum

__all__ = ["Lines", "Spectra", "block_spectra"]

Real = NDArray[np.float64]

_LOWEST_HZ, _HIGHEST_HZ = 2.0, 1000.0
_MAX_ORDER = 40.0
"""Of the envelope: the fourth harmonic of an inner race of some twenty rollers."""
_TURNS = 60.0
_SHAFT_HZ = 25.0
"""Where no speed is known."""
_MAX_SECONDS = 64.0
_MAX_SAMPLES = 1 << 19
"""Of a longer block the beginning is looked at: 20 s at 25.6 kHz."""
_NOISE_BINS = 1.5
"""Noise bandwidth of the Hann window."""
_MIN_BINS = 16
_MIN_SAMPLES = 64


class Lines(msgspec.Struct, frozen=True):
    """RMS amplitudes, shape (n,), at first_hz, first_hz + step_hz and so on."""

    first_hz: float
    step_hz: float
    amplitude: Real


class Spectra(msgspec.Struct, frozen=True):
    """What one block shows; None where it is too short or its rate too low."""

    velocity_mm_s: Lines | None
    envelope_g: Lines | None
    band_hz: tuple[float, float] | None


def block_spectra(samples_g: Real, *, rate_hz: float, speed_rpm: float | None) -> Spectra:
    """Give both spectra of a waveform of acceleration in g, finite, shape (n,).

    >>> time_s = np.arange(51_200) / 25_600
    >>> shown = block_spectra(0.1 * np.sin(2 * np.pi * 50 * time_s), rate_hz=25_600.0, speed_rpm=1500.0)
    >>> lines = shown.velocity_mm_s
    >>> top = int(lines.amplitude.argmax())
    >>> lines.first_hz + top * lines.step_hz, round(float(lines.amplitude[top]), 3)
    (50.0, 2.207)
    """
    samples = samples_g[:_MAX_SAMPLES]
    if samples.size < _MIN_SAMPLES:
        return Spectra(None, None, None)
    shaft_hz = abs(speed_rpm) / 60 if speed_rpm else _SHAFT_HZ
    cut = segments_of(samples.size, rate_hz, _TURNS / _segment_s(shaft_hz))
    segments = [spectrum(samples[start : start + cut.size], rate_hz) for start in cut.starts]
    grid = segments[0].grid
    power = sum((each.power for each in segments), np.zeros_like(segments[0].power)) / len(segments)
    envelope_power = _envelope_power(segments, grid)
    band = high_band(grid)
    return Spectra(
        velocity_mm_s=_velocity(power, grid),
        envelope_g=_envelope(envelope_power, grid, shaft_hz) if envelope_power is not None else None,
        band_hz=(band.start / grid.seconds, band.stop / grid.seconds) if envelope_power is not None else None,
    )


def _segment_s(shaft_hz: float) -> float:
    """Give some 60 turns as a power of two of seconds: a speed that wanders must not move the lines' places."""
    wanted = max(1.0, min(_TURNS / max(shaft_hz, 1e-3), _MAX_SECONDS))
    return float(2 ** round(math.log2(wanted)))


def _velocity(power: Real, grid: Grid) -> Lines | None:
    bins = grid.bins(_LOWEST_HZ, _HIGHEST_HZ)
    first = max(2, bins.start)  # an offset's drift reaches the first one
    if bins.stop - first < _MIN_BINS:
        return None
    chosen = slice(first, bins.stop)
    amplitude = np.sqrt(_NOISE_BINS * power[chosen] * grid.velocity[chosen])
    return Lines(first / grid.seconds, 1 / grid.seconds, amplitude)


def _envelope(power: Real, grid: Grid, shaft_hz: float) -> Lines | None:
    highest_hz = min(max(_MAX_ORDER * shaft_hz, 500.0), 2000.0)
    last = min(power.size, math.floor(highest_hz * grid.seconds) + 1)
    if last - 2 < _MIN_BINS:
        return None
    return Lines(2 / grid.seconds, 1 / grid.seconds, np.sqrt(_NOISE_BINS * power[2:last]))


def _envelope_power(segments: list[Spectrum], grid: Grid) -> Real | None:
    """Mean square of the high band's envelope in each bin; half the band's width can be told."""
    band = high_band(grid)
    width = band.stop - band.start
    if width < 2 * _MIN_BINS:
        return None
    power = np.zeros(width // 2)
    for each in segments:
        windowed = windowed_envelope(each)
        if windowed is None:
            return None
        power += power_of(windowed, width // 2)
    return power / len(segments)
