"""Simulated machines, judged by two processes at a time."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import msgspec
import numpy as np

from evaluation.simulated import Simulated, simulated
from models.diagnosis.diagnose import diagnose
from models.diagnosis.results import Diagnosed, MachineKnowledge
from models.machinery.bearings import built_in
from models.machinery.kinematics import BearingOrders

__all__ = ["Judged", "Task", "diagnosed", "differ", "judge", "outcome", "side_by_side"]

PROCESSES = 2
_DIFFERENT = 0.05

Given = TypeVar("Given")
Answer = TypeVar("Answer")


class Task(msgspec.Struct, frozen=True):
    """One machine to make up."""

    seed: int
    fault: str
    level_db: float = 0.0
    """Signal to noise ratio of a bearing's impacts, or the level of another fault over the one that matters."""
    told_speed: float = 1.0
    """What is told of the true speed, as a part of it."""
    told_other: bool = False
    """Whether another bearing of the catalogue is told, by more than 5 % off in all orders."""


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
    """Make up a machine and judge it, perhaps told wrong."""
    made = simulated(task.seed, task.fault, snr_db=task.level_db)
    made = msgspec.structs.replace(made, speed_rpm=made.speed_rpm * task.told_speed)
    if task.told_other:
        made = msgspec.structs.replace(made, orders=_another(made.orders, task.seed))
    found = diagnosed(made)
    turns = made.samples_g.size / made.rate_hz * made.speed_rpm / 60
    return Judged(
        task, made.rate_hz, found.verdict, found.confidence, found.reason_en, turns, found.margins.evidence
    )


def differ(told: BearingOrders, true: BearingOrders) -> bool:
    """Whether no race or element of one bearing has an order within 5 % of any of the other's."""
    return all(
        abs(one / other - 1) > _DIFFERENT
        for one in (told.bpfo, told.bpfi, told.bsf2)
        for other in (true.bpfo, true.bpfi, true.bsf2)
    )


def _another(true: BearingOrders, seed: int) -> BearingOrders:
    others = [entry.orders for entry in built_in().entries if differ(entry.orders, true)]
    return others[int(np.random.default_rng(seed).integers(len(others)))]


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
