"""What a drawn machine's instruments say, in the order in which they measure: without clocks, before it is sent."""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.machinery.machine import Configuration, Machine
from models.observations import (
    AcceptObserved,
    MaintenanceObserved,
    Observation,
    ReadingObserved,
    TemperatureObserved,
    VibrationObserved,
)
from models.signal.temperature import temperature_indicators
from soak.histories.course import Course
from soak.histories.plan import Plan, Way
from soak.histories.sounds import BLOCKS, Colour, Sounds

__all__ = ["MACHINE", "MAIN", "Measured", "configuration_of", "measured", "moments_of"]

Real = NDArray[np.float64]

MACHINE, MAIN, _PANEL, _BEARING = "M-1", "drive-end", "panel", "bearing"
_OTHERS = ("fan-end", "gearbox", "pump")
_LEVEL_NAMES = ("rms_mm_s", "velocity_rms", "vibration_g", "振动有效值")
_TEMPERATURE_EVERY = 2
_MM_S_PER_G = 20.0


class Measured(msgspec.Struct, frozen=True):
    """What one instrument measured, or people said, at a moment."""

    at_s: float
    point: str
    observation: Observation
    """With the times of nobody's clock: they are put in when it is sent."""


def configuration_of(plan: Plan) -> Configuration:
    """Give what is known of the machine."""
    if not plan.described:
        return Configuration(machine=Machine(id=MACHINE))
    return Configuration(
        machine=Machine(id=MACHINE, speed_rpm=plan.nominal_rpm, power_kw=37.0, mounting="rigid", kind="pump")
    )


def moments_of(plan: Plan, course: Course, generator: np.random.Generator) -> Real:
    """Give the moments at which its instruments measure: often while it runs, seldom while it stands."""
    found: list[Real] = []
    before_s = 0.0
    for begin_s, end_s in course.runs.tolist():
        found.append(np.arange(before_s + plan.standing_s / 2, begin_s, plan.standing_s))
        phase_s = generator.uniform(0, min(plan.interval_s, end_s - begin_s))
        found.append(np.arange(begin_s + phase_s, end_s, plan.interval_s))
        before_s = end_s
    found.append(np.arange(before_s + plan.standing_s / 2, course.ends_s, plan.standing_s))
    return np.concatenate(found)


def measured(plan: Plan, course: Course) -> list[Measured]:
    """Give all that is measured and said, in true order."""
    generator = np.random.default_rng((plan.seed, 31))
    at_s = moments_of(plan, course, generator)
    found: list[Measured] = []
    for number in range(plan.points):
        point = MAIN if number == 0 else _OTHERS[number - 1]
        found += _of_point(plan, course, at_s + 2.0 * number, number, point)
    if plan.thermometer:
        found += _temperatures(plan, course, at_s[::_TEMPERATURE_EVERY] + 0.7)
    if "reading" in (plan.speed, plan.load) and not plan.cheap:
        found += _panel(plan, course, at_s - 0.5)
    found += _said(plan)
    return sorted(found, key=lambda each: each.at_s)


def _of_point(plan: Plan, course: Course, at_s: Real, number: int, point: str) -> Iterator[Measured]:
    generator = np.random.default_rng((plan.seed, 32, number))
    scatter = np.exp(plan.scatter * generator.standard_normal(len(at_s)))
    share, own = (1.0, 1.0) if number == 0 else (generator.uniform(0.2, 0.6), generator.uniform(0.5, 2.0))
    level_g = plan.base_g * own * scatter * course.usual_level(at_s) * course.fault_times(at_s) ** share
    level_g = np.where(course.runs_at(at_s), level_g, plan.base_g * own * plan.quiet * scatter)
    if plan.swap is not None and not plan.swap.fahrenheit and number == 0:
        level_g = np.where(at_s >= plan.swap.at_s, level_g * plan.swap.factor, level_g)
    found = _readings if plan.cheap else _blocks
    of_point = found(plan, course, at_s, level_g, point)
    return _failing(plan, of_point, generator) if number == 0 else of_point


def _blocks(plan: Plan, course: Course, at_s: Real, level_g: Real, point: str) -> Iterator[Measured]:
    sounds = Sounds(configuration_of(plan), plan.seed)
    choice = np.cumsum(np.random.default_rng((plan.seed, 33)).integers(1, BLOCKS, len(at_s))) % BLOCKS
    runs, parts, faulty = course.runs_at(at_s), course.speed_part(at_s), course.fault_times(at_s) > 2.0
    speeds, loads = _told(plan, course, at_s)
    rail_g = None if plan.sensor is None or plan.sensor.kind != "rail" else plan.sensor.rail * plan.base_g
    for i, now_s in enumerate(at_s.tolist()):
        colour: Colour = "standing" if not runs[i] else plan.fault.colour if plan.fault and faulty[i] else "same"
        observation = sounds.observed(
            _way(plan, now_s),
            colour,
            int(choice[i]),
            level_g=float(level_g[i]),
            rpm=parts[i] * plan.nominal_rpm,
            rail_g=rail_g if rail_g is not None and 3.0 * level_g[i] > rail_g else None,
        )
        nominal = plan.nominal_rpm if plan.described else None
        speed_rpm = float(speeds[i]) if plan.speed == "block" else nominal
        load = float(loads[i]) if plan.load == "block" else None
        yield Measured(
            now_s,
            point,
            msgspec.structs.replace(observation, point=point, speed_rpm=speed_rpm, load_percent=load),
        )


def _way(plan: Plan, now_s: float) -> Way:
    return plan.other_way if plan.other_way is not None and now_s >= plan.changed_s else plan.way


def _readings(plan: Plan, course: Course, at_s: Real, level_g: Real, point: str) -> Iterator[Measured]:
    name = _LEVEL_NAMES[plan.seed % len(_LEVEL_NAMES)]
    speeds, loads = _told(plan, course, at_s)
    for i, now_s in enumerate(at_s.tolist()):
        values = {name: round(float(level_g[i]) * _MM_S_PER_G, 3)}
        if point == MAIN and plan.speed != "nothing":
            values["speed_rpm"] = float(speeds[i])
        if point == MAIN and plan.load != "nothing":
            values["load_percent"] = float(loads[i])
        yield _reading(now_s, point, values)


def _panel(plan: Plan, course: Course, at_s: Real) -> Iterator[Measured]:
    speeds, loads = _told(plan, course, at_s)
    for i, now_s in enumerate(at_s.tolist()):
        values = {"speed_rpm": float(speeds[i])} if plan.speed == "reading" else {}
        if plan.load == "reading":
            values["load_percent"] = float(loads[i])
        yield _reading(now_s, _PANEL, values)


def _told(plan: Plan, course: Course, at_s: Real) -> tuple[Real, Real]:
    """Give speed and load as they are told, each rounded as a register does."""
    generator = np.random.default_rng((plan.seed, 34))
    parts, running = course.speed_part(at_s), course.runs_at(at_s)
    speeds: Real = np.round(parts * plan.nominal_rpm * (1 + 0.002 * generator.standard_normal(len(at_s))), 1)
    usual = 100.0 * np.array([mode.load for mode in plan.modes])[course.mode_at(at_s)]
    loads: Real = np.round(np.where(running, usual + generator.uniform(-2, 2, len(at_s)), 0.0), 1)
    if plan.tacho is not None:
        dead = at_s >= plan.tacho.at_s
        if plan.tacho.load:
            loads = np.where(dead, 0.0, loads)
        else:
            speeds = np.where(dead, plan.nominal_rpm + 1.0 if plan.tacho.says == "nominal" else 0.0, speeds)
    return speeds, loads


def _temperatures(plan: Plan, course: Course, at_s: Real) -> Iterator[Measured]:
    generator = np.random.default_rng((plan.seed, 35))
    values_c = course.temperatures_c(at_s) + 0.3 * generator.standard_normal(len(at_s))
    swap = plan.swap
    for now_s, value_c in zip(at_s.tolist(), values_c.tolist(), strict=True):
        other = swap is not None and swap.fahrenheit and now_s >= swap.at_s
        found = temperature_indicators(round(value_c * 1.8 + 32 if other else value_c, 1), unit="C")
        yield Measured(
            now_s,
            _BEARING,
            TemperatureObserved(
                machine=MACHINE, point=_BEARING, time_us=0, observed_us=0, digest="",
                flags=found.flags, indicators=found.values,
            ),
        )  # fmt: skip


def _reading(at_s: float, point: str, values: dict[str, float]) -> Measured:
    observation = ReadingObserved(machine=MACHINE, point=point, time_us=0, observed_us=0, digest="", values=values)
    return Measured(at_s, point, observation)


def _said(plan: Plan) -> Iterator[Measured]:
    """Give what people say: of a sensor swapped, of a machine mended."""
    if plan.swap is not None and plan.swap.said != "none":
        yield _action(plan.swap.at_s + 300.0, accepted=plan.swap.said == "accept")
    if plan.learned is not None:
        yield _action(plan.learned.until_s + 1.0, accepted=False)


def _action(at_s: float, *, accepted: bool) -> Measured:
    if accepted:
        return Measured(
            at_s, "", AcceptObserved(machine=MACHINE, observed_us=0, time_us=0, digest="", by="crew", point=MAIN)
        )
    return Measured(
        at_s,
        "",
        MaintenanceObserved(machine=MACHINE, observed_us=0, time_us=0, digest="", by="crew", done="mended"),
    )


def _failing(plan: Plan, found: Iterator[Measured], generator: np.random.Generator) -> Iterator[Measured]:
    """Let the main point's sensor fail as planned."""
    sensor = plan.sensor
    if sensor is None or sensor.kind == "rail":
        yield from found
        return
    last: Measured | None = None
    for each in found:
        if not sensor.at_s <= each.at_s < sensor.until_s:
            last = each
            yield each
        elif sensor.kind == "repeats":
            yield each if last is None else msgspec.structs.replace(each, observation=_repeated(last, each))
        else:
            yield msgspec.structs.replace(each, observation=_broken(plan, each, generator))


def _repeated(last: Measured, now: Measured) -> Observation:
    """Give the last value again; the speed beside it goes on."""
    if isinstance(last.observation, VibrationObserved) and isinstance(now.observation, VibrationObserved):
        speed_rpm, load = now.observation.speed_rpm, now.observation.load_percent
        return msgspec.structs.replace(last.observation, speed_rpm=speed_rpm, load_percent=load)
    if isinstance(last.observation, ReadingObserved) and isinstance(now.observation, ReadingObserved):
        names = [name for name in now.observation.values if name in _LEVEL_NAMES]
        return msgspec.structs.replace(
            now.observation,
            values={**now.observation.values, **{name: last.observation.values[name] for name in names}},
        )
    return now.observation


def _broken(plan: Plan, each: Measured, generator: np.random.Generator) -> Observation:
    """Give what a broken sensor says: nothing but an offset, or a loose contact's steps."""
    assert plan.sensor is not None
    if isinstance(each.observation, ReadingObserved):
        value = 0.0 if plan.sensor.kind == "dead" else float(generator.choice([0.0, 999.0]))
        values = {name: value if name in _LEVEL_NAMES else v for name, v in each.observation.values.items()}
        return msgspec.structs.replace(each.observation, values=values)
    assert isinstance(each.observation, VibrationObserved)
    way = _way(plan, each.at_s)
    wave = np.full(way.samples, 2.5)
    if plan.sensor.kind == "erratic":
        wave = np.where(np.arange(way.samples) < generator.integers(1, way.samples), 0.0, 5.0)
    broken = Sounds(configuration_of(plan), 0).observe(wave, way, plan.nominal_rpm)
    return msgspec.structs.replace(
        broken,
        point=each.point,
        speed_rpm=each.observation.speed_rpm,
        load_percent=each.observation.load_percent,
    )
