"""What is known of a probe beforehand: the signals that it brings, and what must come out of the fold for them.

Vibration brings a sine of 0.5 g, whose RMS is 0.5 / sqrt(2), and a block that stands still, which must raise the
alert of a sensor's fault; the sine must clear it again.
"""

import math

import msgspec
import numpy as np

from models.probes.records import Input, ProbeResult

__all__ = ["KNOWN", "RATE_HZ", "SCALE_G", "VALUE_NAMES", "Known", "as_known", "sine_counts", "still_counts"]

RATE_HZ = 5120.0
SCALE_G = 2.5e-5
"""g of one count."""
_SAMPLES, _CYCLES, _PEAK_COUNTS = 256, 11, 20_000
_STILL_SAMPLES, _STILL_COUNTS = 64, 1000
_TOLERANCE = 1e-4
"""Rounding to whole counts moves the RMS by less."""


class Known(msgspec.Struct, frozen=True):
    """What must come out of the fold."""

    value: float
    transitions: float = 0.0


KNOWN: dict[Input, Known] = {
    "vibration": Known(value=_PEAK_COUNTS * SCALE_G / math.sqrt(2), transitions=2.0),
    "temperature": Known(value=61.5),
    "readings": Known(value=2.5),
    "actions": Known(value=1.0),
}

VALUE_NAMES: dict[Input, str] = {"vibration": "rms_g", "temperature": "value_c", "readings": "probe"}
"""The field of the row that holds the value; an action gives no row, and is counted."""


def sine_counts() -> bytes:
    """Give the sine, shape (256,), as little-endian 16-bit counts: whole cycles, so its RMS is exact."""
    phase = 2 * np.pi * _CYCLES * np.arange(_SAMPLES) / _SAMPLES
    return np.round(_PEAK_COUNTS * np.sin(phase)).astype("<i2").tobytes()


def still_counts() -> bytes:
    """Give a block that stands still, shape (64,), as little-endian 16-bit counts."""
    return np.full(_STILL_SAMPLES, _STILL_COUNTS, dtype="<i2").tobytes()


def as_known(result: ProbeResult) -> bool:
    """Say whether what came out is what must."""
    known = KNOWN[result.input]
    return math.isclose(result.value, known.value, rel_tol=_TOLERANCE) and result.transitions == known.transitions
