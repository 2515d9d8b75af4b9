"""What the pictures show: curves of one waveform, thinned so that every peak survives, and the lines to mark."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.diagnosis.averaged import averaged_spectrum
from models.diagnosis.bearing import defects, highest_order
from models.diagnosis.comb_map import CombMap, comb_map
from models.diagnosis.envelopes import EnvelopeSpectra, envelope_spectra
from models.machinery.kinematics import BearingOrders, sidebands_hz
from models.signal.acceleration import acceleration_g
from models.signal.quality import MINIMUM_SAMPLES
from models.signal.units import velocity_mm_s
from stream.analysis.analysing import Analysis
from stream.analysis.waveforms import Waveform

__all__ = ["Bands", "Curve", "Curves", "Mark", "curves_of"]

Real = NDArray[np.float64]

_POINTS = 1500
_HIGHEST_VELOCITY_HZ = 1000.0
_LOWEST_VELOCITY_HZ = 10.0
_LOWEST_OF_SLOW_HZ = 2.0
_SLOW_HZ = 10.0
"""Drawn as severity is measured: below, integration shows little but the sensor's drift."""
_ASSUMED_SHAFT_HZ = 25.0
"""Sets resolution and reach of the spectra where no speed is known; nothing is marked then."""
_HARMONICS = 4
_ENVELOPE_LINES = ("envelope_line", "envelope_sideband")


class Curve(msgspec.Struct, frozen=True):
    """Points of a line, both of shape (n,)."""

    x: Real
    y: Real


class Mark(msgspec.Struct, frozen=True):
    """A frequency to be marked; `kind` is `shaft`, `expected`, `harmonic` or `sideband`."""

    frequency_hz: float
    label: str
    kind: str


class Bands(msgspec.Struct, frozen=True):
    """Bands that were tried, each with how far the fault's harmonics stand out in it, in nats."""

    edges_hz: tuple[tuple[float, float], ...]
    evidence: Real
    chosen_hz: tuple[float, float]


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """All that is drawn; None where the signal does not give it."""

    waveform: Curve
    unit: str
    velocity: Curve | None = None
    velocity_marks: tuple[Mark, ...] = ()
    bands: Bands | None = None
    envelope: Curve | None = None
    envelope_marks: tuple[Mark, ...] = ()
    shaft_hz: float | None = None


def curves_of(waveform: Waveform, analysis: Analysis) -> Curves:
    """Give the curves of an analysed waveform; of a signal that can't be trusted the waveform alone."""
    shown = _thinned(np.arange(waveform.samples.size) / waveform.rate_hz, waveform.samples)
    if not analysis.quality.ok or waveform.samples.size < MINIMUM_SAMPLES:
        return Curves(waveform=shown, unit=waveform.unit)
    in_g = acceleration_g(waveform.samples, waveform.rate_hz, waveform.unit)
    shaft_hz = analysis.diagnosis.speed_hz_refined or (abs(waveform.speed_rpm) / 60 if waveform.speed_rpm else None)
    orders = analysis.bearing.orders if analysis.bearing else None
    spectra = envelope_spectra(
        in_g,
        rate_hz=waveform.rate_hz,
        shaft_hz=shaft_hz or _ASSUMED_SHAFT_HZ,
        highest_hz=highest_order(orders) * (shaft_hz or _ASSUMED_SHAFT_HZ),
    )
    bands = _bands(spectra, analysis, shaft_hz, orders) if spectra is not None else None
    return Curves(
        waveform=shown,
        unit=waveform.unit,
        velocity=_velocity(in_g, waveform.rate_hz, shaft_hz or _ASSUMED_SHAFT_HZ),
        velocity_marks=_velocity_marks(analysis, shaft_hz),
        bands=bands,
        envelope=_envelope(spectra, bands) if spectra is not None and bands is not None else None,
        envelope_marks=_envelope_marks(analysis, shaft_hz, orders),
        shaft_hz=shaft_hz,
    )


def _thinned(x: Real, y: Real) -> Curve:
    """Give the lowest and highest of every stretch, in the order in which they come."""
    size = y.size // _POINTS
    if size < 3:
        return Curve(x, y)
    parts = y[: size * _POINTS].reshape(_POINTS, size)
    ends = np.sort(np.stack((parts.argmin(axis=1), parts.argmax(axis=1))), axis=0)
    index = (ends + size * np.arange(_POINTS)).T.reshape(-1)
    return Curve(x[index], y[index])


def _peaks(x: Real, y: Real) -> Curve:
    """Give the highest of every stretch."""
    size = y.size // _POINTS
    if size < 2:
        return Curve(x, y)
    index = y[: size * _POINTS].reshape(_POINTS, size).argmax(axis=1) + size * np.arange(_POINTS)
    return Curve(x[index], y[index])


def _velocity(in_g: Real, rate_hz: float, shaft_hz: float) -> Curve | None:
    """Peak velocity of lines in mm/s: a Hann-windowed sine's mean square is 3/2 of its top bin's."""
    spectrum = averaged_spectrum(in_g, rate_hz=rate_hz, shaft_hz=shaft_hz)
    last = min(spectrum.power.size - 1, math.floor(_HIGHEST_VELOCITY_HZ / spectrum.bin_hz))
    lowest_hz = _LOWEST_VELOCITY_HZ if shaft_hz >= _SLOW_HZ else _LOWEST_OF_SLOW_HZ
    first = max(3, math.ceil(lowest_hz / spectrum.bin_hz))
    if first >= last:
        return None
    frequency = spectrum.bin_hz * np.arange(first, last + 1, dtype=np.float64)
    amplitude = np.sqrt(3 * spectrum.power[first : last + 1])
    return _peaks(frequency, amplitude * velocity_mm_s(1.0, 1.0) / frequency)


def _velocity_marks(analysis: Analysis, shaft_hz: float | None) -> tuple[Mark, ...]:
    shaft = [Mark(order * shaft_hz, f"{order}x", "shaft") for order in (1, 2, 3)] if shaft_hz else []
    found = [
        Mark(evidence.found_hz, "", "harmonic")
        for hypothesis in analysis.diagnosis.hypotheses[:1]
        for evidence in hypothesis.evidence
        if evidence.kind == "velocity_line" and evidence.found_hz
    ]
    return (*shaft, *found)


def _bands(
    spectra: EnvelopeSpectra, analysis: Analysis, shaft_hz: float | None, orders: BearingOrders | None
) -> Bands | None:
    """How far the fault's comb stands out in each band: of what was named, or the best of all defects."""
    combs = comb_map(spectra, shaft_hz=shaft_hz or _ASSUMED_SHAFT_HZ, mains_hz=())
    evidence = _evidence_by_band(combs, analysis, orders if shaft_hz else None)
    if evidence is None:
        return None
    chosen = analysis.diagnosis.band_hz or spectra.bands_hz[int(evidence.argmax())]
    return Bands(spectra.bands_hz, evidence, chosen)


def _evidence_by_band(combs: CombMap, analysis: Analysis, orders: BearingOrders | None) -> Real | None:
    bins = combs.evidence.shape[1]
    if orders is None:
        strongest: Real = combs.evidence[:, min(combs.lowest, bins - 1) :].max(axis=1)
        return strongest
    looked_for = [d for d in defects(orders) if d.fault == analysis.diagnosis.verdict] or list(defects(orders))
    columns = [
        place
        for defect in looked_for
        for place in range(
            round(0.98 * defect.order * combs.shaft_bins), round(1.02 * defect.order * combs.shaft_bins) + 1
        )
        if 0 < place < bins
    ]
    best: Real | None = combs.evidence[:, columns].max(axis=1) if columns else None
    return best


def _envelope(spectra: EnvelopeSpectra, bands: Bands) -> Curve:
    band = _nearest(spectra.bands_hz, bands.chosen_hz)
    frequency = spectra.bin_hz * np.arange(spectra.power.shape[1], dtype=np.float64)
    return _peaks(frequency[3:], spectra.power[band][3:])


def _nearest(bands_hz: tuple[tuple[float, float], ...], wanted_hz: tuple[float, float]) -> int:
    low, high = wanted_hz
    return min(range(len(bands_hz)), key=lambda k: abs(bands_hz[k][0] - low) + abs(bands_hz[k][1] - high))


def _envelope_marks(analysis: Analysis, shaft_hz: float | None, orders: BearingOrders | None) -> tuple[Mark, ...]:
    """Give the named fault's harmonics and sidebands as they were found, or all lines that were looked for."""
    if shaft_hz is None or orders is None:
        return ()
    first = next(
        (
            evidence.found_hz
            for hypothesis in analysis.diagnosis.hypotheses[:1]
            if hypothesis.fault == analysis.diagnosis.verdict
            for evidence in hypothesis.evidence
            if evidence.kind in _ENVELOPE_LINES and evidence.found_hz
        ),
        None,
    )
    defect = next((each for each in defects(orders) if each.fault == analysis.diagnosis.verdict), None)
    if first is None or defect is None:
        names = {"BPFO": orders.bpfo, "BPFI": orders.bpfi, "2xBSF": orders.bsf2, "FTF": orders.ftf}
        return tuple(Mark(order * shaft_hz, name, "expected") for name, order in names.items())
    marks = [Mark(n * first, f"{n}", "harmonic") for n in range(1, _HARMONICS + 1)]
    if defect.sideband_order:
        spacing_hz = defect.sideband_order * shaft_hz
        for harmonic in (first, 2 * first):
            marks.extend(Mark(line, "", "sideband") for line in sidebands_hz(harmonic, spacing_hz, 2))
    return tuple(marks)
