"""The health score: 100 minus deductions, in whole tenths so that they sum exactly. See docs/health.md."""

from itertools import pairwise

from models.alarms.symptom import Symptom
from models.outputs import Deduction
from models.texts.sentences import symptom_sentence

__all__ = ["FREE_DEGREE", "deductions_of", "points_of"]

FREE_DEGREE = 0.5
"""Up to it a symptom takes off nothing."""
_CURVE = ((FREE_DEGREE, 0), (1.0, 100), (2.0, 300), (3.0, 600), (4.0, 700))
"""Degree of a symptom, and tenths of a point taken off; straight lines between."""
_MAX_DEDUCTION_BY_KIND = {"severity": 700, "change": 700, "temperature": 600, "anomaly": 100, "diagnosis": 200}
_MAX_SCORE = 1000
_SHARE_SAME_KIND = 4
_SHARE_OTHER_KIND = 2
"""The worst symptom counts in full. Others partly repeat it: one of another kind counts half, and one of a kind
already counted, at another point, a quarter."""


def points_of(degree: float) -> int:
    """Tenths of a point that a symptom of a degree takes off.

    >>> [points_of(degree) for degree in (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)]
    [0, 50, 100, 200, 300, 600, 700]
    """
    if degree <= _CURVE[0][0]:
        return 0
    for (low, fewer), (high, more) in pairwise(_CURVE):
        if degree <= high:
            return round(fewer + (more - fewer) * (degree - low) / (high - low))
    return _CURVE[-1][1]


def deductions_of(symptoms: list[tuple[str, Symptom]]) -> tuple[float, tuple[Deduction, ...]]:
    """Give a machine's score and deductions from the symptoms at its points, (point, symptom) each.

    The worst symptom counts first; what would go beyond the most of its kind, or of all, is left out.
    """
    counting = [
        (points, symptom.rule, point, symptom)
        for point, symptom in symptoms
        if (points := points_of(symptom.degree))
    ]
    if not counting:
        return _MAX_SCORE / 10, ()
    ranked = sorted(counting, key=lambda item: (-item[0], item[1], item[2]))
    left, left_by_kind = _MAX_SCORE, dict(_MAX_DEDUCTION_BY_KIND)
    deductions = []
    for wanted, rule, point, symptom in ranked:
        spent = left_by_kind[rule] < _MAX_DEDUCTION_BY_KIND[rule]
        divisor = 1 if left == _MAX_SCORE else _SHARE_SAME_KIND if spent else _SHARE_OTHER_KIND
        tenths = min(wanted // divisor, left, left_by_kind[rule])
        if tenths <= 0:
            continue
        left -= tenths
        left_by_kind[rule] -= tenths
        level = max(int(symptom.degree), 1)
        sentence = symptom_sentence(point, symptom, level)
        deductions.append(
            Deduction(
                reason=sentence.en,
                reason_zh=sentence.zh,
                points=tenths / 10,
                code=rule,
                point=point,
                value=symptom.value,
                limit=symptom.limit(level),
            )
        )
    return left / 10, tuple(deductions)
