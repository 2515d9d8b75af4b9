"""What an alert says that comes and goes, and whether `accept` may be offered with it."""

from models.bilingual import Bilingual
from models.clock import SECOND_US, to_datetime
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.health.acceptance import speaks_of_fault
from models.texts.recurrence import offered_sentence, recurred_sentence, recurring_sentence

__all__ = ["may_accept", "with_recurrence"]

_LEARNED = ("change", "anomaly", "temperature")
"""Rules that stand against the machine's own past: only of these `accept` changes anything."""
_MEDIUM = 2


def with_recurrence(
    sentence: Bilingual, state: MachineState, channel: Channel | None, rule: str, level: int
) -> Bilingual:
    """Add to what an alert says how often it has come, where it comes and goes, and what to do about it."""
    alarm = state.silence if channel is None else channel.alarms[rule]
    recurrence = alarm.recurrence
    if recurrence is None or not recurrence.held:
        return sentence
    since = to_datetime(recurrence.since_s * SECOND_US)
    if not level:
        return recurred_sentence(sentence, recurrence.count, since)
    sentence = recurring_sentence(sentence, recurrence.count, since, recurrence.quiet_us / SECOND_US)
    if channel is None or not may_accept(state, channel, rule, level):
        return sentence
    return offered_sentence(sentence, state.machine, channel.point)


def may_accept(state: MachineState, channel: Channel, rule: str, level: int) -> bool:
    """Whether people may be offered to accept what an alert is about as how the machine works.

    Never while the machine speaks of a fault, a maker's temperature is passed, or the alert is of high priority.
    """
    if rule not in _LEARNED or level > _MEDIUM or channel.alarms[rule].about == "value_c":
        return False
    return not speaks_of_fault(state)
