"""What a fleet's months come to: tables and the curve of precision over findings."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median

from evaluation.fleet.course import Episode
from evaluation.fleet.crew import Fleet, Raised
from evaluation.tables import Table
from models.clock import HOUR_US
from models.learning.experience import Experience

__all__ = ["FINDINGS", "curve", "outcome", "rules", "whom"]

FINDINGS = 30
"""After so many findings the fleets are compared."""


def outcome(untold: Fleet, told: Fleet, befalls: dict[str, list[Episode]], *, months: float) -> Table:
    """Put both fleets side by side, before and after the first thirty findings."""
    turn_us = _turn_us(told)
    faults = {(name, e.begins_us): e for name, found in befalls.items() for e in found if e.is_fault}
    rows = []
    for title, fleet in (("not told", untold), ("told", told)):
        before = [one for one in fleet.raised if one.time_us < turn_us]
        after = [one for one in fleet.raised if one.time_us >= turn_us]
        leads = [(faults[key].ends_us - us) / HOUR_US for key, us in fleet.caught.items() if key in faults]
        rows.append((
            title,
            _share(before),
            _share(after),
            _share([one for one in after if one.rule in ("change", "temperature")]),
            str(sum(one.there and not one.true for one in after)),
            f"{sum(not one.true for one in fleet.raised) / months:.1f}",
            f"{len(leads)} of {len(faults)}",
            f"{median(leads):.0f} h" if leads else "-",
        ))  # fmt: skip
    disturbances = sum(not e.is_fault for found in befalls.values() for e in found)
    note = (
        f"{len(faults)} faults and {disturbances} harmless disturbances, {told.findings} findings; of alerts of "
        "medium and high priority so many were raised by a fault; those *beside one* by a disturbance behind which "
        "there was a fault, too small to show. The lead is from the first alert that a fault raised to its full "
        "size. Only changes and rises of temperature may be rated low."
    )
    columns = (
        "fleet",
        f"first {FINDINGS} findings",
        "after",
        "of changes and rises",
        "beside one",
        "false a machine-month",
        "faults alerted of",
        "lead",
    )
    return Table("What findings change", columns, tuple(rows), note)


def whom(untold: Fleet, told: Fleet) -> Table:
    """Compare the precision of each machine's alerts after the first thirty findings."""
    turn_us = _turn_us(told)
    rows = []
    for name in sorted(untold.states):
        without, with_ = (
            [one for one in fleet.raised if one.machine == name and one.time_us >= turn_us]
            for fleet in (untold, told)
        )
        points = _points([one.true for one in without], [one.true for one in with_])
        beside = _points([one.there for one in without], [one.there for one in with_])
        rows.append((name, _share(without), _share(with_), points, beside))
    columns = ("machine", "not told", "told", "points", "with those beside a fault")
    return Table(f"Precision of each machine after {FINDINGS} findings", columns, tuple(rows))


def _points(before: Sequence[bool], after: Sequence[bool]) -> str:
    """Give by how many points of a hundred the share of right ones rose."""
    if not before or not after:
        return ""
    points = 100 * (sum(after) / len(after) - sum(before) / len(before))
    return f"{points:+.0f}" if abs(points) >= 0.5 else "0"


def rules(experience: Experience) -> Table:
    """Show what the told fleet knows of its rules."""
    rows = [
        (
            name,
            str(tally.confirmed),
            str(tally.false_alarms),
            "-" if tally.precision is None else f"{100 * tally.precision:.0f} %",
            "-" if tally.lead_h is None else f"{tally.lead_h:.0f} h",
        )
        for name, tally in sorted(experience.tallies.items())
        if " of " not in name
    ]
    trial = experience.trial
    note = (
        f"Of the last {len(trial.rule)} alerts that may be rated low the rules alone cost {sum(trial.rule):g}, the "
        f"classifier {sum(trial.classifier):g} (a false alert 1, a true one that is rated low 5)."
    )
    return Table(
        "What the fleet has learned", ("rule", "confirmed", "false", "precision", "lead"), tuple(rows), note
    )


def curve(untold: Fleet, told: Fleet, file: Path) -> None:
    """Draw precision and false alerts of both fleets, counted from the thirtieth finding on."""
    import matplotlib as mpl  # noqa: PLC0415 -- of the extra `plot`
    from matplotlib.figure import Figure  # noqa: PLC0415 -- the same

    mpl.rcParams["svg.hashsalt"] = "stethos"
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    precision, false = figure.subplots(1, 2)
    turn_us, times = _turn_us(told), [(one.time_us, one.findings) for one in told.raised]
    for label, fleet in (("findings not told", untold), ("findings told", told)):
        after = [one for one in fleet.raised if one.time_us >= turn_us]
        findings = [_findings_by(times, one.time_us) for one in after]
        counts = list(accumulate(not one.true for one in after))
        shares = [100 * (1 - wrong / number) for number, wrong in enumerate(counts, 1)]
        precision.plot(findings, shares, label=label)
        false.plot(findings, counts, label=label)
    precision.set(xlabel="findings", ylabel=f"right of the alerts after {FINDINGS} findings, %", ylim=(0, 100))
    false.set(xlabel="findings", ylabel=f"false alerts after {FINDINGS} findings")
    for axes in (precision, false):
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(file, dpi=110, metadata={"Software": None} if file.suffix == ".png" else {})


def _turn_us(told: Fleet) -> int:
    return next((one.time_us for one in told.raised if one.findings >= FINDINGS), 1 << 62)


def _findings_by(times: Sequence[tuple[int, int]], time_us: int) -> int:
    return max((count for at_us, count in times if at_us <= time_us), default=0)


def _precision(raised: Sequence[Raised]) -> float:
    return sum(one.true for one in raised) / len(raised)


def _share(raised: Sequence[Raised]) -> str:
    return (
        f"{sum(one.true for one in raised)} of {len(raised)}, {100 * _precision(raised):.0f} %" if raised else "-"
    )
