"""Prioritization (ISA-18.2): which priority an alert gets at a level, after what findings have taught.

It may be rated low instead of medium, never less, for a day at most, and never where a limit stands that no machine
may exceed: zones of severity, a maker's temperature, and whatever is of high priority.
"""

import msgspec

from models.alarms.alarm import Alarm
from models.alarms.false_alarm_classifier import LOWER_BELOW
from models.alarms.symptom import Symptom
from models.clock import HOUR_US
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.learning.alert_features import alert_features
from models.machinery.temperature import temperature_limit_c

__all__ = ["MAX_LOW_US", "Estimate", "Reached", "estimate", "may_be_downgraded", "shown_level", "update_record"]

MAX_LOW_US = 24 * HOUR_US
"""What harms nothing passes; what stands for longer deserves a look, whatever it resembles."""

_LOW, _MEDIUM = 1, 2


class Reached(msgspec.Struct, frozen=True):
    """The level that a symptom at one point has reached, before it is shown."""

    state: MachineState
    channel: Channel
    symptom: Symptom
    alarm: Alarm
    level: int
    """1 low, 2 medium, 3 high; 0 where the alarm's delays have not passed."""
    time_us: int
    """Event time of the observation."""


class Estimate(msgspec.Struct, frozen=True):
    """The estimate of whether an alert that first reached medium is a fault, so that it may be rated low."""

    features: dict[str, float]
    probability: float
    """Of a fault, from 0 to 1, by what findings have taught."""


def estimate(reached: Reached) -> Estimate | None:
    """Estimate whether an alert is a fault at the level that it has reached, before it is shown there.

    None where that was done before, or it has not come to medium, or may not be rated low anyway.
    """
    state, alarm = reached.state, reached.alarm
    if reached.level < _MEDIUM or not may_be_downgraded(state, reached.channel, reached.symptom):
        return None
    record = state.known.find(alarm.id) if alarm.level else None
    if record is not None and record.level >= _MEDIUM:
        return None
    features = alert_features(state, reached.channel, reached.symptom, alarm, reached.time_us)
    return Estimate(features, state.known.classifier.probability(features))


def shown_level(reached: Reached, estimated: Estimate | None) -> int:
    """Give the level to show for the level that an alert has reached.

    It is rated low when it is estimated or never; an alert that was shown as medium or high is not rated low after.
    """
    state, alarm = reached.state, reached.alarm
    if reached.level != _MEDIUM or alarm.level >= _MEDIUM:
        return reached.level
    if not may_be_downgraded(state, reached.channel, reached.symptom) or _is_faulty(state, reached.time_us):
        return reached.level
    if estimated is not None:
        trusted = state.known.classifier.used and state.known.doubts_hold
        return _LOW if trusted and estimated.probability < LOWER_BELOW else reached.level
    record = state.known.find(alarm.id) if alarm.level else None
    if record is None or not record.lowered or record.level > _MEDIUM:
        return reached.level
    return _LOW if reached.time_us - record.medium_us < MAX_LOW_US else reached.level


def update_record(reached: Reached, estimated: Estimate | None) -> None:
    """Update the record of an open alert for the finding to come: how far it went, and what was estimated."""
    state, alarm = reached.state, reached.alarm
    record = state.known.find_or_add(alarm.id, reached.channel.point, reached.symptom.rule, alarm.since_us)
    if reached.level <= record.level:
        return
    if record.level < _MEDIUM <= reached.level:
        record.medium_us = reached.time_us
        record.lowered = alarm.level < _MEDIUM
        if estimated is not None:
            record.features = estimated.features
            record.doubted = estimated.probability < LOWER_BELOW and not _is_faulty(state, reached.time_us)
    record.level = reached.level


def may_be_downgraded(state: MachineState, channel: Channel, symptom: Symptom) -> bool:
    """Whether it is a change against the machine's own past, and no limit of anybody else is exceeded."""
    if symptom.rule == "temperature" and symptom.indicator == "rise":
        limit_c = temperature_limit_c(state.configuration.machine, channel.point)
        return limit_c is None or symptom.value < limit_c
    return symptom.rule == "change"


def _is_faulty(state: MachineState, time_us: int) -> bool:
    """Whether something speaks for a fault already: somebody has confirmed one, or a diagnosis names one."""
    if time_us < state.known.plain_until_us:
        return True
    return any(channel.diagnosis_votes.leading_fault() is not None for channel in state.channels.values())
