"""Alarm processing (ISA-18.2): the alarms of a point are updated from its symptoms."""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

import msgspec

from models.advice.activations import hold
from models.advice.doubts import with_doubt
from models.advice.recurring import with_recurrence
from models.advice.starts import with_start
from models.advice.transitions import transition
from models.alarms.alarm import Alarm, Delays
from models.alarms.symptom import KNOCKS, Symptom
from models.bilingual import Bilingual
from models.clock import SECOND_US
from models.condition.channel import Channel
from models.condition.state import MachineState
from models.health.falls import FALL, fall_delays
from models.health.knocks import is_louder_too, knock_delays
from models.health.localization import stronger_point
from models.health.rules import anomaly_delays
from models.learning.prioritization import Reached, estimate, shown_level, update_record
from models.machinery.machine import Thresholds
from models.outputs import Alert
from models.texts.diagnosis_sentences import with_stronger
from models.texts.sentences import (
    cleared_sentence,
    rated_low,
    renamed_sentence,
    sensor_sentence,
    symptom_sentence,
    turned_sentence,
    with_cause,
)
from models.texts.shelving import standing_sentence

__all__ = [
    "DIAGNOSIS_RULE",
    "SENSOR_RULE",
    "TEMPERATURE_RULE",
    "AlarmContext",
    "clear_all",
    "restated",
    "tell",
    "update_condition_alarms",
    "update_sensor_alarm",
]

DIAGNOSIS_RULE = "diagnosis"
SENSOR_RULE = "sensor_fault"
TEMPERATURE_RULE = "temperature"

_MIN_SENSOR_FAULTS = 2
"""Observations in a row whose sensor cannot be trusted, from which that is an alert."""
_OF_LIMIT = "value_c"
"""What an alert of temperature is about that a limit raised, and not only the machine's own past."""


@lru_cache(maxsize=256)
def _delays(thresholds: Thresholds) -> Delays:
    low, medium, high, off = (
        int(seconds * SECOND_US)
        for seconds in (
            thresholds.low_delay_s, thresholds.medium_delay_s, thresholds.high_delay_s, thresholds.off_delay_s,
        )
    )  # fmt: skip
    return Delays(on_us=(low, medium, high), off_us=off)


class AlarmContext(msgspec.Struct, frozen=True):
    """Whose alarms are brought up to date: a point of a machine, and the observation that gives cause."""

    state: MachineState
    channel: Channel
    time_us: int
    """Event time of that observation, final."""
    digest: str
    """Of its content."""


def update_condition_alarms(context: AlarmContext, judged: AbstractSet[str]) -> Iterator[Alert]:
    """Bring the alarms of a point's condition up to date, of the rules that this observation `judged`.

    A rule that was judged and gave no symptom counts as quiet; one that was not leaves its alarm as it is.
    """
    alarms = context.channel.alarms
    symptoms = {symptom.rule: symptom for symptom in context.channel.symptoms}
    moving: list[str] = []
    for rule in judged:
        symptom, alarm = symptoms.get(rule), alarms.get(rule)
        if alarm is None:
            if symptom is not None:
                moving.append(rule)
        elif not alarm.rests(0.0 if symptom is None else symptom.degree):
            moving.append(rule)
    if moving:
        delays = _delays(context.state.configuration.thresholds)
        for rule in sorted(moving):
            yield from _update_rule(context, rule, symptoms.get(rule), delays)


def _update_rule(context: AlarmContext, rule: str, symptom: Symptom | None, delays: Delays) -> Iterator[Alert]:
    channel = context.channel
    alarm = channel.alarms.get(rule)
    if alarm is None:
        alarm = channel.alarms[rule] = Alarm()
    if symptom is None:
        level = hold(context.state, alarm, alarm.update(0.0, context.time_us, delays), context.time_us)
        if level != alarm.level:
            alarm.about = ""
            yield from _transition(context, rule, level, 0.0, 0.0, cleared_sentence(channel.point, None))
        return
    if _is_inconclusive(channel, symptom, alarm):
        return
    if _is_about_another(alarm, symptom):
        yield from (_tell_another if alarm.is_held else _clear_former)(context, alarm, symptom)
        alarm = channel.alarms[rule]
    degree = 0.0 if _outlives(alarm, symptom) else symptom.degree
    level = alarm.update(degree, context.time_us, _delays_of(symptom, delays), symptom.newest)
    reached = Reached(context.state, channel, symptom, alarm, level, context.time_us)
    estimated = estimate(reached)
    level = shown_level(reached, estimated)
    lowered = estimated is not None and level < reached.level
    level = hold(context.state, alarm, level, context.time_us)
    if level != alarm.level or lowered or is_louder_too(alarm, symptom):
        sentence = (
            with_start(_raised_sentence(context, symptom, level), context.state, channel, rule, level)
            if level
            else _cleared_sentence(alarm, channel, symptom)
        )
        if estimated is not None and lowered:
            sentence = rated_low(sentence, estimated.probability)
        alarm.about = _about(symptom, alarm) if level else ""
        yield from _transition(context, rule, level, symptom.value, symptom.limit(level or 1), sentence)
    if level:
        update_record(reached, estimated)


def _delays_of(symptom: Symptom, delays: Delays) -> Delays:
    """Give the delays of a symptom: none of a sudden rise, longer ones of a fall, others of an anomaly."""
    if symptom.sudden:
        return delays.none
    if symptom.rule == "anomaly":
        return anomaly_delays(delays)
    if symptom.is_knocks:
        return knock_delays(delays)
    return fall_delays(delays) if symptom.is_fall else delays


def _is_inconclusive(channel: Channel, symptom: Symptom, alarm: Alarm) -> bool:
    """Whether a temperature's limit alone was judged, and is no reason to move an alert of its rise.

    In a regime that is not known yet nothing says that the rise is over.
    """
    if symptom.rule != TEMPERATURE_RULE or channel.ready or not alarm.level:
        return False
    return alarm.about != _OF_LIMIT and symptom.degree < alarm.level


def _is_about_another(alarm: Alarm, symptom: Symptom) -> bool:
    """Whether an alert that stands is about another fault than the symptom, or of a fall where this is a rise."""
    if not alarm.level:
        return False
    if symptom.rule == "change":
        return alarm.about == FALL and not symptom.is_fall and symptom.degree >= 1.0
    return symptom.rule == DIAGNOSIS_RULE and alarm.about != symptom.indicator


def _outlives(alarm: Alarm, symptom: Symptom) -> bool:
    """Whether an alert of a rise stands where a fall is seen: it ends by its own delay, and the fall waits for it.

    Where one indicator falls and another comes and goes, both would take turns for ever.
    """
    return symptom.is_fall and bool(alarm.level) and alarm.about != FALL


def _renamed(context: AlarmContext, alarm: Alarm, symptom: Symptom) -> Bilingual:
    if symptom.rule == "change":
        return turned_sentence(context.channel.point, symptom)
    return renamed_sentence(context.channel.point, alarm.about, symptom.indicator)


def _clear_former(context: AlarmContext, alarm: Alarm, symptom: Symptom) -> Iterator[Alert]:
    """Clear an alert that names a fault where another one is named now, which is raised as its own."""
    channel = context.channel
    if alarm.recurrence is not None:
        alarm.recurrence.lapse(context.time_us)
    sentence = _renamed(context, alarm, symptom)
    yield from _transition(context, symptom.rule, 0, symptom.value, symptom.limit(1), sentence)
    channel.alarms[symptom.rule] = Alarm(recurrence=alarm.recurrence)


def _tell_another(context: AlarmContext, alarm: Alarm, symptom: Symptom) -> Iterator[Alert]:
    """Say of an alert that comes and goes that it is about another fault now, of each fault once."""
    sentence = _renamed(context, alarm, symptom)
    alarm.about = _about(symptom, alarm)
    if alarm.recurrence is not None and alarm.recurrence.is_new(alarm.about):
        yield from _transition(context, symptom.rule, alarm.level, symptom.value, symptom.limit(1), sentence)


def _about(symptom: Symptom, alarm: Alarm) -> str:
    """Give what an alert is about: the fault that it names; of a temperature its rise, once that was a reason."""
    if symptom.is_fall:
        return FALL
    if symptom.is_knocks:
        return KNOCKS
    if symptom.rule not in (DIAGNOSIS_RULE, TEMPERATURE_RULE):
        return ""
    if symptom.rule == TEMPERATURE_RULE and alarm.level and alarm.about != _OF_LIMIT:
        return alarm.about
    return symptom.indicator


def _cleared_sentence(alarm: Alarm, channel: Channel, symptom: Symptom) -> Bilingual:
    if _outlives(alarm, symptom) and symptom.degree >= 1.0:
        return turned_sentence(channel.point, symptom)
    return cleared_sentence(channel.point, symptom)


def _raised_sentence(context: AlarmContext, symptom: Symptom, level: int) -> Bilingual:
    """Say what the symptom is; where the point's diagnosis names a fault, that stands for the general advice."""
    state, point = context.state, context.channel.point
    mechanism = state.configuration.machine.mechanism
    if symptom.rule == DIAGNOSIS_RULE:
        sentence = symptom_sentence(point, symptom, level, look=True, mechanism=mechanism)
        return with_stronger(sentence, stronger_point(state, context.channel))
    vibration = state.channels.get(f"indicators/{point}")
    fault = vibration.diagnosis_votes.leading_fault() if vibration is not None else None
    if fault is None or vibration is None:
        sentence = symptom_sentence(point, symptom, level, look=True, mechanism=mechanism)
        return with_doubt(sentence, state, context.channel, symptom, context.time_us)
    hot = symptom.rule == TEMPERATURE_RULE
    sentence = symptom_sentence(point, symptom, level, look=hot, mechanism=mechanism)
    return with_cause(sentence, fault, vibration.diagnosis_votes.confidence(fault))


def update_sensor_alarm(context: AlarmContext, flags: tuple[str, ...]) -> Iterator[Alert]:
    """Bring the alarm of a point's sensor up to date: raised by the second faulty observation.

    The sensor has its own latch, so there is no delay here. What stands open at the point can't be followed
    meanwhile, so the fault is as urgent as that.
    """
    channel = context.channel
    faulty, alarm = channel.sensor.faults >= _MIN_SENSOR_FAULTS, channel.alarms.get(SENSOR_RULE)
    if alarm is None:
        if not faulty:
            return
        alarm = channel.alarms[SENSOR_RULE] = Alarm()
    most = max(1, channel.level)
    level = most if faulty else 0
    level = min(hold(context.state, alarm, level, context.time_us), most)
    if level == alarm.level:
        return
    sentence = sensor_sentence(channel.point, flags) if level else cleared_sentence(channel.point, None)
    faults, limit = float(channel.sensor.faults), float(_MIN_SENSOR_FAULTS)
    yield from _transition(context, SENSOR_RULE, level, faults, limit, sentence)


def tell(
    context: AlarmContext, rule: str, level: int, value: float, limit: float, sentence: Bilingual
) -> Iterator[Alert]:
    """Bring the alarm of a rule without delays to a level, in these words."""
    context.channel.alarms.setdefault(rule, Alarm())
    yield from _transition(context, rule, level, value, limit, sentence)


def restated(state: MachineState, channel: Channel, rule: str) -> tuple[float, float, Bilingual]:
    """Give value, limit and sentence of an alert that stands at a point, by what is seen of it now."""
    alarm = channel.alarms[rule]
    symptom = next((each for each in channel.symptoms if each.rule == rule), None)
    if symptom is None:
        return 0.0, 0.0, standing_sentence(channel.point, rule)
    context = AlarmContext(state, channel, state.time_us or 0, "")
    sentence = with_recurrence(_raised_sentence(context, symptom, alarm.level), state, channel, rule, alarm.level)
    return symptom.value, symptom.limit(alarm.level), sentence


def clear_all(
    context: AlarmContext, *, sentence: Bilingual | None = None, keep: Collection[str] = ()
) -> Iterator[Alert]:
    """Clear every open alert of a point, but those of the rules to `keep`, with a sentence that says why."""
    sentence = sentence or cleared_sentence(context.channel.point, None)
    for rule, alarm in context.channel.alarms.items():
        if alarm.level and rule not in keep:
            yield from _transition(context, rule, 0, 0.0, 0.0, sentence)


def _transition(
    context: AlarmContext, rule: str, level: int, value: float, limit: float, sentence: Bilingual
) -> Iterator[Alert]:
    """Bring one rule's alarm to a level, as `value` against `limit` asks."""
    state, channel = context.state, context.channel
    alert = transition(
        state,
        channel.alarms[rule],
        level,
        point=channel.point,
        rule=rule,
        time_us=context.time_us,
        value=value,
        limit=limit,
        sentence=with_recurrence(sentence, state, channel, rule, level),
        observation=context.digest,
        again=True,
    )
    if alert is not None:
        yield alert
