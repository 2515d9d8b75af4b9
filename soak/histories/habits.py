"""Situations that last: how a machine runs from the first day on, how it is measured and what is told of it.

Each changes the plan that was drawn so far. Of those that would change the same part of it (`part`) a history has
one.
"""

from collections.abc import Callable
from math import inf

import msgspec
import numpy as np
from msgspec.structs import replace

from soak.histories.draws import Draw, one_of, within
from soak.histories.plan import Breath, Mode, Plan, Starts, Work

__all__ = ["HABITS", "Habit"]

_HOUR_S, _DAY_S = 3_600.0, 86_400.0


class Habit(msgspec.Struct, frozen=True):
    """How the machine runs, or what is told of it, from the first day on."""

    part: str
    draw: Callable[[Draw, Plan], Plan]


def _steady(_: Draw, plan: Plan) -> Plan:
    return plan


def _short_runs(draw: Draw, plan: Plan) -> Plan:
    run_s = one_of(draw, (110.0, 130.0, 170.0, 300.0, 900.0)) * draw.uniform(0.9, 1.1)
    every_s = one_of(draw, (1_200.0, 3_600.0, 3_600.0, 7_200.0))
    days = 14.0 if run_s < 200 else draw.uniform(5, 10)
    work = Work(run_s, max(every_s - run_s, 300.0), draw.uniform(0.02, 0.2))
    return replace(plan, work=work, days=days, interval_s=draw.uniform(8, 20), points=1, latency_s=1.0)


def _stops(draw: Draw, plan: Plan) -> Plan:
    run_s, stand_s = within(draw, _HOUR_S, 2 * _DAY_S), within(draw, 600.0, 1.5 * _DAY_S)
    return replace(plan, work=Work(run_s, stand_s, draw.uniform(0.1, 0.5)), days=max(plan.days, 4.0))


def _starting(draw: Draw, plan: Plan) -> Plan:
    if plan.work.run_s < inf:
        return plan
    work = Work(within(draw, 2 * _HOUR_S, 16 * _HOUR_S), within(draw, _HOUR_S, 12 * _HOUR_S), 0.3)
    return replace(plan, work=work, days=max(plan.days, 4.0), interval_s=min(plan.interval_s, 90.0))


def _long_starts(draw: Draw, plan: Plan) -> Plan:
    seconds = tuple(within(draw, 30.0, 600.0) for _ in range(int(draw.integers(2, 4))))
    starts = Starts(seconds, draw.uniform(1.5, 4.0), draw.uniform(5, 60))
    return replace(_starting(draw, plan), starts=starts)


def _slow_start(draw: Draw, plan: Plan) -> Plan:
    starts = Starts((draw.uniform(600, 2_400),), draw.uniform(1.5, 2.4), draw.uniform(5, 30))
    return replace(_starting(draw, plan), starts=starts)


def _breathing(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, breath=Breath(draw.uniform(1.3, 2.0), within(draw, 1_200.0, 10 * _HOUR_S)))


def _regimes(draw: Draw, plan: Plan) -> Plan:
    count = int(draw.integers(2, 5))
    speeds = np.linspace(1.0, 0.55, count) if draw.random() < 0.7 else np.ones(count)
    loads = np.linspace(0.9, 0.2, count)
    modes = tuple(
        Mode(float(s), float(x), float(s**1.5 * draw.uniform(0.7, 1.2))) for s, x in zip(speeds, loads, strict=True)
    )
    load = plan.load if plan.cheap or plan.load != "nothing" else "block"
    stay_s = within(draw, 1_800.0, 12 * _HOUR_S)
    return replace(plan, modes=modes, stay_s=stay_s, load=load, days=max(plan.days, 3.0))


def _untold(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, speed="nothing", described=bool(draw.random() < 0.5))


def _by_reading(draw: Draw, plan: Plan) -> Plan:
    return replace(plan, speed="reading", load=one_of(draw, ("nothing", "reading")))


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
