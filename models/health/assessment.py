"""Judge one trusted observation of a running machine: learn from it, or tell how far gone it is."""

import msgspec

from models.alarms.symptom import Symptom
from models.clock import HOUR_US, SECOND_US
from models.condition.anomaly import AnomalyScore
from models.condition.channel import CHANGE_INDICATORS, Channel, MeasuredObservation
from models.condition.features import MAX_C, MIN_C, features_of, value_to_log
from models.health.rules import absolute_symptoms, anomaly_symptom, change_symptom
from models.health.verdict import diagnosis_symptom
from models.machinery.machine import Configuration
from models.machinery.severity import boundaries_of
from models.observations import VibrationObserved
from models.outputs import Anomaly

__all__ = ["Assessment", "assess", "score"]

_SOUND_BELOW_DEGREE = 1.0
_FOLLOW_EVERY = 4
"""Once learning is over the anomaly model takes in every fourth sound observation: it follows, but not at once."""
_RUNNING_IN_US = 24 * HOUR_US
_SAME_SPEED = 0.03
_FAULT_RULES = ("change", "severity", "diagnosis", "temperature")
_MAX_SHARES = 3
"""The values that an anomaly is told to come from, at most."""
_SHARES_FROM = 0.5
"""Part of its limit from which an anomaly score may become a reason, and is told what it comes from."""


class Assessment(msgspec.Struct, frozen=True, array_like=True):
    """What one observation says of its point."""

    anomaly: Anomaly
    rules: frozenset[str]
    """Those that it could judge, whether they found something or not: of the others it says nothing."""


def score(channel: Channel, values: dict[str, float]) -> Anomaly:
    """Score an observation without learning from it; `anomalous` is None until its point is ready."""
    return _anomaly(channel, channel.model.score_features(features_of(channel, values)).score)


def _anomaly(channel: Channel, found: float | None) -> Anomaly:
    ready = channel.ready
    if not ready or found is None:
        return Anomaly(score=found, limit=None, anomalous=False if ready else None)
    limit = channel.model.limit
    return Anomaly(score=found, limit=limit, anomalous=limit is not None and found >= limit)


class _Judging(msgspec.Struct, frozen=True):
    """What is computed once of an observation, before it is judged."""

    observation: MeasuredObservation
    time_us: int
    features: dict[str, float]
    look: AnomalyScore
    anomaly: Anomaly
    logs: dict[str, float]
    """Natural logarithms of the values that are judged against a baseline."""
    smoothed: dict[str, float]
    """Their running medians; of a temperature its own."""
    warming: bool
    """Whether a temperature is on its way from one steady state to another."""
    ready: bool
    """Whether the point could be judged against its own past when the observation came."""


def assess(
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    configuration: Configuration,
    *,
    measured_rpm: float | None = None,
) -> Assessment:
    """Judge one observation in order, of a trusted sensor on a running machine; learn from it if it is sound.

    A block that was searched for faults at another speed than the measured one, where that is known, has no vote.
    """
    judging = _judging(channel, observation, values, time_us)
    channel.symptoms = _symptoms(channel, judging, configuration, measured_rpm)
    if judging.ready:
        _settle(channel, judging.logs, time_us)
    if _teaches(channel, judging):
        _learn(channel, judging)
    channel.advance(judging.features, judging.look, time_us)
    return Assessment(judging.anomaly, _judged_rules(channel.symptoms, observation, configuration))


def _judging(
    channel: Channel, observation: MeasuredObservation, values: dict[str, float], time_us: int
) -> _Judging:
    """Compare an observation with its point's past, and take it into the running medians."""
    features = features_of(channel, values)
    look = channel.model.score_features(features)
    warming = "value_c" in features and channel.warm_up.goes_on(features["value_c"], time_us)
    anomaly = Anomaly(score=look.score, limit=None, anomalous=None) if warming else _anomaly(channel, look.score)
    logs = _logs(channel, values, features)
    smoothed = _smooth(channel, logs, values, time_us)
    return _Judging(observation, time_us, features, look, anomaly, logs, smoothed, warming, channel.ready)


def _symptoms(
    channel: Channel, judging: _Judging, configuration: Configuration, measured_rpm: float | None
) -> list[Symptom]:
    """Give the evidence of all rules: against limits, of a diagnosis, and against the point's own past."""
    observation = judging.observation
    symptoms = absolute_symptoms(channel, judging.smoothed, _seconds(observation), configuration)
    if isinstance(observation, VibrationObserved):
        diagnosis = observation.diagnosis if _is_at(measured_rpm, observation) else None
        channel.diagnosing.add(diagnosis, rate_hz=observation.rate_hz, time_us=judging.time_us)
        named = diagnosis_symptom(channel.diagnosing)
        symptoms += [] if named is None else [named]
    if judging.ready:
        change = change_symptom(channel, judging.smoothed, configuration.thresholds)
        symptoms += [] if change is None else [change]
        strange = _anomaly_symptom(channel, judging)
        symptoms += [] if strange is None else [strange]
    return symptoms


def _anomaly_symptom(channel: Channel, judging: _Judging) -> Symptom | None:
    """Give the evidence of the anomaly score, and what it comes from where it may become a reason."""
    score, limit = judging.anomaly.score, judging.anomaly.limit
    if score is None or limit is None:
        return None
    usual = channel.smooth("score", judging.time_us, score)
    shares = judging.look.shares(_MAX_SHARES) if usual >= _SHARES_FROM * limit else {}
    return anomaly_symptom(channel, usual, limit, shares)


def _teaches(channel: Channel, judging: _Judging) -> bool:
    """Whether an observation is learned from: a sound one, and at first whatever the machine does.

    What a machine does first is taken as sound, what it does later is not: where a fault is told in one regime,
    another doesn't take it for usual. A temperature on its way from one to another is waited for, unless that is
    how the machine lives.
    """
    waits = judging.warming and not channel.is_restless
    if judging.ready:
        sound = not channel.level and all(symptom.degree < _SOUND_BELOW_DEGREE for symptom in channel.symptoms)
        return sound and not waits and not judging.anomaly.anomalous
    if not channel.regime_baseline.later:
        return True
    return not waits and not any(alarm.level for rule, alarm in channel.alarms.items() if rule in _FAULT_RULES)


def _learn(channel: Channel, judging: _Judging) -> None:
    """Take a sound observation into what is usual: into the anomaly model, baselines and warm state."""
    if not judging.ready or (channel.learned % _FOLLOW_EVERY == 0 and not judging.warming):
        channel.model.learn_scored(judging.features, judging.look)
    learning = not judging.ready and not channel.ready  # learning the very observation may have made it ready
    usual, time_us = channel.regime_baseline, judging.time_us
    elapsed_s = max(0, time_us - usual.learned_us) / SECOND_US if usual.learned else 0.0
    if not usual.learned:
        usual.learning_since_us = time_us
    for name, baseline in usual.baselines.items():
        if name not in judging.logs:
            continue
        if learning:
            baseline.learn(judging.logs[name])
        else:
            baseline.follow(judging.logs[name], elapsed_s)
    if "value_c" in judging.smoothed:
        followed_k = usual.warmth.learn(judging.smoothed["value_c"], time_us, learning=learning)
        for other in channel.baselines_by_regime.values():
            if other is not usual:
                other.warmth.shift(followed_k)
    usual.learned += 1
    usual.learned_us = time_us


def _judged_rules(
    symptoms: list[Symptom], observation: MeasuredObservation, configuration: Configuration
) -> frozenset[str]:
    """Give the rules that found something, or could have: votes for no fault, a machine without severity zones."""
    rules = {symptom.rule for symptom in symptoms}
    if isinstance(observation, VibrationObserved):
        rules.add("diagnosis")
        if boundaries_of(configuration.machine) is None:
            rules.add("severity")
    return frozenset(rules)


def _is_at(measured_rpm: float | None, observation: VibrationObserved) -> bool:
    """Whether a block was diagnosed at the measured speed, give or take 3 %; where none is known it was."""
    if measured_rpm is None or observation.diagnosis is None:
        return True
    wanted_hz = abs(measured_rpm) / 60
    return abs(observation.diagnosis.speed_hz - wanted_hz) <= _SAME_SPEED * wanted_hz


def _seconds(observation: MeasuredObservation) -> float:
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
        value_c = min(max(values["value_c"], MIN_C), MAX_C)
        return {"value_c": channel.smooth("value_c", time_us, value_c)}
    return {}


def _settle(channel: Channel, logs: dict[str, float], time_us: int) -> None:
    """Let the baselines sink with a machine that runs in, unless a change stands that isn't a mere anomaly."""
    usual = channel.regime_baseline
    elapsed_s = max(0, time_us - usual.settled_us) / SECOND_US if usual.settled_us else 0.0
    usual.settled_us = time_us
    if time_us - usual.learning_since_us >= _RUNNING_IN_US:
        return
    if any(f.rule != "anomaly" and f.degree >= _SOUND_BELOW_DEGREE for f in channel.symptoms):
        return
    for name, baseline in usual.baselines.items():
        if name in logs:
            baseline.settle(logs[name], elapsed_s)
