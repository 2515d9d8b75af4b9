"""Which priority an alert gets whose evidence has reached a level, after what findings have taught.

It may be rated low instead of medium, never less, for a day at most, and never where a limit stands that no machine
may exceed: zones of severity, a maker's temperature, and whatever is of high priority.
"""

from models.advice.alarm import Alarm
from models.clock import HOUR_US
from models.condition.channel import Channel
from models.condition.degree import Finding
from models.condition.state import MachineState
from models.learning.judgement import LOWER_BELOW
from models.learning.signs import signs_of
from models.machinery.temperature import temperature_limit_c

__all__ = ["LONGEST_LOW_US", "may_be_lowered", "rated", "remember"]

LONGEST_LOW_US = 24 * HOUR_US
"""What harms nothing passes; what stands for longer deserves a look, whatever it resembles."""

_LOW, _MEDIUM = 1, 2


def rated(
    state: MachineState, channel: Channel, finding: Finding | None, alarm: Alarm, level: int, time_us: int
) -> tuple[int, float | None]:
    """Give the level to show for the level that the evidence has reached, and the probability if that lowers it.

    It is weighed once, when it first reaches medium; an alert that was shown as medium stays so.
    """
    if level != _MEDIUM or alarm.level >= _MEDIUM or finding is None or not may_be_lowered(state, channel, finding):
        return level, None
    known = state.known.find(alarm.id) if alarm.level else None
    if known is not None and known.level >= _MEDIUM:
        stays = known.lowered and time_us - known.medium_us < LONGEST_LOW_US and not _is_faulty(state, time_us)
        return (_LOW if stays else level), None
    judgement = state.known.judgement
    if not judgement.used or not state.known.doubts_hold or _is_faulty(state, time_us):
        return level, None
    probability = judgement.probability(signs_of(state, channel, finding, alarm, time_us))
    return (_LOW, probability) if probability < LOWER_BELOW else (level, None)


def remember(
    state: MachineState, channel: Channel, finding: Finding, alarm: Alarm, reached: int, time_us: int
) -> None:
    """Keep what a finding will need to know of an open alert: how far it went, and its signs at medium."""
    known = state.known.alert(alarm.id, channel.point, finding.rule, alarm.since_us)
    if reached <= known.level:
        return
    if known.level < _MEDIUM <= reached:
        known.medium_us = time_us
        known.lowered = alarm.level < _MEDIUM
        if may_be_lowered(state, channel, finding):
            known.signs = signs_of(state, channel, finding, alarm, time_us)
            known.doubted = (
                not _is_faulty(state, time_us) and state.known.judgement.probability(known.signs) < LOWER_BELOW
            )
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
