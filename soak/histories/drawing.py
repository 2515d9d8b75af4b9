"""Drawing a history: a machine, one situation or several at once, and a fault; all from one seed."""

from itertools import count
from math import isfinite

import numpy as np
from msgspec.structs import replace

from soak.histories.course import Course
from soak.histories.events import EVENTS
from soak.histories.habits import HABITS
from soak.histories.plan import GROWTHS, WAYS, Fault, FaultColour, Plan

__all__ = ["KINDS", "draw"]

KINDS = (*HABITS, *EVENTS)
"""The names of all situations; a fault that grows is one of `GROWTHS` besides."""

_ALONE = 0.4
"""Part of the histories that have a single situation; the others have two to four."""
_MOST = 5_000
"""Observations in a history."""
_ONSET = (0.4, 0.7)
_BEFORE_S, _BEFORE_COUNT = 7_200.0, 300
_AFTER_S, _AFTER_COUNT = 4_500.0, 8
_G_PER_MM_S_HZ = 1.5e-3
"""RMS in g of a sound block (`soak.histories.sounds`) for each mm/s of its shaft's line and Hz of the shaft."""
_COLOURS: tuple[FaultColour, ...] = ("same", "impacts", "shaft")


def draw(seed: int, only: tuple[str, ...] = ()) -> Plan:
    """Draw a history; with `only` of these situations, all of them at once.

    Raises KeyError for a situation that there isn't. A plan that leaves no time to learn the machine before its
    fault, or to say it afterwards, is drawn again.
    """
    if unknown := set(only) - set(KINDS) - set(GROWTHS):
        raise KeyError(f"no such situation: {', '.join(sorted(unknown))}")
    for attempt in count():
        generator = np.random.default_rng((seed, 0, attempt))
        plan = _drawn(generator, seed, only)
        if plan is not None and _is_fair(plan):
            return plan
    raise AssertionError("count() never ends")


def _drawn(generator: np.random.Generator, seed: int, only: tuple[str, ...]) -> Plan | None:
    names = tuple(name for name in only if name in KINDS) or _names(generator)
    plan = replace(_machine(generator, seed), kinds=names)
    for name in names:
        if name in HABITS:
            plan = HABITS[name].draw(generator, plan)
    plan = _bounded(plan)
    course = Course(plan)
    onset_s = course.total_s * generator.uniform(*_ONSET)
    plan = replace(plan, fault=_fault(generator, course, onset_s, only))
    for name in names:
        if name in EVENTS:
            plan = EVENTS[name].draw(generator, plan, course, onset_s)
    growth = plan.fault.growth if plan.fault is not None and plan.fault.size > 1 and not plan.fault.hot_k else ""
    wanted = set(only) & set(GROWTHS)
    if wanted and growth not in wanted:
        return None
    return replace(plan, kinds=(*plan.kinds, growth) if growth else plan.kinds)


def _names(generator: np.random.Generator) -> tuple[str, ...]:
    """Choose situations that change different parts of a plan."""
    wanted = 1 if generator.random() < _ALONE else int(generator.integers(2, 5))
    parts, found = set[str](), list[str]()
    for number in generator.permutation(len(KINDS)).tolist():
        name = KINDS[number]
        part = (HABITS.get(name) or EVENTS[name]).part
        if part not in parts and not _jars(name, found):
            parts.add(part)
            found.append(name)
        if len(found) == wanted:
            break
    if len(found) > 1 and "steady" in found:
        found.remove("steady")
    return tuple(sorted(found, key=KINDS.index))


def _jars(name: str, others: list[str]) -> bool:
    """Whether a situation makes no sense beside others, as a waveform's beside sensors that tell numbers."""
    pair = {name, *others}
    if "cheap sensor" in pair and pair & {"at the rail", "rate or length changed"}:
        return True
    return "runs hot" in pair and bool(
        pair & {"falls", "at the rail", "repeats its value", "degF for degC", "backlog"}
    )


def _machine(generator: np.random.Generator, seed: int) -> Plan:
    """Draw a machine that runs on and on, and how it is measured."""
    nominal_rpm = float(generator.choice([740.0, 990.0, 1480.0, 2960.0]))
    velocity_mm_s = float(  # so little that no severity zone minds
        np.exp(generator.uniform(np.log(0.2), np.log(0.9)))
    )
    return Plan(
        seed=seed,
        days=float(np.exp(generator.uniform(0.0, np.log(8.0)))),
        interval_s=float(np.exp(generator.uniform(np.log(20.0), np.log(600.0)))),
        thermometer=bool(generator.random() < 0.2),
        described=bool(generator.random() < 0.3),
        nominal_rpm=nominal_rpm,
        base_g=velocity_mm_s * nominal_rpm / 60 * _G_PER_MM_S_HZ,
        scatter=float(generator.uniform(0.02, 0.12)),
        quiet=float(np.exp(generator.uniform(np.log(0.005), np.log(0.06)))),
        way=WAYS[int(generator.integers(0, len(WAYS) - 1))],
        speed="block" if generator.random() < 0.7 else "nothing",
        load="block" if generator.random() < 0.2 else "nothing",
        latency_s=float(np.exp(generator.uniform(np.log(0.2), np.log(30.0)))),
    )


def _bounded(plan: Plan) -> Plan:
    """Keep the number of observations bounded: more days are measured more seldom."""
    each = plan.points + plan.thermometer + ("reading" in (plan.speed, plan.load) and not plan.cheap)
    course = Course(plan)
    standing = each * (course.ends_s - course.total_s) / plan.standing_s
    least_s = each * course.total_s / max(_MOST - standing, _MOST / 4)
    return replace(plan, interval_s=max(plan.interval_s, least_s))


def _fault(generator: np.random.Generator, course: Course, onset_s: float, only: tuple[str, ...]) -> Fault:
    wanted = [growth for growth in GROWTHS if growth in only]
    growth = wanted[0] if wanted else GROWTHS[int(generator.choice(3, p=(0.5, 0.3, 0.2)))]
    left_s = course.total_s - onset_s
    return Fault(
        at_s=course.moment_s(onset_s),
        size=float(generator.uniform(4.5, 10.0)),
        growth=growth,
        grows_s=float(generator.uniform(0.1, 0.7)) * left_s if growth == "slow" else 0.0,
        colour=_COLOURS[int(generator.integers(0, 3))],
    )


def _is_fair(plan: Plan) -> bool:
    """Whether there is time to learn the machine before its fault, and to say it while it lasts."""
    course = Course(plan)
    span = course.faulty_s()
    if plan.fault is None or span is None:
        return False
    settled = [0.0]
    settled += [plan.learned.until_s] if plan.learned is not None else []
    settled += [plan.swap.at_s] if plan.swap is not None and plan.swap.said != "none" else []
    if not all(isfinite(at_s) for at_s in settled):
        return False
    known_s = course.ran(plan.fault.at_s) - course.ran(max(settled))
    modes = len(plan.modes)
    told_s = course.ran(span[1]) - course.ran(span[0])
    back_s = max((outage.back_s for outage in (plan.backlog, plan.away) if outage is not None), default=0.0)
    if back_s > 0.95 * course.ends_s:
        return False
    if plan.backlog is not None and plan.backlog.order == "lost":
        told_s = course.ran(span[1]) - course.ran(max(span[0], plan.backlog.back_s))
    learns = known_s > modes * max(_BEFORE_S, _BEFORE_COUNT * plan.interval_s)
    return learns and _AFTER_COUNT * plan.interval_s < told_s and told_s > _AFTER_S
