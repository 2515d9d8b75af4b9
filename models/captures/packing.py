"""Packing of numbers into few bytes: spectra in tenths of a decibel, waveforms in 16-bit counts, both deflated.

A tenth of a decibel is 1.2 per cent, finer than any sensor's calibration; what lies 120 dB below the largest value
is the converter's noise and becomes zero. High and low bytes stand apart, as the high ones repeat and deflate well.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from models.errors import MessageError

__all__ = [
    "MAX_LINES",
    "MAX_SAMPLES",
    "pack_spectrum",
    "pack_waveform",
    "thinned",
    "unpack_spectrum",
    "unpack_waveform",
]

Real = NDArray[np.float64]

MAX_LINES = 3_200
"""Values of a spectrum at most; analysers in the field offer as many."""
MAX_SAMPLES = 24_000
"""Samples of a waveform at most: in base64 they fit into the 64 KB that a string of InfluxDB holds."""

_STEPS_PER_DB = 10
_MAX_STEPS = 120 * _STEPS_PER_DB
_NOTHING = 0xFFFF
_MAX_COUNT = 32_767


def thinned(values: Real, most: int = MAX_LINES) -> tuple[Real, int]:
    """Give at most `most` values, each the largest of as many neighbours as the second number says.

    >>> largest, width = thinned(np.array([1.0, 5.0, 2.0, 0.0, 3.0]), 3)
    >>> largest.tolist(), width
    ([5.0, 2.0, 3.0], 2)
    """
    width = max(1, -(-values.size // most))
    if width == 1:
        return values, 1
    filled = np.pad(values, (0, -values.size % width), constant_values=-np.inf)
    largest: Real = filled.reshape(-1, width).max(axis=1)
    return largest, width


def pack_spectrum(values: Real) -> tuple[bytes, float]:
    """Pack amplitudes of shape (n,), not negative and finite; gives the bytes and the largest value."""
    top = float(values.max(initial=0.0))
    if top <= 0:
        return _deflated(np.full(values.size, _NOTHING, dtype=np.uint16)), 0.0
    with np.errstate(divide="ignore"):
        below = -20 * _STEPS_PER_DB * np.log10(values / top)
    levels = np.where(below <= _MAX_STEPS, np.rint(np.minimum(below, _MAX_STEPS)), _NOTHING)
    return _deflated(levels.astype(np.uint16)), top


def unpack_spectrum(data: bytes, *, count: int, top: float) -> Real:
    """Give the `count` amplitudes back, each to 0.6 per cent; raises `MessageError` for what is damaged.

    >>> packed, top = pack_spectrum(np.array([2.0, 0.02, 0.0]))
    >>> np.round(unpack_spectrum(packed, count=3, top=top), 6).tolist()
    [2.0, 0.02, 0.0]
    """
    levels = _inflated(data, count)
    amplitudes: Real = top * 10 ** (levels / (-20.0 * _STEPS_PER_DB))
    amplitudes[levels == _NOTHING] = 0.0
    return amplitudes


def pack_waveform(samples: Real) -> tuple[bytes, float]:
    """Pack finite samples of shape (n,); gives the bytes and the largest magnitude."""
    top = float(np.abs(samples).max(initial=0.0))
    counts = np.rint(samples / top * _MAX_COUNT) if top > 0 else np.zeros(samples.size)
    return _deflated(counts.astype(np.int16).view(np.uint16)), top


def unpack_waveform(data: bytes, *, count: int, top: float) -> Real:
    """Give the `count` samples back, each to a 65,000th of the largest; raises `MessageError` if damaged."""
    counts = _inflated(data, count).view(np.int16)
    return counts.astype(np.float64) * (top / _MAX_COUNT)


def _deflated(words: NDArray[np.uint16]) -> bytes:
    high, low = words >> 8, words & 0xFF
    return zlib.compress(high.astype(np.uint8).tobytes() + low.astype(np.uint8).tobytes(), 6)


def _inflated(data: bytes, count: int) -> NDArray[np.uint16]:
    """Never more memory than `count` asks for, whatever the bytes claim."""
    if not 0 <= count <= max(MAX_SAMPLES, MAX_LINES):
        raise MessageError(f"a capture of {count} values is none of ours; there are at most {MAX_SAMPLES}")
    inflater = zlib.decompressobj()
    try:
        planes = inflater.decompress(data, 2 * count + 1)
    except zlib.error as error:
        raise MessageError(f"the capture's data are damaged ({error})") from None
    if len(planes) != 2 * count or not inflater.eof:
        raise MessageError(f"the capture's data do not hold {count} values")
    halves = np.frombuffer(planes, dtype=np.uint8).astype(np.uint16)
    return (halves[:count] * 256 + halves[count:]).astype(np.uint16)
