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

__all__ = [
    "LOWER_HZ",
    "SLOW_RPM",
    "Indicators",
    "order_amplitudes",
    "spectral_lines",
    "statistics",
    "velocity_rms",
    "waveform_indicators",
]

_UPPER_HZ = 1000.0
LOWER_HZ = 10.0
_LOWER_SLOW_HZ = 2.0
SLOW_RPM = 600.0
"""The band of the velocity, after ISO 20816-3: from `LOWER_HZ`, of machines at `SLOW_RPM` and below from 2 Hz.

The standard says below; at it, the shaft's own line would stand on the band's edge and be halved.
"""
_MIN_BINS = 4
"""Bins that a band must hold before its RMS is one."""
_PEAK_COUNT = 3
_ORDERS = (1, 2, 3)
_MIN_TURNS = 4.0
"""Turns of the shaft from which Hann-windowed lines at its orders stand apart."""
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
    """Condition indicators of a waveform of shape (n,), n >= 0; never raises on numbers, all values are finite.

    ======================== ==== ============================== ============================ ============
    name                     unit band or order                  left out                     source
    ======================== ==== ============================== ============================ ============
    `rms_g`, `peak_g`        g    all, about the mean            never
    `peak_to_peak_g`         g    all                            never
    `crest_factor`           1    all, about the mean            of a silent signal
    `skewness`, `kurtosis`   1    all, about the mean            of a silent signal
    `velocity_rms_mm_s`      mm/s 10 to 1000 Hz; from 2 Hz at    below 4 bins in the band     ISO 20816-3
                                  600 rpm and below
    `band_<low>_<high>_hz_g` g    octaves around 16 Hz to 32 kHz above the Nyquist frequency, IEC 61260
                                                                 below 4 bins
    `spectral_centroid_hz`   Hz   all, weighted with power       never
    `peak1_hz` to `peak3_hz` Hz   strongest lines                where there are fewer        Grandke 1983
    `peak1_g` to `peak3_g`   g    the same, peak amplitude       where there are fewer        Grandke 1983
    `order1_mm_s` to         mm/s 1, 2 and 3 times the shaft     without a speed, below 4     Grandke 1983
    `order3_mm_s`                 speed, peak amplitude          turns, above the spectrum
    `envelope_rms_g`         g    2 kHz (a quarter of the        below 16 bins in the band    McFadden and
                                  Nyquist frequency, if less)                                 Smith 1984
                                  to 0.9 of it, at most 20 kHz
    ======================== ==== ============================== ============================ ============

    `kurtosis` is 3 for Gaussian noise. Each family is a function: `statistics`, `velocity_rms`, `octave_rms`,
    `spectral_lines`, `order_amplitudes`, and `rms_of` the envelope, whose spectrum comes along `with_envelope`.

    Faults that leave nothing to compute (`too_short`, `not_finite`, `out_of_range`) give no values, and a constant
    signal gives zeros; other faults are flagged along with the values.

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
    acceleration_spectrum = spectrum(in_g, rate_hz)
    velocity_spectrum = spectrum(measured, rate_hz) if unit == "mm/s" else None
    speed_hz = abs(speed_rpm) / 60 if speed_rpm and math.isfinite(speed_rpm) else None
    values = statistics(in_g)
    values |= velocity_rms(acceleration_spectrum, velocity_spectrum, speed_hz)
    values |= octave_rms(acceleration_spectrum)
    values |= spectral_lines(acceleration_spectrum)
    values |= order_amplitudes(acceleration_spectrum, velocity_spectrum, speed_hz)
    windowed = windowed_envelope(acceleration_spectrum)
    if windowed is not None:
        values["envelope_rms_g"] = rms_of(windowed)
    envelope = power_of(windowed, windowed.size // 2) if with_envelope and windowed is not None else None
    return Indicators(values, faults + _notes(acceleration_spectrum.grid, speed_hz), envelope)


def statistics(acceleration_g: NDArray[np.float64]) -> dict[str, float]:
    """Statistics about the mean of an acceleration in g, shape (n,), n >= 1: RMS, peak, crest factor, moments.

    The standardised third moment is the skewness, the fourth the kurtosis; crest factor and both of a constant
    signal are left out. A square wave has all its samples at its RMS:

    >>> statistics(np.array([1.0, 1.0, -1.0, -1.0]))["crest_factor"]
    1.0
    """
    deviation = acceleration_g - np.add.reduce(acceleration_g) / acceleration_g.size
    square = deviation * deviation
    size = deviation.size
    variance = float(np.add.reduce(square)) / size
    rms = math.sqrt(variance)
    low, high = float(deviation.min()), float(deviation.max())
    peak = max(-low, high)
    values = {"rms_g": rms, "peak_g": peak, "peak_to_peak_g": high - low}
    if variance > 0:
        values["crest_factor"] = peak / rms
        values["skewness"] = float(np.add.reduce(square * deviation)) / size / (variance * rms)
        values["kurtosis"] = float(np.add.reduce(square * square)) / size / (variance * variance)
    return values


def _lower_hz(speed_hz: float | None) -> float:
    return _LOWER_SLOW_HZ if speed_hz is not None and speed_hz <= SLOW_RPM / 60 else LOWER_HZ


def velocity_rms(
    acceleration_spectrum: Spectrum, velocity_spectrum: Spectrum | None, speed_hz: float | None
) -> dict[str, float]:
    """RMS velocity in mm/s from 10 (slow machines: 2) to 1000 Hz, or as much of it as the block holds.

    Of the velocity's own spectrum (mm/s) where there is one, else integrated from the acceleration's (g). After
    ISO 20816-3. A sine of acceleration amplitude a at f Hz has the velocity a / (2 pi f sqrt 2):

    >>> sine = np.sin(2 * np.pi * 100 * np.arange(10_000) / 10_000.0)
    >>> found = velocity_rms(spectrum(sine, 10_000.0), None, None)["velocity_rms_mm_s"]
    >>> round(found, 3), round(9806.65 / (2 * math.pi * 100 * math.sqrt(2)), 3)
    (11.036, 11.036)
    """
    band = acceleration_spectrum.grid.bins(_lower_hz(speed_hz), _UPPER_HZ)
    if band.stop - band.start < _MIN_BINS:
        return {}
    if velocity_spectrum is None:
        mean_square = acceleration_spectrum.velocity_mean_square(band)
    else:
        mean_square = velocity_spectrum.mean_square(band)
    return {"velocity_rms_mm_s": math.sqrt(mean_square)}


def spectral_lines(acceleration_spectrum: Spectrum) -> dict[str, float]:
    """Spectral centroid in Hz, weighted with power, and the strongest lines: frequency in Hz, peak amplitude in g.

    >>> sine = 2 * np.sin(2 * np.pi * 100 * np.arange(1_000) / 1_000.0)
    >>> {name: round(value, 6) for name, value in spectral_lines(spectrum(sine, 1_000.0)).items()}
    {'spectral_centroid_hz': 100.0, 'peak1_hz': 100.0, 'peak1_g': 2.0}
    """
    values = {"spectral_centroid_hz": acceleration_spectrum.centroid_hz()}
    for number, tone in enumerate(acceleration_spectrum.peaks(_PEAK_COUNT), start=1):
        values[f"peak{number}_hz"] = tone.frequency_hz
        values[f"peak{number}_g"] = tone.amplitude
    return values


def order_amplitudes(
    acceleration_spectrum: Spectrum, velocity_spectrum: Spectrum | None, speed_hz: float | None
) -> dict[str, float]:
    """Velocity amplitude (peak, mm/s) at 1, 2 and 3 times the shaft speed, each within 2 % of it.

    Nothing without a speed, and from a block too short to tell the orders apart: below four turns.

    >>> velocity = spectrum(3 * np.sin(2 * np.pi * 25 * np.arange(1_000) / 1_000.0), 1_000.0)
    >>> round(order_amplitudes(velocity, velocity, 25.0)["order1_mm_s"], 6)
    3.0
    """
    if speed_hz is None or speed_hz * acceleration_spectrum.grid.seconds < _MIN_TURNS - 1e-6:
        return {}
    values = {}
    for order in _ORDERS:
        tone = (velocity_spectrum or acceleration_spectrum).line_near(order * speed_hz, _SPEED_TOLERANCE)
        if tone is not None:
            values[f"order{order}_mm_s"] = (
                velocity_mm_s(tone.amplitude, tone.frequency_hz) if velocity_spectrum is None else tone.amplitude
            )
    return values


def _notes(grid: Grid, speed_hz: float | None) -> tuple[str, ...]:
    whole = grid.nyquist_hz >= _UPPER_HZ and grid.seconds * _lower_hz(speed_hz) >= WHOLE
    notes = {"short": grid.seconds < WHOLE, "narrow_band": not whole}
    return tuple(note for note, there in notes.items() if there)
