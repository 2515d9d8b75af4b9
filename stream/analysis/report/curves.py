"""What the pictures show: curves of one waveform, thinned so that every peak survives, and the lines to mark."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from models.diagnosis.averaged_spectrum import averaged_spectrum
from models.diagnosis.bearing import defects, highest_order
from models.diagnosis.envelopes import EnvelopeSpectra, envelope_spectra
from models.diagnosis.harmonic_search import HarmonicMap, search_harmonics
from models.machinery.kinematics import BearingOrders, sidebands_hz
from models.signal.acceleration import acceleration_g
from models.signal.quality import MINIMUM_SAMPLES
from models.signal.units import velocity_mm_s
from stream.analysis.analysing import Analysis
from stream.analysis.readers.waveform import Waveform

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
_TURNS = 4
_HARMONICS = 4
_CLEAREST = 3
"""Harmonics that a band is judged by: in higher ones slip smears the lines."""
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
    """Bands that were tried, each with how far the fault's harmonics stand out of the noise in it, in dB."""

    edges_hz: tuple[tuple[float, float], ...]
    prominence_db: Real
    """Geometric mean of the first three harmonics, shape (bands,)."""
    chosen: int
    """Index of the band whose envelope spectrum is drawn."""


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """All that is drawn; None where the signal does not give it."""

    waveform: Curve
    piece: Curve
    """A few turns of it around its highest peak."""
    piece_turns: int | None
    """How many; None where no speed is known."""
    unit: str
    velocity: Curve | None = None
    velocity_marks: tuple[Mark, ...] = ()
    bands: Bands | None = None
    envelope: Curve | None = None
    envelope_marks: tuple[Mark, ...] = ()
    shaft_hz: float | None = None
    sideband_hz: float | None = None
    """Distance of the sidebands that are marked."""


def curves_of(waveform: Waveform, analysis: Analysis) -> Curves:
    """Give the curves of an analysed waveform; of a signal that can't be trusted the waveform alone."""
    time_s = np.arange(waveform.samples.size) / waveform.rate_hz
    shown = _thinned(time_s, waveform.samples)
    shaft_hz = analysis.diagnosis.speed_hz_refined or (abs(waveform.speed_rpm) / 60 if waveform.speed_rpm else None)
    piece, turns = _piece(time_s, waveform, shaft_hz), _TURNS if shaft_hz else None
    if not analysis.quality.ok or waveform.samples.size < MINIMUM_SAMPLES:
        return Curves(waveform=shown, piece=piece, piece_turns=turns, unit=waveform.unit)
    in_g = acceleration_g(waveform.samples, waveform.rate_hz, waveform.unit)
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
        piece=piece,
        piece_turns=turns,
        unit=waveform.unit,
        velocity=_velocity(in_g, waveform.rate_hz, shaft_hz or _ASSUMED_SHAFT_HZ),
        velocity_marks=_velocity_marks(analysis, shaft_hz),
        bands=bands,
        envelope=_envelope(spectra, bands) if spectra is not None and bands is not None else None,
        envelope_marks=_envelope_marks(analysis, shaft_hz, orders),
        shaft_hz=shaft_hz,
        sideband_hz=_sideband_spacing_hz(analysis, shaft_hz, orders),
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


def _piece(time_s: Real, waveform: Waveform, shaft_hz: float | None) -> Curve:
    """Give a few turns, with the highest peak a quarter into them."""
    size = min(waveform.samples.size, max(2, round(_TURNS / (shaft_hz or _ASSUMED_SHAFT_HZ) * waveform.rate_hz)))
    height = np.nan_to_num(np.abs(waveform.samples - np.median(waveform.samples)), nan=0.0)
    first = min(max(0, int(height.argmax()) - size // 4), waveform.samples.size - size)
    return _thinned(time_s[first : first + size], waveform.samples[first : first + size])


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
    lines = [
        Mark(evidence.found_hz, "", "harmonic")
        for hypothesis in analysis.diagnosis.hypotheses[:1]
        for evidence in hypothesis.evidence
        if evidence.kind == "velocity_line" and evidence.found_hz
    ]
    return (*shaft, *lines)


def _bands(
    spectra: EnvelopeSpectra, analysis: Analysis, shaft_hz: float | None, orders: BearingOrders | None
) -> Bands | None:
    """How far the fault's comb stands out in each band: of what was named, or the best of all defects."""
    combs = search_harmonics(spectra, shaft_hz=shaft_hz or _ASSUMED_SHAFT_HZ, mains_hz=())
    fundamentals = _fundamentals(combs, analysis, orders if shaft_hz else None)
    if not fundamentals.size:
        return None
    near = 10 * np.log10(np.maximum(maximum_filter1d(combs.lines.prominence, 3, axis=1), 1.0))
    lines = fundamentals[:, None] * np.arange(1, _CLEAREST + 1)
    prominence_db = near[:, lines].mean(axis=2).max(axis=1)
    named = analysis.diagnosis.band_hz
    chosen = _nearest(spectra.bands_hz, named) if named else int(prominence_db.argmax())
    return Bands(spectra.bands_hz, prominence_db, chosen)


def _fundamentals(combs: HarmonicMap, analysis: Analysis, orders: BearingOrders | None) -> NDArray[np.intp]:
    """Give the places in bins where a comb is looked for, shape (n,): the defects', or without a bearing all."""
    last = (combs.lines.prominence.shape[1] - 1) // _CLEAREST
    if orders is None:
        return np.arange(min(combs.lowest, last), last + 1)
    found_hz = _found_hz(analysis)
    if found_hz is not None:
        places = [round(found_hz / combs.spectra.bin_hz)]
    else:
        places = [
            place
            for defect in defects(orders)
            for place in range(
                round(0.98 * defect.order * combs.shaft_bins), round(1.02 * defect.order * combs.shaft_bins) + 1
            )
        ]
    return np.array([place for place in places if 0 < place <= last], dtype=np.intp)


def _found_hz(analysis: Analysis) -> float | None:
    """Give the first harmonic of a bearing fault that was named."""
    return next(
        (
            evidence.found_hz
            for hypothesis in analysis.diagnosis.hypotheses[:1]
            if hypothesis.fault == analysis.diagnosis.verdict
            for evidence in hypothesis.evidence
            if evidence.kind in _ENVELOPE_LINES and evidence.found_hz
        ),
        None,
    )


def _envelope(spectra: EnvelopeSpectra, bands: Bands) -> Curve:
    frequency = spectra.bin_hz * np.arange(spectra.power.shape[1], dtype=np.float64)
    return _peaks(frequency[3:], spectra.power[bands.chosen][3:])


def _nearest(bands_hz: tuple[tuple[float, float], ...], wanted_hz: tuple[float, float]) -> int:
    low, high = wanted_hz
    return min(range(len(bands_hz)), key=lambda k: abs(bands_hz[k][0] - low) + abs(bands_hz[k][1] - high))


def _envelope_marks(analysis: Analysis, shaft_hz: float | None, orders: BearingOrders | None) -> tuple[Mark, ...]:
    """Give the named fault's harmonics and sidebands as they were found, or all lines that were looked for."""
    if shaft_hz is None or orders is None:
        return ()
    first = _found_hz(analysis)
    if first is None:
        names = {"BPFO": orders.bpfo, "BPFI": orders.bpfi, "2xBSF": orders.bsf2, "FTF": orders.ftf}
        return tuple(Mark(order * shaft_hz, name, "expected") for name, order in names.items())
    marks = [Mark(n * first, f"{n}x", "harmonic") for n in range(1, _HARMONICS + 1)]
    spacing_hz = _sideband_spacing_hz(analysis, shaft_hz, orders)
    if spacing_hz:
        for harmonic in (first, 2 * first):
            marks.extend(Mark(line, "", "sideband") for line in sidebands_hz(harmonic, spacing_hz, 2))
    return tuple(marks)


def _sideband_spacing_hz(analysis: Analysis, shaft_hz: float | None, orders: BearingOrders | None) -> float | None:
    """Give how far the sidebands of the named fault lie apart; None where it has none."""
    if shaft_hz is None or orders is None:
        return None
    named = (each.sideband_order for each in defects(orders) if each.fault == analysis.diagnosis.verdict)
    return next(named, 0.0) * shaft_hz or None
