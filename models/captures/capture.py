"""A capture: a spectrum or a waveform that is kept, so that last month's can be laid beside today's."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

__all__ = ["KINDS", "Capture", "CaptureKind", "day_of", "hour_of"]

CaptureKind = Literal["velocity_spectrum", "envelope_spectrum", "waveform"]
KINDS: tuple[CaptureKind, ...] = ("velocity_spectrum", "envelope_spectrum", "waveform")


class Capture(msgspec.Struct, frozen=True, kw_only=True, tag="capture"):
    """Evenly spaced numbers of one block; (machine, point, kind, time) occurs once, a later one takes its place."""

    machine: str
    point: str
    kind: CaptureKind
    time: datetime
    """Where it is kept, UTC: the hour (spectra) or day (waveform) it stands for, or the end of an alert's block."""
    measured: datetime
    """End of the block that it was taken from, UTC."""
    unit: str
    """`mm/s` or `g`; spectra are RMS amplitudes of lines."""
    first: float
    """Hz of the first value of a spectrum; 0 for a waveform."""
    step: float
    """From one value to the next: Hz in a spectrum, seconds in a waveform."""
    count: int
    """How many values there are."""
    top: float
    """Largest magnitude among them, in `unit`."""
    speed_rpm: float | None = None
    """Shaft speed at that moment, where it is known."""
    band_hz: tuple[float, float] | None = None
    """The band whose envelope it is."""
    alert: str = ""
    """The alert that it was kept for."""
    flags: tuple[str, ...] = ()
    """Quality flags of the block."""
    data: bytes = b""
    """The values, packed (`models.captures.packing`); left out of lists."""


def hour_of(moment: datetime) -> datetime:
    """Give the beginning of a moment's hour, UTC.

    >>> hour_of(datetime(2026, 3, 1, 8, 59, 59, tzinfo=UTC)).isoformat()
    '2026-03-01T08:00:00+00:00'
    """
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    """Give the beginning of a moment's day, UTC."""
    return hour_of(moment).replace(hour=0)
