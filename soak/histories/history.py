"""A drawn history as it reaches the fold: observations in order of arrival, and with each what was true."""

import msgspec
import numpy as np

from models.clock import SECOND_US
from models.observations import Observation, Source, VibrationObserved
from soak.histories.course import Course
from soak.histories.measuring import MAIN, Measured, measured
from soak.histories.plan import Plan
from soak.histories.sending import arrivals, claimed_us

__all__ = ["LEARNS_COUNT", "LEARNS_S", "START_US", "History", "Sent", "Truth", "history_of"]

START_US = 1_772_431_200 * SECOND_US
"""2026-03-02 06:00 UTC."""
LEARNS_COUNT, LEARNS_S = 150, 2_700.0
"""Observations and running time after which a way of running, measured in one way, is held to be learned: half as
much again as the fold asks for."""
_READ_US = 20_000
_COVERS = 2.0
"""Intervals for which one observation speaks, at most."""


class Truth(msgspec.Struct, frozen=True):
    """What is true of an observation that tells the machine's level; of others nothing."""

    running_s: float = 0.0
    """Running time, of its own point, that it speaks for: since the one measured before, two intervals at most, and
    of the last one of a run until that ends."""
    learned: bool = False
    """Whether the machine could be known by then, as it runs, is measured and was mended last, and this comes in
    order, so that it can be judged in the present."""
    faulty_s: float = 0.0
    """Running time with the fault that it speaks for, at the point where the fault shows."""


class Sent(msgspec.Struct, frozen=True):
    """One observation, and what was true of it; of one that comes twice, of the first alone."""

    observation: Observation
    measured_us: int
    arrived_us: int
    truth: Truth = Truth()


class History(msgspec.Struct, frozen=True):
    """A drawn history, in order of arrival."""

    plan: Plan
    sent: tuple[Sent, ...]
    faulty_us: tuple[int, int] | None
    """Since when, and until when, the machine is faulty in truth."""
    ends_us: int


def history_of(plan: Plan) -> History:
    """Let a plan happen."""
    course = Course(plan)
    found = measured(plan, course)
    truths = _truths(plan, course, found)
    sent, seen, before_us = list[Sent](), set[int](), 0
    newest_us: dict[str, int] = {}
    for offset, (arrived_s, i) in enumerate(arrivals(plan, found)):
        each, arrived_us = found[i], START_US + round(arrived_s * 1e6)
        time_us = claimed_us(plan.clock if each.point else None, each.at_s, START_US)
        read_us = arrived_us + _READ_US
        if plan.away is not None and plan.away.out_s <= arrived_s < plan.away.back_s:
            read_us = _us(plan.away.back_s)
        before_us = read_us = max(read_us, before_us)
        observation = _stamped(each.observation, time_us, arrived_us, offset, number=i, read_us=read_us)
        at_us = START_US + round(each.at_s * 1e6)
        truth = Truth() if i in seen else truths.get(i, Truth())
        if _comes_late(plan, newest_us, each.point, time_us):
            truth = msgspec.structs.replace(truth, learned=False)
        sent.append(Sent(observation, at_us, arrived_us, truth))
        seen.add(i)
    faulty_s = course.faulty_s()
    faulty_us = None if faulty_s is None else (_us(faulty_s[0]), _us(faulty_s[1]))
    return History(plan, tuple(sent), faulty_us, _us(course.ends_s))


def _comes_late(plan: Plan, newest_us: dict[str, int], point: str, time_us: int) -> bool:
    """Whether it comes out of order by its stamp, as a backlog may, or what follows once a clock was set back.

    That is judged as past, and moves nothing of the present: nobody can tell delay from a clock that is behind. A
    stamp ahead of its arrival, and one of a clock that began anew, is told from that.
    """
    clock = plan.clock
    if clock is not None and (clock.anew_us is not None or clock.ahead_s >= 0):
        return False
    newest_us[point] = max(newest_us.get(point, time_us), time_us)
    return time_us < newest_us[point]


def _us(at_s: float) -> int:
    return START_US + round(at_s * 1e6)


def _stamped(
    observation: Observation, time_us: int, arrived_us: int, offset: int, *, number: int, read_us: int
) -> Observation:
    """Put in whose clock says what: when it was measured, when it came, when it was read."""
    topic = "vibration" if isinstance(observation, VibrationObserved) else "other"
    times = {"time_us": time_us, "observed_us": read_us}
    if "arrived_us" in observation.__struct_fields__:
        times["arrived_us"] = arrived_us
    source = Source(topic=topic, partition=0, offset=offset)
    return msgspec.structs.replace(observation, digest=f"{number:016x}", source=source, **times)


def _truths(plan: Plan, course: Course, found: list[Measured]) -> dict[int, Truth]:
    """Give what is true of the observations that tell a level, or the bearing's heat where that is the fault."""
    hot = plan.fault is not None and plan.fault.hot_k > 0
    truths: dict[int, Truth] = {}
    points = sorted({each.point for each in found} - {"", "panel"})
    for point in points:
        numbers = [i for i, each in enumerate(found) if each.point == point]
        at_s = np.array([found[i].at_s for i in numbers])
        longest_s = _COVERS * plan.interval_s * (2.0 if point == "bearing" else 1.0)
        covered_s = _with_ends(_covered_s(course.running_s(at_s), longest_s), course.runs_at(at_s))
        faulty_s = np.zeros(len(at_s))
        span = course.faulty_s()
        if span is not None and point == ("bearing" if hot else MAIN):
            begun, over = course.ran(span[0]), course.ran(span[1])
            faulty_s = _covered_s(np.clip(course.running_s(at_s), begun, over), longest_s)
        learned = _learned(plan, course, at_s, covered_s)
        if point == "bearing":  # it tells of heat alone
            truths |= {i: Truth(faulty_s=faulty) for i, faulty in zip(numbers, faulty_s.tolist(), strict=True)}
            continue
        lines = zip(covered_s.tolist(), learned, faulty_s.tolist(), strict=True)
        truths |= {i: Truth(*line) for i, line in zip(numbers, lines, strict=True)}
    return truths


def _covered_s(running_s: np.ndarray, longest_s: float) -> np.ndarray:
    return np.minimum(np.diff(running_s, prepend=running_s[:1]), longest_s)


def _with_ends(covered_s: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Let the last observation of a run speak for what is left of it: the next one only says that it is over."""
    ends = np.flatnonzero(~runs[1:] & runs[:-1])
    found = covered_s.copy()
    found[ends] += found[ends + 1]
    found[ends + 1] = 0.0
    return found


def _learned(plan: Plan, course: Course, at_s: np.ndarray, covered_s: np.ndarray) -> list[bool]:
    """Whether what runs so, is measured so, and has not been mended since, could be known by each moment."""
    begins = [plan.changed_s]
    begins += [] if plan.learned is None else [plan.learned.until_s]
    begins += [] if plan.swap is None or plan.swap.said == "none" else [plan.swap.at_s]
    epochs = np.searchsorted(np.sort(begins), at_s, side="right")
    seen: dict[tuple[int, int], tuple[int, float]] = {}
    found = []
    running = course.runs_at(at_s).tolist()
    for epoch, mode, runs, one_s in zip(
        epochs.tolist(), course.mode_at(at_s).tolist(), running, covered_s.tolist(), strict=True
    ):
        count, spent_s = seen.get((epoch, mode), (0, 0.0))
        found.append(count >= LEARNS_COUNT and spent_s >= LEARNS_S)
        seen[epoch, mode] = (count + runs, spent_s + one_s)
    return found
