"""Results of a diagnosis: a verdict, the hypotheses behind it in order, and the evidence for each."""

import msgspec

__all__ = ["Diagnosed", "Evidence", "Hypothesis", "MachineKnowledge", "Margins"]


class MachineKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the machine besides its bearing; what is not known is None and is not looked for."""

    teeth: int | None = None
    """Of the gear on the measured shaft."""
    blades: int | None = None
    """Of the fan or impeller on the measured shaft."""
    velocity_limit_mm_s: float | None = None
    """RMS velocity from which a machine of its kind is no longer fit for long-term running (zone boundary B/C)."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing seen in the signal that speaks for a hypothesis."""

    kind: str
    """`envelope_line`, `envelope_sideband`, `velocity_line`, `acceleration_line` or `carpet`."""
    expected_hz: float | None = None
    found_hz: float | None = None
    prominence: float | None = None
    """Power over the noise around the line; 1 is noise."""
    amplitude: float | None = None
    """In mm/s RMS for velocity, g RMS for acceleration, relative modulation for an envelope."""
    harmonics: tuple[float, ...] = ()
    """Prominence of the harmonics, from the first on; 1 is noise."""
    sidebands: tuple[float, ...] = ()
    """Prominence of the sidebands: below and above the first harmonic, then the second."""
    band_hz: tuple[float, float] | None = None
    """The demodulated band."""
    nats: float | None = None
    """Of a series: how sure it is that it is there, corrected for all places that were looked at."""
    lead: float | None = None
    """Of a series: its strength less that of the strongest one at a frequency that this fault does not explain."""
    rival_hz: float | None = None
    """Where that one is."""
    fits: bool = True
    """Whether sidebands and the line's place are those of this part."""
    text_en: str = ""
    text_zh: str = ""


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that the evidence speaks for, with a probability that it is there."""

    fault: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    sentence_en: str = ""
    sentence_zh: str = ""
    next_check_en: str = ""
    next_check_zh: str = ""


class Margins(msgspec.Struct, frozen=True, kw_only=True):
    """How far the verdict is from turning over; all in nats (1 nat is 4.3 dB of power)."""

    evidence: float = 0.0
    """The best bearing hypothesis' evidence, after correction for all places that were looked at."""
    evidence_needed: float = 0.0
    strength: float = 0.0
    """Mean logarithm of its harmonics' prominence."""
    rival: float = 0.0
    """The same of the strongest series that this fault does not explain, at whatever frequency."""
    rival_hz: float | None = None
    modulation: float = 0.0
    """Relative modulation of the squared envelope, all harmonics together."""


class Diagnosed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one waveform.

    `verdict`: `healthy`, `unknown`, or the name of the first hypothesis. `reason` tells why it is unknown.
    """

    verdict: str
    confidence: float
    hypotheses: tuple[Hypothesis, ...] = ()
    reason: str = ""
    """Which of `models.diagnosis.reasons.Reason`, in small letters, with the frequency or velocity it tells of."""
    reason_value: float = 0.0
    reason_en: str = ""
    reason_zh: str = ""
    band_hz: tuple[float, float] | None = None
    speed_hz_refined: float | None = None
    margins: Margins = Margins()
