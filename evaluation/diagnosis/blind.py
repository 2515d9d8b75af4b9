"""Real recordings, blind; with the speed told wrong; and with the bearing told wrong."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from evaluation.diagnosis.judged import differ, outcome
from evaluation.recorded import Recorded, recorded
from evaluation.statistics import upper_bound
from evaluation.tables import Table
from models.diagnosis.diagnose import diagnose
from models.diagnosis.results import Diagnosed
from models.machinery.bearings import built_in
from models.machinery.kinematics import BearingOrders

__all__ = ["blind_tables"]

SPEEDS = (-0.03, -0.02, -0.01, 0.01, 0.02, 0.03)
SCALES = (0.90, 0.92, 0.94, 1.06, 1.08, 1.10)
_OUTCOMES = ("right", "unknown", "missed", "wrong")
_VERDICTS = (
    "bearing_outer_race",
    "bearing_inner_race",
    "bearing_rolling_element",
    "bearing_cage",
    "healthy",
    "unknown",
)


class Seen(msgspec.Struct, frozen=True):
    """A recording and what was said of it."""

    recording: Recorded
    found: Diagnosed


def blind_tables(path: Path, progress: Callable[[int], None]) -> Iterable[Table]:
    """Judge every recording in the folder as it is, and told wrong in each way."""
    seen: list[Seen] = []
    speeds: dict[float, Counter[str]] = {share: Counter() for share in SPEEDS}
    scales: dict[float, Counter[str]] = {scale: Counter() for scale in SCALES}
    others: Counter[str] = Counter()
    other_names: Counter[str] = Counter()
    for number, recording in enumerate(recorded(path), start=1):
        seen.append(Seen(msgspec.structs.replace(recording, samples_g=recording.samples_g[:0]), said(recording)))
        for share in SPEEDS:
            speeds[share][outcome(recording.fault, said(recording, speed=1 + share).verdict)] += 1
        if recording.fault != "healthy":
            for scale in SCALES:
                scales[scale][
                    outcome(recording.fault, said(recording, orders=_scaled(recording, scale)).verdict)
                ] += 1
            for name, orders in _others(recording.orders):
                result = outcome(recording.fault, said(recording, orders=orders).verdict)
                others[result] += 1
                other_names[f"{recording.name} as {name}"] += result == "wrong"
        progress(number)
    yield _records(seen)
    yield _confusion(seen)
    yield _worth(seen)
    yield _told_wrong(
        "Speed told wrong, real recordings", "speed", {f"{100 * s:+.0f} %": speeds[s] for s in SPEEDS}
    )
    rows = {f"all orders {100 * (s - 1):+.0f} %": scales[s] for s in SCALES} | {"other catalogue bearings": others}
    yield _told_wrong("Bearing told wrong, damaged real bearings", "geometry", rows)


def said(recording: Recorded, *, speed: float = 1.0, orders: BearingOrders | None = None) -> Diagnosed:
    """Judge a recording, perhaps told wrong."""
    return diagnose(
        recording.samples_g,
        rate_hz=recording.rate_hz,
        speed_rpm=recording.speed_rpm * speed,
        orders=orders or recording.orders,
        line_frequency_hz=60.0,
    )


def _scaled(recording: Recorded, scale: float) -> BearingOrders:
    told = recording.orders
    return BearingOrders(
        bpfo=told.bpfo * scale, bpfi=told.bpfi * scale, bsf2=told.bsf2 * scale, ftf=told.ftf * scale
    )


def _others(true: BearingOrders) -> Iterable[tuple[str, BearingOrders]]:
    """Give bearings of the catalogue whose orders all differ by more than 5 % from any of the true one's."""
    for entry in built_in().entries:
        if differ(entry.orders, true):
            yield entry.designation, entry.orders


def _records(seen: list[Seen]) -> Table:
    rows = []
    for one in seen:
        margins = one.found.margins
        rows.append(
            (
                one.recording.name,
                one.recording.fault.removeprefix("bearing_"),
                one.recording.grade or "-",
                one.found.verdict.removeprefix("bearing_"),
                outcome(one.recording.fault, one.found.verdict),
                f"{one.found.confidence:.2f}",
                f"{margins.evidence - margins.evidence_needed:+.1f}",
                f"{margins.strength - margins.rival:+.2f}",
                f"{100 * margins.modulation:.0f} %",
            )
        )
    return Table(
        "Real recordings, blind",
        ("recording", "truth", "grade", "verdict", "", "confidence", "evidence", "lead", "modulation"),
        tuple(rows),
        "Grades after Smith and Randall (2015): Y diagnosable, P partly, N not. Evidence: nats above what naming "
        "needs; lead: of the comb's strength over its strongest rival's, nats. Both are of the likeliest bearing "
        "fault, named or not.",
    )


def _confusion(seen: list[Seen]) -> Table:
    counts = Counter((one.recording.fault, one.found.verdict) for one in seen)
    truths = [truth for truth in _VERDICTS if any(one.recording.fault == truth for one in seen)]
    verdicts = [*_VERDICTS, *sorted({one.found.verdict for one in seen} - set(_VERDICTS))]
    rows = tuple((truth, *(str(counts[truth, verdict] or "·") for verdict in verdicts)) for truth in truths)
    return Table("Confusion matrix, real recordings", ("truth", *verdicts), rows)


def _worth(seen: list[Seen]) -> Table:
    rows = []
    for what, is_name in (("a fault", True), ("healthy", False)):
        some = [
            one for one in seen if one.found.verdict != "unknown" and (one.found.verdict != "healthy") == is_name
        ]
        right = sum(one.found.verdict == one.recording.fault for one in some)
        stated = sum(one.found.confidence for one in some) / max(1, len(some))
        least = 100 * (1 - upper_bound(len(some) - right, max(1, len(some))))
        rows.append((what, str(len(some)), f"{stated:.2f}", str(right), f"{least:.0f} %"))
    return Table(
        "What confidence is worth, real recordings",
        ("verdict", "number", "stated", "right", "at least (95 %)"),
        tuple(rows),
        "The bound on the share that is right is after Clopper and Pearson, one-sided.",
    )


def _told_wrong(title: str, what: str, rows: dict[str, Counter[str]]) -> Table:
    return Table(
        title,
        (what, *_OUTCOMES),
        tuple((name, *(str(counts[each]) for each in _OUTCOMES)) for name, counts in rows.items()),
        "Right: the true name (or healthy); missed: a fault called healthy; wrong: another fault's name.",
    )
