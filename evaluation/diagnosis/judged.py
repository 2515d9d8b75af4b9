"""Simulated machines, judged by two processes at a time."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import msgspec

from evaluation.simulated import Simulated, simulated
from models.diagnosis.diagnose import diagnose
from models.diagnosis.results import Diagnosed, MachineKnowledge

__all__ = ["Judged", "Task", "diagnosed", "judge", "outcome", "side_by_side"]

PROCESSES = 2

Given = TypeVar("Given")
Answer = TypeVar("Answer")


class Task(msgspec.Struct, frozen=True):
    """One machine to make up."""

    seed: int
    fault: str
    level_db: float = 0.0
    """Signal to noise ratio of a bearing's impacts, or the level of another fault over the one that matters."""


class Judged(msgspec.Struct, frozen=True):
    """What came of it."""

    task: Task
    rate_hz: float
    verdict: str
    confidence: float
    reason: str
    turns: float
    evidence: float
    """Of the likeliest bearing fault, in nats, named or not."""


def diagnosed(made: Simulated) -> Diagnosed:
    """Judge a made-up machine with all that is known of it."""
    return diagnose(
        made.samples_g,
        rate_hz=made.rate_hz,
        speed_rpm=made.speed_rpm,
        orders=made.orders,
        line_frequency_hz=made.line_frequency_hz,
        machine=MachineKnowledge(teeth=made.teeth, blades=made.blades),
    )


def judge(task: Task) -> Judged:
    """Make up a machine and judge it."""
    made = simulated(task.seed, task.fault, snr_db=task.level_db)
    found = diagnosed(made)
    turns = made.samples_g.size / made.rate_hz * made.speed_rpm / 60
    return Judged(
        task, made.rate_hz, found.verdict, found.confidence, found.reason_en, turns, found.margins.evidence
    )


def outcome(truth: str, verdict: str) -> str:
    """Tell `right`, `unknown`, `missed` (a fault called healthy) or `wrong` (another fault's name)."""
    if verdict == truth:
        return "right"
    if verdict == "unknown":
        return "unknown"
    return "missed" if verdict == "healthy" else "wrong"


def side_by_side(
    work: Callable[[Given], Answer], items: list[Given], progress: Callable[[int], None]
) -> Iterator[Answer]:
    """Do the work on all items in two processes; answers come in the items' order."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # for the processes: two that compute are enough
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for done, answer in enumerate(pool.map(work, items, chunksize=4), start=1):
            progress(done)
            yield answer
