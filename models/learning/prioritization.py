"""Which priority an alert gets whose evidence has reached a level, after what findings have taught.

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

__all__ = ["MAX_LOW_US", "Estimate", "Reached", "estimate", "may_be_downgraded", "remember", "shown_level"]

MAX_LOW_US = 24 * HOUR_US
"""What harms nothing passes; what stands for longer deserves a look, whatever it resembles."""

_LOW, _MEDIUM = 1, 2


class Reached(msgspec.Struct, frozen=True):
    """The level that the evidence of one rule at one point has reached, before it is shown."""

    state: MachineState
    channel: Channel
    symptom: Symptom
    alarm: Alarm
    level: int
    """1 low, 2 medium, 3 high; 0 where the alarm's delays have not passed."""
    time_us: int
    """Event time of the observation."""


class Estimate(msgspec.Struct, frozen=True):
    """What was seen of an alert that may be rated low, when its evidence first reached medium."""

    signs: dict[str, float]
    probability: float
    """Of a fault, from 0 to 1, by what findings have taught."""


def estimate(reached: Reached) -> Estimate | None:
    """Weigh an alert at the level that its evidence has reached, before it is shown there.

    None where it was weighed before, has not come to medium, or may not be rated low anyway.
    """
    state, alarm = reached.state, reached.alarm
    if reached.level < _MEDIUM or not may_be_downgraded(state, reached.channel, reached.symptom):
        return None
    known = state.known.find(alarm.id) if alarm.level else None
    if known is not None and known.level >= _MEDIUM:
        return None
    signs = alert_features(state, reached.channel, reached.symptom, alarm, reached.time_us)
    return Estimate(signs, state.known.judgement.probability(signs))


def shown_level(reached: Reached, weighed: Estimate | None) -> int:
    """Give the level to show for the level that the evidence has reached.

    It is rated low when it is weighed or never; an alert that was shown as medium or high is not rated low after.
    """
    state, alarm = reached.state, reached.alarm
    if reached.level != _MEDIUM or alarm.level >= _MEDIUM:
        return reached.level
    if not may_be_downgraded(state, reached.channel, reached.symptom) or _is_faulty(state, reached.time_us):
        return reached.level
    if weighed is not None:
        trusted = state.known.judgement.used and state.known.doubts_hold
        return _LOW if trusted and weighed.probability < LOWER_BELOW else reached.level
    known = state.known.find(alarm.id) if alarm.level else None
    if known is None or not known.lowered or known.level > _MEDIUM:
        return reached.level
    return _LOW if reached.time_us - known.medium_us < MAX_LOW_US else reached.level


def remember(reached: Reached, weighed: Estimate | None) -> None:
    """Keep what a finding will need to know of an open alert: how far it went, and what was weighed."""
    state, alarm = reached.state, reached.alarm
    known = state.known.alert(alarm.id, reached.channel.point, reached.symptom.rule, alarm.since_us)
    if reached.level <= known.level:
        return
    if known.level < _MEDIUM <= reached.level:
        known.medium_us = reached.time_us
        known.lowered = alarm.level < _MEDIUM
        if weighed is not None:
            known.signs = weighed.signs
            known.doubted = weighed.probability < LOWER_BELOW and not _is_faulty(state, reached.time_us)
    known.level = reached.level


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
    return any(channel.diagnosing.leading_fault() is not None for channel in state.channels.values())
