"""Alarms that tell of an instrument: it measures otherwise than before, or no further than it can.

A block cut off at its sensor's limit says how loud the machine is at least. So it may raise an alert that stands,
or hold it, and never ends one; where none stood a broken sensor is likelier. That it is at fault is told besides.
"""

from collections.abc import Iterator

import msgspec

from models.advice.alarm_processing import AlarmContext, tell, update_condition_alarms
from models.alarms.alarm import Alarm
from models.bilingual import Bilingual
from models.condition.channel import Channel, MeasuredObservation
from models.condition.features import value_to_log
from models.condition.measuring import Way
from models.condition.operating_state import is_running
from models.health.acceptance import speaks_of_fault
from models.health.falls import FALL
from models.health.measured import can_raise
from models.health.rules import change_symptom
from models.health.status import is_stopped
from models.observations import VibrationObserved
from models.outputs import Alert
from models.signal.quality import FAULTS
from models.texts.measuring_sentences import (
    Sampling,
    clipped_sentence,
    fallen_sentence,
    measured_as_before_sentence,
    remeasured_sentence,
)

__all__ = ["update_instrument_alarms"]

_REMEASURED = "remeasured"
_CLIPPED = "clipped"
_ANOMALY = "anomaly"
_CHANGE = "change"
_LEAST_CREST = 1.2
"""A signal that is nearly always at one limit or the other measures nothing: it is a broken sensor's."""


def update_instrument_alarms(
    context: AlarmContext, observation: MeasuredObservation, values: dict[str, float], flags: tuple[str, ...]
) -> Iterator[Alert]:
    """Bring up to date what an observation says of how its point is measured."""
    channel = context.channel
    if flags and _CLIPPED in flags and channel.level and isinstance(observation, VibrationObserved):
        yield from _at_least(context, observation, values)
    told = channel.alarms.get(_REMEASURED)
    if channel.measuring.is_told is not (told is not None and told.level > 0):
        yield from _tell_way(context)


def _tell_way(context: AlarmContext) -> Iterator[Alert]:
    channel = context.channel
    measuring = channel.measuring
    if not measuring.is_told:
        yield from tell(context, _REMEASURED, 0, 0.0, 0.0, measured_as_before_sentence(channel.point))
        return
    if measuring.fell:
        sentence = fallen_sentence(channel.point, measuring.fell, accept=not speaks_of_fault(context.state))
        yield from tell(context, _REMEASURED, 1, 1.0 / measuring.fell, 1.0, sentence)
        for rule in (_ANOMALY, _CHANGE):
            yield from _withdraw(context, rule, 1.0 / measuring.fell, sentence)
        return
    other, way = measuring.other, measuring.way
    if other is None or way is None:
        return
    before, now = (other.way, way) if measuring.anew else (way, other.way)
    sentence = remeasured_sentence(
        channel.point,
        _sampling(before),
        _sampling(now),
        other.since_us,
        level_ratio=measuring.level_ratio,
        stands=not measuring.anew,
        accept=not speaks_of_fault(context.state),
    )
    yield from tell(context, _REMEASURED, 1, now.rate_hz, before.rate_hz, sentence)


def _withdraw(context: AlarmContext, rule: str, factor: float, sentence: Bilingual) -> Iterator[Alert]:
    """Clear an alert that said the same, without its reason; one of a rise said something else."""
    alarms = context.channel.alarms
    alarm = alarms.get(rule)
    if alarm is None or (rule == _CHANGE and alarm.level and alarm.about != FALL):
        return
    if alarm.level:
        yield from tell(context, rule, 0, factor, 1.0, sentence)
    if alarm.recurrence is not None:
        alarm.recurrence.lapse(context.time_us)
    alarms[rule] = Alarm(recurrence=alarm.recurrence)


def _sampling(way: Way) -> Sampling:
    return Sampling(way.rate_hz, way.longest_s, way.unit)


def _at_least(context: AlarmContext, observation: VibrationObserved, values: dict[str, float]) -> Iterator[Alert]:
    """Let a clipped block raise or hold the alert of a change by its RMS, which is less for being cut off."""
    state, channel, time_us = context.state, context.channel, context.time_us
    if len(FAULTS.intersection(observation.flags)) > 1 or not _measures(channel, observation):
        return
    if "rms_g" not in values or values.get("crest_factor", 0.0) < _LEAST_CREST:
        return
    if is_stopped(state) or state.operation.is_starting(time_us):
        return
    if is_running(channel, observation, values, state.operation, state.configuration) is False:
        return
    smoothed = _smooth(channel, value_to_log(values["rms_g"]), time_us)
    symptom = change_symptom(channel, {"rms_g": smoothed}, state.configuration.thresholds)
    if symptom is None or not can_raise(channel.alarms.get(symptom.rule), symptom.degree):
        return
    channel.mark_judged(time_us)
    said = clipped_sentence(symptom.value, symptom.reference or 0.0)
    channel.symptoms = [each for each in channel.symptoms if each.rule != symptom.rule]
    channel.symptoms.append(msgspec.structs.replace(symptom, said=said))
    yield from update_condition_alarms(context, frozenset({symptom.rule}))


def _measures(channel: Channel, observation: VibrationObserved) -> bool:
    """Whether the block can be compared with the point's past: in the same way, in the same regime."""
    return channel.ready and channel.regimes.settled and channel.measuring.is_usual(observation)


def _smooth(channel: Channel, value: float, time_us: int) -> float:
    """Smooth a lower bound: it never makes a running median less than it is."""
    before = channel.regime_baseline.medians.get("rms_g")
    if before is not None and before.values:
        ranked = sorted(before.values)
        value = max(value, ranked[len(ranked) // 2])
    return channel.smooth("rms_g", time_us, value)
