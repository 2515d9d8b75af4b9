"""Analyses one waveform: everything that is said about it, from its quality to its diagnosis."""

from datetime import datetime
from typing import Literal

import msgspec

from models.clock import to_datetime
from models.diagnosis.diagnose import diagnose
from models.diagnosis.machine_faults import VELOCITY_LIMIT_MM_S
from models.diagnosis.results import Diagnosed, Hypothesis, MachineKnowledge
from models.machinery.bearings import CatalogueEntry
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Machine, Mounting
from models.machinery.mechanism import Mechanism, Words
from models.machinery.pack import GENERAL_SOURCE, Pack
from models.machinery.severity import Zone, boundaries_of, zone_of
from models.signal.acceleration import acceleration_g
from models.signal.indicators import waveform_indicators
from models.signal.misreadings import MISREADINGS, Suspicion, known_factors, misreadings
from models.signal.quality import MINIMUM_SAMPLES, is_fault
from models.signal.units import Unit
from stream.analysis.readers.waveform import Assumed, Waveform

__all__ = [
    "MAINS_HZ",
    "Analysis",
    "BearingUsed",
    "Conditions",
    "Quality",
    "Severity",
    "WhyNoZone",
    "analyse",
    "is_finding",
]

MAINS_HZ = (50.0, 60.0)
"""Of all public grids; which one feeds a machine is not guessed."""

WhyNoZone = Literal[
    "", "sensor_fault", "short", "no_velocity", "unknown_machine", "below_15_kw", "none_for_kind", "implausible"
]

_PLAUSIBLE_RMS_G = (1e-6, 100.0)
"""Below, no sensor tells it from its own noise; above, none of those on machines measures it, nor do they last."""


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the machine besides the waveform."""

    bearing: CatalogueEntry | None = None
    power_kw: float | None = None
    mounting: Mounting | None = None
    line_frequency_hz: float | tuple[float, ...] | None = MAINS_HZ
    """Of the mains; several where nobody said which: each is looked for. None without a motor on them."""
    pack: Pack | None = None
    """What is known of the machine's kind."""
    category: str = ""
    """That the pack's standard sorts the machine into."""


class Quality(msgspec.Struct, frozen=True):
    """Whether the signal can be trusted; flags name what is wrong or special."""

    ok: bool
    flags: tuple[str, ...]


class Severity(msgspec.Struct, frozen=True, kw_only=True):
    """The zone after ISO 20816-3 or the standard of the machine's kind, or why there is none."""

    zone: Zone | None
    velocity_rms_mm_s: float | None
    boundaries_mm_s: tuple[float, float, float] | None
    why_none: WhyNoZone
    source: str = ""
    """Of the boundaries; empty without any."""
    look: Words | None = None
    """Where to look first, from the pack; only in zones C and D."""


class BearingUsed(msgspec.Struct, frozen=True):
    """The bearing that was looked for, its orders, and where they are from."""

    name: str
    orders: BearingOrders
    source: str


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one machine and point, as `--json` prints it."""

    machine: str
    point: str
    time: datetime | None
    """Of the first sample, where the file says it."""
    seconds: float
    rate_hz: float
    unit: Unit
    speed_rpm: float | None
    bearing: BearingUsed | None
    quality: Quality
    indicators: dict[str, float]
    severity: Severity
    diagnosis: Diagnosed
    pack: str = ""
    """Of the machine's kind; empty where none was asked for."""
    taken_from: dict[str, Words] = {}
    """Where rate, unit, channel, scale and speed came from."""
    assumed: dict[str, Assumed] = {}
    """What was neither given nor found, with the value that was taken."""
    suspected: tuple[Suspicion, ...] = ()
    """Factors that people mix up and that would explain what is seen."""


def analyse(waveform: Waveform, conditions: Conditions) -> Analysis:
    """Say all that can be said; a signal that can't be trusted gets no zone and no name of a fault."""
    indicators = waveform_indicators(
        waveform.samples, rate_hz=waveform.rate_hz, unit=waveform.unit, speed_rpm=waveform.speed_rpm
    )
    flags = (*_named_right(indicators.flags, misreadings(waveform.samples)), *waveform.notes)
    trusted = not is_fault(flags) and MISREADINGS.isdisjoint(flags)
    if trusted and not _is_plausible(indicators.values["rms_g"]):
        flags = (*flags, "implausible")
    bearing = conditions.bearing
    machine = _machine(waveform, conditions)
    return Analysis(
        machine=waveform.machine,
        point=waveform.point,
        time=to_datetime(waveform.begins_us) if waveform.begins_us is not None else None,
        seconds=waveform.seconds,
        rate_hz=waveform.rate_hz,
        unit=waveform.unit,
        speed_rpm=waveform.speed_rpm,
        bearing=BearingUsed(bearing.name, bearing.orders, bearing.source) if bearing else None,
        quality=Quality(trusted, flags),
        indicators=indicators.values,
        severity=_severity(indicators.values.get("velocity_rms_mm_s"), flags, machine),
        diagnosis=_advised(_diagnosis(waveform, conditions, machine), machine.mechanism)
        if trusted or is_fault(flags)
        else _MISREAD,
        pack=machine.mechanism.pack if machine.mechanism else "",
        taken_from=waveform.taken_from,
        assumed=waveform.assumed | _assumed(conditions, machine),
        suspected=known_factors(
            waveform.samples,
            rate_hz=waveform.rate_hz,
            unit=waveform.unit,
            speed_rpm=waveform.speed_rpm,
            rms_g=indicators.values.get("rms_g"),
        ),
    )


_MISREAD = Diagnosed(
    verdict="unknown",
    confidence=0.0,
    reason="misread",
    reason_en="The samples are not as a sensor gives them: look at file and options, as the quality says.",
    reason_zh="样本不像传感器的输出：请按信号质量的提示检查文件及选项。",
)


def _named_right(flags: tuple[str, ...], misread: tuple[str, ...]) -> tuple[str, ...]:
    """Name runs of zeros and of repeated values as what they are: they look like clipping and stuck sensors."""
    if not {"zero_runs", "repeated_values", "held_values"} & set(misread):
        return (*flags, *misread)
    return (*(flag for flag in flags if flag not in ("clipped", "stuck")), *misread)


def _assumed(conditions: Conditions, machine: Machine) -> dict[str, Assumed]:
    """Say what the judgement took for granted where nobody said it."""
    mains, assumed = conditions.line_frequency_hz, dict[str, Assumed]()
    if isinstance(mains, tuple):
        assumed["line_frequency_hz"] = mains
    if boundaries_of(machine) is None:
        assumed["velocity_limit_mm_s"] = VELOCITY_LIMIT_MM_S
    return assumed


def _machine(waveform: Waveform, conditions: Conditions) -> Machine:
    machine = Machine(
        id=waveform.machine,
        power_kw=conditions.power_kw,
        mounting=conditions.mounting,
        speed_rpm=waveform.speed_rpm,
        category=conditions.category,
    )
    pack = conditions.pack
    return msgspec.structs.replace(machine, mechanism=pack.mechanism_of(machine)) if pack else machine


def _advised(diagnosis: Diagnosed, mechanism: Mechanism | None) -> Diagnosed:
    """Say what to check next as the pack of the kind says it, where it knows the fault."""

    def advised(hypothesis: Hypothesis) -> Hypothesis:
        check = mechanism.check.get(hypothesis.fault) if mechanism else None
        if check is None:
            return hypothesis
        return msgspec.structs.replace(hypothesis, next_check_en=check.en, next_check_zh=check.zh)

    hypotheses = tuple(advised(hypothesis) for hypothesis in diagnosis.hypotheses)
    return msgspec.structs.replace(diagnosis, hypotheses=hypotheses)


def is_finding(analysis: Analysis) -> bool:
    """Whether a fault is named."""
    return analysis.diagnosis.verdict not in ("healthy", "unknown")


def _is_plausible(rms_g: float) -> bool:
    low, high = _PLAUSIBLE_RMS_G
    return low <= rms_g <= high


def _severity(velocity_mm_s: float | None, flags: tuple[str, ...], machine: Machine) -> Severity:
    boundaries = boundaries_of(machine)
    why = _why_no_zone(velocity_mm_s, flags, machine)
    zone = zone_of(velocity_mm_s, boundaries) if boundaries and velocity_mm_s is not None and not why else None
    limits = (boundaries.ab_mm_s, boundaries.bc_mm_s, boundaries.cd_mm_s) if boundaries else None
    mechanism = machine.mechanism
    return Severity(
        zone=zone,
        velocity_rms_mm_s=velocity_mm_s,
        boundaries_mm_s=limits,
        why_none=why,
        source="" if boundaries is None else mechanism.boundaries_source if mechanism else GENERAL_SOURCE,
        look=mechanism.look.get("velocity") if mechanism and zone in ("C", "D") else None,
    )


def _why_no_zone(velocity_mm_s: float | None, flags: tuple[str, ...], machine: Machine) -> WhyNoZone:
    if is_fault(flags) or not MISREADINGS.isdisjoint(flags):
        return "sensor_fault"
    if "implausible" in flags:
        return "implausible"
    if machine.power_kw is None or machine.mounting is None:
        return "unknown_machine"
    if boundaries_of(machine) is None:
        return "none_for_kind" if machine.mechanism else "below_15_kw"
    if "short" in flags:
        return "short"
    return "no_velocity" if velocity_mm_s is None else ""


def _diagnosis(waveform: Waveform, conditions: Conditions, machine: Machine) -> Diagnosed:
    boundaries = boundaries_of(machine)
    measured = waveform.samples
    differentiable = waveform.unit != "mm/s" or measured.size >= MINIMUM_SAMPLES
    return diagnose(
        acceleration_g(measured, waveform.rate_hz, waveform.unit) if differentiable else measured,
        rate_hz=waveform.rate_hz,
        speed_rpm=waveform.speed_rpm,
        orders=conditions.bearing.orders if conditions.bearing else None,
        line_frequency_hz=conditions.line_frequency_hz,
        machine=MachineKnowledge(velocity_limit_mm_s=boundaries.bc_mm_s) if boundaries else None,
    )
