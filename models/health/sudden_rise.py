"""The rule of sudden rise: what is far above the limit of high in two blocks running needs no delay to be believed.

Medians and delays are there for shocks. A shock is over before the next block, a forklift doesn't shake a machine
at thirteen times its usual level, and on its way through a resonance a machine changes its speed: what two
blocks of a second or more show alike, at a steady speed and at twice the limit of high, is none of them. What
remains is that the machine breaks, and then minutes count.
"""

from math import log

import msgspec

from models.alarms.symptom import Symptom
from models.condition.channel import Channel
from models.health.rules import absolute_symptoms, change_symptom
from models.machinery.machine import Configuration
from models.machinery.severity import MINIMUM_SECONDS
from models.observations import VibrationObserved

__all__ = ["with_sudden_rise"]

_TIMES_HIGH = 2.0
_ABOVE_MEDIAN = log(1.5)
"""Above its running median: what is not has been loud for several blocks, and its limits have it."""
_MAX_KURTOSIS = 20.0
"""More is a block most of whose energy is one blow's: of one that rings for 50 ms in a second it is 30."""


def with_sudden_rise(
    channel: Channel,
    symptoms: list[Symptom],
    observation: VibrationObserved,
    logs: tuple[dict[str, float], dict[str, float]],
    configuration: Configuration,
    *,
    time_us: int,
    measured_rpm: float | None,
) -> list[Symptom]:
    """Give a block's symptoms, those of its smoothed values replaced where its own tell a sudden rise.

    `logs` are natural logarithms of its values and of their running medians.
    """
    rise = channel.sudden_rise
    speed_rpm = observation.speed_rpm if measured_rpm is None else measured_rpm
    if speed_rpm is not None:
        rise.hold_speed(speed_rpm, time_us)
    raw, smoothed = logs
    if not rise.loud:  # nearly always: no call more than is needed
        for name in raw:
            if raw[name] - smoothed[name] > _ABOVE_MEDIAN:
                break
        else:
            return symptoms
    far = _far_too_loud(channel, observation, raw, configuration) if rise.is_steady(time_us) else []
    if not far:
        rise.forget()
        return symptoms
    names = rise.confirm(
        {symptom.indicator: raw[symptom.indicator] for symptom in far},
        time_us,
        before_us=channel.judging.event_us,  # a block that was left out between two loud ones parts them,
        seconds=observation.seconds,
    )
    sudden = [msgspec.structs.replace(each, sudden=True) for each in far if each.indicator in names]
    told = {symptom.rule: symptom for symptom in sorted(sudden, key=lambda each: each.degree)}
    return [each for each in symptoms if each.rule not in told] + [told[rule] for rule in sorted(told)]


def _far_too_loud(
    channel: Channel, observation: VibrationObserved, raw: dict[str, float], configuration: Configuration
) -> list[Symptom]:
    """Give the symptoms of single values at twice their limit of high or above; none of a block with a blow."""
    if not observation.seconds >= MINIMUM_SECONDS or observation.indicators.get("kurtosis", 0.0) > _MAX_KURTOSIS:
        return []
    found = absolute_symptoms(channel, raw, observation.seconds, configuration)
    if channel.ready:
        for name, value in raw.items():
            change = change_symptom(channel, {name: value}, configuration.thresholds)
            found += [] if change is None else [change]
    return [symptom for symptom in found if symptom.value >= _TIMES_HIGH * symptom.limit(3)]
