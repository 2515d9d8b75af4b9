"""Simulated damaged bearings, with the speed or the bearing told wrong."""

from collections import Counter

from evaluation.diagnosis.judged import Judged, Task, outcome
from evaluation.simulated import BEARING_FAULTS
from evaluation.tables import Table

__all__ = ["is_told_wrong", "told_wrong_table", "told_wrong_tasks"]

SPEEDS = (0.97, 0.98, 0.99, 1.01, 1.02, 1.03)
_LEVELS_DB = (-10.0, -5.0, 0.0)
_SPEED_LEVEL_DB = 0.0
_CAGE = "bearing_cage"
_OUTCOMES = ("right", "unknown", "missed", "wrong")


def told_wrong_tasks(each: int, first_seed: int) -> list[Task]:
    """Give `each` machines of every fault of a bearing for every speed, and for another bearing at every level."""
    seeds = range(first_seed, first_seed + each)
    tasks = [
        Task(seed, fault, _SPEED_LEVEL_DB, told_speed=told)
        for told in SPEEDS
        for fault in BEARING_FAULTS
        for seed in seeds
    ]
    return tasks + [
        Task(seed, fault, level, told_other=True)
        for fault in BEARING_FAULTS
        for level in _LEVELS_DB
        for seed in seeds
    ]


def is_told_wrong(task: Task) -> bool:
    """Whether this is one of those."""
    return task.told_other or task.told_speed != 1.0


def told_wrong_table(judged: list[Judged]) -> Table:
    """Count what is said in spite of it."""
    rows = []
    for told in SPEEDS:
        some = [one for one in judged if one.task.told_speed == told]
        rows.append((f"speed {100 * (told - 1):+.0f} %, {_SPEED_LEVEL_DB:+.0f} dB", *_counts(some)))
    other = [one for one in judged if one.task.told_other]
    for level in _LEVELS_DB:
        some = [one for one in other if one.task.level_db == level and one.task.fault != _CAGE]
        rows.append((f"another bearing, {level:+.0f} dB", *_counts(some)))
    rows.append(("another bearing, damaged cage", *_counts([one for one in other if one.task.fault == _CAGE])))
    return Table(
        "Told wrong, simulated machines",
        ("told", "machines", *_OUTCOMES),
        tuple(rows),
        "Damaged bearings. Another bearing is one of which no race or element has an order within 5 % of any of "
        "the true one's; all cages turn at 0.36 to 0.44 of the speed, so a damaged one may be named rightly.",
    )


def _counts(some: list[Judged]) -> tuple[str, ...]:
    counts = Counter(outcome(one.task.fault, one.verdict) for one in some)
    return str(len(some)), *(str(counts[each]) for each in _OUTCOMES)
