"""The verdict on a point, from the votes on its diagnosis; a named fault is a symptom too."""

import math
from collections.abc import Sequence

from models.alarms.symptom import Symptom, degree_of
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.diagnosis_votes import MIN_VOTES, DiagnosisVotes, Vote
from models.diagnosis.criteria import HEALTHY_TURNS, healthy_confidence
from models.machinery.mechanism import Mechanism
from models.outputs import Diagnosis
from models.texts.diagnosis_sentences import (
    changed_sentence,
    contested_sentence,
    few_sentence,
    healthy_sentence,
    named_sentence,
    next_check,
    reason_sentence,
)

__all__ = ["diagnosis_of", "diagnosis_symptom"]

_CLEAN = ("", "short", "narrow_band")
"""Doubts of blocks in which nothing was found: many short ones together are not short."""
_CLEAN_SHARE = 0.8
_CHANGED = ("severity", "change", "anomaly")
_STEADY = 25.0
"""Votes that would be degree 2: there are 15 at most, so a name takes off 20 points and is of low priority."""


def diagnosis_of(
    gathered: DiagnosisVotes, symptoms: Sequence[Symptom] = (), mechanism: Mechanism | None = None
) -> Diagnosis | None:
    """Give the verdict on a point with what else was found there; None where nothing has been diagnosed.

    A point whose vibration is too strong or has changed is not healthy, whatever single blocks do not show.
    """
    votes = gathered.votes
    if not votes:
        return None
    fault = gathered.leading_fault()
    if fault is not None:
        return _named(gathered, fault, mechanism)
    clean = [vote for vote in votes if not vote.speaks_for and vote.doubt in _CLEAN]
    turns = math.fsum(vote.turns for vote in clean)
    contested = gathered.contested()
    if len(votes) < MIN_VOTES:
        why = few_sentence(len(votes), MIN_VOTES)
    elif contested:
        why = contested_sentence(_likeliest_first(contested, mechanism))
    elif any(symptom.rule in _CHANGED and symptom.degree >= 1 for symptom in symptoms):
        why = changed_sentence()
    elif len(clean) < _CLEAN_SHARE * len(votes):
        why = _commonest(gathered)
    elif not all(vote.shows_all for vote in clean):
        why = reason_sentence("narrow_band", 0.0, gathered.speed_hz)
    elif turns < HEALTHY_TURNS:
        why = reason_sentence("short", 0.0, gathered.speed_hz)
    else:
        said = healthy_sentence(len(clean), len(votes), turns)
        return _diagnosis("healthy", healthy_confidence(turns), said, len(clean), votes)
    return _diagnosis("unknown", 0.0, why, 0, votes)


def diagnosis_symptom(gathered: DiagnosisVotes) -> Symptom | None:
    """Give the fault that is named as a symptom: its value is the number of votes, its limit the fewest needed."""
    fault = gathered.leading_fault()
    if fault is None:
        return None
    votes = float(gathered.counts()[fault])
    limits = [float(MIN_VOTES), _STEADY]
    degree = min(degree_of(votes, 0.0, limits), 1.999)
    return Symptom("diagnosis", fault, votes, None, limits[:1], degree, said=_sentence(gathered, fault))


def _sentence(gathered: DiagnosisVotes, fault: str) -> Bilingual:
    times, of = gathered.counts()[fault], len(gathered.votes)
    return named_sentence(fault, gathered.confidence(fault), times, of, gathered.latest.get(fault))


def _named(gathered: DiagnosisVotes, fault: str, mechanism: Mechanism | None) -> Diagnosis:
    check, said = next_check(fault, mechanism), _sentence(gathered, fault)
    return Diagnosis(
        verdict=fault,
        confidence=gathered.confidence(fault),
        text=said.en,
        text_zh=said.zh,
        next_check=check.en,
        next_check_zh=check.zh,
        supporting=gathered.counts()[fault],
        observations=len(gathered.votes),
        since=to_datetime(gathered.named[fault]),
        evidence=gathered.latest.get(fault),
    )


def _likeliest_first(faults: tuple[str, ...], mechanism: Mechanism | None) -> tuple[str, ...]:
    """Put the faults that are commonest on such machines first, as their pack has them; others stay behind."""
    order = [] if mechanism is None else list(mechanism.check)
    return tuple(sorted(faults, key=lambda fault: order.index(fault) if fault in order else len(order)))


def _diagnosis(verdict: str, confidence: float, said: Bilingual, supporting: int, votes: list[Vote]) -> Diagnosis:
    return Diagnosis(
        verdict=verdict,
        confidence=confidence,
        text=said.en,
        text_zh=said.zh,
        supporting=supporting,
        observations=len(votes),
    )


def _commonest(gathered: DiagnosisVotes) -> Bilingual:
    """Say the doubt that most votes have; of two as common, the newer one."""
    doubts = [vote for vote in gathered.votes if vote.doubt not in _CLEAN]
    if not doubts:
        return reason_sentence("weak", 0.0, gathered.speed_hz)
    codes = [vote.doubt for vote in doubts]
    newest = max(enumerate(doubts), key=lambda item: (codes.count(item[1].doubt), item[0]))[1]
    return reason_sentence(newest.doubt, newest.doubt_value, gathered.speed_hz)
