"""Squared envelope spectra of one recording in many bands at once, after cepstral pre-whitening.

Pre-whitening after Borghesani, Pennacchi, Randall, Sawalhi and Ricci (2013), "Application of cepstrum pre-whitening
for the diagnosis of bearing faults under variable speed conditions", Mechanical Systems and Signal Processing 36:
the spectrum is divided by its magnitude, so a discrete line (shaft, gear, electromagnetic comb) weighs no more than
a bin of noise, and no resonance outweighs another. Bands after Antoni (2007), "Fast computation of the kurtogram",
MSSP 21: halves, quarters and so on, here each also shifted by half its width, so no resonance falls between two.
Squared envelope spectrum after Randall and Antoni (2011), "Rolling element bearing diagnostics - a tutorial",
MSSP 25.

A long recording is cut into segments of equal length whose spectra are averaged: cost grows with the length of the
recording, memory only with that of a segment.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.fft import ifft, next_fast_len, rfft

__all__ = ["EnvelopeSpectra", "envelope_spectra", "segment_size"]

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_TURNS = 60.0
"""Turns in a segment: resolves 1/60 order, a little finer than 1 % slip spreads a ball-pass frequency."""
_LEAST_SECONDS = 1.0
_MOST_SAMPLES = 1 << 20
_DEEPEST = 4
"""Bands down to a sixteenth of the spectrum; narrower ones hold few periods of what decays in milliseconds."""
_TOP = 0.97
"""Share of the Nyquist frequency that is used; the rest is the anti-aliasing filter's."""


class EnvelopeSpectra(msgspec.Struct, frozen=True):
    """Averaged squared envelope spectra, shape (bands, bins); about 1 everywhere for Gaussian noise."""

    power: Real
    widths: Real
    """Bins of signal in each band, shape (bands,)."""
    bin_hz: float
    segments: int
    bands_hz: tuple[tuple[float, float], ...]

    def depth(self, band: int, excess: float) -> float:
        """Relative modulation of the squared envelope, a in 1 + a cos, whose line stands `excess` above the noise.

        With the envelope's mean 1 and w bins in the band, a Hann-windowed line has the power a^2 w / 6.
        """
        return math.sqrt(6 * max(0.0, excess) / float(self.widths[band]))


def segment_size(samples: int, rate_hz: float, shaft_hz: float) -> tuple[int, int]:
    """Give how many segments a recording is cut into and how long one is (even, with fast transforms).

    >>> segment_size(256_000, 25_600.0, 25.0)
    (4, 64000)
    """
    wanted = int(max(_TURNS / shaft_hz, _LEAST_SECONDS) * rate_hz)
    wanted = max(1, min(wanted, samples, _MOST_SAMPLES))
    segments = max(1, round(samples / wanted))
    return segments, _fast_below(samples // segments)


def envelope_spectra(
    samples: Real, *, rate_hz: float, shaft_hz: float, highest_hz: float
) -> EnvelopeSpectra | None:
    """Give the spectra up to `highest_hz` of a waveform of shape (n,); None where it is too short or too slow."""
    segments, size = segment_size(samples.size, rate_hz, shaft_hz)
    bin_hz = rate_hz / max(size, 1)
    bins = math.ceil(highest_hz / bin_hz) + 1
    layout = _layout(size, bins)
    if not layout:
        return None
    power = np.zeros((sum(starts.size for _, starts in layout), bins))
    stride = samples.size // segments
    for k in range(segments):
        white = _whitened(samples[k * stride : k * stride + size])
        row = 0
        for width, starts in layout:
            power[row : row + starts.size] += _band_spectra(white, width, starts, bins)
            row += starts.size
    power /= segments
    widths = np.concatenate([np.full(starts.size, float(width)) for width, starts in layout])
    bands = tuple(
        (float(start) * bin_hz, float(start + width) * bin_hz) for width, starts in layout for start in starts
    )
    return EnvelopeSpectra(power, widths, bin_hz, segments, bands)


def _whitened(segment: Real) -> Complex:
    """Transform with every bin's magnitude set to 1 (cepstral pre-whitening keeps the phase alone)."""
    transform: Complex = rfft(segment - segment.mean())
    magnitude = np.abs(transform)
    floor = 1e-12 * float(magnitude.max()) + 1e-300
    return transform / np.maximum(magnitude, floor)


def _band_spectra(white: Complex, width: int, starts: NDArray[np.intp], bins: int) -> Real:
    """Squared envelope spectra of bands of one width: the bins moved down to 0 Hz are the analytic signal."""
    bands = white[starts[:, None] + np.arange(width)]
    analytic = ifft(bands, axis=1, overwrite_x=True)
    squared = analytic.real**2 + analytic.imag**2
    squared /= squared.mean(axis=1, keepdims=True)
    squared -= 1.0
    squared *= _hann(width)
    transform = rfft(squared, axis=1, overwrite_x=True)[:, :bins]
    power: Real = transform.real**2 + transform.imag**2
    return power / (3 * width / 8)  # the sum of the window's squares: noise of variance 1 gives 1


@lru_cache(maxsize=64)
def _layout(size: int, bins: int) -> tuple[tuple[int, NDArray[np.intp]], ...]:
    """Widths in bins and first bins of the bands; each must hold twice the bins that are asked for."""
    return tuple(_levels(int(size // 2 * _TOP), bins))


def _levels(top: int, bins: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    for level in range(_DEEPEST + 1):
        width = _fast_below(top >> level)
        if width < 2 * bins:
            return
        count = 2 ** (level + 1) - 1
        yield width, np.rint(np.linspace(0, top - width, count)).astype(np.intp)


@lru_cache(maxsize=16)
def _hann(size: int) -> Real:
    window: Real = 0.5 - 0.5 * np.cos(2 * np.pi / size * np.arange(size))
    return window


def _fast_below(size: int) -> int:
    """Largest even length up to `size` that transforms fast."""
    size -= size % 2
    while size > 2 and next_fast_len(size, real=True) != size:
        size -= 2
    return max(size, 2)
