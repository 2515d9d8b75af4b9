"""The check of a capture that comes from outside: what can be drawn, and what nobody can have measured."""

import math
from collections.abc import Iterator
from typing import get_args

from models.captures.capture import Capture, CaptureKind
from models.captures.packing import MAX_LINES, MAX_SAMPLES
from models.captures.taking import values_of
from models.errors import MessageError
from models.signal.units import Unit

__all__ = ["check_capture"]

_UNITS: dict[CaptureKind, tuple[str, ...]] = {
    "velocity_spectrum": ("mm/s",),
    "envelope_spectrum": ("g",),
    "waveform": get_args(Unit),
}
_MOST = {"velocity_spectrum": MAX_LINES, "envelope_spectrum": MAX_LINES, "waveform": MAX_SAMPLES}


def check_capture(capture: Capture, *, with_data: bool = True) -> None:
    """Raise `MessageError`, naming what is wrong, for one that cannot be drawn; its data count only `with_data`."""
    for what, holds in _conditions(capture):
        if not holds:
            raise MessageError(f"the {capture.kind} of {capture.machine!r} cannot be shown: {what} makes no sense")
    if with_data:
        values_of(capture)


def _conditions(capture: Capture) -> Iterator[tuple[str, bool]]:
    yield f"the unit {capture.unit[:20]!r}", capture.unit in _UNITS[capture.kind]
    yield f"a count of {capture.count}", 1 <= capture.count <= _MOST[capture.kind]
    yield f"a step of {capture.step}", math.isfinite(capture.step) and capture.step > 0
    yield f"a beginning at {capture.first}", math.isfinite(capture.first) and capture.first >= 0
    yield (
        f"an end of {capture.first} + {capture.count} × {capture.step}",
        math.isfinite(capture.first + capture.count * capture.step),
    )
    yield f"a largest value of {capture.top}", math.isfinite(capture.top) and capture.top >= 0
    speed = capture.speed_rpm
    yield f"a speed of {speed} rpm", speed is None or math.isfinite(speed)
    band = capture.band_hz
    yield f"a band of {band} Hz", band is None or (all(map(math.isfinite, band)) and 0 <= band[0] <= band[1])
