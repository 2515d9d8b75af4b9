"""How far the newest value goes by itself, beside the smoothed one that it is part of.

A running median of three keeps two shocks that come next to each other for two observations: the second of them,
and the sound one after them. So two blocks that fell into a change of load would do for an alert that asks for two
observations in a row. What is raised, or gets worse, must be so by what has come just now as well.
"""

from collections.abc import Mapping
from math import exp, inf

import msgspec

from models.alarms.symptom import Symptom

__all__ = ["with_newest"]


def with_newest(
    symptoms: list[Symptom], *, logs: Mapping[str, float], value_c: float, score: float | None
) -> list[Symptom]:
    """Give the symptoms, each that is of concern with the highest level that its newest value reaches.

    `logs` are natural logarithms of the newest levels, `value_c` is the newest temperature, NaN where none came.
    """
    if all(symptom.degree < 1.0 for symptom in symptoms):  # nearly always
        return symptoms
    found = []
    for symptom in symptoms:
        newest = symptom.value
        if symptom.rule in ("change", "severity"):
            newest = exp(logs.get(symptom.indicator, -inf))
        elif symptom.rule == "temperature":
            newest = value_c
        elif symptom.rule == "anomaly" and score is not None:
            newest = score
        else:
            found.append(symptom)
            continue
        found.append(msgspec.structs.replace(symptom, newest=_reached(symptom, newest)))
    return found


def _reached(symptom: Symptom, value: float) -> int:
    """Give how many of its limits a value reaches, as its own value would.

    >>> _reached(Symptom("change", "rms_g", 0.3, 0.1, [0.16, 0.25, 0.63], 2.1), 0.2)
    1
    >>> _reached(Symptom("change", "rms_g", 0.01, 0.1, [0.06, 0.02], 2.1), 0.05)
    1
    """
    falls = symptom.is_fall
    return sum(value <= limit if falls else value >= limit for limit in symptom.limits)
