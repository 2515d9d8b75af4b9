"""The simulator: how often a fault gets its name, how often a sound machine gets one, what confidence is worth."""

from collections import Counter
from collections.abc import Iterable

from evaluation.diagnosis.judged import Judged, Task, outcome
from evaluation.simulated import BEARING_FAULTS, MACHINE_FAULTS
from evaluation.statistics import reliability, upper_bound
from evaluation.tables import Table

__all__ = [
    "BEARING_LEVELS_DB",
    "EDGES",
    "MACHINE_LEVELS_DB",
    "named_answers",
    "shares",
    "sound_groups",
    "tasks",
    "thousands_tables",
]

BEARING_LEVELS_DB = (-20.0, -15.0, -10.0, -5.0, 0.0, 5.0, 10.0)
MACHINE_LEVELS_DB = (-3.0, 0.0, 3.0, 6.0, 9.0)
EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
_HEALTHY_FROM_HZ = 20_000.0


def tasks(sound: int, each: int, first_seed: int) -> list[Task]:
    """Give sound machines, and `each` machines at every level of every fault."""
    made = [Task(first_seed + k, "healthy") for k in range(sound)]
    for faults, levels in ((BEARING_FAULTS, BEARING_LEVELS_DB), (MACHINE_FAULTS, MACHINE_LEVELS_DB)):
        for fault in faults:
            for level in levels:
                seeds = range(first_seed + sound, first_seed + sound + each)
                made += [Task(seed, fault, level) for seed in seeds]
    return made


def shares(judged: list[Judged], fault: str, levels: Iterable[float], result: str) -> list[float]:
    """Give the share of machines with this fault that came out so, level by level."""
    found = []
    for level in levels:
        counts = Counter(
            outcome(fault, one.verdict) for one in judged if (one.task.fault, one.task.level_db) == (fault, level)
        )
        found.append(counts[result] / max(1, counts.total()))
    return found


def thousands_tables(judged: list[Judged]) -> Iterable[Table]:
    """Put what came of all machines into tables."""
    yield _levels(judged, BEARING_FAULTS, BEARING_LEVELS_DB, "impacts over noise, RMS")
    yield _levels(judged, MACHINE_FAULTS, MACHINE_LEVELS_DB, "over the level that matters")
    yield _confusion(judged)
    yield _sound(judged)
    yield _calibration(judged)


def _levels(judged: list[Judged], faults: Iterable[str], levels: tuple[float, ...], what: str) -> Table:
    rows = []
    for fault in faults:
        cells = zip(
            *(shares(judged, fault, levels, result) for result in ("right", "missed", "wrong")), strict=True
        )
        rows.append((fault, *(_cell(*cell) for cell in cells)))
    return Table(
        f"Right name by level ({what})",
        ("fault", *(f"{level:+.0f} dB" for level in levels)),
        tuple(rows),
        "Per cent named rightly / called healthy, in brackets named wrongly; the rest is unknown.",
    )


def _cell(right: float, missed: float, wrong: float) -> str:
    return f"{100 * right:.0f}/{100 * missed:.0f}" + (f" ({100 * wrong:.0f})" if wrong else "")


def _confusion(judged: list[Judged]) -> Table:
    counts = Counter((one.task.fault, one.verdict) for one in judged)
    every = (*BEARING_FAULTS, *MACHINE_FAULTS, "healthy")
    truths = [truth for truth in every if any(truth in pair for pair in counts)]
    verdicts = [*truths, "unknown"]
    rows = tuple((truth, *(str(counts[truth, verdict] or "·") for verdict in verdicts)) for truth in truths)
    columns = ("truth", *(verdict.removeprefix("bearing_") for verdict in verdicts))
    return Table("Confusion matrix, simulated machines", columns, rows, "Faults at all levels, the faintest too.")


def sound_groups(judged: list[Judged]) -> dict[str, list[Judged]]:
    """Sound machines: all, and those sampled fast enough to be called healthy."""
    sound = [one for one in judged if one.task.fault == "healthy"]
    return {"all": sound, "sampled at 20 kHz and more": [one for one in sound if one.rate_hz >= _HEALTHY_FROM_HZ]}


def _sound(judged: list[Judged]) -> Table:
    rows = []
    for name, some in sound_groups(judged).items():
        counts = Counter(outcome("healthy", one.verdict) for one in some)
        total = counts.total()
        rows.append(
            (
                name,
                str(total),
                str(counts["right"]),
                str(counts["unknown"]),
                str(counts["wrong"]),
                f"{100 * upper_bound(counts['wrong'], total):.2f} %",
            )
        )
    return Table(
        "Sound machines",
        ("recordings", "number", "healthy", "unknown", "given a fault's name", "at most (95 %)"),
        tuple(rows),
        "The bound on the rate of false names is after Clopper and Pearson, one-sided.",
    )


def named_answers(judged: list[Judged]) -> list[tuple[float, bool]]:
    """Confidence of each name that was given, and whether it was right."""
    named = [one for one in judged if one.verdict not in ("healthy", "unknown")]
    return [(one.confidence, one.verdict == one.task.fault) for one in named]


def _calibration(judged: list[Judged]) -> Table:
    rows = [
        (f"a fault, {low:.2f} to {high:.2f}", str(count), f"{stated:.2f}", f"{right:.3f}")
        for low, high, count, stated, right in reliability(named_answers(judged), EDGES)
    ]
    rows += _healthy_row(judged)
    return Table(
        "What confidence is worth",
        ("verdict and confidence", "number", "stated", "right"),
        tuple(rows),
        "Healthy: of as many sound machines as ones with a bearing fault at -15 to +5 dB.",
    )


def _healthy_row(judged: list[Judged]) -> list[tuple[str, str, str, str]]:
    """Weigh sound machines and those with a bearing fault alike, whatever their numbers."""
    sound = [one for one in judged if one.task.fault == "healthy"]
    damaged = [one for one in judged if one.task.fault in BEARING_FAULTS and -15 <= one.task.level_db <= 5]
    called = [[one for one in some if one.verdict == "healthy"] for some in (sound, damaged)]
    if not called[0] or not damaged:
        return []
    weights = [len(some) / len(whole) for some, whole in zip(called, (sound, damaged), strict=True)]
    stated = sum(one.confidence for one in (*called[0], *called[1])) / (len(called[0]) + len(called[1]))
    total = len(called[0]) + len(called[1])
    return [("healthy", str(total), f"{stated:.2f}", f"{weights[0] / (weights[0] + weights[1]):.3f}")]
