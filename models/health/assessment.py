"""Health assessment of one trusted observation of a running machine: its symptoms, and what is learned from it."""

import msgspec

from models.alarms.symptom import Symptom
from models.clock import HOUR_US, SECOND_US
from models.condition.anomaly import AnomalyScore
from models.condition.channel import CHANGE_INDICATORS, Channel, MeasuredObservation
from models.condition.features import MAX_C, MIN_C, features_of, value_to_log
from models.health.falls import fall_symptom, worse_change
from models.health.growth import with_growth
from models.health.knocks import with_knocks
from models.health.newest import with_newest
from models.health.rules import absolute_symptoms, anomaly_symptom, change_symptom, limit_symptoms
from models.health.starts import is_in_start
from models.health.sudden_rise import with_sudden_rise
from models.health.verdict import diagnosis_symptom
from models.machinery.machine import Configuration
from models.machinery.severity import boundaries_of
from models.observations import VibrationObserved
from models.outputs import Anomaly
from models.signal.reading_names import is_vibration_level

__all__ = ["Assessment", "assess", "assess_absolute", "score"]

_SOUND_BELOW_DEGREE = 1.0
_FOLLOW_EVERY = 4
"""Once learning is over the anomaly model learns every fourth sound observation: it follows, but not at once."""
_RUNNING_IN_US = 24 * HOUR_US
_SAME_SPEED = 0.03
_FAULT_RULES = ("change", "severity", "diagnosis", "temperature")
_MAX_SHARES = 3
"""The values that an anomaly is said to come from, at most."""
_SHARES_FROM = 0.5
"""Part of its limit from which an anomaly score may become a reason, and its shares are computed."""


_BEYOND = {"severity": 2.0, "temperature": 1.0}
"""From zone C on, and from 5 K below a maker's limit: less is measured against the machine's own past."""
_UNSCORED = Anomaly(score=None, limit=None, anomalous=None)


class Assessment(msgspec.Struct, frozen=True, array_like=True):
    """Assessment of one observation of a point."""

    anomaly: Anomaly
    rules: frozenset[str]
    """Those that it could judge, whether they gave a symptom or not: of the others it says nothing."""


def score(channel: Channel, values: dict[str, float]) -> Anomaly:
    """Score an observation without learning from it; `anomalous` is None until its point is ready."""
    scored = channel.model.score_features(features_of(channel, values))
    return _anomaly(channel, scored.score, ready=channel.ready)


def _anomaly(channel: Channel, value: float | None, *, ready: bool) -> Anomaly:
    if not ready or value is None:
        return Anomaly(score=value, limit=None, anomalous=False if ready else None)
    limit = channel.model.limit
    if limit is not None and channel.starts is not None:
        limit *= channel.starts.allowed_score
    return Anomaly(score=value, limit=limit, anomalous=limit is not None and value >= limit)


class _Compared(msgspec.Struct, frozen=True):
    """An observation compared with its point's past: what is computed once, before it is assessed."""

    observation: MeasuredObservation
    time_us: int
    features: dict[str, float]
    scored: AnomalyScore
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
    """Assess one observation in order, of a trusted sensor on a running machine; learn from it if it is sound.

    A block that was searched for faults at another speed than the measured one, where that is known, has no vote.
    """
    compared = _compare(channel, observation, values, time_us)
    symptoms = _symptoms(channel, compared, configuration, measured_rpm)
    symptoms = with_growth(channel, symptoms, observation, time_us)
    symptoms = with_newest(channel, symptoms, compared.logs, compared.features, compared.scored.score)
    if isinstance(observation, VibrationObserved):
        logs = (compared.logs, compared.smoothed)
        symptoms = with_sudden_rise(
            channel, symptoms, observation, logs, configuration, time_us=time_us, measured_rpm=measured_rpm
        )
    thresholds = configuration.thresholds
    symptoms = with_knocks(channel, symptoms, compared.logs, thresholds, learning=not compared.ready)
    channel.symptoms = symptoms
    if compared.ready and not is_in_start(channel):
        _tighten(channel, compared.logs, time_us)
    if _teaches(channel, compared):
        _learn(channel, compared)
    channel.update_recent(compared.features, compared.scored, time_us)
    return Assessment(compared.anomaly, _judged_rules(channel.symptoms, observation, configuration))


def assess_absolute(
    channel: Channel,
    observation: MeasuredObservation,
    values: dict[str, float],
    time_us: int,
    configuration: Configuration,
) -> Assessment | None:
    """Assess an observation of which nobody can tell what it means, by limits that no machine may exceed.

    It may raise an alert or hold it, never clear one, and nothing is learned; None where it exceeds none.
    """
    levels = {name: value_to_log(values[name]) for name in CHANGE_INDICATORS if name in values}
    logs = _logs(channel, values, levels)
    smoothed = _smooth(channel, logs, values, time_us)
    beyond = [
        symptom
        for symptom in limit_symptoms(channel, smoothed, _seconds(observation), configuration)
        if symptom.degree >= _BEYOND[symptom.rule]
    ]
    if not beyond:
        return None
    channel.symptoms = with_newest(channel, beyond, logs, values, None)
    return Assessment(_UNSCORED, frozenset(symptom.rule for symptom in beyond))


def _compare(
    channel: Channel, observation: MeasuredObservation, values: dict[str, float], time_us: int
) -> _Compared:
    """Compare an observation with its point's past, and update the running medians with it."""
    features = features_of(channel, values)
    scored = channel.model.score_features(features)
    warming = "value_c" in features and channel.warm_up.update(features["value_c"], time_us)
    ready = channel.ready
    anomaly = (
        Anomaly(score=scored.score, limit=None, anomalous=None)
        if warming
        else _anomaly(channel, scored.score, ready=ready)
    )
    logs = _logs(channel, values, features)
    smoothed = _smooth(channel, logs, values, time_us)
    return _Compared(observation, time_us, features, scored, anomaly, logs, smoothed, warming, ready)


def _symptoms(
    channel: Channel, compared: _Compared, configuration: Configuration, measured_rpm: float | None
) -> list[Symptom]:
    """Give the symptoms by all rules: against limits, of a diagnosis, and against the point's own past."""
    observation = compared.observation
    symptoms = absolute_symptoms(channel, compared.smoothed, _seconds(observation), configuration)
    if isinstance(observation, VibrationObserved):
        diagnosis = observation.diagnosis if _is_at(measured_rpm, observation) else None
        channel.diagnosis_votes.add(diagnosis, rate_hz=observation.rate_hz, time_us=compared.time_us)
        named = diagnosis_symptom(channel.diagnosis_votes)
        symptoms += [] if named is None else [named]
    if compared.ready:
        thresholds = configuration.thresholds
        rise = change_symptom(channel, compared.smoothed, thresholds)
        change = worse_change(rise, fall_symptom(channel, compared.smoothed, thresholds, compared.time_us))
        symptoms += [] if change is None else [change]
        anomaly = _anomaly_symptom(channel, compared)
        symptoms += [] if anomaly is None else [anomaly]
    return symptoms


def _anomaly_symptom(channel: Channel, compared: _Compared) -> Symptom | None:
    """Give the symptom of the anomaly score, and what it comes from where it may become a reason."""
    score, limit = compared.anomaly.score, compared.anomaly.limit
    if score is None or limit is None or channel.measuring.anew:
        return None
    smoothed = channel.smooth("score", compared.time_us, score)
    shares = compared.scored.shares(_MAX_SHARES) if smoothed >= _SHARES_FROM * limit else {}
    return anomaly_symptom(channel, smoothed, limit, shares)


def _teaches(channel: Channel, compared: _Compared) -> bool:
    """Whether an observation is learned from: a sound one, and at first whatever the machine does.

    What a machine does first is taken as sound, what it does later is not: where a fault shows in one regime,
    another doesn't learn it as its baseline. A temperature on its way from one to another is waited for, unless
    that is how the machine lives.
    """
    waits = compared.warming and not channel.is_restless
    if compared.ready:
        sound = all(symptom.degree < _SOUND_BELOW_DEGREE for symptom in channel.symptoms)
        sound = sound and not waits and not compared.anomaly.anomalous
        return sound and not channel.is_alarming and not is_in_start(channel)
    if not channel.regime_baseline.later:
        return True
    return not waits and not any(alarm.present for rule, alarm in channel.alarms.items() if rule in _FAULT_RULES)


def _learn(channel: Channel, compared: _Compared) -> None:
    """Learn a sound observation: in the anomaly model, the baselines and the thermal baseline."""
    anew = channel.measuring.anew
    if not compared.ready or anew or (channel.learned % _FOLLOW_EVERY == 0 and not compared.warming):
        channel.model.learn_scored(compared.features, compared.scored)
    learning = not compared.ready and not channel.ready  # learning the very observation may have made it ready
    regime_baseline, time_us = channel.regime_baseline, compared.time_us
    elapsed_s = max(0, time_us - regime_baseline.learned_us) / SECOND_US if regime_baseline.learned else 0.0
    if not regime_baseline.learned:
        regime_baseline.learning_since_us = time_us
    for name, baseline in regime_baseline.baselines.items():
        if name not in compared.logs:
            continue
        if learning or name in anew:
            baseline.learn_one(compared.logs[name])
        else:
            baseline.follow(compared.logs[name], elapsed_s)
    if "value_c" in compared.smoothed:
        followed_k = regime_baseline.thermal_baseline.update(
            compared.smoothed["value_c"], time_us, learning=learning
        )
        for other in channel.baselines_by_regime.values():
            if other is not regime_baseline:
                other.thermal_baseline.shift(followed_k)
    regime_baseline.learned += 1
    regime_baseline.learned_us = time_us


def _judged_rules(
    symptoms: list[Symptom], observation: MeasuredObservation, configuration: Configuration
) -> frozenset[str]:
    """Give the rules that gave a symptom, or could have: votes for no fault, a machine without severity zones."""
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
        known = channel.baselines
        return {
            name: value_to_log(value)
            for name, value in values.items()
            if value > 0.0 and (name in known or (is_vibration_level(name) and channel.has_baseline(name)))
        }
    return {}


def _smooth(channel: Channel, logs: dict[str, float], values: dict[str, float], time_us: int) -> dict[str, float]:
    if logs:
        return {name: channel.running_median(name).add(time_us, value) for name, value in logs.items()}
    if channel.measurement == "temperature" and "value_c" in values:
        value_c = min(max(values["value_c"], MIN_C), MAX_C)
        return {"value_c": channel.smooth("value_c", time_us, value_c)}
    return {}


def _tighten(channel: Channel, logs: dict[str, float], time_us: int) -> None:
    """Tighten the baselines of a machine that runs in, unless a change stands that isn't a mere anomaly."""
    regime_baseline = channel.regime_baseline
    elapsed_s = max(0, time_us - regime_baseline.tightened_us) / SECOND_US if regime_baseline.tightened_us else 0.0
    regime_baseline.tightened_us = time_us
    if time_us - regime_baseline.learning_since_us >= _RUNNING_IN_US:
        return
    if any(s.rule != "anomaly" and s.degree >= _SOUND_BELOW_DEGREE for s in channel.symptoms):
        return
    for name, baseline in regime_baseline.baselines.items():
        if name in logs:
            baseline.tighten(logs[name], elapsed_s)
