"""Taking captures of a block: both spectra for its hour, its waveform for a day or around an alert."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.captures.capture import Capture, CaptureKind, day_of, hour_of
from models.captures.packing import (
    MAX_SAMPLES,
    pack_spectrum,
    pack_waveform,
    thinned,
    unpack_spectrum,
    unpack_waveform,
)
from models.captures.spectra import Lines, block_spectra
from models.signal.acceleration import acceleration_g
from models.signal.units import Unit

__all__ = ["hourly_spectra", "kept_waveform", "values_of"]

Real = NDArray[np.float64]


def hourly_spectra(
    samples: Real,
    *,
    machine: str,
    point: str,
    measured: datetime,
    rate_hz: float,
    unit: Unit,
    speed_rpm: float | None,
    flags: tuple[str, ...] = (),
) -> list[Capture]:
    """Give velocity and envelope spectrum of a block, shape (n,), finite, for its hour; none where too short."""
    shown = block_spectra(acceleration_g(samples, rate_hz, unit), rate_hz=rate_hz, speed_rpm=speed_rpm)
    spectra: list[tuple[CaptureKind, str, Lines | None, tuple[float, float] | None]] = [
        ("velocity_spectrum", "mm/s", shown.velocity_mm_s, None),
        ("envelope_spectrum", "g", shown.envelope_g, shown.band_hz),
    ]
    captures = []
    for kind, shown_unit, lines, band_hz in spectra:
        if lines is None:
            continue
        amplitude, width = thinned(lines.amplitude)
        data, top = pack_spectrum(amplitude)
        captures.append(
            Capture(
                machine=machine,
                point=point,
                kind=kind,
                time=hour_of(measured),
                measured=measured,
                unit=shown_unit,
                first=lines.first_hz + (width - 1) / 2 * lines.step_hz,
                step=width * lines.step_hz,
                count=amplitude.size,
                top=top,
                speed_rpm=speed_rpm,
                band_hz=band_hz,
                flags=flags,
                data=data,
            )
        )
    return captures


def kept_waveform(
    samples: Real,
    *,
    machine: str,
    point: str,
    measured: datetime,
    rate_hz: float,
    unit: Unit,
    speed_rpm: float | None,
    flags: tuple[str, ...] = (),
    alert: str = "",
) -> Capture:
    """Give the beginning of a block's waveform, shape (n,): for its day, or as the one around an alert.

    Samples that are not finite become zero; the flags tell of them.
    """
    shown = np.nan_to_num(samples[:MAX_SAMPLES], nan=0.0, posinf=0.0, neginf=0.0)
    data, top = pack_waveform(shown)
    return Capture(
        machine=machine,
        point=point,
        kind="waveform",
        time=measured if alert else day_of(measured),
        measured=measured,
        unit=unit,
        first=0.0,
        step=1 / rate_hz,
        count=shown.size,
        top=top,
        speed_rpm=speed_rpm,
        alert=alert,
        flags=flags,
        data=data,
    )


def values_of(capture: Capture) -> Real:
    """Unpack a capture's values, shape (count,), in its unit; raises `MessageError` if they are damaged."""
    unpack = unpack_waveform if capture.kind == "waveform" else unpack_spectrum
    return unpack(capture.data, count=capture.count, top=capture.top)
