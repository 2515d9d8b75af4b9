"""Situations that come: what befalls a machine, its instruments or what they send, about the time of its fault.

Each changes the plan that was drawn so far. Of those that would change the same part of it (`part`) a history has
one.
"""

from collections.abc import Callable
from math import inf

import msgspec
from msgspec.structs import replace

from soak.histories.course import Course
from soak.histories.draws import Draw, one_of, within
from soak.histories.plan import (
    ACTIONS,
    WAYS,
    Away,
    Backlog,
    Clock,
    Learned,
    Order,
    Plan,
    SensorFault,
    SensorKind,
    Swap,
    Tacho,
)  # fmt: skip

__all__ = ["EVENTS", "Event"]

_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_SCALES = (9.81, 1 / 9.81, 25.4, 1 / 25.4)
_ANEW_US = (0, 315_964_800_000_000, 946_684_800_000_000, 2_085_978_496_000_000)
"""1970, 1980 (GPS), 2000 and 2036 (NTP's next era)."""
_ORDERS: tuple[Order, ...] = (
    "in-order", "newest-first", "after-live", "interleaved", "four-uploaders", "twice",
)  # fmt: skip
_BROKEN: tuple[SensorKind, ...] = ("dead", "erratic")


class Event(msgspec.Struct, frozen=True):
    """What befalls it: drawn once it is known how it runs, and when its fault begins."""

    part: str
    draw: Callable[[Draw, Plan, Course, float], Plan]
    """The last: the running time at which its fault begins."""


def _before(draw: Draw, course: Course, onset_s: float, low_s: float = 600.0, high_s: float = 10_800.0) -> float:
    """Draw a moment some running time before the fault."""
    return course.moment_s(max(onset_s - within(draw, low_s, high_s), 0.3 * onset_s))


def _dead_tacho(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    if plan.speed == "nothing":
        plan = replace(plan, speed="reading" if plan.cheap else "block", described=False)
    says = draw.random()
    at_s = _before(draw, course, onset_s)
    return replace(plan, tacho=Tacho(at_s, "zero" if says < 0.75 else "nominal"))


def _load_zero(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    if plan.load == "nothing":
        plan = replace(plan, load="reading" if plan.cheap else "block")
    return replace(plan, tacho=Tacho(_before(draw, course, onset_s), "zero", load=True))


def _zone(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    hours = one_of(draw, (1.0, 2.0, 3.0, 5.5, 8.0, 9.0, 12.0, 14.0))
    at_s = -1.0 if draw.random() < 0.6 else _before(draw, course, onset_s)
    return replace(plan, clock=Clock(at_s, ahead_s=hours * _HOUR_S))


def _jump(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    ahead_s = one_of(draw, (_HOUR_S, -_HOUR_S, 1_200.0, 7 * _DAY_S))
    return replace(plan, clock=Clock(_before(draw, course, onset_s), ahead_s=ahead_s))


def _drift(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    a_day_s = within(draw, 20.0, 900.0) * one_of(draw, (1.0, -1.0))
    corrected_s = inf if draw.random() < 0.5 else course.moment_s(onset_s) - draw.uniform(0, _HOUR_S)
    return replace(plan, clock=Clock(0.0, drift=a_day_s / _DAY_S, until_s=corrected_s))


def _anew(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    at_s = _before(draw, course, onset_s)
    until_s = inf if draw.random() < 0.6 else course.moment_s(onset_s) + draw.uniform(2, 12) * _HOUR_S
    return replace(plan, clock=Clock(at_s, anew_us=one_of(draw, _ANEW_US), until_s=until_s))


def _behind(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    hours = one_of(draw, (1.0, 5.0, 8.0, 24.0))
    at_s = -1.0 if draw.random() < 0.5 else _before(draw, course, onset_s)
    return replace(plan, clock=Clock(at_s, ahead_s=-hours * _HOUR_S))


def _outage(draw: Draw, course: Course, onset_s: float) -> tuple[float, float]:
    begins_s = course.moment_s(onset_s)
    return begins_s - within(draw, 300.0, 2 * _HOUR_S), begins_s + within(draw, 3 * _HOUR_S, _DAY_S)


def _backlog(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    out_s, back_s = _outage(draw, course, onset_s)
    order = one_of(draw, _ORDERS)
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
    return replace(plan, upload_s=one_of(draw, (300.0, 900.0, 3_600.0, 14_400.0)))


def _rate_changed(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    other = one_of(draw, tuple(way for way in WAYS if way != plan.way))
    moment_s = course.moment_s(onset_s * draw.uniform(0.35, 0.5))
    if draw.random() < 0.4:  # with the fault, so that nobody could learn the new way while it was sound
        moment_s = _before(draw, course, onset_s, 300.0, 3_600.0)
    return replace(plan, other_way=other, changed_s=moment_s)


def _swapped(draw: Draw, plan: Plan, course: Course, onset_s: float) -> Plan:
    factor = one_of(draw, _SCALES) if draw.random() < 0.6 else 1 / within(draw, 3.0, 30.0)
    said = one_of(draw, ACTIONS)
    if said != "none" and factor in _SCALES:  # a unit that is wrong stays wrong whatever people say of the sensor
        factor = 1 / within(draw, 3.0, 30.0)
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
    begun_s, kind = course.moment_s(onset_s), one_of(draw, _BROKEN)
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
