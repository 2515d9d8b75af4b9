"""How far the newest value goes by itself, beside the smoothed one that it is part of.

A running median of three keeps two shocks that come next to each other for two observations: the second of them,
and the sound one after them. So two blocks that fell into a change of load would do for an alert that asks for two
observations in a row. Where the newest one is back to usual by itself, two more are asked for: by then the echo is
over, of a median of four as well.
"""

from collections.abc import Mapping
from math import exp, inf, log, nan

import msgspec

from models.alarms.symptom import Symptom, degree_of
from models.condition.channel import Channel

__all__ = ["with_newest"]

_SMOOTHED = frozenset(("anomaly", "change", "severity", "temperature"))
_BELOW_LIMIT_K = 10.0


def with_newest(
    channel: Channel,
    symptoms: list[Symptom],
    logs: Mapping[str, float],
    features: Mapping[str, float],
    score: float | None,
) -> list[Symptom]:
    """Give the symptoms, each that is of concern with the degree that its newest value has by itself.

    `logs` are natural logarithms of the newest levels, `features` what the anomaly `score` is of.
    """
    for symptom in symptoms:
        if symptom.degree >= 1.0:
            break
    else:  # nearly always
        return symptoms
    by_rule = {"temperature": features.get("value_c", nan), "anomaly": nan if score is None else score}
    found = []
    for symptom in symptoms:
        if symptom.degree < 1.0 or symptom.rule not in _SMOOTHED:
            found.append(symptom)
            continue
        value = by_rule[symptom.rule] if symptom.rule in by_rule else exp(logs.get(symptom.indicator, -inf))
        newest = _change_degree(symptom, value) if symptom.rule == "change" else _degree(channel, symptom, value)
        found.append(msgspec.structs.replace(symptom, newest=newest))
    return found


def _degree(channel: Channel, symptom: Symptom, value: float) -> float:
    """Give the degree of a value where `symptom` has that of the smoothed one."""
    limits, reference = symptom.limits, symptom.reference
    if symptom.rule == "anomaly":
        reference = channel.model.scores.location
    elif symptom.rule == "severity":
        reference = 0.0 if reference is None else min(reference, limits[1])
    elif reference is None:
        reference = limits[1] - _BELOW_LIMIT_K
    return degree_of(value, reference, limits)


def _change_degree(symptom: Symptom, value: float) -> float:
    reference = symptom.reference
    if reference is None or value <= 0.0:
        return 0.0
    if symptom.is_fall:
        return degree_of(log(reference / value), 0.0, [log(reference / limit) for limit in symptom.limits])
    risen, steps = log(value / reference), [log(limit / reference) for limit in symptom.limits]
    if symptom.grows is not None:  # its limit of medium is that of low, and it is of medium degree from there on
        return 1.0 + degree_of(risen, 0.0, steps[1:])
    return degree_of(risen, 0.0, steps)
