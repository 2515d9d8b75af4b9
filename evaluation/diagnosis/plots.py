"""The plots beside the tables."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from evaluation.diagnosis.judged import Judged
from evaluation.diagnosis.thousands import BEARING_LEVELS_DB, MACHINE_LEVELS_DB, shares
from evaluation.simulated import BEARING_FAULTS, MACHINE_FAULTS
from evaluation.statistics import reliability

__all__ = ["write_plots"]

_EDGES = tuple(0.5 + 0.05 * k for k in range(11))


def write_plots(judged: list[Judged], folder: Path) -> list[Path]:
    """Draw right names by level, and stated against true probability; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams["svg.hashsalt"] = "stethos"
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 0.8))
    for axes, faults, levels, label in (
        (left, BEARING_FAULTS, BEARING_LEVELS_DB, "impacts over noise, dB RMS"),
        (middle, MACHINE_FAULTS, MACHINE_LEVELS_DB, "over the level that matters, dB"),
    ):
        for number, fault in enumerate(faults):
            named = shares(judged, fault, levels, "right")
            axes.plot(levels, named, marker="osv^Dx+"[number], ms=4, label=fault.removeprefix("bearing_"))
        axes.set(xlabel=label, ylim=(-0.03, 1.03))
        axes.legend(fontsize=7)
        axes.grid(alpha=0.3)
    left.set_ylabel("share named rightly")
    answers = [(j.confidence, j.verdict == j.task.fault) for j in judged if j.verdict not in ("healthy", "unknown")]
    bins = reliability(answers, _EDGES)
    right.plot([0.5, 1], [0.5, 1], color="grey", lw=1)
    right.scatter([stated for _, _, _, stated, _ in bins], [true for *_, true in bins], s=14)
    right.set(xlabel="confidence", ylabel="share right", ylim=(0.45, 1.03))
    right.grid(alpha=0.3)
    file = folder / "diagnosis-simulated.png"
    figure.savefig(file, dpi=110, metadata={"Software": None})
    return [file]
