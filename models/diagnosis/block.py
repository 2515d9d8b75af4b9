"""The diagnosis of one block on the stream: how much of it is looked at, and what the observation keeps of it."""

import math

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.diagnose import MIN_TURNS, diagnose
from models.diagnosis.hypotheses import SEEN
from models.diagnosis.observed_diagnosis import ObservedDiagnosis, ObservedFault
from models.diagnosis.results import Diagnosed, Evidence, Hypothesis, MachineKnowledge
from models.machinery.machine import Configuration
from models.machinery.severity import boundaries_of
from models.signal.acceleration import acceleration_g
from models.signal.quality import MINIMUM_SAMPLES
from models.signal.units import Unit

__all__ = ["diagnose_block"]

_ENOUGH_TURNS = 240.0
_MIN_SAMPLES = 1 << 17
_MAX_SAMPLES = 1 << 19
"""A block may hold millions of samples. The first 240 turns of the shaft are looked at, or 131,072 samples if those
are more, but no more than 524,288: more turns come with the next blocks, and a message's cost stays bounded."""
_MAX_FAULTS = 3
_MAX_VALUE = 1e12


def diagnose_block(
    samples: NDArray[np.float64],
    *,
    point: str,
    rate_hz: float,
    unit: Unit,
    speed_rpm: float | None,
    configuration: Configuration,
) -> ObservedDiagnosis | None:
    """Diagnose a waveform of shape (n,) of a sensor that can be trusted; the same input gives the same answer.

    None where the speed is not known or the block holds too few turns of the shaft to say anything.
    """
    if speed_rpm is None or not math.isfinite(speed_rpm) or samples.size < MINIMUM_SAMPLES:
        return None
    shaft_hz = abs(speed_rpm) / 60
    if samples.size / rate_hz * shaft_hz < MIN_TURNS:
        return None
    wanted = max(math.ceil(_ENOUGH_TURNS / shaft_hz * rate_hz), _MIN_SAMPLES)
    looked_at = samples[: min(wanted, _MAX_SAMPLES)]
    turns = looked_at.size / rate_hz * shaft_hz
    if turns < MIN_TURNS:
        return None
    machine = configuration.machine
    boundaries = boundaries_of(machine)
    diagnosed = diagnose(
        acceleration_g(looked_at, rate_hz, unit),
        rate_hz=rate_hz,
        speed_rpm=speed_rpm,
        orders=configuration.orders.get(point),
        line_frequency_hz=machine.line_frequency_hz,
        machine=MachineKnowledge(
            teeth=machine.teeth,
            blades=machine.blades,
            velocity_limit_mm_s=boundaries.bc_mm_s if boundaries else None,
        ),
    )
    return _reduced(diagnosed, turns, shaft_hz)


def _reduced(diagnosed: Diagnosed, turns: float, shaft_hz: float) -> ObservedDiagnosis:
    return ObservedDiagnosis(
        verdict=diagnosed.verdict,
        confidence=diagnosed.confidence,
        turns=turns,
        speed_hz=diagnosed.speed_hz_refined or shaft_hz,
        reason=diagnosed.reason,
        reason_value=diagnosed.reason_value,
        faults=tuple(_fault(hypothesis) for hypothesis in diagnosed.hypotheses[:_MAX_FAULTS]),
    )


def _fault(hypothesis: Hypothesis) -> ObservedFault:
    evidence = max(hypothesis.evidence, key=lambda item: item.amplitude or 0.0, default=Evidence(kind=""))
    return ObservedFault(
        fault=hypothesis.fault,
        confidence=hypothesis.confidence,
        kind=evidence.kind,
        nats=_finite(evidence.nats),
        lead=_finite(evidence.lead),
        rival_hz=_finite(evidence.rival_hz),
        fits=evidence.fits,
        expected_hz=_finite(evidence.expected_hz),
        found_hz=_finite(evidence.found_hz),
        prominence=_finite(evidence.prominence),
        amplitude=_finite(evidence.amplitude),
        band_hz=evidence.band_hz,
        harmonics=_seen(evidence.harmonics),
        harmonics_of=len(evidence.harmonics),
        sidebands=_seen(evidence.sidebands),
        sidebands_of=len(evidence.sidebands),
    )


def _finite(value: float | None) -> float | None:
    """Clip what a line without any noise around it gives; what is no number is left out."""
    return None if value is None or math.isnan(value) else min(max(value, -_MAX_VALUE), _MAX_VALUE)


def _seen(prominence: tuple[float, ...]) -> int:
    return sum(height >= SEEN for height in prominence)
