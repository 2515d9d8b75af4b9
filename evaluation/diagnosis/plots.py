"""The pictures below the tables, drawn from the same judgements."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation.diagnosis.judged import Judged
from evaluation.diagnosis.pictures import BEARINGS, CONFIDENCE, MACHINE, SOUND
from evaluation.diagnosis.thousands import (
    BEARING_LEVELS_DB,
    EDGES,
    MACHINE_LEVELS_DB,
    named_answers,
    shares,
    sound_groups,
)
from evaluation.simulated import BEARING_FAULTS, MACHINE_FAULTS
from evaluation.statistics import reliability, upper_bound
from models.diagnosis.criteria import EVIDENCE

__all__ = ["write_plots"]

_ALLOWED = 0.5
"""Per cent of sound machines that may get the name of a fault."""


def write_plots(judged: list[Judged], folder: Path) -> list[Path]:
    """Draw right names by level, false names, and stated against true probability; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams["svg.hashsalt"] = "stethos"
    figures = {
        BEARINGS: _levels(judged, BEARING_FAULTS, BEARING_LEVELS_DB, "impacts over all noise, dB RMS"),
        MACHINE: _levels(judged, MACHINE_FAULTS, MACHINE_LEVELS_DB, "over the level that matters, dB"),
        SOUND: _sound(judged),
        CONFIDENCE: _confidence(judged),
    }
    for name, figure in figures.items():
        figure.savefig(folder / name, dpi=110, metadata={"Software": None})
    return [folder / name for name in figures]


def _levels(judged: list[Judged], faults: Iterable[str], levels: tuple[float, ...], label: str) -> Figure:
    """Shares named rightly and called healthy, a line for each fault."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    for axes, result, title in zip(
        figure.subplots(1, 2, sharey=True), ("right", "missed"), ("named rightly", "called healthy"), strict=True
    ):
        for number, fault in enumerate(faults):
            share = shares(judged, fault, levels, result)
            axes.plot(levels, share, marker="osv^Dx+"[number], ms=4, label=fault.removeprefix("bearing_"))
        axes.set(xlabel=label, title=f"Share {title}", ylim=(-0.03, 1.03))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    return figure


def _sound(judged: list[Judged]) -> Figure:
    """How much evidence sound and damaged machines show, and how many sound ones get a name."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    damaged = [one for one in judged if one.task.fault in BEARING_FAULTS]
    groups = {"sound": sound_groups(judged)["all"]}
    groups |= {f"damaged, {level:+.0f} dB": [d for d in damaged if d.task.level_db == level] for level in (-10, 0)}
    for name, some in groups.items():
        evidence = np.sort([one.evidence for one in some])
        left.step(evidence, 1 - np.arange(evidence.size) / max(1, evidence.size), where="pre", label=name)
    left.axvline(EVIDENCE, color="grey", lw=1)
    left.text(EVIDENCE + 0.5, 0.93, "needed for a name", fontsize=7, color="grey")
    left.set(
        xlim=(-5, 60), xlabel="evidence for the likeliest bearing fault, nats", ylabel="share that has so much"
    )
    left.legend(fontsize=7)
    left.grid(alpha=0.3)
    _false_names(right, sound_groups(judged))
    return figure


def _false_names(axes: Axes, groups: dict[str, list[Judged]]) -> None:
    for row, some in enumerate(groups.values()):
        wrong = sum(one.verdict not in ("healthy", "unknown") for one in some)
        seen, most = 100 * wrong / max(1, len(some)), 100 * upper_bound(wrong, max(1, len(some)))
        axes.plot([seen, most], [row, row], color="C0", lw=2)
        axes.plot(seen, row, "o", color="C0")
        axes.text(seen, row + 0.1, f"{wrong} of {len(some)}, at most {most:.2f} %", fontsize=8)
    axes.axvline(_ALLOWED, color="C3", lw=1)
    axes.text(_ALLOWED, -0.4, "allowed ", fontsize=7, color="C3", ha="right")
    axes.set(xlabel="given a fault's name, % (95 % bound)", ylim=(-0.5, len(groups)))
    axes.set_yticks(range(len(groups)), [name.replace(" at ", "\nat ") for name in groups])
    axes.set_xlim(left=-0.02)


def _confidence(judged: list[Judged]) -> Figure:
    """Stated confidence against the share that was right, with its lower 95 % bound."""
    figure = Figure(figsize=(4.6, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([0.5, 1], [0.5, 1], color="grey", lw=1, label="stated is true")
    for _, _, count, stated, true in reliability(named_answers(judged), EDGES):
        lowest = 1 - upper_bound(round((1 - true) * count), count)
        axes.plot([stated, stated], [lowest, true], color="C0", lw=2)
        axes.plot(stated, true, "o", color="C0")
        axes.annotate(str(count), (stated, lowest), (3, -9), textcoords="offset points", fontsize=7)
    axes.set(xlabel="confidence stated", ylabel="share right, down to the 95 % bound", ylim=(0.45, 1.03))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
    return figure
