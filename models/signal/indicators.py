"""Condition indicators of one block of vibration: quality first, then one pass in time and one in frequency.

Acceleration in g: statistics in the time domain with the mean removed; in the frequency domain one Hann-windowed
FFT (`spectrum`). A signal in mm/s gives the velocity directly; its acceleration is its derivative
(`acceleration_g`).
"""

import math

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.signal.acceleration import acceleration_g
from models.signal.envelope import power_of, rms_of, windowed_envelope
from models.signal.octaves import octave_rms
from models.signal.quality import is_rate, is_silent, waveform_faults
from models.signal.spectrum import WHOLE, Grid, Spectrum, spectrum
from models.signal.units import Unit, velocity_mm_s

__all__ = ["LOWER_HZ", "SLOW_RPM", "Indicators", "waveform_indicators"]

_UPPER_HZ = 1000.0
LOWER_HZ = 10.0
_LOWER_SLOW_HZ = 2.0
SLOW_RPM = 600.0
"""The band of the velocity, after ISO 20816-3: from `LOWER_HZ`, of machines at `SLOW_RPM` and below from 2 Hz.

The standard says below; at it, the shaft's own line would stand on the band's edge and be halved.
"""
_FEWEST_BINS = 4
_PEAKS = 3
_ORDERS = (1, 2, 3)
_FEWEST_TURNS = 4.0
_SPEED_TOLERANCE = 0.02
"""How far the shaft may be off the speed that is known: the slip of a motor between no load and full load."""


class Indicators(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """Named values, all finite, and what is wrong with or special about the signal they come from."""

    values: dict[str, float] = {}
    flags: tuple[str, ...] = ()
    envelope: NDArray[np.float64] | None = None
    """Where asked for: mean square of the high band's envelope (g^2) in each bin of the block's, from 0 Hz on."""


def waveform_indicators(
    samples: ArrayLike, *, rate_hz: float, unit: Unit, speed_rpm: float | None, with_envelope: bool = False
) -> Indicators:
    """Describe a waveform of shape (n,), n >= 0; never raises on numbers, never gives NaN or infinity.

    Values: `rms_g`, `peak_g` (both about the mean), `peak_to_peak_g`, `crest_factor`, `skewness`, `kurtosis`
    (Gaussian: 3), `velocity_rms_mm_s` (10-1000 Hz, at 600 rpm and below 2-1000 Hz), `band_<low>_<high>_hz_g`
    (RMS in the octaves that the block covers), `spectral_centroid_hz` (weighted with power), `peak1_hz`,
    `peak1_g` to `peak3_...` (lines, peak amplitude), `order1_mm_s` to `order3_mm_s` (peak amplitude at 1, 2 and
    3 times the shaft speed, from four turns on), `envelope_rms_g` (2 kHz up). What the block cannot show is
    left out. The envelope's spectrum comes along `with_envelope`.

    Faults that leave nothing to compute (`too_short`, `not_finite`, `out_of_range`) give no values, and a constant
    signal gives zeros; other faults are told along with the values.

    >>> rate_hz = 10_000.0
    >>> sine = 5 * np.sin(2 * np.pi * 100 * np.arange(10_000) / rate_hz)
    >>> found = waveform_indicators(sine, rate_hz=rate_hz, unit="g", speed_rpm=None)
    >>> found.flags, round(found.values["rms_g"], 4), round(found.values["velocity_rms_mm_s"], 2)
    ((), 3.5355, 55.18)
    """
    measured = np.ascontiguousarray(samples, dtype=np.float64).ravel()
    faults = waveform_faults(measured, unit)
    if not is_rate(rate_hz):
        faults = (*faults, "out_of_range")
    if not {"too_short", "not_finite", "out_of_range"}.isdisjoint(faults):
        return Indicators(flags=faults)
    if "stuck" in faults and is_silent(measured, unit):
        return Indicators({"rms_g": 0.0, "peak_g": 0.0, "peak_to_peak_g": 0.0}, faults)
    in_g = acceleration_g(measured, rate_hz, unit)
    lines = spectrum(in_g, rate_hz)
    velocity = spectrum(measured, rate_hz) if unit == "mm/s" else None
    speed_hz = abs(speed_rpm) / 60 if speed_rpm and math.isfinite(speed_rpm) else None
    values = _statistics(in_g)
    values |= _velocity_rms(lines, velocity, speed_hz)
    values |= octave_rms(lines)
    values |= _lines(lines)
    values |= _orders(lines, velocity, speed_hz)
    windowed = windowed_envelope(lines)
    if windowed is not None:
        values["envelope_rms_g"] = rms_of(windowed)
    shown = power_of(windowed, windowed.size // 2) if with_envelope and windowed is not None else None
    return Indicators(values, faults + _notes(lines.grid, speed_hz), shown)


def _statistics(acceleration_g: NDArray[np.float64]) -> dict[str, float]:
    """Moments about the mean: the standardised third is the skewness, the fourth the kurtosis."""
    deviation = acceleration_g - acceleration_g.mean()
    square = deviation * deviation
    size = deviation.size
    variance = float(square.sum()) / size
    rms = math.sqrt(variance)
    low, high = float(deviation.min()), float(deviation.max())
    peak = max(-low, high)
    values = {"rms_g": rms, "peak_g": peak, "peak_to_peak_g": high - low}
    if variance > 0:
        values["crest_factor"] = peak / rms
        values["skewness"] = float((square * deviation).sum()) / size / (variance * rms)
        values["kurtosis"] = float((square * square).sum()) / size / (variance * variance)
    return values


def _lower_hz(speed_hz: float | None) -> float:
    return _LOWER_SLOW_HZ if speed_hz is not None and speed_hz <= SLOW_RPM / 60 else LOWER_HZ


def _velocity_rms(lines: Spectrum, velocity: Spectrum | None, speed_hz: float | None) -> dict[str, float]:
    """RMS velocity from 10 (slow machines: 2) to 1000 Hz, or as much of it as the block holds."""
    band = lines.grid.bins(_lower_hz(speed_hz), _UPPER_HZ)
    if band.stop - band.start < _FEWEST_BINS:
        return {}
    mean_square = lines.velocity_mean_square(band) if velocity is None else velocity.mean_square(band)
    return {"velocity_rms_mm_s": math.sqrt(mean_square)}


def _lines(lines: Spectrum) -> dict[str, float]:
    values = {"spectral_centroid_hz": lines.centroid_hz()}
    for number, tone in enumerate(lines.peaks(_PEAKS), start=1):
        values[f"peak{number}_hz"] = tone.frequency_hz
        values[f"peak{number}_g"] = tone.amplitude
    return values


def _orders(lines: Spectrum, velocity: Spectrum | None, speed_hz: float | None) -> dict[str, float]:
    """Velocity amplitude at multiples of the shaft speed; nothing from a block too short to tell them apart."""
    if speed_hz is None or speed_hz * lines.grid.seconds < _FEWEST_TURNS - 1e-6:
        return {}
    values = {}
    for order in _ORDERS:
        tone = (velocity or lines).line_near(order * speed_hz, _SPEED_TOLERANCE)
        if tone is not None:
            values[f"order{order}_mm_s"] = (
                velocity_mm_s(tone.amplitude, tone.frequency_hz) if velocity is None else tone.amplitude
            )
    return values


def _notes(grid: Grid, speed_hz: float | None) -> tuple[str, ...]:
    whole = grid.nyquist_hz >= _UPPER_HZ and grid.seconds * _lower_hz(speed_hz) >= WHOLE
    found = {"short": grid.seconds < WHOLE, "narrow_band": not whole}
    return tuple(note for note, there in found.items() if there)
