"""The rules: each gives the symptom that an observation shows, with a degree of how far gone it is."""

from functools import lru_cache
from math import exp, log

import msgspec

from models.alarms.alarm import Delays
from models.alarms.symptom import Symptom, degree_of
from models.condition.baseline import MIN_BASELINE_VALUES
from models.condition.channel import Channel
from models.machinery.machine import Configuration, Thresholds
from models.machinery.severity import MINIMUM_SECONDS, Boundaries, boundaries_of
from models.machinery.temperature import temperature_limit_c

__all__ = [
    "absolute_symptoms",
    "anomaly_delays",
    "anomaly_symptom",
    "change_limits",
    "change_symptom",
    "limit_symptom",
    "limit_symptoms",
    "rise_symptom",
    "severity_of",
    "temperature_symptom",
]

_VELOCITY = "velocity_rms_mm_s"
_SIGMA_SHARES = (1.0, 1.25, 1.5)
"""What is significant at low need not be much more so to be worse: above that the factor decides."""
_ANOMALY_DEGREE_STEP = 2.0
"""A score this many times its limit is as far as an anomaly goes."""
_ANOMALY_DEADBAND = 0.5
"""In degrees. A score is the largest of many deviations, and strays by a quarter of a degree from one observation
to the next: one that hovers about its limit for days would be told anew every few hours."""
_SWINGS = 4.0
_MIN_SHARE = 0.1


@lru_cache(maxsize=256)
def _least_rises(thresholds: Thresholds) -> tuple[tuple[float, float], ...]:
    """Give the logarithm of each limit's factor, with its share of `change_sigmas`."""
    factors = (thresholds.change_low, thresholds.change_medium, thresholds.change_high)
    return tuple((log(factor), share) for factor, share in zip(factors, _SIGMA_SHARES, strict=True))


def change_limits(location: float, sigma: float, thresholds: Thresholds) -> list[float]:
    """Give the limits of a change from a baseline, all natural logarithms."""
    return _limits(location, thresholds.change_sigmas * sigma, _least_rises(thresholds))


def _limits(location: float, step: float, least: tuple[tuple[float, float], ...]) -> list[float]:
    (low, first), (medium, second), (high, third) = least
    return [
        location + max(low, first * step),
        location + max(medium, second * step),
        location + max(high, third * step),
    ]


def change_symptom(channel: Channel, smoothed: dict[str, float], thresholds: Thresholds) -> Symptom | None:
    """Give the change of the indicators against their own baselines: the one that has gone furthest.

    `smoothed` holds running medians of natural logarithms. A limit is the baseline times its factor, or, where the
    signal is restless, as many standard deviations above it as `change_sigmas` asks.
    """
    least, sigmas = _least_rises(thresholds), thresholds.change_sigmas
    least_low, low_share = least[0]
    furthest, worst = -1.0, ""
    baselines, starts = channel.baselines, channel.starts
    allowed = 0.0 if starts is None else starts.allowed_rise
    for name, baseline in baselines.items():
        value = smoothed.get(name)
        if value is None or baseline.count < MIN_BASELINE_VALUES:
            continue
        location = baseline.location + allowed
        if value <= location and furthest >= 0.0:
            continue  # it has not risen, and another is as far as that at least
        step = sigmas * baseline.sigma()
        low = location + max(least_low, low_share * step)
        degree = degree_of(value, location, [low] if value < low else _limits(location, step, least))
        if degree > furthest:
            furthest, worst = degree, name
    if not worst:
        return None
    location = baselines[worst].location + allowed
    limits = [exp(limit) for limit in _limits(location, sigmas * baselines[worst].sigma(), least)]
    return Symptom("change", worst, exp(smoothed[worst]), exp(location), limits, furthest)


def severity_symptom(
    channel: Channel, smoothed: dict[str, float], seconds: float, configuration: Configuration
) -> Symptom | None:
    """Place the velocity against the machine's severity zones, and against a change of a quarter of B/C."""
    boundaries = boundaries_of(configuration.machine)
    if boundaries is None or not seconds >= MINIMUM_SECONDS or _VELOCITY not in smoothed:
        return None
    baseline = channel.baselines[_VELOCITY]
    allowed = 0.0 if channel.starts is None else channel.starts.allowed_rise
    usual = exp(baseline.location + allowed) if channel.ready and baseline.ready else None
    return severity_of(exp(smoothed[_VELOCITY]), usual, boundaries)


def severity_of(velocity_mm_s: float, usual_mm_s: float | None, boundaries: Boundaries) -> Symptom:
    """Place a velocity against the zones, and against its baseline where there is one."""
    reference, low = 0.0, boundaries.bc_mm_s
    if usual_mm_s is not None:
        reference = min(usual_mm_s, low)
        low = min(usual_mm_s + 0.25 * boundaries.bc_mm_s, boundaries.bc_mm_s)
    limits = [low, boundaries.bc_mm_s, boundaries.cd_mm_s]
    degree = degree_of(velocity_mm_s, reference, limits)
    return Symptom("severity", _VELOCITY, velocity_mm_s, usual_mm_s if reference else None, limits, degree)


def temperature_symptom(channel: Channel, smoothed_c: float, configuration: Configuration) -> Symptom | None:
    """Judge the rise above the machine's own warm state, and the maker's limit or the pack's where there is one.

    Where a temperature swings with the load, a rise counts only beyond four times its usual distance from the warm
    state (a mean one, so that is about three sigma).
    """
    absolute = temperature_limit_c(configuration.machine, channel.point)
    symptoms = []
    reference = channel.warm_state_c
    if channel.ready and reference is not None:
        swing_k = channel.regime_baseline.thermal_baseline.swing_k
        symptoms.append(rise_symptom(smoothed_c, reference, swing_k, configuration.thresholds))
    if absolute is not None:
        symptoms.append(limit_symptom(smoothed_c, absolute))
    return max(symptoms, key=lambda symptom: symptom.degree, default=None)


def rise_symptom(value_c: float, warm_c: float, swing_k: float, thresholds: Thresholds) -> Symptom:
    """Judge the rise above a warm state about which the temperature usually swings so far."""
    rises = (
        thresholds.temperature_rise_low_k,
        thresholds.temperature_rise_medium_k,
        thresholds.temperature_rise_high_k,
    )
    step = _SWINGS * swing_k
    limits = [warm_c + max(rise, share * step) for rise, share in zip(rises, _SIGMA_SHARES, strict=True)]
    return Symptom("temperature", "rise", value_c, warm_c, limits, degree_of(value_c, warm_c, limits))


def limit_symptom(value_c: float, absolute_c: float) -> Symptom:
    """Judge a temperature against the maker's limit or the pack's."""
    limits = [absolute_c - 5.0, absolute_c, absolute_c + 10.0]
    return Symptom("temperature", "value_c", value_c, None, limits, degree_of(value_c, absolute_c - 10.0, limits))


def limit_symptoms(
    channel: Channel, smoothed: dict[str, float], seconds: float, configuration: Configuration
) -> list[Symptom]:
    """Give the symptoms against limits that no machine may exceed: severity zones, and a maker's temperature."""
    if channel.measurement == "temperature" and "value_c" in smoothed:
        absolute_c = temperature_limit_c(configuration.machine, channel.point)
        return [] if absolute_c is None else [limit_symptom(smoothed["value_c"], absolute_c)]
    return (
        absolute_symptoms(channel, smoothed, seconds, configuration) if channel.measurement == "indicators" else []
    )


def absolute_symptoms(
    channel: Channel, smoothed: dict[str, float], seconds: float, configuration: Configuration
) -> list[Symptom]:
    """Give the symptoms that need no baseline, so that they hold while a machine is still being learned."""
    if channel.measurement == "indicators":
        symptom = severity_symptom(channel, smoothed, seconds, configuration)
    elif channel.measurement == "temperature" and "value_c" in smoothed:
        symptom = temperature_symptom(channel, smoothed["value_c"], configuration)
    else:
        symptom = None
    return [] if symptom is None else [symptom]


@lru_cache(maxsize=256)
def anomaly_delays(delays: Delays) -> Delays:
    """Give the delays of an alarm for an anomaly, which is over only half way back to usual."""
    return msgspec.structs.replace(delays, deadband=_ANOMALY_DEADBAND)


def anomaly_symptom(channel: Channel, smoothed_score: float, limit: float, shares: dict[str, float]) -> Symptom:
    """Place the smoothed anomaly score between its baseline and its limit; it never goes beyond low priority.

    `shares` are the parts that single values have in it, largest first; those that count are kept.
    """
    most_unusual = next(iter(shares), "")
    named = {name: share for name, share in shares.items() if share >= _MIN_SHARE}
    location = channel.model.scores.location
    degree = degree_of(smoothed_score, location, [limit, _ANOMALY_DEGREE_STEP * limit])
    return Symptom("anomaly", most_unusual, smoothed_score, None, [limit], min(degree, 1.999), named)
