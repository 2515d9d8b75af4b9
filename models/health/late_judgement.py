"""The judgement of one observation that came late: by the limits that hold for live ones, for itself alone.

Nothing is smoothed, as there is no order; shocks and starts are told from faults by how many there are of them
(`models.condition.late_episode`). What an observation doesn't say of the machine is not guessed: where it may
belong to several regimes, that one counts in which it is least unusual.
"""

from collections.abc import Mapping
from math import exp, log

from models.alarms.symptom import Symptom, degree_of
from models.condition.channel import CHANGE_INDICATORS, MeasuredObservation
from models.condition.features import MAX_C, MIN_C, value_to_log
from models.condition.late_baseline import LateBaseline, UsualIn
from models.condition.operating_state import is_still
from models.condition.regimes import OperatingPoint, operating_point
from models.health.rules import change_limits, limit_symptom, rise_symptom, severity_of
from models.machinery.machine import Configuration, Thresholds
from models.machinery.severity import MINIMUM_SECONDS, boundaries_of
from models.machinery.temperature import temperature_limit_c
from models.observations import ReadingObserved, TemperatureObserved, VibrationObserved
from models.signal.reading_names import is_vibration_level, load_percent_in, speed_rpm_in

__all__ = ["judge_late"]

_VELOCITY = "velocity_rms_mm_s"
_STANDSTILL = log(0.1)
"""Below a tenth of the least baseline of any regime the machine stands."""


def judge_late(
    observation: MeasuredObservation,
    values: Mapping[str, float],
    baseline: LateBaseline,
    configuration: Configuration,
) -> Symptom | None:
    """Give the worst that an observation shows, sound or not; None where that isn't known, or the machine stood."""
    speed_rpm, load_percent = _operation(observation, values)
    if speed_rpm is not None and is_still(speed_rpm, configuration):
        return None
    usual = baseline.of(operating_point(speed_rpm, load_percent))
    if isinstance(observation, TemperatureObserved):
        return _hottest(observation.point, values, usual, configuration)
    logs = {name: value_to_log(value) for name, value in values.items() if _is_level(observation, name, value)}
    if "rms_g" in logs and _stood(logs["rms_g"], baseline):
        return None
    found = [] if not usual else _changes(logs, baseline, usual, configuration.thresholds)
    if isinstance(observation, VibrationObserved):
        found += _severity(observation.seconds, logs, baseline, usual, configuration)
    return max(found, key=lambda symptom: symptom.degree, default=None)


def _operation(observation: MeasuredObservation, values: Mapping[str, float]) -> tuple[float | None, float | None]:
    """Give speed and load as the observation itself tells them."""
    if isinstance(observation, VibrationObserved):
        point = OperatingPoint(observation.speed_rpm, observation.load_percent)
        return point if point.is_finite else (None, None)
    if isinstance(observation, ReadingObserved):
        return speed_rpm_in(values), load_percent_in(values)
    return None, None


def _is_level(observation: MeasuredObservation, name: str, value: float) -> bool:
    if isinstance(observation, ReadingObserved):
        return value > 0.0 and is_vibration_level(name)
    return name in CHANGE_INDICATORS


def _stood(rms: float, baseline: LateBaseline) -> bool:
    least = baseline.least("rms_g")
    return least is not None and rms < least + _STANDSTILL


def _changes(
    logs: Mapping[str, float], baseline: LateBaseline, usual: list[UsualIn], thresholds: Thresholds
) -> list[Symptom]:
    """Give the change that has gone furthest, in the regime where that is least; empty where none can be judged."""
    least: Symptom | None = None
    for each in usual:
        furthest, worst, worst_limits = -1.0, "", list[float]()
        levels = baseline.levels(each)
        for name, (location, sigma) in levels.items():
            if name not in logs:
                continue
            limits = change_limits(location, sigma, thresholds)
            degree = degree_of(logs[name], location, limits)
            if degree > furthest:
                furthest, worst, worst_limits = degree, name, limits
        if not worst:
            return []
        if least is None or furthest < least.degree:
            shown = [exp(limit) for limit in worst_limits]
            least = Symptom("change", worst, exp(logs[worst]), exp(levels[worst][0]), shown, furthest)
    return [] if least is None else [least]


def _severity(
    seconds: float,
    logs: Mapping[str, float],
    baseline: LateBaseline,
    usual: list[UsualIn],
    configuration: Configuration,
) -> list[Symptom]:
    boundaries = boundaries_of(configuration.machine)
    if boundaries is None or not seconds >= MINIMUM_SECONDS or _VELOCITY not in logs:
        return []
    levels = [baseline.levels(each) for each in usual]
    known = [level[_VELOCITY][0] for level in levels if _VELOCITY in level]
    loudest = exp(max(known)) if known and len(known) == len(usual) else None
    return [severity_of(exp(logs[_VELOCITY]), loudest, boundaries)]


def _hottest(
    point: str, values: Mapping[str, float], usual: list[UsualIn], configuration: Configuration
) -> Symptom | None:
    if "value_c" not in values:
        return None
    value_c, found = min(max(values["value_c"], MIN_C), MAX_C), []
    if usual:
        warm_c, swing_k = (max(each.values[0][k] for each in usual) for k in (0, 1))
        found.append(rise_symptom(value_c, warm_c, swing_k, configuration.thresholds))
    absolute_c = temperature_limit_c(configuration.machine, point)
    if absolute_c is not None:
        found.append(limit_symptom(value_c, absolute_c))
    return max(found, key=lambda symptom: symptom.degree, default=None)
