"""What an alert says of reasons beside the machine: an untold unit, or that it stood while it was learned."""

from models.advice.recurring import may_accept
from models.alarms.symptom import Symptom
from models.bilingual import Bilingual
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.condition.unit_step import is_fahrenheit, unit_factor
from models.texts.measuring_sentences import with_standstill_doubt, with_unit_doubt

__all__ = ["with_doubt"]

_AS_FROM_STANDSTILL = 8.0
"""Times the baseline: what a machine does that starts, and hardly a fault from one day to the next."""


def with_doubt(
    sentence: Bilingual, state: MachineState, channel: Channel, symptom: Symptom, time_us: int
) -> Bilingual:
    """Add to what an alert says what else it may be of; the alert stays as it is."""
    if symptom.rule == "temperature":
        usual_c = channel.warm_state_c
        hot = usual_c is not None and channel.ready and is_fahrenheit(symptom.value, usual_c)
        return with_unit_doubt(sentence, None, fahrenheit=hot)
    factor = unit_factor(channel) if channel.ready else None
    if factor is None and _may_have_stood(state, channel, symptom, time_us):
        return with_standstill_doubt(sentence, state.machine, channel.point)
    return with_unit_doubt(sentence, factor)


def _may_have_stood(state: MachineState, channel: Channel, symptom: Symptom, time_us: int) -> bool:
    """Whether what is usual may have been learned while the machine stood, as without a speed nobody can tell.

    Not where anything speaks of a fault. The priority does not: of a first run it is always high.
    """
    if symptom.rule != "change" or symptom.is_fall or not symptom.reference:
        return False
    far = symptom.value >= _AS_FROM_STANDSTILL * symptom.reference
    unknown = channel.standing.noise is None and not _tells_speed(state, time_us)
    return far and unknown and may_accept(state, channel, symptom.rule, 1)


def _tells_speed(state: MachineState, time_us: int) -> bool:
    """Whether a speed is told that says something: a block's nominal one is the same in a standstill."""
    told = state.operation.speed_rpm
    if told is None or not told.is_valid(time_us):
        return False
    return told.by_reading or told.value != state.configuration.machine.speed_rpm
