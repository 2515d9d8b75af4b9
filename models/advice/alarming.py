"""Run the alarms of a point on what its rules found."""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

from models.advice.alarm import Alarm, Delays
from models.advice.alerts import Cause, transition
from models.advice.diagnosis_texts import with_stronger
from models.advice.texts import (
    Sentence,
    cleared_sentence,
    finding_sentence,
    rated_low,
    renamed_sentence,
    sensor_sentence,
    with_cause,
)
from models.clock import SECOND_US
from models.condition.channel import Channel
from models.condition.degree import Finding
from models.condition.elsewhere import stronger_elsewhere
from models.condition.state import MachineState
from models.learning.rating import rated, remember, weigh
from models.machinery.machine import Thresholds
from models.outputs import Alert

__all__ = ["DIAGNOSIS_RULE", "SENSOR_RULE", "TEMPERATURE_RULE", "clear_all", "watch_findings", "watch_sensor"]

DIAGNOSIS_RULE = "diagnosis"
SENSOR_RULE = "sensor_fault"
TEMPERATURE_RULE = "temperature"

_FAULTS = 2
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


def watch_findings(
    state: MachineState, channel: Channel, judged: AbstractSet[str], time_us: int, digest: str
) -> Iterator[Alert]:
    """Bring the alarms of a point's condition up to date, of the rules that this observation `judged`.

    A rule that was judged and found nothing counts as quiet; one that was not leaves its alarm as it is.

    An alert that names a fault is over at once when another one is named, which is raised as its own.
    """
    delays = _delays(state.configuration.thresholds)
    found = {finding.rule: finding for finding in channel.findings}
    for rule in sorted(found.keys() | channel.alarms.keys()):
        if rule not in judged:
            continue
        finding, alarm = found.get(rule), channel.alarms.get(rule)
        if alarm is None:
            alarm = channel.alarms[rule] = Alarm()
        if _says_too_little(channel, finding, alarm):
            continue
        if rule == DIAGNOSIS_RULE and finding and alarm.level and alarm.about != finding.indicator:
            sentence = renamed_sentence(channel.point, alarm.about, finding.indicator)
            value, limit = finding.value, finding.limit(1)
            yield from _move(state, channel, rule, 0, time_us, value, limit, sentence, digest)
            alarm = channel.alarms[rule] = Alarm()
        reached = alarm.update(finding.degree if finding else 0.0, time_us, delays)
        weighed = weigh(state, channel, finding, alarm, reached, time_us)
        level = rated(state, channel, finding, alarm, reached, weighed, time_us)
        lowered = weighed is not None and level < reached
        if level == alarm.level and not lowered:
            if finding and level:
                remember(state, channel, finding, alarm, reached, weighed, time_us)
            continue
        sentence = (
            _raised(state, channel, finding, level)
            if level and finding
            else cleared_sentence(channel.point, finding)
        )
        if weighed is not None and lowered:
            sentence = rated_low(sentence, weighed.probability)
        value, limit = (finding.value, finding.limit(level or 1)) if finding else (0.0, 0.0)
        alarm.about = _about(finding, alarm) if level else ""
        yield from _move(state, channel, rule, level, time_us, value, limit, sentence, digest)
        if finding and level:
            remember(state, channel, finding, alarm, reached, weighed, time_us)


def _says_too_little(channel: Channel, finding: Finding | None, alarm: Alarm) -> bool:
    """Whether a temperature's limit alone was judged, and is no reason to move an alert of its rise.

    In a regime that is not known yet nothing says that the rise is over.
    """
    if finding is None or finding.rule != TEMPERATURE_RULE or channel.ready or not alarm.level:
        return False
    return alarm.about != _OF_LIMIT and finding.degree < alarm.level


def _about(finding: Finding | None, alarm: Alarm) -> str:
    """Give what an alert is about: the fault that it names; of a temperature its rise, once that was a reason."""
    if finding is None or finding.rule not in (DIAGNOSIS_RULE, TEMPERATURE_RULE):
        return ""
    if finding.rule == TEMPERATURE_RULE and alarm.level and alarm.about != _OF_LIMIT:
        return alarm.about
    return finding.indicator


def _raised(state: MachineState, channel: Channel, finding: Finding, level: int) -> Sentence:
    """Say what was found; where the point's diagnosis names a fault, that stands for the general advice."""
    mechanism = state.configuration.machine.mechanism
    if finding.rule == DIAGNOSIS_RULE:
        sentence = finding_sentence(channel.point, finding, level, look=True, mechanism=mechanism)
        return with_stronger(sentence, stronger_elsewhere(state, channel))
    vibration = state.channels.get(f"indicators/{channel.point}")
    fault = vibration.diagnosing.first() if vibration is not None else None
    if fault is None or vibration is None:
        return finding_sentence(channel.point, finding, level, look=True, mechanism=mechanism)
    hot = finding.rule == TEMPERATURE_RULE
    sentence = finding_sentence(channel.point, finding, level, look=hot, mechanism=mechanism)
    return with_cause(sentence, fault, vibration.diagnosing.confidence(fault))


def watch_sensor(
    state: MachineState, channel: Channel, time_us: int, digest: str, flags: tuple[str, ...]
) -> Iterator[Alert]:
    """Bring the alarm of a point's sensor up to date: raised by the second faulty observation.

    The sensor has its own latch, so there is no delay here.
    """
    level = 1 if channel.sensor.faults >= _FAULTS else 0
    alarm = channel.alarms.get(SENSOR_RULE)
    if level == (alarm.level if alarm else 0):
        return
    if alarm is None:
        channel.alarms[SENSOR_RULE] = Alarm()
    sentence = sensor_sentence(channel.point, flags) if level else cleared_sentence(channel.point, None)
    faults = float(channel.sensor.faults)
    yield from _move(state, channel, SENSOR_RULE, level, time_us, faults, float(_FAULTS), sentence, digest)


def clear_all(
    state: MachineState,
    channel: Channel,
    time_us: int,
    digest: str,
    *,
    sentence: Sentence | None = None,
    keep: Collection[str] = (),
) -> Iterator[Alert]:
    """Clear every open alert of a point, but those of the rules to `keep`, with a sentence that says why."""
    sentence = sentence or cleared_sentence(channel.point, None)
    for rule, alarm in channel.alarms.items():
        if alarm.level and rule not in keep:
            yield from _move(state, channel, rule, 0, time_us, 0.0, 0.0, sentence, digest)


def _move(
    state: MachineState, channel: Channel, rule: str, level: int, time_us: int, value: float, limit: float,
    sentence: Sentence, digest: str,
) -> Iterator[Alert]:  # fmt: skip
    alarm = channel.alarms[rule]
    if alarm.level == 0:
        state.raised += 1
    cause = Cause(
        machine=state.machine,
        point=channel.point,
        rule=rule,
        time_us=time_us,
        value=value,
        limit=limit,
        sentence=sentence,
        configuration=state.version,
        observation=digest,
        serial=state.raised,
    )
    alert = transition(alarm, level, cause, again=True)
    if alert is not None:
        yield alert
