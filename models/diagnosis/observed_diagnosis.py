"""The diagnosis that an observation carries: small plain numbers, from which votes over many blocks are made."""

import msgspec

__all__ = ["ObservedDiagnosis", "ObservedFault"]


class ObservedFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault that a block speaks for, with what was seen of it; see `models.diagnosis.results.Evidence`."""

    fault: str
    confidence: float
    kind: str = ""
    nats: float | None = None
    lead: float | None = None
    """Below 0 where another series, at `rival_hz`, is stronger."""
    rival_hz: float | None = None
    fits: bool = True
    expected_hz: float | None = None
    found_hz: float | None = None
    prominence: float | None = None
    amplitude: float | None = None
    """In mm/s RMS, g RMS, or relative modulation, by kind."""
    band_hz: tuple[float, float] | None = None
    harmonics: int = 0
    """That stand out, of `harmonics_of`."""
    harmonics_of: int = 0
    sidebands: int = 0
    sidebands_of: int = 0


class ObservedDiagnosis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one block of vibration says of faults."""

    verdict: str
    confidence: float
    turns: float
    """Of the shaft, in the part of the block that was looked at."""
    speed_hz: float
    """Of the shaft: as the signal shows it, or else as it was told."""
    reason: str = ""
    """Why it is unknown: one of `models.diagnosis.reasons.Reason`, in small letters."""
    reason_value: float = 0.0
    faults: tuple[ObservedFault, ...] = ()
    """The likeliest three at most, the verdict first."""
