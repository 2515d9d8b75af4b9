"""Diagnoses of single observations, made by hand."""

from models.diagnosis.observed_diagnosis import ObservedDiagnosis, ObservedFault

OUTER, INNER, BALL = "bearing_outer_race", "bearing_inner_race", "bearing_rolling_element"


def bearing_fault(fault, *, confidence=0.9, nats=30.0, lead=1.0, fits=True, amplitude=0.5):
    return ObservedFault(
        fault=fault, confidence=confidence, kind="envelope_line", nats=nats, lead=lead, fits=fits,
        amplitude=amplitude, expected_hz=88.4, found_hz=87.5, prominence=25.0, band_hz=(3000.0, 5000.0),
        harmonics=3, harmonics_of=4,
    )  # fmt: skip


def names(fault, **changes):
    return ObservedDiagnosis(
        verdict=fault, confidence=0.9, turns=31.0, speed_hz=24.67, faults=(bearing_fault(fault, **changes),)
    )


def leans(fault, *, reason="weak", **changes):
    weak = bearing_fault(fault, **{"confidence": 0.4, "nats": 10.0, "lead": 0.2, "amplitude": 0.3, **changes})
    return ObservedDiagnosis(
        verdict="unknown", confidence=0.0, turns=31.0, speed_hz=24.67, reason=reason, faults=(weak,)
    )


def unknown(reason="short", *, value=0.0, turns=31.0):
    return ObservedDiagnosis(
        verdict="unknown", confidence=0.0, turns=turns, speed_hz=24.67, reason=reason, reason_value=value
    )


SOUND = ObservedDiagnosis(verdict="healthy", confidence=0.8, turns=74.0, speed_hz=24.67)
SHORT = unknown()
