"""The situations that are drawn: how a machine runs and what is told of it, and what befalls it on the way.

Each changes the plan that was drawn so far. Of those that would change the same part of it (`part`) a history has
one.
"""

from collections.abc import Callable
from math import inf
from typing import TypeVar, cast

import msgspec
import numpy as np
from msgspec.structs import replace

from soak.histories.course import Course
from soak.histories.plan import (
    ACTIONS,
    Action,
    Away,
    Backlog,
    Breath,
    Clock,
    Learned,
    Mode,
    Plan,
    SensorFault,
    Starts,
    Swap,
    Tacho,
    Way,
    Work,
)

__all__ = ["EVENTS", "GROWTHS", "HABITS", "Event", "Habit"]

Draw = np.random.Generator
T = TypeVar("T")

GROWTHS = ("sudden", "slow", "explosive")
_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_WAYS = (Way(2560.0, 256), Way(2560.0, 2560), Way(25_600.0, 2048), Way(6400.0, 6400), Way(2560.0, 128))
_SCALES = (9.81, 1 / 9.81, 25.4, 1 / 25.4)
_ANEW_US = (0, 315_964_800_000_000, 946_684_800_000_000, 2_085_978_496_000_000)
"""1970, 1980 (GPS), 2000 and 2036 (NTP's next era)."""


class Habit(msgspec.Struct, frozen=True):
    """How the machine runs, or what is told of it, from the first day on."""

    part: str
    draw: Callable[[Draw, Plan], Plan]


class Event(msgspec.Struct, frozen=True):
    """What befalls it: drawn once it is known how it runs, and when its fault begins."""

    part: str
    draw: Callable[[Draw, Plan, Course, float], Plan]
    """The last: the running time at which its fault begins."""


def _one_of(draw: Draw, choices: tuple[T, ...]) -> T:
    return choices[int(draw.integers(0, len(choices)))]


def _within(draw: Draw, low: float, high: float) -> float:
    """Draw evenly on a logarithmic scale."""
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))


def _steady(_: Draw, plan: Plan) -> Plan:
    return plan


def _short_runs(draw: Draw, plan: Plan) -> Plan:
    run_s = _one_of(draw, (110.0, 130.0, 170.0, 300.0, 900.0)) * draw.uniform(0.9, 1.1)
    every_s = _one_of(draw, (1_200.0, 3_600.0, 3_600.0, 7_200.0))
    days = 14.0 if run_s < 200 else draw.uniform(5, 10)
    work = Work(run_s, max(every_s - run_s, 300.0), draw.uniform(0.02, 0.2))
    return replace(plan, work=work, days=days, interval_s=draw.uniform(8, 20), points=1, latency_s=1.0)


def _stops(draw: Draw, plan: Plan) -> Plan:
    run_s, stand_s = _within(draw, _HOUR_S, 2 * _DAY_S), _within(draw, 600.0, 1.5 * _DAY_S)
    return replace(plan, work=Work(run_s, stand_s, draw.uniform(0.1, 0.5)), days=max(plan.days, 4.0))


def _starting(draw: Draw, plan: Plan) -> Plan:
    if plan.work.run_s < inf:
        return plan
    work = Work(_within(draw, 2 * _HOUR_S, 16 * _HOUR_S), _within(draw, _HOUR_S, 12 * _HOUR_S), 0.3)
    return replace(plan, work=work, days=max(plan.days, 4.0), interval_s=min(plan.interval_s, 90.0))


def _long_starts(draw: Draw, plan: Plan) -> Plan:
    seconds = tuple(_within(draw, 30.0, 600.0) for _ in range(int(draw.integers(2, 4))))
    starts = Starts(seconds, draw.uniform(1.5, 4.0), draw.uniform(5, 60))
    return replace(_starting(draw, plan), starts=starts)


def _slow_start(draw: Draw, plan: Plan) -> Plan:
    starts = Starts((draw.uniform(600, 2_400),), draw.uniform(1.5, 2.4), draw.uniform(5, 30))
    return replace(_starting(draw, plan), starts=starts)


def _breathing(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, breath=Breath(draw.uniform(1.3, 2.0), _within(draw, 1_200.0, 10 * _HOUR_S)))


def _regimes(draw: Draw, plan: Plan) -> Plan:
    count = int(draw.integers(2, 5))
    speeds = np.linspace(1.0, 0.55, count) if draw.random() < 0.7 else np.ones(count)
    loads = np.linspace(0.9, 0.2, count)
    modes = tuple(
        Mode(float(s), float(x), float(s**1.5 * draw.uniform(0.7, 1.2))) for s, x in zip(speeds, loads, strict=True)
    )
    load = plan.load if plan.cheap or plan.load != "nothing" else "block"
    stay_s = _within(draw, 1_800.0, 12 * _HOUR_S)
    return replace(plan, modes=modes, stay_s=stay_s, load=load, days=max(plan.days, 3.0))


def _untold(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, speed="nothing", described=bool(draw.random() < 0.5))


def _by_reading(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, speed="reading", load=_one_of(draw, ("nothing", "reading")))


def _cheap(draw: Draw, plan: Plan) -> Plan:
    speed, load = ("nothing" if told == "nothing" else "reading" for told in (plan.speed, plan.load))
    return replace(plan, cheap=True, speed=speed, load=load, scatter=draw.uniform(0.03, 0.1))


def _points(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, points=int(draw.integers(2, 5)), interval_s=max(plan.interval_s, 60.0))


def _warm(_: Draw, plan: Plan) -> Plan:
    return replace(plan, thermometer=True)


HABITS: dict[str, Habit] = {
    "steady": Habit("work", _steady),
    "short runs": Habit("work", _short_runs),
    "stops": Habit("work", _stops),
    "long starts": Habit("starts", _long_starts),
    "slow start": Habit("starts", _slow_start),
    "breathing": Habit("breath", _breathing),
    "regimes": Habit("modes", _regimes),
    "speed not told": Habit("speed", _untold),
    "speed as a reading": Habit("speed", _by_reading),
    "cheap sensor": Habit("way", _cheap),
    "several points": Habit("points", _points),
    "temperature too": Habit("thermometer", _warm),
}


def _before(draw: Draw, course: Course, onset_s: float, low_s: float = 600.0, high_s: float = 10_800.0) -> float:
    """Draw a moment some running time before the fault."""
    return course.moment_s(max(onset_s - _within(draw, low_s, high_s), 0.3 * onset_s))


def _dead_tacho(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    if plan.speed == "nothing":
        plan = replace(plan, speed="reading" if plan.cheap else "block", described=False)
    says = "zero" if draw.random() < 0.75 else "nominal"
    return replace(plan, tacho=Tacho(_before(draw, course, onset_s), says))


def _load_zero(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    if plan.load == "nothing":
        plan = replace(plan, load="reading" if plan.cheap else "block")
    return replace(plan, tacho=Tacho(_before(draw, course, onset_s), "zero", load=True))


def _zone(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    hours = _one_of(draw, (1.0, 2.0, 3.0, 5.5, 8.0, 9.0, 12.0, 14.0))
    at_s = -1.0 if draw.random() < 0.6 else _before(draw, course, onset_s)
    return replace(plan, clock=Clock(at_s, ahead_s=hours * _HOUR_S))


def _jump(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    ahead_s = _one_of(draw, (_HOUR_S, -_HOUR_S, 1_200.0, 7 * _DAY_S))
    return replace(plan, clock=Clock(_before(draw, course, onset_s), ahead_s=ahead_s))


def _drift(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    a_day_s = _within(draw, 20.0, 900.0) * _one_of(draw, (1.0, -1.0))
    corrected_s = inf if draw.random() < 0.5 else course.moment_s(onset_s) - draw.uniform(0, _HOUR_S)
    return replace(plan, clock=Clock(0.0, drift=a_day_s / _DAY_S, until_s=corrected_s))


def _anew(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    at_s = _before(draw, course, onset_s)
    until_s = inf if draw.random() < 0.6 else course.moment_s(onset_s) + draw.uniform(2, 12) * _HOUR_S
    return replace(plan, clock=Clock(at_s, anew_us=_one_of(draw, _ANEW_US), until_s=until_s))


def _behind(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    hours = _one_of(draw, (1.0, 5.0, 8.0, 24.0))
    at_s = -1.0 if draw.random() < 0.5 else _before(draw, course, onset_s)
    return replace(plan, clock=Clock(at_s, ahead_s=-hours * _HOUR_S))


def _outage(draw: Draw, course: Course, onset_s: float) -> tuple[float, float]:
    begins_s = course.moment_s(onset_s)
    return begins_s - _within(draw, 300.0, 2 * _HOUR_S), begins_s + _within(draw, 3 * _HOUR_S, _DAY_S)


def _backlog(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    out_s, back_s = _outage(draw, course, onset_s)
    order = _one_of(draw, ("in-order", "newest-first", "after-live", "interleaved", "four-uploaders", "twice"))
    if plan.fault is not None and plan.fault.size > 1 and draw.random() < 0.6:  # sound again before it is told
        begun_s = course.moment_s(onset_s)
        lasts_s = course.ran(begun_s + draw.uniform(0.5, 0.9) * (back_s - begun_s)) - onset_s
        plan = replace(plan, fault=replace(plan.fault, lasts_s=lasts_s, growth="sudden"))
    return replace(plan, backlog=Backlog(out_s, back_s, order))


def _silence(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    out_s, back_s = _outage(draw, course, onset_s)
    return replace(plan, backlog=Backlog(out_s, back_s, "lost"))


def _worker_away(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    return replace(plan, away=Away(*_outage(draw, course, onset_s)))


def _gathered(draw: Draw, plan: Plan, _: Course, __: float) -> Plan:
    return replace(plan, upload_s=_one_of(draw, (300.0, 900.0, 3_600.0, 14_400.0)))


def _rate_changed(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    other = _one_of(draw, tuple(way for way in _WAYS if way != plan.way))
    moment_s = course.moment_s(onset_s * draw.uniform(0.35, 0.5))
    if draw.random() < 0.4:  # with the fault, so that nobody could learn the new way while it was sound
        moment_s = _before(draw, course, onset_s, 300.0, 3_600.0)
    return replace(plan, other_way=other, changed_s=moment_s)


def _swapped(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    factor = _one_of(draw, _SCALES) if draw.random() < 0.6 else 1 / _within(draw, 3.0, 30.0)
    said = cast("Action", _one_of(draw, ACTIONS))
    at_s = course.moment_s(onset_s * draw.uniform(0.35, 0.5))
    return replace(plan, swap=Swap(at_s, factor, said))


def _fahrenheit(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    at_s = _before(draw, course, onset_s)
    return replace(plan, thermometer=True, swap=Swap(at_s, 1.0, fahrenheit=True))


def _at_rail(draw: Draw, plan: Plan, _: Course, __: float) -> Plan:
    return replace(plan, sensor=SensorFault("rail", 0.0, rail=draw.uniform(4.5, 14.0)))


def _repeats(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    return replace(plan, sensor=SensorFault("repeats", _before(draw, course, onset_s)))


def _broken(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    begun_s, kind = course.moment_s(onset_s), _one_of(draw, ("dead", "erratic"))
    if draw.random() < 0.5:  # mended before the fault
        at_s = course.moment_s(onset_s * draw.uniform(0.5, 0.8))
        return replace(plan, sensor=SensorFault(kind, at_s, min(at_s + draw.uniform(1, 8) * _HOUR_S, begun_s)))
    return replace(plan, sensor=SensorFault(kind, begun_s - 3_600.0, begun_s + draw.uniform(1, 6) * _HOUR_S))


def _learned_faulty(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    until_s = course.moment_s(onset_s * draw.uniform(0.3, 0.5))
    return replace(plan, learned=Learned(draw.uniform(2.0, 5.0), until_s))


def _falls(draw: Draw, plan: Plan, _: Course, __: float) -> Plan:
    assert plan.fault is not None
    return replace(plan, fault=replace(plan.fault, size=draw.uniform(0.12, 0.25), growth="sudden", colour="same"))


def _runs_hot(draw: Draw, plan: Plan, _: Course, __: float) -> Plan:
    assert plan.fault is not None
    hot = replace(plan.fault, hot_k=draw.uniform(45, 70), growth="sudden")
    return replace(plan, thermometer=True, fault=hot)


EVENTS: dict[str, Event] = {
    "falls": Event("fault", _falls),
    "runs hot": Event("fault", _runs_hot),
    "learned while faulty": Event("learned", _learned_faulty),
    "dead tachometer": Event("tacho", _dead_tacho),
    "load told 0": Event("tacho", _load_zero),
    "clock ahead by zone": Event("clock", _zone),
    "clock jumps": Event("clock", _jump),
    "clock drifts": Event("clock", _drift),
    "clock begins anew": Event("clock", _anew),
    "clock behind": Event("clock", _behind),
    "backlog": Event("backlog", _backlog),
    "silence": Event("backlog", _silence),
    "gathered uploads": Event("upload", _gathered),
    "worker away": Event("away", _worker_away),
    "rate or length changed": Event("way", _rate_changed),
    "sensor swapped": Event("swap", _swapped),
    "degF for degC": Event("swap", _fahrenheit),
    "at the rail": Event("sensor", _at_rail),
    "repeats its value": Event("sensor", _repeats),
    "sensor fault": Event("sensor", _broken),
}
