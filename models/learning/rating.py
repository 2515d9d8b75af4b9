"""Which priority an alert gets whose evidence has reached a level, after what findings have taught.

It may be rated low instead of medium, never less, for a day at most, and never where a limit stands that no machine
may exceed: zones of severity, a maker's temperature, and whatever is of high priority.
"""

import msgspec

from models.advice.alarm import Alarm
from models.clock import HOUR_US
from models.condition.channel import Channel
from models.condition.degree import Finding
from models.condition.state import MachineState
from models.learning.judgement import LOWER_BELOW
from models.learning.signs import signs_of
from models.machinery.temperature import temperature_limit_c

__all__ = ["LONGEST_LOW_US", "Weighed", "may_be_lowered", "rated", "remember", "weigh"]

LONGEST_LOW_US = 24 * HOUR_US
"""What harms nothing passes; what stands for longer deserves a look, whatever it resembles."""

_LOW, _MEDIUM = 1, 2


class Weighed(msgspec.Struct, frozen=True):
    """What was seen of an alert that may be rated low, when its evidence first reached medium."""

    signs: dict[str, float]
    probability: float
    """Of a fault, from 0 to 1, by what findings have taught."""


def weigh(
    state: MachineState, channel: Channel, finding: Finding | None, alarm: Alarm, reached: int, time_us: int
) -> Weighed | None:
    """Weigh an alert at the level that its evidence has reached, before it is shown there.

    None where it was weighed before, has not come to medium, or may not be rated low anyway.
    """
    if reached < _MEDIUM or finding is None or not may_be_lowered(state, channel, finding):
        return None
    known = state.known.find(alarm.id) if alarm.level else None
    if known is not None and known.level >= _MEDIUM:
        return None
    signs = signs_of(state, channel, finding, alarm, time_us)
    return Weighed(signs, state.known.judgement.probability(signs))


def rated(
    state: MachineState,
    channel: Channel,
    finding: Finding | None,
    alarm: Alarm,
    reached: int,
    weighed: Weighed | None,
    time_us: int,
) -> int:
    """Give the level to show for the level that the evidence has reached.

    It is rated low when it is weighed or never; an alert that was shown as medium or high is not rated low after.
    """
    if reached != _MEDIUM or alarm.level >= _MEDIUM or finding is None:
        return reached
    if not may_be_lowered(state, channel, finding) or _is_faulty(state, time_us):
        return reached
    if weighed is not None:
        trusted = state.known.judgement.used and state.known.doubts_hold
        return _LOW if trusted and weighed.probability < LOWER_BELOW else reached
    known = state.known.find(alarm.id) if alarm.level else None
    if known is None or not known.lowered or known.level > _MEDIUM:
        return reached
    return _LOW if time_us - known.medium_us < LONGEST_LOW_US else reached


def remember(
    state: MachineState,
    channel: Channel,
    finding: Finding,
    alarm: Alarm,
    reached: int,
    weighed: Weighed | None,
    time_us: int,
) -> None:
    """Keep what a finding will need to know of an open alert: how far it went, and what was weighed."""
    known = state.known.alert(alarm.id, channel.point, finding.rule, alarm.since_us)
    if reached <= known.level:
        return
    if known.level < _MEDIUM <= reached:
        known.medium_us = time_us
        known.lowered = alarm.level < _MEDIUM
        if weighed is not None:
            known.signs = weighed.signs
            known.doubted = weighed.probability < LOWER_BELOW and not _is_faulty(state, time_us)
    known.level = reached


def may_be_lowered(state: MachineState, channel: Channel, finding: Finding) -> bool:
    """Whether it is a change against the machine's own past, and no limit of anybody else is exceeded."""
    if finding.rule == "temperature" and finding.indicator == "rise":
        limit_c = temperature_limit_c(state.configuration.machine, channel.point)
        return limit_c is None or finding.value < limit_c
    return finding.rule == "change"


def _is_faulty(state: MachineState, time_us: int) -> bool:
    """Whether something speaks for a fault already: somebody has confirmed one, or a diagnosis names one."""
    if time_us < state.known.plain_until_us:
        return True
    return any(channel.diagnosing.first() is not None for channel in state.channels.values())
