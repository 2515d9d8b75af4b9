"""Faults of the machine around the bearing, each by its rule of the field.

Rules after Taylor (2003), "The vibration analysis handbook", Scheffer and Girdhar (2004), "Practical machinery
vibration analysis and predictive maintenance", chapter 5, and ISO 13373-3:2015 (annexes on unbalance, misalignment
and looseness); severity after ISO 20816-3. All ask for a velocity that matters first: a spectrum has a largest line
on every sound machine.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import msgspec
import numpy as np

from models.diagnosis.averaged_spectrum import AveragedSpectrum
from models.diagnosis.results import Evidence, MachineKnowledge

__all__ = ["VELOCITY_LIMIT_MM_S", "RuleMatch", "machine_faults", "unexplained_line"]

VELOCITY_LIMIT_MM_S = 4.5
"""RMS velocity from which lines are read as faults where the machine's own limit is unknown: zone boundary B/C,
after ISO 20816-3, of large machines on rigid and medium ones on flexible foundations."""
_CLEAR = 30.0
"""Power over the noise around (15 dB) from which a line is one."""

_LOBE_BINS = 2.0
"""Half the width of a Hann-windowed line."""
_APART_BINS = 2.5
"""Two lines that are nearer are one."""


class _ShaftLines(msgspec.Struct, frozen=True):
    """RMS velocity in mm/s of the lines at multiples of the shaft speed."""

    shaft_hz: float
    orders: tuple[float, ...]
    """At 1 to 10 times the shaft speed."""
    clear: tuple[float, ...]
    """The same; 0 where a line does not stand clear of the noise."""
    halves: tuple[float, ...]
    """Clear lines at 0.5, 1.5 to 4.5 times the shaft speed."""
    overall: float
    """Of the whole band: 10 (slow shafts: 2) to 1000 Hz."""


class RuleMatch(msgspec.Struct, frozen=True):
    """A fault whose rule holds, and how clearly: 1 is at the rule's limit."""

    fault: str
    margin: float
    evidence: tuple[Evidence, ...]


def machine_faults(
    spectrum: AveragedSpectrum, *, shaft_hz: float, mains_hz: tuple[float, ...], machine: MachineKnowledge
) -> tuple[RuleMatch, ...]:
    """Faults of shaft, motor, blades, gear and lubrication whose rules hold, clearest first.

    From RMS velocity in mm/s against the machine's own limit (or zone boundary B/C), and RMS acceleration in g of
    gear mesh and carpet; nothing from a machine that runs smoothly. Each of `mains_hz` is looked for. Sources stand
    in the module's docstring.
    """
    limit = machine.velocity_limit_mm_s or VELOCITY_LIMIT_MM_S
    matches = (
        *_shaft_faults(spectrum, shaft_hz, limit, mains_hz),
        *chain.from_iterable(_electrical(spectrum, shaft_hz, limit, each) for each in mains_hz),
        *_blade_pass(spectrum, shaft_hz, limit, machine.blades),
        *_gear(spectrum, shaft_hz, machine.teeth),
        *_carpet(spectrum),
    )
    return tuple(sorted(matches, key=lambda match: -match.margin))


def unexplained_line(
    spectrum: AveragedSpectrum, *, shaft_hz: float, machine: MachineKnowledge
) -> tuple[float, float] | None:
    """Find a line that makes most of the velocity and has no rule: its frequency, and its RMS velocity in mm/s.

    From half the limit on, as of the mains' line: below, every machine has some largest line. Once and twice the
    shaft's speed have their rules, and so have blades and teeth that are known.
    """
    low = 2.0 if shaft_hz < 10 else 10.0
    first, last = math.ceil(low / spectrum.bin_hz) + 1, math.floor(1000.0 / spectrum.bin_hz)
    places = np.arange(max(2, first), min(last, spectrum.power.size - 3))
    if not places.size:
        return None
    hz = float(places[np.argmax(spectrum.power[places] / places.astype(np.float64) ** 2)]) * spectrum.bin_hz
    value = _clear_line(spectrum, hz, 0.0)
    limit = machine.velocity_limit_mm_s or VELOCITY_LIMIT_MM_S
    ruled = (order * shaft_hz for order in (1, 2, machine.blades, machine.teeth) if order)
    known = any(abs(hz - each) <= (_reach(spectrum, each, shaft_hz) + 1) * spectrum.bin_hz for each in ruled)
    if known or value < max(0.5 * limit, 0.7 * spectrum.velocity_rms_mm_s(low, 1000.0)):
        return None
    return hz, value


def _shaft_faults(
    spectrum: AveragedSpectrum, shaft_hz: float, limit: float, mains_hz: tuple[float, ...]
) -> Iterator[RuleMatch]:
    """Give the first of looseness, misalignment and unbalance whose rule holds.

    Each shows the lines of those after it as well.
    """
    lines = _shaft_lines(spectrum, shaft_hz, limit)
    if lines is None:
        return
    electrical = any(_is_electrical(spectrum, shaft_hz, each) for each in mains_hz)
    faults = chain(
        _looseness(spectrum, lines, limit),
        () if electrical else _misalignment(spectrum, lines, limit),
        _unbalance(spectrum, lines, limit),
    )
    yield from islice(faults, 1)


def _shaft_lines(spectrum: AveragedSpectrum, shaft_hz: float, limit: float) -> _ShaftLines | None:
    """Read the shaft's lines; None where the velocity stays below the limit, and of shafts below 2 Hz."""
    low = 2.0 if shaft_hz < 10 else 10.0
    overall = spectrum.velocity_rms_mm_s(low, 1000.0)
    if overall < limit or shaft_hz < low:  # below 2 Hz integration makes velocity out of a sensor's drift
        return None
    multiples = [order * shaft_hz for order in range(1, 11)]
    return _ShaftLines(
        shaft_hz=shaft_hz,
        orders=tuple(spectrum.line_rms_mm_s(hz, _reach(spectrum, hz, shaft_hz)) for hz in multiples),
        clear=tuple(_clear_line(spectrum, hz, shaft_hz) for hz in multiples),
        halves=tuple(_clear_line(spectrum, (order + 0.5) * shaft_hz, shaft_hz) for order in range(5)),
        overall=overall,
    )


def _looseness(spectrum: AveragedSpectrum, lines: _ShaftLines, limit: float) -> Iterator[RuleMatch]:
    """Look for five of the harmonics 3x to 10x above a tenth of the largest line, or three half orders so high."""
    least = 0.1 * max(lines.orders)
    pairs = zip(lines.orders[2:], lines.clear[2:], strict=True)
    harmonics = sum(line >= least and clear > 0 for line, clear in pairs)
    halves = sum(line > 0 and line >= least for line in lines.halves)
    if harmonics >= 5 or halves >= 3:
        evidence = _velocity_lines(spectrum, lines.shaft_hz, lines.orders)
        yield RuleMatch("looseness", lines.overall / limit, evidence)


def _misalignment(spectrum: AveragedSpectrum, lines: _ShaftLines, limit: float) -> Iterator[RuleMatch]:
    """Look for a clear 2x of at least 75 % of 1x, and of 60 % of the limit."""
    if lines.clear[1] >= max(0.75 * lines.orders[0], 0.6 * limit):
        evidence = _velocity_lines(spectrum, lines.shaft_hz, lines.orders[:3])
        yield RuleMatch("misalignment", lines.orders[1] / (0.6 * limit), evidence)


def _unbalance(spectrum: AveragedSpectrum, lines: _ShaftLines, limit: float) -> Iterator[RuleMatch]:
    """Look for a clear 1x with 80 % of the velocity's energy: 90 % of its RMS."""
    if lines.orders[0] >= 0.9 * lines.overall and lines.clear[0] > 0:
        evidence = _velocity_lines(spectrum, lines.shaft_hz, lines.orders[:3])
        yield RuleMatch("unbalance", lines.orders[0] / limit, evidence)


def _is_electrical(spectrum: AveragedSpectrum, shaft_hz: float, line_frequency_hz: float) -> bool:
    """Whether the line at twice the shaft's speed may be the mains': as near to twice theirs as lines are wide."""
    twice = 2 * line_frequency_hz
    reach = _reach(spectrum, 2 * shaft_hz, shaft_hz) + _LOBE_BINS
    if abs(twice - 2 * shaft_hz) >= (reach + 1) * spectrum.bin_hz:
        return False
    top = spectrum.top_near(2 * shaft_hz, reach)
    return abs(top - twice) <= max(1.01 * spectrum.bin_hz, abs(top - 2 * shaft_hz))


def _electrical(
    spectrum: AveragedSpectrum, shaft_hz: float, limit: float, line_frequency_hz: float
) -> Iterator[RuleMatch]:
    """Twice the line frequency, apart from the shaft's harmonics: half the limit, and half of the energy."""
    twice = 2 * line_frequency_hz
    apart = abs(twice - shaft_hz * round(twice / shaft_hz)) if twice > shaft_hz / 2 else twice
    value = _clear_line(spectrum, twice, 0.0)
    overall = spectrum.velocity_rms_mm_s(10.0, 1000.0)
    exact = abs(spectrum.top_near(twice, 3.0) - twice) <= 1.01 * spectrum.bin_hz
    if exact and apart >= _APART_BINS * spectrum.bin_hz and value >= max(0.5 * limit, 0.7 * overall):
        yield RuleMatch("electrical", value / (0.5 * limit), _velocity_lines(spectrum, twice, [value]))


def _blade_pass(
    spectrum: AveragedSpectrum, shaft_hz: float, limit: float, blades: int | None
) -> Iterator[RuleMatch]:
    """Blades times speed above the limit, and the largest part of the overall velocity."""
    if blades is None or blades < 2:
        return
    value = _clear_line(spectrum, blades * shaft_hz, shaft_hz)
    overall = spectrum.velocity_rms_mm_s(10.0, max(1000.0, 1.1 * blades * shaft_hz))
    if value >= max(limit, 0.7 * overall):
        yield RuleMatch("blade_pass", value / limit, _velocity_lines(spectrum, blades * shaft_hz, [value]))


_MIN_GEAR_G = 0.5
_GEAR_SIDEBAND = 0.25


def _gear(spectrum: AveragedSpectrum, shaft_hz: float, teeth: int | None) -> Iterator[RuleMatch]:
    """Mesh with sidebands at shaft speed: three of the first four on each side above a quarter of the mesh line.

    The mesh line itself is every gear's; modulation by a turn of the shaft is a damaged or eccentric one's. In
    acceleration, because mesh frequencies are high: below 0.5 g RMS in mesh and sidebands nothing is said.
    """
    if teeth is None or teeth < 5:
        return
    for harmonic in (1, 2):
        expected_hz = harmonic * teeth * shaft_hz
        centre = spectrum.top_near(expected_hz, min(0.01 * expected_hz, 0.4 * shaft_hz) / spectrum.bin_hz)
        mesh = spectrum.line_rms_g(centre)
        sides = [
            (centre + side * n * shaft_hz, spectrum.line_rms_g(centre + side * n * shaft_hz, 2.0))
            for n in range(1, 5)
            for side in (-1, 1)
        ]
        strong = [
            (hz, rms)
            for hz, rms in sides
            if rms >= _GEAR_SIDEBAND * mesh and spectrum.prominence(hz, 2.0) >= _CLEAR
        ]
        total = math.sqrt(mesh**2 + sum(rms**2 for _, rms in sides))
        if len(strong) >= 6 and total >= _MIN_GEAR_G and mesh > 0:
            evidence = Evidence(
                kind="acceleration_line",
                expected_hz=expected_hz,
                found_hz=centre,
                amplitude=mesh,
                prominence=spectrum.prominence(centre, 2.0),
                sidebands=tuple(spectrum.prominence(hz, 2.0) for hz, _ in sides),
                text_en=f"mesh at {centre:.1f} Hz with {len(strong)} of 8 sidebands at shaft speed",
                text_zh=f"啮合频率 {centre:.1f} Hz 两侧有 {len(strong)}/8 条转频边频带",
            )
            yield RuleMatch("gear", total / _MIN_GEAR_G, (evidence,))
            return


_MIN_CARPET_G = 3.0


def _carpet(spectrum: AveragedSpectrum) -> Iterator[RuleMatch]:
    """Lack of lubrication: most of a strong acceleration is a carpet without lines above 5 kHz.

    At least 3 g RMS, four fifths of the acceleration's energy, and no octave's worth of it in a few bins.
    """
    top = 0.97 * spectrum.bin_hz * (spectrum.power.size - 1)
    if top < 8000.0:
        return
    high, everything = spectrum.rms_g(5000.0, top), spectrum.rms_g(2 * spectrum.bin_hz, top)
    first = math.ceil(5000.0 / spectrum.bin_hz)
    bins = spectrum.power[first : math.floor(top / spectrum.bin_hz)]
    lines = float(bins[bins > 20 * bins.mean()].sum()) / max(float(bins.sum()), 1e-300)
    if high >= _MIN_CARPET_G and high >= math.sqrt(0.8) * everything and lines < 0.1:
        evidence = Evidence(
            kind="carpet",
            amplitude=high,
            band_hz=(5000.0, top),
            text_en=f"{high:.1f} g RMS of noise without lines above 5 kHz",
            text_zh=f"5 kHz 以上为无谱线的宽带噪声，有效值 {high:.1f} g",
        )
        yield RuleMatch("lubrication", high / _MIN_CARPET_G, (evidence,))


def _reach(spectrum: AveragedSpectrum, frequency_hz: float, shaft_hz: float) -> float:
    """Bins that a line of the shaft's may be off: 1 %, as speeds are told, but never so far as the next line."""
    return max(1.0, min(0.01 * frequency_hz, 0.2 * shaft_hz) / spectrum.bin_hz)


def _clear_line(spectrum: AveragedSpectrum, frequency_hz: float, shaft_hz: float) -> float:
    """RMS velocity of a line in mm/s, 0 unless it stands clear of the noise."""
    reach = _reach(spectrum, frequency_hz, shaft_hz)
    if spectrum.prominence(frequency_hz, reach, 12 + 2 * reach) < _CLEAR:
        return 0.0
    return spectrum.line_rms_mm_s(frequency_hz, reach)


def _velocity_lines(spectrum: AveragedSpectrum, base_hz: float, lines: Sequence[float]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            kind="velocity_line",
            expected_hz=number * base_hz,
            found_hz=number * base_hz,
            amplitude=value,
            prominence=spectrum.prominence(number * base_hz),
            text_en=f"{value:.2f} mm/s RMS at {number * base_hz:.1f} Hz",
            text_zh=f"{number * base_hz:.1f} Hz 处速度有效值 {value:.2f} mm/s",
        )
        for number, value in enumerate(lines, start=1)
    )
