"""Judge one trusted observation of a running machine: learn from it, or tell how far gone it is."""

import msgspec

from models.clock import HOUR_US, SECOND_US
from models.condition.channel import CHANGE_INDICATORS, Channel, Measured
from models.condition.degree import Finding
from models.condition.features import COLDEST_C, HOTTEST_C, features_of
from models.condition.rules import absolute_findings, anomaly_finding, change_finding, value_to_log
from models.condition.verdict import diagnosis_finding
from models.machinery.machine import Configuration
from models.machinery.severity import boundaries_of
from models.observations import VibrationObserved
from models.outputs import Anomaly

__all__ = ["Judged", "judge", "score"]

_SOUND_BELOW_DEGREE = 1.0
_FOLLOW_EVERY = 4
"""Once learning is over the anomaly model takes in every fourth sound observation: it follows, but not at once."""
_RUNNING_IN_US = 24 * HOUR_US
_SAME_SPEED = 0.03
_FAULT_RULES = ("change", "severity", "diagnosis", "temperature")
_NAMED = 3
"""The values that an anomaly is told to come from, at most."""
_NAMED_FROM = 0.5
"""Part of its limit from which an anomaly score may become a reason, and is told what it comes from."""


class Judged(msgspec.Struct, frozen=True, array_like=True):
    """What one observation says of its point."""

    anomaly: Anomaly
    rules: frozenset[str]
    """Those that it could judge, whether they found something or not: of the others it says nothing."""


def score(channel: Channel, values: dict[str, float]) -> Anomaly:
    """Score an observation without learning from it; `anomalous` is None until its point is ready."""
    return _anomaly(channel, channel.model.look(features_of(channel, values)).score)


def _anomaly(channel: Channel, found: float | None) -> Anomaly:
    ready = channel.ready
    if not ready or found is None:
        return Anomaly(score=found, limit=None, anomalous=False if ready else None)
    limit = channel.model.limit
    return Anomaly(score=found, limit=limit, anomalous=limit is not None and found >= limit)


def judge(
    channel: Channel,
    observation: Measured,
    values: dict[str, float],
    time_us: int,
    configuration: Configuration,
    *,
    measured_rpm: float | None = None,
) -> Judged:
    """Judge one observation in order, of a trusted sensor on a running machine; learn from it if it is sound.

    A block that was searched for faults at another speed than the measured one, where that is known, has no vote.
    """
    features = features_of(channel, values)
    look = channel.model.look(features)
    warming = "value_c" in features and channel.warm_up.goes_on(features["value_c"], time_us)
    anomaly = Anomaly(score=look.score, limit=None, anomalous=None) if warming else _anomaly(channel, look.score)
    logs = _logs(channel, values, features)
    smoothed = _smooth(channel, logs, values, time_us)
    findings = absolute_findings(channel, smoothed, _seconds(observation), configuration)
    if isinstance(observation, VibrationObserved):
        seen = observation.diagnosis if _is_at(measured_rpm, observation) else None
        channel.diagnosing.take(seen, rate_hz=observation.rate_hz, time_us=time_us)
        named = diagnosis_finding(channel.diagnosing)
        findings += [] if named is None else [named]
    ready = channel.ready
    if ready:
        change = change_finding(channel, smoothed, configuration.thresholds)
        findings += [] if change is None else [change]
        if anomaly.score is not None and anomaly.limit is not None:
            usual = channel.smooth("score", time_us, anomaly.score)
            shares = look.shares(_NAMED) if usual >= _NAMED_FROM * anomaly.limit else {}
            findings.append(anomaly_finding(channel, usual, anomaly.limit, shares))
    channel.findings = findings
    sound = not channel.level and all(finding.degree < _SOUND_BELOW_DEGREE for finding in findings)
    if ready:
        _settle(channel, logs, time_us)
    waits = warming and not channel.is_restless
    teaches = sound and not waits and not anomaly.anomalous if ready else _may_learn(channel, waits=waits)
    if teaches:
        if not ready or (channel.learned % _FOLLOW_EVERY == 0 and not warming):
            channel.model.learn(features, look)
        _learn(channel, logs, smoothed, time_us, learning=not ready and not channel.ready)
    channel.advance(features, look, time_us)
    return Judged(anomaly, _judged_rules(findings, observation, configuration))


def _judged_rules(findings: list[Finding], observation: Measured, configuration: Configuration) -> frozenset[str]:
    """Give the rules that found something, or could have: votes for no fault, a machine without severity zones."""
    rules = {finding.rule for finding in findings}
    if isinstance(observation, VibrationObserved):
        rules.add("diagnosis")
        if boundaries_of(configuration.machine) is None:
            rules.add("severity")
    return frozenset(rules)


def _may_learn(channel: Channel, *, waits: bool) -> bool:
    """Whether a point that is learning may: what a machine does first is taken as sound, what it does later is not.

    Where a fault is told in one regime, another doesn't take it for usual. It `waits` while its temperature is on
    the way from one to another, unless that is how the machine lives.
    """
    if not channel.usual.later:
        return True
    return not waits and not any(alarm.level for rule, alarm in channel.alarms.items() if rule in _FAULT_RULES)


def _is_at(measured_rpm: float | None, observation: VibrationObserved) -> bool:
    """Whether a block was diagnosed at the measured speed, give or take 3 %; where none is known it was."""
    if measured_rpm is None or observation.diagnosis is None:
        return True
    wanted_hz = abs(measured_rpm) / 60
    return abs(observation.diagnosis.speed_hz - wanted_hz) <= _SAME_SPEED * wanted_hz


def _seconds(observation: Measured) -> float:
    return observation.seconds if isinstance(observation, VibrationObserved) else 0.0


def _logs(channel: Channel, values: dict[str, float], features: dict[str, float]) -> dict[str, float]:
    """Give the logarithms of the values that are judged against a baseline."""
    if channel.measurement == "indicators":
        return {name: features[name] for name in CHANGE_INDICATORS if name in features}
    if channel.measurement == "readings":
        return {
            name: value_to_log(value)
            for name, value in values.items()
            if value > 0.0 and channel.has_baseline(name)
        }
    return {}


def _smooth(channel: Channel, logs: dict[str, float], values: dict[str, float], time_us: int) -> dict[str, float]:
    if logs:
        return {name: channel.smooth(name, time_us, value) for name, value in logs.items()}
    if channel.measurement == "temperature" and "value_c" in values:
        value_c = min(max(values["value_c"], COLDEST_C), HOTTEST_C)
        return {"value_c": channel.smooth("value_c", time_us, value_c)}
    return {}


def _settle(channel: Channel, logs: dict[str, float], time_us: int) -> None:
    """Let the baselines sink with a machine that runs in, unless a change stands that isn't a mere anomaly."""
    usual = channel.usual
    elapsed_s = max(0, time_us - usual.settled_us) / SECOND_US if usual.settled_us else 0.0
    usual.settled_us = time_us
    if time_us - usual.learning_since_us >= _RUNNING_IN_US:
        return
    if any(f.rule != "anomaly" and f.degree >= _SOUND_BELOW_DEGREE for f in channel.findings):
        return
    for name, baseline in usual.baselines.items():
        if name in logs:
            baseline.settle(logs[name], elapsed_s)


def _learn(
    channel: Channel,
    logs: dict[str, float],
    smoothed: dict[str, float],
    time_us: int,
    *,
    learning: bool,
) -> None:
    usual = channel.usual
    elapsed_s = max(0, time_us - usual.learned_us) / SECOND_US if usual.learned else 0.0
    if not usual.learned:
        usual.learning_since_us = time_us
    for name, baseline in usual.baselines.items():
        if name not in logs:
            continue
        if learning:
            baseline.learn(logs[name])
        else:
            baseline.follow(logs[name], elapsed_s)
    if "value_c" in smoothed:
        followed_k = usual.warmth.learn(smoothed["value_c"], time_us, learning=learning)
        for other in channel.usuals.values():
            if other is not usual:
                other.warmth.shift(followed_k)
    usual.learned += 1
    usual.learned_us = time_us
