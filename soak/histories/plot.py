"""A picture of one drawn history: what was true, what was told, and what the fold said; needs the extra `plot`."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from models.observations import ReadingObserved, VibrationObserved
from models.outputs import Alert
from soak.histories.course import Course
from soak.histories.hearing import SERIOUS, Heard, heard
from soak.histories.history import START_US, History
from soak.histories.measuring import MAIN

__all__ = ["plot"]

Axes = Any  # matplotlib's own has no complete types

_HOUR_US = 3_600_000_000.0
_STATUS_COLOURS = {
    "warming_up": "#cfd6dc", "healthy": "#009e73", "watch": "#f0e442", "warning": "#e69f00", "critical": "#d55e00",
    "sensor_fault": "#cc79a7", "no_data": "#7f7f7f", "stopped": "#56b4e9", "not_judged": "#000000",
}  # fmt: skip
"""After Okabe and Ito, as far as they go."""
_PRIORITY_COLOURS = {"low": "#f0e442", "medium": "#e69f00", "high": "#d55e00"}


def plot(history: History, file: Path) -> None:
    """Draw a history as PNG or SVG, as the file's name says."""
    words = heard(history)
    figure = Figure(figsize=(12.0, 8.0), dpi=110, layout="constrained")
    level, running, status, alerts = figure.subplots(4, 1, sharex=True, height_ratios=(4, 1, 1, 2))
    figure.suptitle(f"seed {history.plan.seed}: {', '.join(history.plan.kinds)}", fontsize=11)
    _level(level, history)
    _running(running, history, words)
    _statuses(status, words)
    _alerts(alerts, history, words)
    alerts.set_xlabel("hours since the history began; what is told and said stands at the time it came")
    if history.faulty_us is not None:
        since_h, until_h = (_hours(us) for us in history.faulty_us)
        for axes in (level, running, status, alerts):
            axes.axvspan(since_h, until_h, color="#d55e00", alpha=0.08)
    figure.savefig(file)


def _hours(at_us: float) -> float:
    return (at_us - START_US) / _HOUR_US


def _level(axes: Axes, history: History) -> None:
    """Draw the true level, and what the main point's sensor said when it came."""
    course = Course(history.plan)
    at_s = np.linspace(0.0, course.ends_s, 4_000, endpoint=False)
    true = np.where(course.runs_at(at_s), course.usual_level(at_s) * course.fault_times(at_s), history.plan.quiet)
    axes.plot(at_s / 3600, true, color="#3b4a5a", linewidth=0.8, label="true level, times usual")
    hours, values = list[float](), list[float]()
    for sent in history.sent:
        of = sent.observation
        if isinstance(of, VibrationObserved) and of.point == MAIN and "rms_g" in of.indicators:
            values.append(of.indicators["rms_g"] / history.plan.base_g)
        elif isinstance(of, ReadingObserved) and of.point == MAIN:
            values.append(next(iter(of.values.values())) / history.plan.base_g / 20.0)
        else:
            continue
        hours.append(_hours(sent.arrived_us))
    axes.plot(hours, values, ".", markersize=2, color="#0072b2", label="told, times usual")
    axes.set_yscale("log")
    axes.set_ylabel("level")
    axes.legend(loc="upper left", fontsize=8)


def _running(axes: Axes, history: History, words: Heard) -> None:
    """Draw when it ran in truth, and how it was told to run."""
    for begin_s, end_s in Course(history.plan).runs.tolist():
        axes.axvspan(begin_s / 3600, end_s / 3600, 0.55, 0.95, color="#009e73")
    spoken = [word for word in words.words if word.health is not None]
    for word, until in zip(spoken, [*spoken[1:], spoken[-1]], strict=True):
        running = word.health.running if word.health is not None else None
        if running not in (None, "stopped"):
            axes.axvspan(_hours(word.at_us), _hours(until.at_us), 0.05, 0.45, color="#0072b2", linewidth=0)
    axes.set_yticks([0.25, 0.75], ["said", "true"])
    axes.set_ylabel("runs")


def _statuses(axes: Axes, words: Heard) -> None:
    seen, begun = dict[str, bool](), words.words[0]
    for word in [*words.words[1:], words.words[-1]]:
        if word.status == begun.status and word is not words.words[-1]:
            continue
        label = begun.status if begun.status not in seen else None
        seen[begun.status] = True
        colour = _STATUS_COLOURS.get(begun.status, "#000000")
        axes.axvspan(_hours(begun.at_us), _hours(word.at_us), color=colour, label=label, linewidth=0)
        begun = word
    axes.set_yticks([])
    axes.set_ylabel("status")
    axes.legend(loc="upper left", ncols=len(seen), fontsize=7)


def _alerts(axes: Axes, history: History, words: Heard) -> None:
    """Draw each alert from its first word to its last, by event time, in the colour of its priority."""
    rows: dict[str, int] = {}
    open_: dict[str, Alert] = {}
    for alert in words.alerts:
        row = rows.setdefault(f"{alert.point} {alert.rule}", len(rows))
        before = open_.pop(alert.id, None)
        if before is not None:
            _bar(axes, row, before, alert.time.timestamp() * 1e6)
        if alert.state == "active":
            open_[alert.id] = alert
    for alert in open_.values():
        _bar(axes, rows[f"{alert.point} {alert.rule}"], alert, history.ends_us)
    axes.set_yticks(list(rows.values()), list(rows))
    axes.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    axes.set_ylabel("alerts")


def _bar(axes: Axes, row: int, alert: Alert, until_us: float) -> None:
    since = _hours(alert.time.timestamp() * 1e6)
    width = max(_hours(until_us) - since, 0.05)
    height = 0.7 if alert.priority in SERIOUS else 0.35
    axes.barh(row, width, left=since, height=height, color=_PRIORITY_COLOURS[alert.priority])
