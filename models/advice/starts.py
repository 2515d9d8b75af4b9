"""What an alert says that is raised in the hour after a start, and whether `accept` may be offered with it."""

from models.advice.recurring import may_accept
from models.bilingual import Bilingual
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.texts.recurrence import offered_sentence
from models.texts.starts import start_sentence

__all__ = ["with_start"]

_COMPARED = ("change", "anomaly")
"""Rules that know of starts."""


def with_start(sentence: Bilingual, state: MachineState, channel: Channel, rule: str, level: int) -> Bilingual:
    """Add to what an alert says how long ago its machine started, and what that was compared with.

    Once its first starts have taught what is usual of them, another way of starting is told each time, so people
    may accept it once it comes back; what comes and goes offers that anyway.
    """
    starts = channel.starts
    if starts is None or starts.since_s < 0 or rule not in _COMPARED:
        return sentence
    known = starts.allowed_rise > 0.0 if rule == "change" else starts.allowed_score > 1.0
    sentence = start_sentence(sentence, starts.since_s / 60, known=known)
    recurrence = channel.alarms[rule].recurrence
    comes_back = recurrence is not None and recurrence.count > 1 and not recurrence.held
    if not comes_back or starts.is_learning or not may_accept(state, channel, rule, level):
        return sentence
    return offered_sentence(sentence, state.machine, channel.point)
