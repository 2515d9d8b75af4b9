"""Plots of an analysis, as PNG pictures; needs the extra `plot` (matplotlib)."""

import io
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from matplotlib import colormaps, font_manager, rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from models.bilingual import Language
from stream.analysis.analysing import Analysis
from stream.analysis.report.curves import Bands, Curve, Curves, Mark
from stream.analysis.report.labels import LABELS, verdict_name

__all__ = ["Width", "picture_png"]

_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Noto Sans CJK JP", "Noto Serif CJK SC",
)  # fmt: skip
_LINE = "#3b4a5a"
_GREY = "#6b7785"
_COLOURS = {"shaft": "#0072b2", "expected": _GREY, "harmonic": "#d55e00", "sideband": "#b07aa1"}
"""After Okabe and Ito: told apart by the colour-blind, and besides by their shapes."""
_SHAPES = {"shaft": "s", "expected": "|", "harmonic": "v", "sideband": "o"}
_CHOSEN = "#d55e00"
_SHADES = "Blues"
_SCALE_DB = 20.0
"""The darkest shade stands for at least so much, so that chance never looks like a fault."""
_LABEL_HEIGHTS = (0.97, 0.87, 0.77)
"""Of labels side by side, as parts of the panel's height: neighbours keep apart."""
_FLOOR = 0.5
"""Lowest level of an envelope spectrum that is drawn; noise lies around 1."""

Width = Literal["wide", "narrow"]
_SIZES: dict[Width, tuple[float, float, int]] = {"wide": (10.0, 10.0, 120), "narrow": (4.4, 13.5, 180)}
"""Inches and dots an inch: for screens and paper, and for telephones."""

Axes = Any  # matplotlib's own has no complete types


def picture_png(curves: Curves, analysis: Analysis, language: Language, width: Width = "wide") -> bytes:
    """Draw waveform, velocity spectrum, choice of the band and envelope spectrum with the fault's lines marked."""
    settings: Any = {
        "font.sans-serif": [*_known_fonts(), "DejaVu Sans"], "axes.unicode_minus": False,
        "font.size": 9, "axes.titlesize": 10, "axes.labelsize": 9, "xtick.labelsize": 8, "ytick.labelsize": 8,
        "legend.fontsize": 8, "axes.spines.top": False, "axes.spines.right": False,
        "axes.titlelocation": "left", "axes.titlepad": 6 if width == "wide" else 20, "lines.linewidth": 0.8,
    }  # fmt: skip
    with rc_context(settings):
        if language == "zh" and not _known_fonts():
            language = "en"  # better than boxes
        inches_wide, inches_high, dots = _SIZES[width]
        figure = Figure(figsize=(inches_wide, inches_high), dpi=dots, layout="constrained")
        whole, piece, velocity, bands, envelope = _axes(figure, width)
        verdict = verdict_name(analysis.diagnosis.verdict, language)
        figure.suptitle(f"{analysis.machine} · {analysis.point}\n{verdict}", fontsize=12, fontweight="bold")
        _waveform(whole, curves.waveform, curves.unit, LABELS["waveform"].say(language), language)
        turns = LABELS["turns" if curves.piece_turns else "piece"].say(language, n=curves.piece_turns)
        _waveform(piece, curves.piece, curves.unit, turns, language)
        _velocity(velocity, curves, language)
        _bands(bands, curves, language)
        _envelope(envelope, curves, language)
        file = io.BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def _known_fonts() -> list[str]:
    names = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _FONTS if name in names]


def _axes(figure: Figure, width: Width) -> tuple[Axes, Axes, Axes, Axes, Axes]:
    if width == "narrow":
        first, second, third, fourth, fifth = figure.subplots(5, 1)
        return first, second, third, fourth, fifth
    grid = figure.add_gridspec(4, 5)
    rows = [figure.add_subplot(grid[row, :]) for row in (1, 2, 3)]
    return figure.add_subplot(grid[0, :3]), figure.add_subplot(grid[0, 3:]), rows[0], rows[1], rows[2]


def _waveform(axes: Axes, curve: Curve, unit: str, title: str, language: Language) -> None:
    axes.set_title(title)
    axes.plot(curve.x, curve.y, color=_LINE, linewidth=0.6)
    axes.set_xlabel(LABELS["time"].say(language))
    axes.set_ylabel(LABELS["velocity_signal" if unit == "mm/s" else "acceleration"].say(language, unit=unit))
    if curve.x.size > 1:
        axes.set_xlim(float(curve.x[0]) if curve.x[0] > 0.1 * curve.x[-1] else 0.0, float(curve.x[-1]))


def _velocity(axes: Axes, curves: Curves, language: Language) -> None:
    axes.set_title(LABELS["velocity_spectrum"].say(language))
    if curves.velocity is None:
        _nothing(axes, language)
        return
    _spectrum(axes, curves.velocity, language)
    axes.set_ylabel(LABELS["velocity"].say(language))
    axes.set_ylim(0, 1.25 * float(curves.velocity.y.max()) or 1.0)
    named = {"harmonic": LABELS["found_lines"].say(language)}
    if curves.shaft_hz:
        named["shaft"] = LABELS["shaft_at"].say(language, hz=curves.shaft_hz)
    _marks(axes, curves.velocity, curves.velocity_marks, named, lift=lambda y: y + 0.05 * axes.get_ylim()[1])


def _bands(axes: Axes, curves: Curves, language: Language) -> None:
    """One rectangle a band: where it lies, how wide it is, and how far the harmonics stand out in it."""
    axes.set_title(LABELS["band_choice"].say(language))
    if curves.bands is None:
        _nothing(axes, language)
        return
    bands = curves.bands
    shades = ScalarMappable(Normalize(0.0, max(_SCALE_DB, float(bands.prominence_db.max()))), colormaps[_SHADES])
    colours = shades.to_rgba(bands.prominence_db)
    levels = _levels(bands)
    for place, ((low, high), row) in enumerate(zip(bands.edges_hz, levels, strict=True)):
        shade = colours[place]
        axes.add_patch(Rectangle((low, row - 0.25), high - low, 0.5, facecolor=shade, edgecolor="#c4ccd4"))
    low, high = bands.edges_hz[bands.chosen]
    row = levels[bands.chosen]
    named = any(mark.kind == "harmonic" for mark in curves.envelope_marks)
    colour = _CHOSEN if named else _GREY
    axes.add_patch(Rectangle((low, row - 0.25), high - low, 0.5, facecolor="none", edgecolor=colour, linewidth=2))
    frame = Line2D(
        [], [], color=colour, linewidth=2, label=LABELS["chosen" if named else "strongest"].say(language)
    )
    axes.legend(handles=[frame], loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, borderpad=0)
    axes.set_xlim(0, max(high for _, high in bands.edges_hz))
    axes.set_ylim(max(levels) + 0.4, -0.4)
    depths = range(int(max(levels)) + 1)
    axes.set_yticks(list(depths), [f"1/{2**depth}" for depth in depths])
    axes.set_xlabel(LABELS["frequency"].say(language))
    axes.set_ylabel(LABELS["depth"].say(language))
    axes.figure.colorbar(shades, ax=axes, label=LABELS["decibels"].say(language), pad=0.01, aspect=12)


def _levels(bands: Bands) -> list[float]:
    """Give each band's row: halvings of the widest, and half a row lower those that are shifted by half a width."""
    widths = np.array([high - low for low, high in bands.edges_hz])
    depths = np.rint(np.log2(widths.max() / widths))
    shifted = [round(low / (high - low) * 2) % 2 == 1 for low, high in bands.edges_hz]
    return [float(depth) + (0.5 if aside else 0.0) for depth, aside in zip(depths, shifted, strict=True)]


def _envelope(axes: Axes, curves: Curves, language: Language) -> None:
    if curves.envelope is None or curves.bands is None:
        axes.set_title(LABELS["envelope_spectrum"].say(language))
        _nothing(axes, language)
        return
    low, high = curves.bands.edges_hz[curves.bands.chosen]
    axes.set_title(LABELS["envelope_of"].say(language, low=low, high=high))
    _spectrum(axes, curves.envelope, language)
    axes.set_yscale("log")
    axes.set_ylim(_FLOOR, 8 * float(curves.envelope.y.max()))
    axes.set_ylabel(LABELS["envelope"].say(language))
    named = {"expected": LABELS["looked_for"].say(language)}
    harmonics = [mark.frequency_hz for mark in curves.envelope_marks if mark.kind == "harmonic"]
    if harmonics:
        named["harmonic"] = LABELS["harmonics_of"].say(language, hz=harmonics[0])
    if curves.sideband_hz:
        named["sideband"] = LABELS["sidebands_at"].say(language, hz=curves.sideband_hz)
    _marks(axes, curves.envelope, curves.envelope_marks, named, lift=lambda y: 1.6 * y)
    if curves.shaft_hz:
        shaft_hz = curves.shaft_hz
        orders = axes.secondary_xaxis(-0.34, functions=(lambda hz: hz / shaft_hz, lambda order: order * shaft_hz))
        orders.set_xlabel(LABELS["orders"].say(language))


def _spectrum(axes: Axes, curve: Curve, language: Language) -> None:
    axes.plot(curve.x, curve.y, color=_LINE)
    axes.set_xlim(0, float(curve.x[-1]))
    axes.set_xlabel(LABELS["frequency"].say(language))


def _marks(
    axes: Axes, curve: Curve, marks: tuple[Mark, ...], named: dict[str, str], *, lift: Callable[[float], float]
) -> None:
    """Set a mark over the curve at each frequency, its label above it, and a legend of the kinds there are."""
    there: dict[str, str] = {}
    for place, mark in enumerate(sorted(marks, key=lambda mark: mark.frequency_hz)):
        if mark.frequency_hz > float(curve.x[-1]):
            continue
        there[mark.kind] = named.get(mark.kind, mark.kind)
        if mark.kind == "expected":
            _wanted(axes, mark, _LABEL_HEIGHTS[place % len(_LABEL_HEIGHTS)])
            continue
        near = np.abs(curve.x - mark.frequency_hz) <= max(2 * float(np.diff(curve.x).max()), 1e-9)
        height = lift(float(curve.y[near].max()) if near.any() else float(curve.y.min()))
        colour = _COLOURS[mark.kind]
        axes.plot([mark.frequency_hz], [height], _SHAPES[mark.kind], color=colour, markersize=5, clip_on=False)
        axes.annotate(
            mark.label, (mark.frequency_hz, height), xytext=(0, 5), textcoords="offset points",
            color=colour, ha="center", va="bottom", fontsize=8,
        )  # fmt: skip
    handles = [
        Line2D([], [], color=_COLOURS[kind], marker=_SHAPES[kind], linestyle="", markersize=5, label=text)
        for kind, text in there.items()
    ]
    if handles:
        axes.legend(
            handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(handles), frameon=False,
            borderpad=0, handletextpad=0.2, columnspacing=1.0,
        )  # fmt: skip


def _wanted(axes: Axes, mark: Mark, height: float) -> None:
    """Set a line where something was looked for, whether or not it is there, with its label near the top."""
    colour = _COLOURS[mark.kind]
    axes.axvline(mark.frequency_hz, color=colour, linestyle=(0, (1, 2)), linewidth=1, zorder=0)
    axes.annotate(
        mark.label, (mark.frequency_hz, height), xycoords=("data", "axes fraction"), xytext=(3, 0),
        textcoords="offset points", color=colour, va="top", fontsize=8,
    )  # fmt: skip


def _nothing(axes: Axes, language: Language) -> None:
    axes.text(0.5, 0.5, LABELS["no_picture"].say(language), ha="center", va="center", transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])
