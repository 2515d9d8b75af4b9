"""Pictures of an analysis as PNG; needs the extra `plot` (matplotlib)."""

import io
from typing import Any

import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from stream.analysis.analysing import Analysis
from stream.analysis.curves import Curves, Mark
from stream.analysis.words import LABELS, verdict_name
from stream.web.texts import Language

__all__ = ["picture_png"]

_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Noto Sans CJK JP", "Noto Serif CJK SC",
)  # fmt: skip
_LINE = "#3b4a5a"
_GREY = "#9aa5b1"
_COLOURS = {"shaft": "#56b4e9", "expected": _GREY, "harmonic": "#d55e00", "sideband": "#e69f00"}
"""After Okabe and Ito: told apart by the colour-blind, and besides by their dashes and labels."""
_DASHES = {"shaft": (0, (4, 2)), "expected": (0, (1, 2)), "harmonic": "solid", "sideband": (0, (2, 1))}
_DPI = 100
_DARKEST_NATS = 48.0
"""Four harmonics that count in full: the strongest evidence there is."""

Axes = Any  # matplotlib's own has no complete types


def picture_png(curves: Curves, analysis: Analysis, language: Language) -> bytes:
    """Draw waveform, velocity spectrum, choice of the band and envelope spectrum with the fault's lines marked."""
    with rc_context({"font.sans-serif": [*_known_fonts(), "DejaVu Sans"], "axes.unicode_minus": False}):
        if language == "zh" and not _known_fonts():
            language = "en"  # better than boxes
        figure = Figure(figsize=(10, 9), dpi=_DPI, layout="constrained")
        axes = figure.subplots(4, 1)
        verdict = verdict_name(analysis.diagnosis.verdict, language)
        figure.suptitle(f"{analysis.machine} · {analysis.point}: {verdict}", fontsize=13)
        _waveform(axes[0], curves, language)
        _velocity(axes[1], curves, language)
        _bands(axes[2], curves, language)
        _envelope(axes[3], curves, language)
        for each in axes:
            each.spines[["top", "right"]].set_visible(False)
            each.tick_params(labelsize=8)
            each.xaxis.label.set_fontsize(8)
            each.yaxis.label.set_fontsize(8)
        file = io.BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def _known_fonts() -> list[str]:
    names = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _FONTS if name in names]


def _waveform(axes: Axes, curves: Curves, language: Language) -> None:
    axes.set_title(LABELS["waveform"].say(language), loc="left", fontsize=10)
    axes.plot(curves.waveform.x, curves.waveform.y, color=_LINE, linewidth=0.5)
    axes.set_xlabel(LABELS["time"].say(language))
    axes.set_ylabel(curves.unit)
    axes.margins(x=0)


def _velocity(axes: Axes, curves: Curves, language: Language) -> None:
    axes.set_title(LABELS["velocity_spectrum"].say(language), loc="left", fontsize=10)
    if curves.velocity is None:
        _nothing(axes, language)
        return
    axes.plot(curves.velocity.x, curves.velocity.y, color=_LINE, linewidth=0.8)
    axes.set_xlabel(LABELS["frequency"].say(language))
    axes.set_ylabel(LABELS["velocity"].say(language))
    axes.set_xlim(0, float(curves.velocity.x[-1]))
    axes.set_ylim(bottom=0)
    _marks(axes, curves.velocity_marks)


def _bands(axes: Axes, curves: Curves, language: Language) -> None:
    """One rectangle a band: where it lies, how wide it is, and how dark by the fault's evidence in it."""
    axes.set_title(LABELS["band_choice"].say(language), loc="left", fontsize=10)
    if curves.bands is None:
        _nothing(axes, language)
        return
    bands = curves.bands
    widths = np.array([high - low for low, high in bands.edges_hz])
    level = np.rint(np.log2(widths.max() / widths))
    for (low, high), depth, evidence in zip(bands.edges_hz, level, bands.evidence, strict=True):
        shade = str(0.95 - 0.8 * min(1.0, float(evidence) / _DARKEST_NATS))
        overlap = 0.5 if _is_shifted(low, high) else 0.0
        axes.add_patch(Rectangle((low, depth - 0.5 + overlap), high - low, 0.5, facecolor=shade, edgecolor="white"))
    low, high = bands.chosen_hz
    named = any(mark.kind == "harmonic" for mark in curves.envelope_marks)
    axes.axvspan(low, high, facecolor="none", edgecolor=_COLOURS["harmonic"] if named else _GREY, linewidth=1.5)
    axes.set_xlim(0, max(high for _, high in bands.edges_hz))
    axes.set_ylim(float(level.max()) + 0.6, -0.6)
    axes.set_yticks(sorted(set(level)), [f"1/{2 ** int(depth)}" for depth in sorted(set(level))])
    axes.set_xlabel(LABELS["frequency"].say(language))
    axes.set_ylabel(LABELS["depth"].say(language))


def _is_shifted(low: float, high: float) -> bool:
    """Whether a band is one of those that lie half a width aside."""
    return round(low / (high - low) * 2) % 2 == 1


def _envelope(axes: Axes, curves: Curves, language: Language) -> None:
    axes.set_title(LABELS["envelope_spectrum"].say(language), loc="left", fontsize=10)
    if curves.envelope is None:
        _nothing(axes, language)
        return
    axes.plot(curves.envelope.x, curves.envelope.y, color=_LINE, linewidth=0.8)
    axes.set_xlim(0, float(curves.envelope.x[-1]))
    axes.set_ylim(bottom=0)
    axes.set_xlabel(LABELS["frequency"].say(language))
    axes.set_ylabel(LABELS["envelope"].say(language))
    _marks(axes, curves.envelope_marks)
    if curves.shaft_hz:
        shaft_hz = curves.shaft_hz
        orders = axes.secondary_xaxis("top", functions=(lambda hz: hz / shaft_hz, lambda order: order * shaft_hz))
        orders.set_xlabel(LABELS["orders"].say(language), fontsize=8)
        orders.tick_params(labelsize=8)


def _marks(axes: Axes, marks: tuple[Mark, ...]) -> None:
    top = axes.get_ylim()[1]
    for place, mark in enumerate(marks):
        if mark.frequency_hz > axes.get_xlim()[1]:
            continue
        colour = _COLOURS[mark.kind]
        axes.axvline(
            mark.frequency_hz, color=colour, linestyle=_DASHES[mark.kind], linewidth=1, alpha=0.8, zorder=0
        )
        height = top * (1 - 0.1 * (place % 3)) if mark.kind == "expected" else top  # neighbours keep apart
        axes.text(mark.frequency_hz, height, f" {mark.label}", color=colour, fontsize=8, va="top")


def _nothing(axes: Axes, language: Language) -> None:
    axes.text(0.5, 0.5, LABELS["no_picture"].say(language), ha="center", va="center", transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])
