"""The averaged spectrum of a recording: lines of the shaft, the mesh, the mains, in acceleration and velocity."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from models.diagnosis.envelopes import segments_of
from models.signal.units import velocity_mm_s
from models.signal.window import hann

__all__ = ["AveragedSpectrum", "averaged_spectrum"]

Real = NDArray[np.float64]


class AveragedSpectrum(msgspec.Struct, frozen=True):
    """Mean square in each bin (g^2), shape (bins,), of Hann-windowed segments: sums of bins are mean squares."""

    power: Real
    bin_hz: float
    segments: float

    def line_rms_g(self, frequency_hz: float, reach: float = 1.0) -> float:
        """RMS in g of the line within `reach` bins (and the lobe's two) of a frequency; 0 outside the spectrum."""
        place = frequency_hz / self.bin_hz
        first, last = round(place - reach), round(place + reach)
        if first < 2 or last > self.power.size - 3:
            return 0.0
        top = first + int(np.argmax(self.power[first : last + 1]))
        return math.sqrt(float(self.power[top - 2 : top + 3].sum()))

    def top_near(self, frequency_hz: float, reach: float) -> float:
        """Frequency of the strongest bin within `reach` bins; the one asked for outside the spectrum."""
        place = frequency_hz / self.bin_hz
        first, last = round(place - reach), round(place + reach)
        if first < 2 or last > self.power.size - 3:
            return frequency_hz
        return (first + int(np.argmax(self.power[first : last + 1]))) * self.bin_hz

    def line_rms_mm_s(self, frequency_hz: float, reach: float = 1.0) -> float:
        """RMS velocity in mm/s of the same line."""
        return velocity_mm_s(self.line_rms_g(frequency_hz, reach), frequency_hz)

    def velocity_rms_mm_s(self, low_hz: float, high_hz: float) -> float:
        """RMS velocity in mm/s from one frequency to another."""
        first = max(2, math.ceil(low_hz / self.bin_hz))
        last = min(self.power.size - 1, math.floor(high_hz / self.bin_hz))
        if last < first:
            return 0.0
        frequency = self.bin_hz * np.arange(first, last + 1)
        return velocity_mm_s(1.0, 1.0) * math.sqrt(float((self.power[first : last + 1] / frequency**2).sum()))

    def rms_g(self, low_hz: float, high_hz: float) -> float:
        """RMS acceleration in g from one frequency to another."""
        first, last = math.ceil(low_hz / self.bin_hz), math.floor(high_hz / self.bin_hz)
        return math.sqrt(float(self.power[max(1, first) : last + 1].sum()))

    def prominence(self, frequency_hz: float, reach: float = 1.0, around: float = 12.0) -> float:
        """Power of a line over the median of the bins around it; 1 is noise, 0 outside the spectrum."""
        place = frequency_hz / self.bin_hz
        first, last = round(place - reach), round(place + reach)
        if first < 2 or last > self.power.size - 3:
            return 0.0
        low = max(1, round(place - around))
        surroundings = self.power[low : round(place + around) + 1]
        noise = float(np.median(surroundings)) / math.log(2)
        return float(self.power[first : last + 1].max()) / max(noise, 1e-300)


def averaged_spectrum(samples: Real, *, rate_hz: float, shaft_hz: float) -> AveragedSpectrum:
    """Averaged power spectrum (Welch 1967) of a waveform of shape (n,), n >= 64, in g, sampled at `rate_hz`.

    Hann-windowed segments overlap by half at least and hold sixty turns of the shaft, as the envelope's do.

    >>> sine = 2 * np.sin(2 * np.pi * 100 * np.arange(25_600) / 12_800.0)
    >>> round(averaged_spectrum(sine, rate_hz=12_800.0, shaft_hz=25.0).line_rms_g(100.0), 4)
    1.4142
    """
    cut = segments_of(samples.size, rate_hz, shaft_hz)
    size = cut.size
    window = hann(size)
    power = np.zeros(size // 2 + 1)
    for start in cut.starts:
        segment = samples[start : start + size]
        transform = rfft((segment - segment.mean()) * window)
        power += transform.real**2 + transform.imag**2
    power *= 2 / (len(cut.starts) * size * float((window * window).sum()))
    return AveragedSpectrum(power, rate_hz / size, cut.independent)
