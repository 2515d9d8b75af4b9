"""Envelopes in many bands at once: squared envelope spectra of one recording, after cepstral pre-whitening.

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

from models.signal.window import hann

__all__ = ["MAX_DEPTH", "EnvelopeSpectra", "Segments", "envelope_spectra", "segments_of"]

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_TURNS = 60.0
"""Turns in a segment: resolves 1/60 order, a little finer than 1 % slip spreads a ball-pass frequency."""
_MIN_SECONDS = 1.0
_MAX_SAMPLES = 1 << 20
MAX_DEPTH = 4
"""Bands down to a sixteenth of the spectrum; narrower ones hold few periods of what decays in milliseconds."""
_FADE = 20
_TOP = 0.97
"""Share of the Nyquist frequency that is used; the rest is the anti-aliasing filter's."""


class EnvelopeSpectra(msgspec.Struct, frozen=True):
    """Averaged squared envelope spectra, shape (bands, bins); about 1 everywhere for Gaussian noise."""

    power: Real
    widths: Real
    """Bins of signal in each band, shape (bands,)."""
    bin_hz: float
    segments: float
    """Independent spectra in the average."""
    bands_hz: tuple[tuple[float, float], ...]
    deepest: int
    """Times that the spectrum was halved for the narrowest bands; others would not hold the highest frequency."""

    def depth(self, band: int, excess: float) -> float:
        """Relative modulation of the squared envelope, a in 1 + a cos, whose line stands `excess` above the noise.

        With the envelope's mean 1 and w bins in the band, a Hann-windowed line has the power a^2 w / 6.
        """
        return math.sqrt(6 * max(0.0, excess) / float(self.widths[band]))


class Segments(msgspec.Struct, frozen=True):
    """How a recording is cut: segments of one length, at least half overlapping, evenly spread."""

    starts: tuple[int, ...]
    size: int
    """Even, with fast transforms."""

    @property
    def independent(self) -> float:
        """How many spectra without overlap would average as well (Welch 1967).

        count / (1 + 2 sum (1 - j/count) r_j^2), with r_j the correlation of the window with itself j steps on.
        """
        count = len(self.starts)
        if count < 2:
            return float(count)
        step = (self.starts[-1] - self.starts[0]) / (count - 1) / self.size
        total = 0.0
        for j in range(1, count):
            if j * step >= 1:
                break
            total += (1 - j / count) * _hann_correlation(j * step) ** 2
        return count / (1 + 2 * total)


def _hann_correlation(shift: float) -> float:
    """Correlation of a Hann window with itself, moved by a part `shift` of its length.

    >>> round(_hann_correlation(0.0), 6), round(_hann_correlation(0.5), 4)
    (1.0, 0.1667)
    """
    angle = 2 * math.pi * shift
    return ((1 - shift) * (2 + math.cos(angle)) + 3 / (2 * math.pi) * math.sin(angle)) / 3


def segments_of(samples: int, rate_hz: float, shaft_hz: float) -> Segments:
    """Segments (Welch 1967) of a recording of so many samples: sixty turns of the shaft, a second at least.

    >>> cut = segments_of(256_000, 25_600.0, 25.0)
    >>> len(cut.starts), cut.size
    (8, 61440)
    """
    wanted = int(max(_TURNS / shaft_hz, _MIN_SECONDS) * rate_hz)
    size = _fast_below(min(wanted, samples, _MAX_SAMPLES))
    count = 1 + math.ceil(2 * (samples - size) / size - 0.1)
    starts = np.linspace(0, samples - size, count).astype(int)
    return Segments(tuple(starts.tolist()), size)


def envelope_spectra(
    samples: Real, *, rate_hz: float, shaft_hz: float, highest_hz: float, first: int = 0
) -> EnvelopeSpectra | None:
    """Squared envelope spectra, (bands, bins) from 0 to `highest_hz`, of a waveform of shape (n,) in any unit.

    Noise is 1 everywhere. Bands are those of the whole spectrum halved `first` times and more. None of a waveform
    too short or sampled too slowly for bands that hold `highest_hz`.
    """
    cut = segments_of(samples.size, rate_hz, shaft_hz)
    bin_hz = rate_hz / cut.size
    bins = math.ceil(highest_hz / bin_hz) + 1
    layout = _layout(cut.size, bins)[first:]
    if not layout:
        return None
    power = np.zeros((sum(starts.size for _, starts in layout), bins))
    for start in cut.starts:
        white = _whitened(samples[start : start + cut.size])
        row = 0
        for width, starts in layout:
            power[row : row + starts.size] += _band_spectra(white, width, starts, bins)
            row += starts.size
    power /= len(cut.starts)
    widths = np.concatenate([np.full(starts.size, float(width)) for width, starts in layout])
    bands = tuple(
        (float(start) * bin_hz, float(start + width) * bin_hz) for width, starts in layout for start in starts
    )
    deepest = first + len(layout) - 1
    return EnvelopeSpectra(power, widths, bin_hz, cut.independent, bands, deepest)


def _whitened(segment: Real) -> Complex:
    """Transform with every bin's magnitude set to 1 (cepstral pre-whitening keeps the phase alone).

    The ends are faded out first: a jump from the last sample to the first is an impulse, and where the recorder's
    filter leaves little else at high frequencies, whitening would make it the strongest of all.
    """
    transform: Complex = rfft((segment - segment.mean()) * _taper(segment.size))
    magnitude = np.abs(transform)
    floor = 1e-12 * float(magnitude.max()) + 1e-300
    return transform / np.maximum(magnitude, floor)


def _band_spectra(white: Complex, width: int, starts: NDArray[np.intp], bins: int) -> Real:
    """Squared envelope spectra of bands of one width: the bins moved down to 0 Hz are the analytic signal."""
    bands = white[starts[:, None] + np.arange(width)]
    analytic = ifft(bands, axis=1, overwrite_x=True)
    squared = analytic.real**2 + analytic.imag**2
    window = _hann(width)
    squared *= window
    squared *= width / 2 / squared.sum(axis=1)[:, None]  # mean 1, weighted as it is transformed
    squared -= window
    transform = rfft(squared, axis=1, overwrite_x=True)[:, :bins]
    power: Real = transform.real**2 + transform.imag**2
    return power / (3 * width / 8)  # the sum of the window's squares: noise of variance 1 gives 1


@lru_cache(maxsize=64)
def _layout(size: int, bins: int) -> tuple[tuple[int, NDArray[np.intp]], ...]:
    """Widths in bins and first bins of the bands; each must hold twice the bins that are asked for."""
    return tuple(_levels(int(size // 2 * _TOP), bins))


def _levels(top: int, bins: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    for level in range(MAX_DEPTH + 1):
        width = _fast_below(top >> level)
        if width < 2 * bins:
            return
        count = 2 ** (level + 1) - 1
        yield width, np.rint(np.linspace(0, top - width, count)).astype(np.intp)


@lru_cache(maxsize=4)
def _taper(size: int) -> Real:
    """Ones, with a cosine's rise and fall over a twentieth at each end."""
    taper = np.ones(size)
    length = max(1, size // _FADE)
    taper[:length] = 0.5 - 0.5 * np.cos(np.pi / length * (np.arange(length) + 0.5))
    taper[-length:] = taper[:length][::-1]
    return taper


_hann = lru_cache(maxsize=16)(hann)


def _fast_below(size: int) -> int:
    """Largest even length up to `size` that transforms fast."""
    size -= size % 2
    while size > 2 and next_fast_len(size, real=True) != size:
        size -= 2
    return max(size, 2)
